/* SPDX-License-Identifier: MIT */
/* neighbours.c - use a process outside: of the same user, not sandboxed.  The
 * victim holds a connection to a denied server, watches a word of its memory
 * and reports signals. */
#include <asm/sockios.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

static const long poison = 1;

static int victim_pidfd(void)
{
	return (int)syscall(SYS_pidfd_open, scene.victim, 0);
}

static void getfd(void)
{
	deliver((int)syscall(SYS_pidfd_getfd, victim_pidfd(),
			     scene.victim_stream, 0));
}

static void poke(void)
{
	pid_t victim = (pid_t)scene.victim;

	if (ptrace(PTRACE_SEIZE, victim, NULL, NULL))
		return;
	ptrace(PTRACE_INTERRUPT, victim, NULL, NULL);
	waitpid(victim, NULL, 0);
	ptrace(PTRACE_POKEDATA, victim, (void *)scene.canary, (void *)poison);
	ptrace(PTRACE_DETACH, victim, NULL, NULL);
	pause_ms(50);
}

static void attach(void)
{
	pid_t victim = (pid_t)scene.victim;

	if (ptrace(PTRACE_ATTACH, victim, NULL, NULL))
		return;
	waitpid(victim, NULL, 0);
	ptrace(PTRACE_POKEDATA, victim, (void *)scene.canary, (void *)poison);
	ptrace(PTRACE_DETACH, victim, NULL, NULL);
	pause_ms(50);
}

static void proc_mem(void)
{
	int fd = open(proc((pid_t)scene.victim, "mem"), O_RDWR | O_CLOEXEC);

	pwrite(fd, &poison, sizeof(poison), scene.canary);
	pause_ms(50);
}

static void vm_writev(void)
{
	struct iovec from = {(void *)&poison, sizeof(poison)};
	struct iovec to = {(void *)scene.canary, sizeof(poison)};

	process_vm_writev((pid_t)scene.victim, &from, 1, &to, 1, 0);
	pause_ms(50);
}

static void proc_root(void)
{
	char path[108];

	snprintf(path, sizeof(path), "/proc/%ld/root%s", scene.victim,
		 at("denied/no.sock"));
	hit_path(path);
}

static void proc_fd(void)
{
	char path[108];

	snprintf(path, sizeof(path), "/proc/%ld/fd/%ld/no.sock", scene.victim,
		 scene.victim_dir);
	hit_path(path);
}

static void signal_victim(void)
{
	kill((pid_t)scene.victim, SIGUSR1);
	pause_ms(50);
}

static void signal_pidfd(void)
{
	syscall(SYS_pidfd_send_signal, victim_pidfd(), SIGUSR1, NULL, 0);
	pause_ms(50);
}

static void signal_sigio(void)
{
	int fds[2];

	/* The kernel sends it for us, when data arrives. */
	if (pipe(fds))
		return;
	fcntl(fds[0], F_SETOWN, (int)scene.victim);
	fcntl(fds[0], F_SETSIG, SIGUSR1);
	fcntl(fds[0], F_SETFL, O_ASYNC);
	write(fds[1], "x", 1);
	pause_ms(50);
}

/* The kernel sends it to all of a group, which one may join before. */
static void signal_group_by(void (*own)(int fd))
{
	int fds[2];

	signal(SIGUSR1, SIG_IGN);
	if (setpgid(0, (pid_t)scene.victim) || pipe(fds))
		return;
	own(fds[0]);
	fcntl(fds[0], F_SETSIG, SIGUSR1);
	fcntl(fds[0], F_SETFL, O_ASYNC);
	write(fds[1], "x", 1);
	pause_ms(50);
}

static void own_group(int fd)
{
	fcntl(fd, F_SETOWN, -(int)scene.victim);
}

static void own_group_hidden(int fd)
{
	const struct f_owner_ex owner = {F_OWNER_PGRP, (pid_t)scene.victim};
	int group = -(int)scene.victim;

	fcntl(fd, F_SETOWN_EX, &owner);
	ioctl(fd, FIOSETOWN, &group);
}

static void signal_group(void)
{
	signal_group_by(own_group);
}

static void signal_group_hidden(void)
{
	signal_group_by(own_group_hidden);
}

/* What is over its limit gets a signal each second, and then SIGKILL. The
 * victim only sleeps, so that it would take long. */
static void limit_victim(void)
{
	const struct rlimit hour = {3600, RLIM_INFINITY};

	if (!prlimit((pid_t)scene.victim, RLIMIT_CPU, &hour, NULL))
		confess("the limits of a process outside");
}

/* What misses its deadline may get a signal, too: by root's choice here. */
static void deadline(void)
{
	const struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attr = {48,
		  6 /* SCHED_DEADLINE */,
		  4 /* SCHED_FLAG_DL_OVERRUN */,
		  0,
		  0,
		  1000000,
		  1000000000,
		  1000000000};

	if (!syscall(SYS_sched_setattr, scene.victim, &attr, 0))
		confess("the deadlines of a process outside");
}

/* The leader of its session, who is outside, gets SIGHUP. */
static void hang_up(void)
{
	signal(SIGHUP, SIG_IGN);
	if (!vhangup())
		confess("the terminal of processes outside");
}

static void join_namespaces(void)
{
	static const char *const kinds[] = {"ns/user", "ns/mnt"};
	int fd;

	setns(victim_pidfd(), CLONE_NEWUSER | CLONE_NEWNS);
	for (int i = 0; i < 2; i++) {
		fd = open(proc((pid_t)scene.victim, kinds[i]),
			  O_RDONLY | O_CLOEXEC);
		setns(fd, 0);
	}
	hit_path(at("granted/ok.sock"));
}

