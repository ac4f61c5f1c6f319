/* SPDX-License-Identifier: MIT */
/* race.c - the two parties of a race. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "race.h"

#define STACK_SIZE (64 * 1024)

static const struct race *current;

/* Shared with forked flippers. */
static struct {
	atomic_bool stop;
	atomic_uint turns;
} * shared;

/* A window of unknown width is found by waits of random length. */
static void wait_a_little(unsigned int *seed)
{
	*seed = *seed * 1103515245 + 12345;
	for (volatile unsigned int i = *seed >> 16 & 0x7ff; i; i--)
		;
}

static int flip_until_stopped(void *arg)
{
	unsigned int seed = (unsigned int)getpid();
	(void)arg;

	for (unsigned int turn = 0; !atomic_load(&shared->stop); turn++) {
		current->flip(turn);
		atomic_store(&shared->turns, turn);
		wait_a_little(&seed);
	}
	return 0;
}

static void *flip_thread(void *arg)
{
	flip_until_stopped(arg);
	return NULL;
}

static int flip_process(void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return flip_until_stopped(arg);
}

static pid_t start_process(enum race_by by)
{
	static const int flags[] = {
		[RACE_CLONE_VM] = CLONE_VM,
		[RACE_CLONE_FS] = CLONE_FS,
		[RACE_CLONE_FILES] = CLONE_FILES,
	};
	char *stack;
	pid_t pid;

	if (by == RACE_PROCESS) {
		pid = fork();
		if (!pid)
			_exit(flip_process(NULL));
		return pid;
	}
	stack = malloc(STACK_SIZE);
	if (!stack)
		return -1;
	return clone(flip_process, stack + STACK_SIZE, flags[by] | SIGCHLD,
		     NULL);
}

unsigned int race_tries(void)
{
	const unsigned int tries = number_in("SBX_RACE_TRIES");

	return tries ? tries : RACE_TRIES;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* Tries count only if the other party moves: on a busy machine each would run
 * alone for its time slice. */
static void attempts(int result)
{
	const unsigned int enough = race_tries();
	const unsigned int enough_moves = enough / (RACE_TRIES / RACE_MOVES);
	double end = now() + RACE_SECONDS * slowness();
	unsigned int tries = 0, moves = 0, seen = 0, turn;

	while (now() < end && (tries < enough || moves < enough_moves)) {
		current->attempt();
		tries++;
		turn = atomic_load(&shared->turns);
		if (turn == seen)
			sched_yield();
		else
			moves++;
		seen = turn;
	}
	dprintf(result, "tries %u\n", tries);
}

void race_run(const struct race *race)
{
	/* Connected now: some races change the root. */
	int result = unix_socket(SOCK_STREAM);
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/ok.sock"));
	pthread_t thread;
	pid_t pid = 0;

	connect(result, (struct sockaddr *)&addr, len);
	current = race;
	shared = race_memory(sizeof(*shared));
	if (race->by == RACE_THREAD) {
		if (pthread_create(&thread, NULL, flip_thread, NULL))
			skip("no thread");
	} else {
		pid = start_process(race->by);
		if (pid < 0)
			skip("no process");
	}
	attempts(result);
	atomic_store(&shared->stop, true);
	if (race->by == RACE_THREAD)
		pthread_join(thread, NULL);
	else
		waitpid(pid, NULL, 0);
}

void *race_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		skip("no shared memory");
	return p;
}
