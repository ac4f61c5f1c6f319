/* SPDX-License-Identifier: MIT */
/* race_task.c - the caller changes while its call is checked: the descriptor
 * is another one, the thread is gone, its number belongs to someone else. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "race.h"

#define SLOT 50

static struct sockaddr_un denied, harmless;
static struct sockaddr_un *live;
static socklen_t denied_len, harmless_len;
static int choices[4];
static unsigned int choice_count;

static void addresses(void)
{
	denied_len = unix_addr(&denied, at("denied/no.sock"));
	harmless_len = unix_addr(&harmless, at("granted/ok.sock"));
}

static void choose(int fd)
{
	if (fd >= 0)
		choices[choice_count++] = fd;
}

static void flip_slot(unsigned int turn)
{
	dup3(choices[turn % choice_count], SLOT, O_CLOEXEC);
}

static void flip_open(unsigned int turn)
{
	if (turn & 1)
		dup3(choices[0], SLOT, O_CLOEXEC);
	else
		close(SLOT);
}

static void attempt_slot(void)
{
	connect_and_deliver(SLOT, &denied, denied_len);
}

static void run_slot(void (*flip)(unsigned int), enum race_by by)
{
	addresses();
	race_run(&(const struct race){by, flip, attempt_slot});
}

static void fd_tcp(void)
{
	choose(unix_socket(SOCK_STREAM));
	choose(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	run_slot(flip_slot, RACE_THREAD);
}

static void fd_pair(void)
{
	int pair[2];

	choose(unix_socket(SOCK_STREAM));
	if (!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		choose(pair[0]);
	run_slot(flip_slot, RACE_THREAD);
}

static void fd_file(void)
{
	choose(unix_socket(SOCK_STREAM));
	choose(open("/dev/null", O_RDWR | O_CLOEXEC));
	choose(open(at("denied/no.sock"), O_PATH | O_CLOEXEC));
	run_slot(flip_slot, RACE_THREAD);
}

static void fd_closed(void)
{
	choose(unix_socket(SOCK_STREAM));
	run_slot(flip_open, RACE_THREAD);
}

static void fd_process(void)
{
	choose(unix_socket(SOCK_STREAM));
	choose(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	choose(open("/dev/null", O_RDWR | O_CLOEXEC));
	run_slot(flip_slot, RACE_CLONE_FILES);
}

/* The slot and the address flip at once, each at its own pace. */
static void flip_both(unsigned int turn)
{
	dup3(choices[turn % choice_count], SLOT, O_CLOEXEC);
	memcpy(live, turn & 2 ? &denied : &harmless, sizeof(*live));
}

static void attempt_both(void)
{
	connect_and_deliver(SLOT, live, sizeof(*live));
	/* A connected socket is of no use any more. */
	close(choices[0]);
	choices[0] = unix_socket(SOCK_STREAM);
}

static void fd_and_path(void)
{
	addresses();
	live = race_memory(sizeof(*live));
	choose(unix_socket(SOCK_STREAM));
	choose(open("/dev/null", O_RDWR | O_CLOEXEC));
	choose(unix_socket(SOCK_SEQPACKET));
	race_run(&(const struct race){RACE_THREAD, flip_both, attempt_both});
}

static void flip_live(unsigned int turn)
{
	memcpy(live, turn & 1 ? &denied : &harmless, sizeof(*live));
}

static void prepare_live(void)
{
	addresses();
	live = race_memory(sizeof(*live));
}

/* The caller is killed at any moment of its call. */
static void attempt_killed(void)
{
	static unsigned int seed;
	pid_t pid = vfork();

	if (!pid) {
		hit(AF_UNIX, SOCK_STREAM, live, sizeof(*live));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	pid = fork();
	if (!pid) {
		for (;;)
			hit(AF_UNIX, SOCK_STREAM, live, sizeof(*live));
	}
	seed = seed * 1103515245 + 12345;
	for (volatile unsigned int i = seed >> 16 & 0xffff; i; i--)
		;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void caller_killed(void)
{
	prepare_live();
	race_run(&(const struct race){RACE_THREAD, flip_live, attempt_killed});
}

static void *connect_once(void *arg)
{
	hit(AF_UNIX, SOCK_STREAM, live, sizeof(*live));
	return arg;
}

/* Thread numbers come and go. */
static void attempt_thread(void)
{
	pthread_t a, b;

	if (pthread_create(&a, NULL, connect_once, NULL))
		return;
	if (!pthread_create(&b, NULL, connect_once, NULL))
		pthread_join(b, NULL);
	pthread_join(a, NULL);
}

static void short_threads(void)
{
	prepare_live();
	race_run(&(const struct race){RACE_THREAD, flip_live, attempt_thread});
}

static void *connect_unshared(void *arg)
{
	int fd;

	/* Here SLOT is a new socket, to the other threads /dev/null. */
	if (unshare(CLONE_FILES))
		return arg;
	fd = unix_socket(SOCK_STREAM);
	dup3(fd, SLOT, O_CLOEXEC);
	close(fd);
	attempt_slot();
	return arg;
}

static void attempt_unshared(void)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, connect_unshared, NULL))
		pthread_join(thread, NULL);
}

static void unshared_files(void)
{
	choose(open("/dev/null", O_RDWR | O_CLOEXEC));
	choose(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	addresses();
	race_run(
		&(const struct race){RACE_THREAD, flip_slot, attempt_unshared});
}

#define RACE(name, run, what)                                                  \
	{                                                                      \
		name, "races", run, GRANT_FILE, NEEDS_TRIES, what              \
	}

const struct attack race_task_attacks[] = {
	RACE("race-fd-tcp", fd_tcp, "the descriptor is a TCP socket at times"),
	RACE("race-fd-pair", fd_pair, "... or half of a socketpair"),
	RACE("race-fd-file", fd_file, "... or a file, or O_PATH"),
	RACE("race-fd-closed", fd_closed, "... or closed"),
	RACE("race-fd-process", fd_process,
	     "the same, by a process that shares descriptors"),
	RACE("race-fd-and-path", fd_and_path,
	     "descriptor and address flip together"),
	RACE("race-killed", caller_killed,
	     "the caller is killed during the check"),
	RACE("race-threads", short_threads,
	     "callers are threads that live for one call"),
	RACE("race-unshared-files", unshared_files,
	     "the caller's descriptor table is its own"),
	{0},
};