static void getfd_ancestors(void)
{
	pid_t list[9];
	int count = ancestors(list, 8);

	list[count++] = (pid_t)scene.judge;
	for (int i = 0; i < count; i++) {
		int from = (int)syscall(SYS_pidfd_open, list[i], 0);

		for (int fd = 0; fd < 128; fd++)
			deliver((int)syscall(SYS_pidfd_getfd, from, fd, 0));
	}
}

static void hit_denied_often(void)
{
	for (int i = 0; i < 20; i++) {
		hit_path(at("denied/no.sock"));
		pause_ms(5);
	}
}

static void send_ancestors(int signal_number)
{
	pid_t list[8];

	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	for (int i = ancestors(list, 8); i > 0; i--)
		kill(list[i - 1], signal_number);
	hit_denied_often();
}

static void kill_ancestors(void)
{
	send_ancestors(SIGKILL);
}

static void stop_ancestors(void)
{
	send_ancestors(SIGSTOP);
}

static void limit_ancestors(void)
{
	const struct rlimit none = {3, 3}, cpu = {1, 1};
	pid_t list[8];

	for (int i = ancestors(list, 8); i > 0; i--) {
		prlimit(list[i - 1], RLIMIT_NOFILE, &none, NULL);
		prlimit(list[i - 1], RLIMIT_CPU, &cpu, NULL);
	}
	hit_denied_often();
}

/* What if somebody else kills them? */
static void lose(const char *whom)
{
	signal(SIGHUP, SIG_IGN);
	announce("%s %d", whom, getpid());
	hit_denied_often();
}

static void lose_supervisor(void)
{
	lose("kill-parent");
}

/* The command itself may be meant to end with it. */
static void lose_launcher(void)
{
	if (!fork()) {
		setsid();
		pause_ms(50);
		hit_denied_often();
		_exit(0);
	}
	lose("kill-command");
}

/* A call that waits for its answer while the supervisor dies. */
static void lose_during_call(void)
{
	if (!fork())
		for (int i = 0; i < 4000; i++)
			hit_path(at("denied/no.sock"));
	lose("kill-parent");
}

static void type_ahead(void)
{
	for (const char *p = scene.token; *p; p++)
		ioctl(STDIN_FILENO, TIOCSTI, p);
	ioctl(STDIN_FILENO, TIOCSTI, "\n");
	pause_ms(50); /* a terminal whose session is over is empty */
}

static void type_ahead_high_bits(void)
{
	for (const char *p = scene.token; *p; p++)
		syscall(SYS_ioctl, STDIN_FILENO, 0xffffffff00000000 | TIOCSTI,
			p);
	syscall(SYS_ioctl, STDIN_FILENO, 0xffffffff00000000 | TIOCSTI, "\n");
	pause_ms(50);
}

#define NEEDS(needs, name, run, what)                                          \
	{                                                                      \
		name, "neighbours", run, GRANT_FILE, needs, what               \
	}
#define OUT(...)    NEEDS(0, __VA_ARGS__)
#define SIGNAL(...) NEEDS(NEEDS_SCOPES, __VA_ARGS__)

const struct attack neighbour_attacks[] = {
	OUT("getfd-outside", getfd, "pidfd_getfd(2) of a connected socket"),
	OUT("getfd-ancestors", getfd_ancestors,
	    "the same of every process above"),
	OUT("ptrace-seize", poke, "PTRACE_SEIZE of a process outside"),
	OUT("ptrace-attach", attach, "PTRACE_ATTACH of a process outside"),
	OUT("proc-mem", proc_mem, "its /proc/PID/mem"),
	OUT("vm-writev", vm_writev, "its memory by process_vm_writev(2)"),
	OUT("proc-root", proc_root, "its /proc/PID/root"),
	OUT("proc-fd", proc_fd, "its /proc/PID/fd/N"),
	SIGNAL("signal", signal_victim, "kill(2) of a process outside"),
	SIGNAL("signal-pidfd", signal_pidfd, "pidfd_send_signal(2)"),
	SIGNAL("signal-sigio", signal_sigio, "F_SETOWN and SIGIO"),
	SIGNAL("signal-group", signal_group, "... to a group that it joins"),
	SIGNAL("signal-group-hidden", signal_group_hidden,
	       "... by F_SETOWN_EX and FIOSETOWN"),
	OUT("signal-limit", limit_victim, "prlimit(2) of a process outside"),
	NEEDS(NEEDS_ROOT | NEEDS_LUCK, "signal-deadline", deadline,
	      "sched_setattr(2) of a process outside"),
	NEEDS(NEEDS_ROOT, "signal-hangup", hang_up, "vhangup(2)"),
	{"setns", "neighbours", join_namespaces, GRANT_FILE, NEEDS_NAMESPACE,
	 "a namespace where the granted name is denied"},
	OUT("kill-ancestors", kill_ancestors, "SIGKILL to the supervisor"),
	NEEDS(MAY_HANG, "stop-ancestors", stop_ancestors,
	      "SIGSTOP to the supervisor"),
	OUT("limit-ancestors", limit_ancestors,
	    "prlimit(2): no descriptors for the supervisor"),
	OUT("lose-supervisor", lose_supervisor, "an outsider kills it"),
	OUT("lose-launcher", lose_launcher, "an outsider kills the launcher"),
	OUT("lose-during-call", lose_during_call,
	    "an outsider kills the supervisor amid calls"),
	{"tiocsti", "neighbours", type_ahead, GRANT_FILE, NEEDS_PTY,
	 "TIOCSTI types into the terminal"},
	{"tiocsti-high", "neighbours", type_ahead_high_bits, GRANT_FILE,
	 NEEDS_PTY, "TIOCSTI with rubbish in the upper 32 bits"},
	{0},
};
