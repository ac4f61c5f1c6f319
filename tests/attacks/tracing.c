/* SPDX-License-Identifier: MIT */
/* tracing.c - a tracer inside the sandbox changes its tracee's call after the
 * check, or asks the kernel to check nothing. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"
#include "raw.h"

#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif

#if defined(__x86_64__)

static struct sockaddr_un denied, harmless;
static socklen_t denied_len, harmless_len;

/* Asks for @nr; what it gets is its tracer's decision. */
static void tracee(long nr)
{
	int fd = unix_socket(SOCK_STREAM);

	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	if (!raw_call(nr, fd, (long)&harmless, (long)harmless_len, 0, 0, 0))
		deliver(fd);
	_exit(0);
}

static pid_t start(long nr)
{
	pid_t pid;

	denied_len = unix_addr(&denied, at("denied/no.sock"));
	harmless_len = unix_addr(&harmless, at("granted/ok.sock"));
	pid = fork();
	if (!pid)
		tracee(nr);
	waitpid(pid, NULL, 0);
	return pid;
}

static void make_it_connect(pid_t pid)
{
	struct user_regs_struct regs;

	ptrace(PTRACE_GETREGS, pid, NULL, &regs);
	regs.orig_rax = SYS_connect;
	regs.rax = (unsigned long long)-ENOSYS;
	regs.rsi = (unsigned long long)(uintptr_t)&denied;
	regs.rdx = denied_len;
	ptrace(PTRACE_SETREGS, pid, NULL, &regs);
}

static bool calls(pid_t pid, long nr)
{
	struct user_regs_struct regs;

	return !ptrace(PTRACE_GETREGS, pid, NULL, &regs) &&
	       (long)regs.orig_rax == nr;
}

/* Rewrite the first call of @nr at the kind of stop that @resume brings. */
static void rewrite(long nr, int resume, long options)
{
	pid_t pid = start(nr);
	bool done = false;
	int status;

	ptrace(PTRACE_SETOPTIONS, pid, NULL, options);
	for (int i = 0; i < 64; i++) {
		if (ptrace(done ? PTRACE_CONT : resume, pid, NULL, NULL) ||
		    waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
			break;
		if (!done && calls(pid, nr)) {
			make_it_connect(pid);
			done = true;
		}
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void other_number(void)
{
	rewrite(SYS_getppid, PTRACE_SYSCALL, PTRACE_O_EXITKILL);
}

static void other_arguments(void)
{
	rewrite(SYS_connect, PTRACE_SYSCALL, PTRACE_O_EXITKILL);
}

/* getppid(2) reports to the tracer by RET_TRACE: after the first filter run. */
static void event_number(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		skip("no seccomp filter");
	rewrite(SYS_getppid, PTRACE_CONT,
		PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP);
}

/* The answer is "refused": the tracer sends the call on its way again. */
static void restart_call(void)
{
	pid_t pid = start(SYS_connect);
	struct user_regs_struct regs;
	int status, stops = 0;

	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL);
	while (stops < 64 && !ptrace(PTRACE_SYSCALL, pid, NULL, NULL) &&
	       waitpid(pid, &status, 0) > 0 && WIFSTOPPED(status)) {
		if (++stops == 1)
			make_it_connect(pid);
		if (stops != 2 || ptrace(PTRACE_GETREGS, pid, NULL, &regs))
			continue;
		regs.rip -= 2;
		regs.rax = SYS_connect;
		ptrace(PTRACE_SETREGS, pid, NULL, &regs);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

#else
static void not_here(void)
{
	skip("x86-64 only");
}
#define other_number	not_here
#define other_arguments not_here
#define event_number	not_here
#define restart_call	not_here
#endif

static void suspended(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		hit_path(at("denied/no.sock"));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	       PTRACE_O_SUSPEND_SECCOMP | PTRACE_O_EXITKILL);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	waitpid(pid, &status, 0);
}

#define TRACE(name, run, what)                                                 \
	{                                                                      \
		name, "tracing", run, GRANT_FILE, 0, what                      \
	}

const struct attack trace_attacks[] = {
	TRACE("trace-number", other_number,
	      "getppid(2) becomes connect(2) at the system call stop"),
	TRACE("trace-arguments", other_arguments,
	      "connect(2) gets other arguments at the stop"),
	TRACE("trace-event", event_number,
	      "getppid(2) becomes connect(2) at the seccomp stop"),
	TRACE("trace-restart", restart_call,
	      "a refused connect(2) is sent back to its start"),
	TRACE("trace-suspend", suspended, "PTRACE_O_SUSPEND_SECCOMP"),
	{0},
};
