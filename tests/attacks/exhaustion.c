/* SPDX-License-Identifier: MIT */
/* exhaustion.c - use something up, then ask.  What cannot be decided must be
 * refused, and afterwards the granted socket must still work. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

static void limit(int what, rlim_t value)
{
	const struct rlimit both = {value, value};

	setrlimit((enum __rlimit_resource)what, &both);
}

/* A program that starts with nearly nothing. */
static void exec_limited(int what, rlim_t value)
{
	const char *const args[] = {at("denied/no.sock"), scene.token, NULL};
	pid_t pid = fork();

	if (!pid) {
		limit(what, value);
		run_variant("plain-static", args);
	}
	wait_for_pid(pid);
}

static void descriptors(void)
{
	exec_limited(RLIMIT_NOFILE, 4);
}

static void processes(void)
{
	exec_limited(RLIMIT_NPROC, 1);
}

static void address_space(void)
{
	exec_limited(RLIMIT_AS, 4 << 20);
}

static void file_size(void)
{
	signal(SIGXFSZ, SIG_IGN);
	exec_limited(RLIMIT_FSIZE, 0);
}

static void stack(void)
{
	exec_limited(RLIMIT_STACK, 64 << 10);
}

static void *wait_in_queue(void *arg)
{
	hit_path(at("granted/full.sock"));
	return arg;
}

/* More clients of a full server than the supervisor has threads for. */
static void waiters(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int count = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32768);
	while (count < 320 &&
	       !pthread_create(&thread, &attr, wait_in_queue, NULL))
		count++;
	pthread_attr_destroy(&attr);
	for (int i = 0; i < 3; i++)
		hit_denied();
	greet("after");
}

/* Every client a process of its own, with a descriptor table of its own. */
static void waiting_processes(void)
{
	for (int i = 0; i < 264; i++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			wait_in_queue(NULL);
			_exit(0);
		}
	}
	hit_denied();
	greet("after");
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		;
}

/* Killed in the middle of their calls; their numbers are used again. */
static void storm(void)
{
	pid_t pids[16];

	for (int round = 0; round < 8; round++) {
		for (int i = 0; i < 16; i++) {
			pids[i] = fork();
			if (!pids[i]) {
				for (;;)
					hit_denied();
			}
		}
		for (int i = 0; i < 16; i++)
			kill(pids[i], SIGKILL);
		while (wait(NULL) > 0)
			;
	}
}

/* More sockets than the supervisor remembers of those bound inside. */
static void many_bound(void)
{
	struct sockaddr_un addr;
	char name[64];
	int fd;

	limit(RLIMIT_NOFILE, 1024);
	for (int i = 0; i < 600; i++) {
		snprintf(name, sizeof(name), "granted/b%d", i);
		fd = unix_socket(SOCK_STREAM);
		bind(fd, (struct sockaddr *)&addr, unix_addr(&addr, at(name)));
	}
	hit_denied();
}

/* Bound, deleted, bound again: what is remembered must be forgotten. */
static void bound_again(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/again"));
	int fd;

	for (int i = 0; i < 130; i++) {
		fd = unix_socket(SOCK_STREAM);
		bind(fd, (struct sockaddr *)&addr, len);
		close(fd);
		unlink(at("granted/again"));
	}
	hit_denied();
}

static void flood_one(void)
{
	struct sockaddr_un addr;
	char suffix[32];
	int fd = unix_socket(SOCK_STREAM);

	for (int i = 0; i < 40; i++) {
		socklen_t len;

		snprintf(suffix, sizeof(suffix), "flood-%d-%d", getpid(), i);
		len = abstract_addr(&addr, suffix);
		bind(fd, (struct sockaddr *)&addr, len);
		hit_denied();
	}
}

/* Each refusal is a new event. */
static void events(void)
{
	for (int i = 0; i < 16; i++)
		if (!fork()) {
			flood_one();
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
}

/* Of one user's signals the kernel queues so many. */
static void queued_signals(void)
{
	const union sigval value = {.sival_int = 1};
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int i = 0; i < 100000; i++)
		if (sigqueue(getpid(), SIGRTMIN, value))
			break;
	hit_denied();
}

static void *connect_pending(void *arg)
{
	hit_denied();
	return arg;
}

/* Memory is taken away under the call. */
static void memory(void)
{
	pthread_t thread;
	void *hog;

	for (int i = 0; i < 8; i++) {
		hog = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (pthread_create(&thread, NULL, connect_pending, NULL))
			break;
		madvise(hog, 8 << 20, MADV_DONTNEED);
		munmap(hog, 8 << 20);
		pthread_join(thread, NULL);
	}
}

/* Links behind links, each as long as can be. */
static void long_links(void)
{
	char name[64], text[4000];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s", scene.dir);

	while (len < 3800)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"/./../%s",
					strrchr(scene.dir, '/') + 1);
	snprintf(text + len, sizeof(text) - len, "/denied/no.sock");
	symlink(text, at("granted/l0"));
	for (int i = 1; i < 38; i++) {
		char to[16];

		snprintf(to, sizeof(to), "l%d", i - 1);
		snprintf(name, sizeof(name), "granted/l%d", i);
		symlink(to, at(name));
	}
	hit_path(at("granted/l37"));
	hit_path(at("granted/l0"));
}

/* A current directory that is deeper than a path can be long. */
static void deep_directory(void)
{
	char name[201];

	memset(name, 'd', 200);
	name[200] = '\0';
	if (chdir(at("granted")))
		return;
	for (int i = 0; i < 30; i++)
		if (mkdir(name, 0700) || chdir(name))
			return;
	symlink(at("denied/no.sock"), "l");
	hit_path("l");
}

#define EXHAUST(name, run, what)                                               \
	{                                                                      \
		name, "exhaustion", run, GRANT_DIRECTORY, WORKS_AFTER, what    \
	}

const struct attack exhaustion_attacks[] = {
	EXHAUST("limit-descriptors", descriptors, "RLIMIT_NOFILE 4"),
	EXHAUST("limit-processes", processes, "RLIMIT_NPROC 1"),
	EXHAUST("limit-memory", address_space, "RLIMIT_AS 4 MiB"),
	EXHAUST("limit-files", file_size, "RLIMIT_FSIZE 0"),
	EXHAUST("limit-stack", stack, "RLIMIT_STACK 64 KiB"),
	EXHAUST("waiting-threads", waiters, "320 clients that wait"),
	EXHAUST("waiting-processes", waiting_processes,
		"264 processes that wait"),
	EXHAUST("pid-storm", storm, "128 processes killed amid their calls"),
	EXHAUST("many-bound", many_bound, "600 sockets bound inside"),
	EXHAUST("bound-again", bound_again, "one name bound 130 times"),
	EXHAUST("event-flood", events, "640 different refusals"),
	EXHAUST("queued-signals", queued_signals, "the queue of signals"),
	EXHAUST("memory-churn", memory, "memory that comes and goes"),
	EXHAUST("long-links", long_links, "40 links, the last 3800 bytes long"),
	EXHAUST("deep-directory", deep_directory,
		"a link 6000 bytes below the granted directory"),
	{0},
};
