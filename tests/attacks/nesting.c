/* SPDX-License-Identifier: MIT */
/* nesting.c - a sandbox of the attacker's own inside, with wider grants; and
 * a supervisor of its own. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

/* "DIR/tests/attacks/attack" lies in the build directory DIR. */
static const char *sbx_run(void)
{
	static char path[256];
	char *cut;

	snprintf(path, sizeof(path), "%s", attack_self);
	cut = strstr(path, "tests/attacks/attack");
	if (!cut)
		skip("no sbx-run beside me");
	strcpy(cut, "sbx-run");
	return path;
}

#define MAX_WORDS 16

/* program OPTION... -- attack NAME DIR */
static void nest_by(const char *program, const char *const options[],
		    const char *attack)
{
	char *argv[MAX_WORDS + 6] = {(char *)program};
	int count = 1;

	for (; *options && count < MAX_WORDS; options++)
		argv[count++] = (char *)*options;
	argv[count++] = "--";
	argv[count++] = attack_self;
	argv[count++] = (char *)attack;
	argv[count++] = scene.dir;
	execv(program, argv);
	skip("cannot run %s: %s", program, strerror(errno));
}

static void nest(const char *const options[], const char *attack)
{
	nest_by(sbx_run(), options, attack);
}

static void wider(void)
{
	nest((const char *const[]){"--allow-unix-socket", scene.dir, NULL},
	     "plain-stream");
}

static void exact(void)
{
	nest((const char *const[]){"--allow-unix-socket", at("denied/no.sock"),
				   "--allow-unix-socket", at("granted"), NULL},
	     "plain-stream");
}

static void all(void)
{
	nest((const char *const[]){"--allow-all-unix-sockets", NULL},
	     "plain-stream");
}

static void full(void)
{
	nest((const char *const[]){"--network", "full", NULL}, "tcp4");
}

static void full_allowlist(void)
{
	nest((const char *const[]){"--network", "full",
				   "--unix-sockets=allowlist",
				   "--allow-unix-socket", scene.dir, NULL},
	     "plain-stream");
}

static void no_backstop(void)
{
	nest((const char *const[]){"--backstop=none", "--allow-unix-socket",
				   scene.dir, NULL},
	     "plain-stream");
}

static void no_shim(void)
{
	nest((const char *const[]){"--no-shim", "--allow-unix-socket",
				   scene.dir, NULL},
	     "plain-stream");
}

static void twice(void)
{
	nest((const char *const[]){"--allow-unix-socket", scene.dir, "--",
				   sbx_run(), "--allow-unix-socket", scene.dir,
				   NULL},
	     "plain-stream");
}

static void keep_caps(void)
{
	nest((const char *const[]){"--keep-caps=all", "--network", "full",
				   NULL},
	     "plain-stream");
}

static void in_namespaces(void)
{
	new_namespaces(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS |
		       CLONE_NEWIPC | CLONE_NEWUTS);
	wider();
}

static void without_environment(void)
{
	clearenv();
	wider();
}

/* It asks by prctl(2) whether it is inside: a filter says no. */
static bool add_filter(int nr, unsigned int verdict, unsigned int flags,
		       int *listener)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
	long fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	if (listener)
		*listener = (int)fd;
	return fd >= 0;
}

/* The question whether it is inside is number 0x53425831 of prctl(2); every
 * prctl fails here, so the answer is no. */
static void unaware(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 1000, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
	wider();
}

