/* SPDX-License-Identifier: MIT */
/* launcher.c - lay hands on the launcher and the supervisor.
 *
 * Without a sandbox there is neither; the control then does the same to a
 * process outside, or needs nothing but the connect at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

/* Of a process that is ours by right: what was done to it counts. */
static void each(void (*act)(pid_t))
{
	pid_t list[9];
	int count = ancestors(list, 8);

	if (!count)
		list[count++] = (pid_t)scene.victim;
	for (int i = 0; i < count; i++)
		act(list[i]);
}

static void trace_one(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
		return;
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	confess("a tracer's attachment");
}

static void trace(void)
{
	each(trace_one);
}

static void open_memory(pid_t pid)
{
	int fd = open(proc(pid, "mem"), O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	close(fd);
	confess("an open memory");
}

static void memory(void)
{
	each(open_memory);
}

static void read_memory(pid_t pid)
{
	char byte;
	const struct iovec local = {&byte, 1};
	const struct iovec remote = {(void *)scene.canary, 1};

	if (process_vm_readv(pid, &local, 1, &remote, 1, 0) >= 0 ||
	    errno == EFAULT)
		confess("a look into the memory");
}

static void memory_vm(void)
{
	each(read_memory);
}

static void open_descriptors(pid_t pid)
{
	char path[32], target[8];

	/* Their numbers are no secret; what they are, the log for one, is. */
	for (int fd = 0; fd < 64; fd++) {
		snprintf(path, sizeof(path), "fd/%d", fd);
		if (readlink(proc(pid, path), target, sizeof(target)) >= 0 ||
		    open(proc(pid, path), O_RDONLY | O_CLOEXEC) >= 0)
			confess("a descriptor");
	}
}

static void descriptors(void)
{
	each(open_descriptors);
}

static void read_environment(pid_t pid)
{
	int fd = open(proc(pid, "environ"), O_RDONLY | O_CLOEXEC);
	char byte;

	if (fd >= 0 && read(fd, &byte, 1) == 1)
		confess("the environment");
	if (fd >= 0)
		close(fd);
}

static void environment(void)
{
	each(read_environment);
}

/* Whoever is asked to connect may be gone by then. */
static int witness = -1;

static void call_witness(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/ok.sock"));

	witness = unix_socket(SOCK_STREAM);
	connect(witness, (struct sockaddr *)&addr, len);
}

/* Process, thread and all others of the group, by every signal. */
static void signal_one(pid_t pid)
{
	const union sigval value = {.sival_int = 1};

	for (int sig = 1; sig <= 64; sig++) {
		if (!kill(pid, sig) || !sigqueue(pid, sig, value) ||
		    !syscall(SYS_tgkill, pid, pid, sig))
			send(witness, "broke a signal", 14, MSG_NOSIGNAL);
	}
}

static void probe_signal(pid_t pid)
{
	if (!kill(pid, 0))
		confess("leave to signal");
}

static void signals(void)
{
	pid_t list[1];

	call_witness();
	if (ancestors(list, 1))
		each(signal_one);
	else
		each(probe_signal);
	hit_denied();
}

static void signal_group(void)
{
	static const int harmless[] = {SIGHUP,	SIGTERM, SIGINT, SIGQUIT,
				       SIGUSR1, SIGUSR2, SIGCONT};

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		signal(harmless[i], SIG_IGN);
		kill(0, harmless[i]);
	}
	pause_ms(20);
	hit_denied();
}

/* Starve it: whatever it then cannot do must not come out as "yes". */
static void slow_down(pid_t pid)
{
	const struct sched_param none = {0};
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	setpriority(PRIO_PROCESS, (id_t)pid, 19);
	sched_setscheduler(pid, SCHED_IDLE, &none);
	sched_setaffinity(pid, sizeof(one), &one);
}

static void priority(void)
{
	pid_t list[8];

	for (int i = ancestors(list, 8); i > 0; i--)
		slow_down(list[i - 1]);
	hit_denied();
}

static void limits(void)
{
	static const int all[] = {
		RLIMIT_AS,    RLIMIT_DATA,   RLIMIT_STACK,   RLIMIT_FSIZE,
		RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_MEMLOCK, RLIMIT_SIGPENDING};
	const struct rlimit none = {0, 0};
	pid_t list[8];

	for (int i = ancestors(list, 8); i > 0; i--)
		for (size_t j = 0; j < sizeof(all) / sizeof(all[0]); j++)
			prlimit(list[i - 1], (enum __rlimit_resource)all[j],
				&none, NULL);
	for (int i = 0; i < 10; i++)
		hit_denied();
}

