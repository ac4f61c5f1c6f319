/* SPDX-License-Identifier: MIT */
/* processes.c - the same connect(2) by unusual processes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"
#include "raw.h"

extern char **environ;

/* This program again, as the simplest of its attacks. */
static char *const *again(const char *program)
{
	static char *argv[4];

	argv[0] = (char *)program;
	argv[1] = "plain-stream";
	argv[2] = scene.dir;
	return argv;
}

static void forked(void)
{
	in_child(hit_denied);
}

static void vforked(void)
{
	pid_t pid = vfork();

	if (!pid) {
		hit_denied();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void cloned3(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	long pid = raw_call(SYS_clone3, (long)&args, CLONE_ARGS_SIZE_VER0, 0, 0,
			    0, 0);

	if (!pid) {
		hit_denied();
		_exit(0);
	}
	if (pid < 0)
		forked();
	waitpid((pid_t)pid, NULL, 0);
}

static int cloned_main(void *arg)
{
	(void)arg;
	hit_denied();
	return 0;
}

static void cloned_vm(void)
{
	char *stack = malloc(65536);
	pid_t pid = clone(cloned_main, stack + 65536,
			  CLONE_VM | CLONE_FILES | CLONE_FS | SIGCHLD, NULL);

	waitpid(pid, NULL, 0);
}

static void spawned(void)
{
	pid_t pid;

	if (!posix_spawn(&pid, attack_self, NULL, NULL, again(attack_self),
			 environ))
		waitpid(pid, NULL, 0);
}

static void empty_environment(void)
{
	char *const none[] = {NULL};

	execve(attack_self, again(attack_self), none);
}

static void other_preload(void)
{
	setenv("LD_PRELOAD", "/nonexistent.so", 1);
	setenv("SBX_POLICY", "1.00000000.AAAA", 1);
	execve(attack_self, again(attack_self), environ);
}

static void forged_policy(void)
{
	unsetenv("SBX_POLICY");
	unsetenv("LD_PRELOAD");
	setenv("SBX_DISABLE", "1", 1);
	execve(attack_self, again(attack_self), environ);
}

static void daemonised(void)
{
	if (!fork()) {
		setsid();
		if (!fork()) {
			hit_denied();
			_exit(0);
		}
		_exit(0);
	}
	wait(NULL);
	pause_ms(50);
}

/* The command ends first; the orphan goes on. */
static void orphaned(void)
{
	if (!fork()) {
		setsid();
		for (int i = 0; i < 5; i++) {
			pause_ms(100);
			hit_denied();
		}
		_exit(0);
	}
}

static void not_dumpable(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	hit_denied();
	raw_call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
	hit_denied();
}

static int copy_of(const char *program, int to)
{
	int from = open(program, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (from < 0 || fstat(from, &st))
		return -1;
	for (off_t left = st.st_size; left > 0;) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);

		if (n <= 0)
			return -1;
		left -= n;
	}
	close(from);
	return 0;
}

static void execute_only(void)
{
	int fd = open(at("client"), O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	if (copy_of(attack_self, fd))
		skip("cannot copy myself");
	fchmod(fd, 0111);
	close(fd);
	execv(at("client"), again(at("client")));
}

static void from_memfd(void)
{
	int fd = memfd_create("client", MFD_CLOEXEC);

	if (copy_of(attack_self, fd))
		skip("cannot copy myself");
	fexecve(fd, again("client"), environ);
}

static void by_loader(void)
{
	char *const argv[] = {"ld.so",	      "--inhibit-cache", attack_self,
			      "plain-stream", scene.dir,	 NULL};
	char *const none[] = {NULL};

	execve("/lib64/ld-linux-x86-64.so.2", argv, none);
	skip("no such loader");
}

static void other_user(void)
{
	open_to_others();
	if (setgid(65534) || setuid(65534))
		skip("cannot become another user");
	hit_denied();
}

static void other_fsuid(void)
{
	open_to_others();
	syscall(SYS_setfsuid, 65534);
	hit_denied();
}

#define PROCESS(name, run, what)                                               \
	{                                                                      \
		name, "processes", run, GRANT_FILE, 0, what                    \
	}

const struct attack process_attacks[] = {
	PROCESS("fork", forked, "a forked child"),
	PROCESS("vfork", vforked, "a vfork(2) child"),
	PROCESS("clone3", cloned3, "a clone3(2) child"),
	PROCESS("clone-vm", cloned_vm, "a process that shares all but signals"),
	PROCESS("posix-spawn", spawned, "a posix_spawn(3) child"),
	PROCESS("env-empty", empty_environment, "exec without environment"),
	PROCESS("env-preload", other_preload, "exec with another LD_PRELOAD"),
	PROCESS("env-policy", forged_policy, "exec without a policy"),
	PROCESS("daemon", daemonised, "a double-forked daemon"),
	PROCESS("orphan", orphaned, "a daemon after the command ended"),
	PROCESS("not-dumpable", not_dumpable, "PR_SET_DUMPABLE 0"),
	PROCESS("execute-only", execute_only, "a program that cannot be read"),
	PROCESS("memfd", from_memfd, "a program without a path"),
	PROCESS("loader", by_loader, "ld.so as the program"),
	{"setuid", "processes", other_user, GRANT_FILE, NEEDS_ROOT,
	 "root becomes another user"},
	{"setfsuid", "processes", other_fsuid, GRANT_FILE, NEEDS_ROOT,
	 "root with another fsuid"},
	{0},
};
