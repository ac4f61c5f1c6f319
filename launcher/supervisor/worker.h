/* SPDX-License-Identifier: MIT */
/* worker.h - the threads that answer notifications. */
#ifndef SBX_WORKER_H
#define SBX_WORKER_H

#include <stdbool.h>

#include "supervisor.h"

#define WORKERS_MAX 256

struct worker;

/** Why a blocking call made for a client was interrupted. */
enum interruption {
	INTERRUPT_NONE,	    /* it was not; go on */
	INTERRUPT_GONE,	    /* the client died */
	INTERRUPT_SIGNAL,   /* the client has a signal to handle */
	INTERRUPT_OVERLOAD, /* every worker is stuck: give this one up */
};

/**
 * workers_prepare() - To be called before anything is answered.
 * @sup:	supervisor
 * @timer:	a timerfd that is armed whenever a worker is busy; the caller
 *		polls it and then calls workers_watch()
 */
void workers_prepare(const struct supervisor *sup, int timer);

/**
 * workers_answer_one() - Answer a single notification in this thread.
 *
 * For the self-test, before there are any workers.
 *
 * Return: 0, or an errno value
 */
int workers_answer_one(void);

/**
 * workers_start() - Begin to answer, in threads.
 *
 * Return: 0, or an errno value
 */
int workers_start(void);

/**
 * workers_watch() - Interrupt workers whose clients are gone or signalled.
 *
 * A worker that connects to a full server may wait for ever; its client may
 * not.  Clients wait unsignalled, so their signals are looked up.
 */
void workers_watch(void);

/** worker_acts_here() - Its call is performed by this thread: wake this one. */
void worker_acts_here(struct worker *worker);

/** worker_interruption() - Why did this worker's call end with EINTR? */
enum interruption worker_interruption(struct worker *worker);

#endif /* SBX_WORKER_H */
