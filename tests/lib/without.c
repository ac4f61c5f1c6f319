/* SPDX-License-Identifier: MIT */
/* without.c - run a command on a machine that lacks a kernel mechanism.
 *
 *	without MECHANISM... -- COMMAND...
 *
 * A seccomp filter answers the mechanism's system call as a kernel or a
 * container without it would.  It has no listener, so it nests.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct mechanism {
	const char *name;
	int call;
	int error;
	int arg; /* -1: always; else only if this argument has these bits */
	unsigned long bits;
} mechanisms[] = {
	{"landlock", SCMP_SYS(landlock_create_ruleset), ENOSYS, -1, 0},
	{"landlock-on", SCMP_SYS(landlock_create_ruleset), EOPNOTSUPP, -1, 0},
	{"landlock-restrict", SCMP_SYS(landlock_restrict_self), EPERM, -1, 0},
	{"seccomp", SCMP_SYS(seccomp), ENOSYS, -1, 0},
	{"listener", SCMP_SYS(seccomp), EINVAL, 1,
	 SECCOMP_FILTER_FLAG_NEW_LISTENER},
	{"free-listener", SCMP_SYS(seccomp), EBUSY, 1,
	 SECCOMP_FILTER_FLAG_NEW_LISTENER},
	{"killable", SCMP_SYS(seccomp), EINVAL, 1, 1UL << 5},
	{"getfd", SCMP_SYS(pidfd_getfd), EPERM, -1, 0},
	{"getfd-call", SCMP_SYS(pidfd_getfd), ENOSYS, -1, 0},
	{"pidfd", SCMP_SYS(pidfd_open), ENOSYS, -1, 0},
	{"thread-pidfd", SCMP_SYS(pidfd_open), EINVAL, 1, O_EXCL},
	{"pidfd-info", SCMP_SYS(ioctl), ENOTTY, 1, 0xFF0B}, /* PIDFD_GET_INFO */
	{"unix-diag", SCMP_SYS(socket), EPROTONOSUPPORT, 2, NETLINK_SOCK_DIAG},
	{"userns", SCMP_SYS(unshare), EPERM, 0, CLONE_NEWUSER},
	{"userns", SCMP_SYS(clone), EPERM, 0, CLONE_NEWUSER},
	{"userns", SCMP_SYS(clone3), ENOSYS, -1, 0},
	{"netns", SCMP_SYS(unshare), EPERM, 0, CLONE_NEWNET},
	{"ioctl", SCMP_SYS(ioctl), EPERM, 1, SIOCSIFFLAGS},
	{"readv", SCMP_SYS(process_vm_readv), EPERM, -1, 0},
	{"openat2", SCMP_SYS(openat2), ENOSYS, -1, 0},
	{"nnp", SCMP_SYS(prctl), EINVAL, 0, 38}, /* PR_SET_NO_NEW_PRIVS */
};

static int add(scmp_filter_ctx ctx, const struct mechanism *m)
{
	const struct scmp_arg_cmp condition =
		SCMP_CMP64(m->arg < 0 ? 0 : (unsigned int)m->arg,
			   SCMP_CMP_MASKED_EQ, m->bits, m->bits);

	return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(m->error), m->call,
				      m->arg < 0 ? 0 : 1, &condition);
}

static int add_named(scmp_filter_ctx ctx, const char *name)
{
	int error = -EINVAL;

	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(*mechanisms); i++) {
		if (strcmp(name, mechanisms[i].name) != 0)
			continue;
		error = add(ctx, &mechanisms[i]);
		if (error)
			break;
	}
	if (error)
		fprintf(stderr, "without: cannot take away %s\n", name);
	return error;
}

int main(int argc, char **argv)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (add_named(ctx, argv[i]) != 0)
			return 99;
	if (i + 1 >= argc || seccomp_load(ctx) != 0) {
		fprintf(stderr, "usage: without MECHANISM... -- COMMAND...\n");
		return 99;
	}
	execvp(argv[i + 1], argv + i + 1);
	perror("without: exec");
	return 99;
}
