/* SPDX-License-Identifier: MIT */
/* abi.c - run a command on a kernel whose Landlock is older.
 *
 *	abi N COMMAND...
 *
 * The command and all that it starts are traced: landlock_create_ruleset(2)
 * tells ABI N, and refuses what that ABI did not know as its kernel did (see
 * copy_struct_from_user() in include/linux/uaccess.h).  Every right that is
 * left works as on the real kernel.
 */
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
int main(void)
{
	errx(77, "only for x86-64");
}
#else

#define ABI_MAX	     5
#define ABI_NET	     4	     /* handled_access_net */
#define VERSION_FLAG 1U	     /* LANDLOCK_CREATE_RULESET_VERSION */
#define FS_BITS_ABI1 0x1fffU /* REFER, TRUNCATE, IOCTL_DEV came one by one */

static unsigned int abi;

/* What handled_access_fs may hold. */
static uint64_t fs_mask(void)
{
	static const unsigned int added[ABI_MAX + 1] = {0, 0, 1, 2, 2, 3};

	return ((uint64_t)(FS_BITS_ABI1 + 1) << added[abi]) - 1;
}

/* The errno that this kernel would give, or 0. */
static int judge(pid_t pid, uint64_t address, uint64_t size)
{
	uint64_t attr[8] = {0};
	const size_t known = abi >= ABI_NET ? 2 : 1;
	const size_t len = size < sizeof(attr) ? size : sizeof(attr);
	const struct iovec local = {.iov_base = attr, .iov_len = len};
	const struct iovec remote = {
		.iov_base = (void *)(uintptr_t)address,
		.iov_len = len,
	};

	if (process_vm_readv(pid, &local, 1, &remote, 1, 0) != (ssize_t)len)
		return 0; /* the supervisor's: it hides from tracers, too */
	for (size_t i = known; i < sizeof(attr) / sizeof(*attr); i++)
		if (attr[i])
			return E2BIG;
	return attr[0] & ~fs_mask() ? EINVAL : 0;
}

/* The tracee stands before landlock_create_ruleset(). */
static void on_call(pid_t pid)
{
	struct user_regs_struct regs;
	int64_t result;

	if (ptrace(PTRACE_GETREGS, pid, 0, &regs) != 0)
		return;
	if ((uint32_t)regs.rdx == VERSION_FLAG)
		result = abi;
	else
		result = -judge(pid, regs.rdi, regs.rsi);
	if (result == 0)
		return;
	regs.orig_rax = (unsigned long long)-1; /* no call at all */
	regs.rax = (unsigned long long)result;
	ptrace(PTRACE_SETREGS, pid, 0, &regs);
}

static void resume(pid_t pid, int status)
{
	const int event = status >> 16;
	const int sig = WSTOPSIG(status);

	if (event == PTRACE_EVENT_SECCOMP)
		on_call(pid);
	if (event == PTRACE_EVENT_STOP && sig != SIGTRAP)
		ptrace(PTRACE_LISTEN, pid, 0, 0); /* stopped like a job */
	else
		ptrace(PTRACE_CONT, pid, 0, event ? 0 : sig);
}

static int trace(pid_t command)
{
	int status, result = 99;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid > 0 && WIFSTOPPED(status))
			resume(pid, status);
		else if (pid == command && WIFEXITED(status))
			result = WEXITSTATUS(status);
		else if (pid == command)
			result = 128 + WTERMSIG(status);
	}
	return result;
}

static void load_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset,
			 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(*code),
		.filter = code,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		err(99, "seccomp");
}

int main(int argc, char **argv)
{
	const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK |
			     PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_EXITKILL;
	pid_t command;

	abi = argc > 2 ? (unsigned int)strtoul(argv[1], NULL, 10) : 0;
	if (abi < 1 || abi > ABI_MAX)
		errx(99, "usage: abi 1..%d COMMAND...", ABI_MAX);
	command = fork();
	if (command < 0)
		err(99, "fork");
	if (command == 0) {
		raise(SIGSTOP);
		load_filter();
		execvp(argv[2], argv + 2);
		err(99, "%s", argv[2]);
	}
	if (waitpid(command, NULL, WUNTRACED) != command ||
	    ptrace(PTRACE_SEIZE, command, 0, options) != 0)
		err(99, "ptrace");
	kill(command, SIGCONT);
	return trace(command);
}

#endif
