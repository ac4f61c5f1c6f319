/* SPDX-License-Identifier: MIT */
/* around.c - act where nobody but the sandbox is reached by abstract names.
 *
 * Theory of operation
 *
 * A file can be held, an abstract name cannot.  What was bound inside when we
 * looked may be a stranger's when the kernel looks; and a call that waits for
 * room at the receiver looks again once that has been closed, which the client
 * may do whenever a stranger is likely to take the name.
 *
 * So the kernel has to see to it.  The thread that clones the command enters a
 * Landlock domain before, which does nothing but scope abstract sockets: what
 * any domain forbids unless told otherwise (REFER) it allows everywhere.  The
 * command's own domain lies within that one: its sockets are in reach of
 * whoever is in the outer domain, and nobody else's are.  That thread stays,
 * and starts others, which inherit the domain, to perform calls.
 *
 * What Landlock goes by is who made the socket that has the name.  One that was
 * made by the supervisor (made.c) is not in the domain, nor one that came from
 * outside and was bound inside.
 */
#include "around.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "../diag.h"
#include "names.h"
#include "worker.h"

#define STACK_SIZE (192 * 1024)
#define IDLE_MAX   2

struct job {
	struct call *call;
	struct answer (*act)(struct call *call, void *arg);
	void *arg;
	struct answer answer;
	sem_t done;
	struct job *next;
};

struct around {
	void (*start)(void *arg);
	void *arg;
	sem_t started;
	bool confined;
	pthread_mutex_t lock;	/* of what follows */
	pthread_cond_t offered; /* a job, to those who are idle */
	pthread_cond_t wanted;	/* somebody to do one, says who offers it */
	struct job *jobs;
	int offers; /* how many those are */
	int idle;
	int hires; /* how many are wanted */
};

static void wait_for(sem_t *event)
{
	while (sem_wait(event) != 0)
		; /* EINTR: a late wake-up */
}

static int start_thread(void *(*run)(void *arg), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attr, run, arg);
	pthread_attr_destroy(&attr);
	return error;
}

/* ---- in the domain ------------------------------------------------------ */

/* With the lock held; NULL: enough others are idle. */
static struct job *take(struct around *around)
{
	struct job *job;

	if (!around->jobs && around->idle >= IDLE_MAX)
		return NULL;
	around->idle++;
	while (!around->jobs)
		pthread_cond_wait(&around->offered, &around->lock);
	around->idle--;
	job = around->jobs;
	around->jobs = job->next;
	around->offers--;
	return job;
}

static void *do_jobs(void *arg)
{
	struct around *around = arg;
	struct job *job;

	pthread_mutex_lock(&around->lock);
	while ((job = take(around))) {
		pthread_mutex_unlock(&around->lock);
		worker_acts_here(job->call->worker);
		job->answer = job->act(job->call, job->arg);
		sem_post(&job->done);
		pthread_mutex_lock(&around->lock);
	}
	pthread_mutex_unlock(&around->lock);
	return NULL;
}

/* With the lock held: there is nobody to do it. */
static void give_back(struct around *around)
{
	struct job *job = around->jobs;

	if (!job)
		return;
	around->jobs = job->next;
	around->offers--;
	job->answer = answer_error(EAGAIN);
	sem_post(&job->done);
}

/* Who is started here is in the domain, too. */
static _Noreturn void hire(struct around *around)
{
	pthread_mutex_lock(&around->lock);
	for (;;) {
		while (around->hires == 0)
			pthread_cond_wait(&around->wanted, &around->lock);
		around->hires--;
		if (start_thread(do_jobs, around) != 0)
			give_back(around);
	}
}

static void *enter(void *arg)
{
	struct around *around = arg;

	around->confined = landlock_confine_abstract() == 0;
	if (!around->confined && landlock_probe() >= LANDLOCK_ABI_SCOPES)
		die_errno("cannot enter the Landlock domain around the "
			  "command");
	around->start(around->arg);
	sem_post(&around->started);
	if (around->confined)
		hire(around);
	return NULL;
}

struct around *around_begin(void (*start)(void *arg), void *arg)
{
	static struct around around = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.offered = PTHREAD_COND_INITIALIZER,
		.wanted = PTHREAD_COND_INITIALIZER,
	};

	around.start = start;
	around.arg = arg;
	sem_init(&around.started, 0, 0);
	if (start_thread(enter, &around) != 0)
		die("cannot start the supervisor's threads");
	wait_for(&around.started);
	return around.confined ? &around : NULL;
}

/* ---- outside of it ------------------------------------------------------ */

static void run(struct around *around, struct job *job)
{
	sem_init(&job->done, 0, 0);
	pthread_mutex_lock(&around->lock);
	job->next = around->jobs;
	around->jobs = job;
	if (++around->offers > around->idle) {
		around->hires++;
		pthread_cond_signal(&around->wanted);
	} else {
		pthread_cond_signal(&around->offered);
	}
	pthread_mutex_unlock(&around->lock);
	wait_for(&job->done);
	sem_destroy(&job->done);
	worker_acts_here(job->call->worker);
}

static bool is_inside(struct call *call)
{
	return names_has(call->sup->names, call->addr.name, call->addr.name_len,
			 call_type(call));
}

static struct answer refuse(struct call *call)
{
	return call_refuse_abstract(call, "somebody outside has this name now");
}

/* Where no domain tells: what has the name before and after had it meanwhile.
 * Else nothing more goes there; what a thread has sent until now did. */
static struct answer
act_and_look(struct call *call,
	     struct answer (*act)(struct call *call, void *arg), void *arg)
{
	const struct answer answer = act(call, arg);

	if (answer.error || call->op != OP_CONNECT || is_inside(call))
		return answer;
	shutdown(call->fd, SHUT_RDWR);
	return refuse(call);
}

struct answer around_perform(struct call *call,
			     struct answer (*act)(struct call *call, void *arg),
			     void *arg)
{
	struct job job = {.call = call, .act = act, .arg = arg};

	if (!call->sup->around)
		return act_and_look(call, act, arg);
	run(call->sup->around, &job);
	/* That is what the domain says; a datagram socket that is connected to
	 * somebody else says it, too. */
	return job.answer.error == EPERM && !is_inside(call) ? refuse(call)
							     : job.answer;
}
