/* SPDX-License-Identifier: MIT */
/* apart.c - do something in a thread that gives its rights up for good. */
#include "apart.h"

#include <errno.h>
#include <pthread.h>

#define STACK_SIZE (128 * 1024)

struct task {
	int (*act)(void *arg);
	void *arg;
	int result;
};

static void *run(void *arg)
{
	struct task *task = arg;

	task->result = task->act(task->arg);
	return NULL;
}

int apart_run(int (*act)(void *arg), void *arg)
{
	struct task task = {.act = act, .arg = arg};
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	error = pthread_create(&thread, &attr, run, &task);
	pthread_attr_destroy(&attr);
	if (error)
		return ENOMEM;
	pthread_join(thread, NULL);
	return task.result;
}
