/* SPDX-License-Identifier: MIT */
/* seccomp.c - load one of the filters that gen_filter.c compiled. */
#include "seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filters.h"

#define PROGRAM(array)                                                         \
	{                                                                      \
		.len = sizeof(array) / sizeof(*(array)),                       \
		.filter = (struct sock_filter *)(array)                        \
	}

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

int seccomp_apply(const struct policy *policy, bool *killable)
{
	const struct sock_fprog none_allowlist = PROGRAM(filter_none_allowlist);
	const struct sock_fprog none_unix = PROGRAM(filter_none_unix);
	const struct sock_fprog full_allowlist = PROGRAM(filter_full_allowlist);

	if (policy->network == NETWORK_FULL)
		return load_listening(&full_allowlist, killable);
	return load_listening(policy->unix_all ? &none_unix : &none_allowlist,
			      killable);
}

int seccomp_probe(void)
{
	const struct sock_fprog program = PROGRAM(filter_none_allowlist);
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (pid == 0) {
		bool killable;

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    load_listening(&program, &killable) < 0)
			_exit(errno & 0x7f);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}