/* A program that sees no sandbox, with a library of the attacker's. */
static void copied(void)
{
	int from = open(sbx_run(), O_RDONLY | O_CLOEXEC);
	int to = open(at("sbx-copy"), O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t n;

	do
		n = sendfile(to, from, NULL, 1 << 20);
	while (n > 0);
	close(to);
	close(from);
	nest_by(at("sbx-copy"),
		(const char *const[]){"--allow-unix-socket", scene.dir, NULL},
		"plain-stream");
}

/* Answers CONTINUE to everything that it is asked. */
static void *say_continue(void *arg)
{
	int fd = *(int *)arg;
	struct seccomp_notif ask;
	struct seccomp_notif_resp answer;

	for (;;) {
		memset(&ask, 0, sizeof(ask));
		memset(&answer, 0, sizeof(answer));
		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &ask))
			return NULL;
		answer.id = ask.id;
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

static void supervise_own(int nr, unsigned int flags)
{
	static int fd;
	pthread_t thread;

	flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	if (!add_filter(nr, SECCOMP_RET_USER_NOTIF, flags, &fd) &&
	    !add_filter(nr, SECCOMP_RET_USER_NOTIF,
			SECCOMP_FILTER_FLAG_NEW_LISTENER, &fd))
		return;
	pthread_create(&thread, NULL, say_continue, &fd);
}

/* Two filters notify: the newer one is asked (seccomp(2)). */
static void own_supervisor(void)
{
	supervise_own(SYS_connect, 0);
	hit_denied();
}

static void own_supervisor_threads(void)
{
	supervise_own(SYS_connect, SECCOMP_FILTER_FLAG_TSYNC |
					   SECCOMP_FILTER_FLAG_TSYNC_ESRCH);
	hit_denied();
}

static void own_supervisor_socket(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.dgram"));

	supervise_own(SYS_socket, 0);
	hit(AF_UNIX, SOCK_DGRAM, &addr, len);
}

/* There is room for one listener: is there, when the first is gone? */
static void own_supervisor_after(void)
{
	signal(SIGHUP, SIG_IGN);
	announce("kill-parent %d", getpid());
	pause_ms(50);
	supervise_own(SYS_connect, 0);
	for (int i = 0; i < 5; i++)
		hit_denied();
}

static void own_supervisor_later(void)
{
	signal(SIGHUP, SIG_IGN);
	announce("kill-parent %d", getpid());
	pause_ms(50);
	supervise_own(SYS_connect, SECCOMP_FILTER_FLAG_TSYNC |
					   SECCOMP_FILTER_FLAG_TSYNC_ESRCH);
	for (int i = 0; i < 5; i++)
		in_child(hit_denied);
}

/* A whole sbx-run in place of the one that is gone. */
static void nested_after(void)
{
	signal(SIGHUP, SIG_IGN);
	announce("kill-parent %d", getpid());
	pause_ms(50);
	wider();
}

#define NESTED(name, run, what)                                                \
	{                                                                      \
		name, "nesting", run, GRANT_FILE, 0, what                      \
	}

const struct attack nesting_attacks[] = {
	NESTED("nested-wider", wider, "sbx-run with a wider grant"),
	NESTED("nested-exact", exact, "sbx-run that grants the denied socket"),
	NESTED("nested-all", all, "sbx-run --allow-all-unix-sockets"),
	NESTED("nested-full", full, "sbx-run --network full, TCP"),
	NESTED("nested-full-allowlist", full_allowlist,
	       "... and --unix-sockets=allowlist"),
	NESTED("nested-no-backstop", no_backstop, "sbx-run --backstop=none"),
	NESTED("nested-no-shim", no_shim, "sbx-run --no-shim"),
	NESTED("nested-twice", twice, "sbx-run in sbx-run"),
	NESTED("nested-keep-caps", keep_caps, "sbx-run --keep-caps=all"),
	NESTED("nested-namespaces", in_namespaces, "sbx-run in namespaces"),
	NESTED("nested-no-environment", without_environment,
	       "sbx-run without environment"),
	NESTED("nested-unaware", unaware,
	       "sbx-run that cannot know it is inside"),
	NESTED("nested-copy", copied, "a copy of sbx-run"),
	NESTED("nested-after", nested_after,
	       "sbx-run after the supervisor was killed"),
	NESTED("own-supervisor", own_supervisor,
	       "an own supervisor that lets connect go on"),
	NESTED("own-supervisor-threads", own_supervisor_threads,
	       "the same, for all threads"),
	NESTED("own-supervisor-socket", own_supervisor_socket,
	       "the same for socket(2), datagram"),
	NESTED("own-supervisor-after", own_supervisor_after,
	       "the same after ours was killed"),
	NESTED("own-supervisor-later", own_supervisor_later,
	       "the same, for all threads and children"),
	{0},
};
