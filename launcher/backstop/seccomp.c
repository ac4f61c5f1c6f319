/* SPDX-License-Identifier: MIT */
/* seccomp.c - load one of the filters that gen_filter.c compiled. */
#include "seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filters.h"

static int load(const struct sock_fprog *program, unsigned long flags)
{
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			    program);
}

static int load_listening(const struct sock_fprog *program, bool *killable)
{
	int fd = load(program, SECCOMP_FILTER_FLAG_NEW_LISTENER |
				       SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

	*killable = fd >= 0;
	if (fd < 0 && errno == EINVAL)
		fd = load(program, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	return fd;
}

bool seccomp_needed(const struct policy *policy)
{
	return policy->network != NETWORK_FULL || !policy->unix_all;
}

unsigned int seccomp_features(const struct policy *policy)
{
	static const unsigned int networks[] = {
		[NETWORK_NONE] = FILTER_IP,
		[NETWORK_ISOLATED] = FILTER_ISOLATED,
		[NETWORK_LOOPBACK] = FILTER_IP,
		[NETWORK_FULL] = 0,
	};

	return networks[policy->network] |
	       (policy_mediates(policy, SOCK_DGRAM) ? FILTER_UDP : 0) |
	       (policy->unix_all ? 0 : FILTER_UNIX) |
	       (policy->unix_dgram && !policy->unix_all ? FILTER_DGRAM : 0);
}

int seccomp_apply(unsigned int features, bool *killable)
{
	return load_listening(&filters[features], killable);
}

int seccomp_apply_alone(unsigned int features)
{
	return load(&filters[features], 0);
}

bool seccomp_hung_up(int listener)
{
	struct pollfd p = {.fd = listener};

	return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP);
}

/* WAIT_KILLABLE_RECV lost answers to a race until Linux 6.17 and its stable
 * backports; nothing that can be probed tells. */
bool seccomp_may_restart(bool killable)
{
	struct utsname name;
	int major = 0, minor = 0;
	char *end;

	if (!killable || uname(&name) != 0)
		return true;
	major = (int)strtol(name.release, &end, 10);
	if (*end == '.')
		minor = (int)strtol(end + 1, NULL, 10);
	return major < 6 || (major == 6 && minor < 17);
}

int seccomp_probe(void)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (pid == 0) {
		bool killable;

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    seccomp_apply(FILTER_IP | FILTER_UNIX, &killable) < 0)
			_exit(errno & 0x7f);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}