/* Anyone may write some files of /proc/PID, if permissions let him. */
static void write_files(void)
{
	static const char *const names[] = {"oom_score_adj", "comm",
					    "timerslack_ns", "coredump_filter",
					    "clear_refs",    "loginuid"};
	pid_t list[8];

	for (int i = ancestors(list, 8); i > 0; i--)
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
			int fd = open(proc(list[i - 1], names[j]),
				      O_WRONLY | O_CLOEXEC);

			write(fd, "1", 1);
			close(fd);
		}
	hit_denied();
}

/* The one that answers is gone; may another one answer? */
static void lose_and(void (*then)(void))
{
	signal(SIGHUP, SIG_IGN);
	announce("kill-parent %d", getpid());
	for (int i = 0; i < 20; i++) {
		then();
		pause_ms(5);
	}
}

static void in_new_session(void)
{
	if (!fork()) {
		setsid();
		hit_denied();
		_exit(0);
	}
	wait(NULL);
}

static void lost_session(void)
{
	lose_and(in_new_session);
}

static void by_program(void)
{
	const char *const args[] = {at("denied/no.sock"), scene.token, NULL};
	pid_t pid = fork();

	if (!pid)
		run_variant("plain-static", args);
	wait_for_pid(pid);
}

static void lost_exec(void)
{
	lose_and(by_program);
}

static void by_other_means(void)
{
	struct sockaddr_un addr;

	hit_denied();
	hit(AF_UNIX, SOCK_DGRAM, &addr,
	    unix_addr(&addr, at("denied/no.dgram")));
	hit(AF_UNIX, SOCK_STREAM, &addr, abstract_addr(&addr, "no"));
}

static void lost_others(void)
{
	lose_and(by_other_means);
}

/* A call that waits for a full server when the supervisor dies. */
static void lost_waiting(void)
{
	if (!fork()) {
		hit_path(at("granted/full.sock"));
		hit_path(at("granted/full.sock"));
		hit_path(at("granted/full.sock"));
		hit_denied();
		_exit(0);
	}
	pause_ms(80);
	lose_and(hit_denied);
}

/* An outsider stops it for a while: calls wait, and nothing else. */
static void stopped(void)
{
	announce("stop-parent %d", getpid());
	hit_denied();
}

#define LAUNCHER(name, run, needs, what)                                       \
	{                                                                      \
		name, "launcher", run, GRANT_DIRECTORY, needs, what            \
	}

const struct attack launcher_attacks[] = {
	LAUNCHER("launcher-trace", trace, WORKS_AFTER, "PTRACE_SEIZE"),
	LAUNCHER("launcher-memory", memory, WORKS_AFTER, "/proc/PID/mem"),
	LAUNCHER("launcher-memory-vm", memory_vm, WORKS_AFTER,
		 "process_vm_readv(2)"),
	LAUNCHER("launcher-descriptors", descriptors, WORKS_AFTER,
		 "/proc/PID/fd"),
	LAUNCHER("launcher-environment", environment, WORKS_AFTER,
		 "/proc/PID/environ"),
	LAUNCHER("launcher-signals", signals, NEEDS_SCOPES, "every signal"),
	LAUNCHER("launcher-group", signal_group, WORKS_AFTER,
		 "signals to the process group"),
	LAUNCHER("launcher-priority", priority, WORKS_AFTER,
		 "scheduled last, on one processor"),
	LAUNCHER("launcher-limits", limits, 0, "all resource limits are 0"),
	LAUNCHER("launcher-files", write_files, WORKS_AFTER,
		 "files in /proc/PID that can be written"),
	LAUNCHER("lost-session", lost_session, 0,
		 "the supervisor is killed, then a new session"),
	LAUNCHER("lost-exec", lost_exec, 0, "... then a static program"),
	LAUNCHER("lost-others", lost_others, 0,
		 "... then datagrams and abstract names"),
	LAUNCHER("lost-waiting", lost_waiting, 0,
		 "it is killed while a call waits for a full server"),
	LAUNCHER("stopped-supervisor", stopped, WORKS_AFTER,
		 "it is stopped for a while"),
	{0},
};
