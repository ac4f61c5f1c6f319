/* SPDX-License-Identifier: MIT */
/* netns.c - a network of one's own: nothing in it but a loopback.  */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../clean.h"
#include "../diag.h"

enum step { STEP_NAMESPACE, STEP_IDENTITY, STEP_LOOPBACK, STEP_CAPABILITIES };

/* What to say of a failed step, and what lifts it. */
static const struct {
	const char *failed, *reason;
} steps[] = {
	[STEP_NAMESPACE] = {"cannot make a network namespace",
			    "user namespaces are forbidden here (sysctls "
			    "kernel.unprivileged_userns_clone and "
			    "user.max_user_namespaces, or a container's "
			    "filter)"},
	[STEP_IDENTITY] = {"cannot keep the user in a user namespace",
			   "/proc may be read-only here"},
	[STEP_LOOPBACK] = {"cannot bring up the loopback interface",
			   "user namespaces have no rights here (sysctl "
			   "kernel.apparmor_restrict_unprivileged_userns)"},
	[STEP_CAPABILITIES] = {"cannot drop capabilities", "unexpected"},
};

static int write_file(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);
	const size_t len = strlen(text);

	return fd >= 0 && write(fd, text, len) == (ssize_t)len ? 0 : -1;
}

static int write_map(const char *path, unsigned int id)
{
	char text[32];

	snprintf(text, sizeof(text), "%u %u 1\n", id, id);
	return write_file(path, text);
}

/* A group map is only taken from one who can no longer drop groups
 * (user_namespaces(7)): a group may be what keeps from a file. */
static int keep_identity(uid_t uid, gid_t gid)
{
	return write_file("/proc/self/setgroups", "deny") ||
			       write_map("/proc/self/uid_map", uid) ||
			       write_map("/proc/self/gid_map", gid)
		       ? -1
		       : 0;
}

static int bring_up_loopback(void)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = {.ifr_name = "lo"};

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo) != 0)
		return -1;
	lo.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &lo);
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct none[2] = {{0}};

	return (int)syscall(SYS_capset, &head, none);
}

/* Returns 0, or -1 with errno and the step that failed. */
static int enter(enum step *step)
{
	const uid_t uid = geteuid();
	const gid_t gid = getegid();
	int user = 0;

	*step = STEP_NAMESPACE;
	if (unshare(CLONE_NEWNET) != 0) {
		user = 1;
		if (errno != EPERM || unshare(CLONE_NEWUSER | CLONE_NEWNET))
			return -1;
		*step = STEP_IDENTITY;
		if (keep_identity(uid, gid) != 0)
			return -1;
	}
	*step = STEP_LOOPBACK;
	if (bring_up_loopback() != 0)
		return -1;
	/* Root's are dropped like those of any root (caps.c). */
	*step = STEP_CAPABILITIES;
	return user && uid != 0 ? drop_capabilities() : 0;
}

int netns_probe(void)
{
	enum step step;
	int status;
	const pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (pid == 0)
		_exit(enter(&step) == 0 ? 0 : errno & 0x7f);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

void netns_enter(void)
{
	enum step step;

	if (enter(&step) == 0)
		return;
	if (errno == EPERM || errno == ENOSPC || errno == EACCES)
		die("--network isolated: %s: %s; run it as root, or use "
		    "--network none or host-loopback",
		    steps[step].failed, steps[step].reason);
	die_errno("--network isolated: %s", steps[step].failed);
}

/* That of a user namespace above ours is not told (EPERM). */
static bool is_below(void)
{
	autoclose int net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	autoclose int owner = net < 0 ? -1 : ioctl(net, NS_GET_USERNS);
	struct stat theirs, ours;

	return owner >= 0 && fstat(owner, &theirs) == 0 &&
	       stat("/proc/self/ns/user", &ours) == 0 &&
	       theirs.st_ino != ours.st_ino;
}

void netns_require_ours(void)
{
	if (is_below())
		die("this network namespace belongs to a user namespace below "
		    "ours, whose owner may change it without capabilities; "
		    "enter that one, too (nsenter --user), or use --network "
		    "isolated or full");
}
