/* SPDX-License-Identifier: MIT */
/* check.c - probe the kernel's mechanisms and say what follows. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backstop/landlock.h"
#include "backstop/netns.h"
#include "backstop/seccomp.h"
#include "clean.h"
#include "diag.h"
#include "env.h"
#include "proc.h"
#include "tier.h"
#include "yama.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

/* --- probes that need another process: a child that waits ---------------- */

static pid_t start_child(int *hold)
{
	int pipefd[2];
	pid_t pid;

	if (pipe2(pipefd, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		char byte;

		close(pipefd[1]);
		while (read(pipefd[0], &byte, 1) < 0 && errno == EINTR)
			;
		_exit(0);
	}
	close(pipefd[0]);
	*hold = pipefd[1];
	return pid;
}

static int probe_memory(pid_t pid)
{
	static char source = 'x';
	char target = 0;
	const struct iovec local = {.iov_base = &target, .iov_len = 1};
	const struct iovec remote = {.iov_base = &source, .iov_len = 1};

	return process_vm_readv(pid, &local, 1, &remote, 1, 0) == 1 ? 0 : errno;
}

static int with_child(int (*probe)(pid_t pid))
{
	autoclose int hold = -1;
	const pid_t pid = start_child(&hold);
	int error;

	if (pid < 0)
		return errno;
	error = probe(pid);
	close(steal_fd(&hold));
	waitpid(pid, NULL, 0);
	return error;
}

static int probe_inspection(void)
{
	return with_child(probe_memory);
}

/* A filter forbids the call itself; whom it may inspect is asked above. */
static int probe_descriptors(void)
{
	autoclose int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	autoclose int copy = -1;

	if (pidfd < 0)
		return errno;
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, pidfd, 0);
	return copy < 0 ? errno : 0;
}

/* Where sockets are not fetched, /proc tells about threads too. */
static int probe_threads(void)
{
	autoclose int fd = (int)syscall(SYS_pidfd_open, getpid(), PIDFD_THREAD);

	return fd < 0 && check_may_fetch() ? errno : 0;
}

static int probe_landlock(void)
{
	const int abi = landlock_probe();

	if (abi < 0)
		return errno;
	return abi < LANDLOCK_ABI_NEEDED ? ENOTSUP : 0;
}

static int probe_scopes(void)
{
	return landlock_probe() >= LANDLOCK_ABI_SCOPES ? 0 : ENOTSUP;
}

static int probe_resolve(void)
{
	return landlock_probe() >= LANDLOCK_ABI_RESOLVE ? 0 : ENOTSUP;
}

static int probe_shim(void)
{
	const char *why;

	return env_shim_path(&why) ? 0 : ENOENT;
}

/* The consequence is of the mechanism's absence. */
static const struct mechanism {
	const char *name;
	int (*probe)(void);
	bool needed;
	const char *present, *absent;
} mechanisms[] = {
	{"seccomp user notification", seccomp_probe, true,
	 "every connect, bind and listen is mediated",
	 "nothing can be mediated"},
	{"process_vm_readv", probe_inspection, true,
	 "addresses of clients can be read", "clients cannot be inspected"},
	{"pidfd_getfd", probe_descriptors, false,
	 "sockets of clients can be fetched",
	 "sockets are made by the supervisor; inherited ones are refused"},
	{"thread pidfds", probe_threads, false,
	 "threads with a descriptor table of their own are served",
	 "threads with a descriptor table of their own are refused"},
	{"Landlock", probe_landlock, true,
	 "mounts and moves of sockets are locked, neighbours are out of "
	 "reach",
	 "sockets could be moved to granted names"},
	{"Landlock scopes", probe_scopes, false,
	 "no signals to processes outside",
	 "the supervisor can be killed from inside; all is refused then"},
	{"Landlock sockets", probe_resolve, false,
	 "granted connects are the client's own; servers see the client",
	 "servers see the supervisor's process id"},
	{"/proc", proc_probe, true, "paths of clients can be resolved",
	 "paths of clients cannot be resolved"},
	{"private network", netns_probe, false, "--network isolated works",
	 "--network isolated is refused"},
	{"shim", probe_shim, false, "refusals are explained early",
	 "refusals are explained by the supervisor only"},
};

#define MECHANISMS (sizeof(mechanisms) / sizeof(*mechanisms))

static void print_mechanism(FILE *out, const struct mechanism *m, int error)
{
	if (error)
		fprintf(out, "%-26s %-8s %s (%s)\n", m->name,
			m->needed ? "MISSING" : "missing", m->absent,
			strerror(error));
	else
		fprintf(out, "%-26s %-8s %s\n", m->name, "ok", m->present);
}

int check_print(FILE *out)
{
	struct utsname kernel;
	bool works = true;

	if (uname(&kernel) == 0)
		fprintf(out, "Linux %s, Landlock ABI %d\n", kernel.release,
			landlock_probe() < 0 ? 0 : landlock_probe());
	for (size_t i = 0; i < MECHANISMS; i++) {
		const int error = mechanisms[i].probe();

		print_mechanism(out, &mechanisms[i], error);
		works &= !error || !mechanisms[i].needed;
	}
	if (yama_forbids())
		fprintf(out,
			"ptrace_scope is %d here: processes of others "
			"are not to be inspected; "
			"\"sysctl kernel.yama.ptrace_scope=1\" helps\n",
			yama_forbids());
	if (works)
		fprintf(out, "tier: %s\n",
			tier_name(probe_resolve() == 0 ? TIER_LANDLOCK
						       : TIER_SUPERVISED));
	else
		fprintf(out,
			"tier: none; sbx-run refuses to run commands "
			"here, but for --backstop=none%s\n",
			probe_resolve() == 0 ? " and landlock-only" : "");
	return works ? 0 : EXIT_SBX;
}

bool check_may_fetch(void)
{
	return probe_descriptors() == 0;
}

int check_require(void)
{
	const int abi = landlock_probe();

	if (abi < LANDLOCK_ABI_NEEDED)
		die("this kernel lacks Landlock (ABI %d needed: Linux 5.19), "
		    "so sockets could be moved to granted names; "
		    "--backstop=none runs with the shim alone",
		    LANDLOCK_ABI_NEEDED);
	return abi;
}
