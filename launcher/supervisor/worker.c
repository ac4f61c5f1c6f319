/* SPDX-License-Identifier: MIT */
/* worker.c - a pool of threads that receive, judge and answer.
 *
 * Theory of operation
 *
 * Every worker receives by itself: the kernel hands each notification to one
 * of them.  A worker that finds nobody else waiting starts another one, so a
 * client that is stuck never delays the next; superfluous ones end.  At
 * WORKERS_MAX everyone is stuck, and workers_watch() gives up the calls that
 * have lasted longest: they fail as if the server's backlog stayed full.
 *
 * The main thread watches busy workers (see workers_watch()).  A worker marks
 * itself busy and arms the timer if nobody else has.
 */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "../../policy/report.h"
#include "../backstop/seccomp.h"
#include "call.h"
#include "clock.h"
#include "probe.h"
#include "made.h"

#define IDLE_MAX    4
#define STACK_SIZE  (192 * 1024)
#define WATCH_MS    50
#define OVERLOAD_MS 1000
#define WAKE_SIGNAL SIGUSR1

struct worker {
	atomic_int thread; /* its thread id */
	atomic_bool used;
	atomic_bool busy;
	_Atomic uint64_t id;	      /* of the notification in hand */
	atomic_int tid;		      /* of its client */
	_Atomic int64_t since;	      /* ms, when it was received */
	atomic_int interruption;      /* enum interruption ... */
	_Atomic uint64_t interrupted; /* ... of which notification */
	uint64_t signalled;	      /* id for which a signal was seen once */
	struct probe probe;
	struct client_cache cache;
	struct call call;
};

static struct {
	const struct supervisor *sup;
	int timer;
	atomic_bool armed;
	atomic_int idle;
	pthread_mutex_t lock; /* starting and ending of workers */
	struct worker worker[WORKERS_MAX];
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void arm(void)
{
	const struct itimerspec when = {
		.it_value.tv_nsec = WATCH_MS * 1000000L,
	};

	if (!atomic_exchange(&pool.armed, true))
		timerfd_settime(pool.timer, 0, &when, NULL);
}

/* --- answering ---------------------------------------------------------- */

static struct answer dispatch(struct call *call)
{
	static const struct {
		int nr;
		struct answer (*handle)(struct call *call);
	} table[] = {
		{SYS_connect, op_connect},
		{SYS_bind, op_bind},
		{SYS_socket, op_socket},
		{SYS_listen, op_listen},
		{SYS_socketpair, op_socketpair},
		{SYS_prctl, op_report},
		{SYS_sendmsg, op_sendmsg},
		{SYS_sendto, op_sendto},
		{SYS_sendmmsg, op_sendmmsg},
		{SYS_setsockopt, op_setsockopt},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (call->req->data.nr == table[i].nr)
			return table[i].handle(call);
	return answer_error(ENOSYS);
}

static struct answer handle(struct worker *w, const struct seccomp_notif *req,
			    bool quiet)
{
	struct call *call = &w->call;
	struct answer answer;

	call->sup = pool.sup;
	call->worker = w;
	call->probe = &w->probe;
	call->explained = NULL;
	call->req = req;
	call->report = NULL;
	call->quiet = quiet;
	call->client = (struct client){
		.sup = pool.sup,
		.id = req->id,
		.cache = &w->cache,
		.tid = (pid_t)req->pid,
	};
	call->fd = -1;
	call->foreign = 0;
	call->domain = call->type = call->protocol = 0;
	call->has_addr = false;
	call->raw_len = 0;
	memset(&call->addr, 0, sizeof(call->addr));
	answer = dispatch(call);
	made_settle(call, &answer);
	if (call->fd >= 0)
		close(call->fd);
	return answer;
}

static void send_answer(uint64_t id, const struct answer *answer)
{
	struct seccomp_notif_resp resp = {.id = id};

	if (answer->go_on)
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (answer->error)
		resp.error = -answer->error;
	else
		resp.val = answer->value;
	/* ENOENT: the client died, or will ask again after a signal. */
	ioctl(pool.sup->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

/* --- the life of a worker ----------------------------------------------- */

static int start_worker(void);

static void release(struct worker *w)
{
	probe_close(&w->probe);
	if (w->cache.tid)
		close(w->cache.pidfd);
	atomic_store(&w->used, false);
}

static void serve(struct worker *w, const struct seccomp_notif *req, bool quiet)
{
	struct answer answer;

	atomic_store(&w->id, req->id);
	atomic_store(&w->tid, (int)req->pid);
	atomic_store(&w->since, clock_ms());
	atomic_store(&w->busy, true);
	arm();
	if (atomic_fetch_sub(&pool.idle, 1) == 1)
		start_worker();
	answer = handle(w, req, quiet);
	atomic_store(&w->busy, false);
	atomic_fetch_add(&pool.idle, 1);
	send_answer(req->id, &answer);
}

/* Ends this worker if enough others wait; never the last one. */
static bool superfluous(void)
{
	int idle = atomic_load(&pool.idle);

	while (idle > IDLE_MAX)
		if (atomic_compare_exchange_weak(&pool.idle, &idle, idle - 1))
			return true;
	return false;
}

void worker_acts_here(struct worker *worker)
{
	sigset_t wake;

	atomic_store(&worker->thread, (int)gettid());
	sigemptyset(&wake);
	sigaddset(&wake, WAKE_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &wake, NULL);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct seccomp_notif req;

	worker_acts_here(w);
	while (!superfluous()) {
		memset(&req, 0, sizeof(req));
		if (ioctl(pool.sup->listener, SECCOMP_IOCTL_NOTIF_RECV, &req) ==
		    0)
			serve(w, &req, false);
		else if (errno == ENOENT && seccomp_hung_up(pool.sup->listener))
			break;
		/* ENOENT: the client died first.  EINTR: a late wake-up. */
		else if (errno != EINTR && errno != ENOENT)
			abort(); /* nothing can be answered: fail closed */
	}
	release(w);
	return NULL;
}

static void take(struct worker *w)
{
	probe_init(&w->probe);
	w->cache.tid = 0;
}

static struct worker *free_worker(void)
{
	for (int i = 0; i < WORKERS_MAX; i++) {
		if (atomic_exchange(&pool.worker[i].used, true))
			continue;
		take(&pool.worker[i]);
		return &pool.worker[i];
	}
	return NULL;
}

static int start_worker(void)
{
	struct worker *w = free_worker();
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	if (!w)
		return EAGAIN;
	atomic_fetch_add(&pool.idle, 1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attr, work, w);
	pthread_attr_destroy(&attr);
	if (error) {
		atomic_fetch_sub(&pool.idle, 1);
		release(w);
	}
	return error;
}

static void woken(int sig)
{
	(void)sig; /* its only purpose is EINTR */
}

void workers_prepare(const struct supervisor *sup, int timer)
{
	const struct sigaction action = {.sa_handler = woken};

	pool.sup = sup;
	pool.timer = timer;
	sigaction(WAKE_SIGNAL, &action, NULL);
}

int workers_answer_one(void)
{
	struct worker *w = free_worker();
	struct seccomp_notif req = {0};

	if (!w)
		return EAGAIN;
	atomic_store(&pool.idle, 2); /* so that no thread is started yet */
	while (ioctl(pool.sup->listener, SECCOMP_IOCTL_NOTIF_RECV, &req) != 0)
		if (errno != EINTR)
			return errno;
	serve(w, &req, true);
	atomic_store(&pool.idle, 0);
	release(w);
	return 0;
}

int workers_start(void)
{
	return start_worker(); /* which starts the next when it is busy */
}

/* --- watching ----------------------------------------------------------- */

static bool gone(uint64_t id)
{
	return ioctl(pool.sup->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) !=
	       0;
}

/* A signal for the whole process may be meant for another thread: only one
 * that is still there at the second look counts. */
static bool signalled(struct worker *w, uint64_t id)
{
	struct client_status status;

	if (client_status(pool.sup, atomic_load(&w->tid), &status) != 0 ||
	    status.pending == 0) {
		w->signalled = 0;
		return false;
	}
	if (w->signalled == id)
		return true;
	w->signalled = id;
	return false;
}

static enum interruption reason(struct worker *w, uint64_t id, int64_t now,
				int busy)
{
	if (gone(id))
		return INTERRUPT_GONE;
	/* Before a signal, for which not everybody who waits gives up. */
	if (busy >= WORKERS_MAX && now - atomic_load(&w->since) > OVERLOAD_MS)
		return INTERRUPT_OVERLOAD;
	return signalled(w, id) ? INTERRUPT_SIGNAL : INTERRUPT_NONE;
}

/* By the time that the reason is known it may do something else already. */
static void watch(struct worker *w, int64_t now, int busy)
{
	const uint64_t id = atomic_load(&w->id);
	enum interruption why;

	if (!atomic_load(&w->busy) || now - atomic_load(&w->since) < WATCH_MS)
		return;
	why = reason(w, id, now, busy);
	if (why == INTERRUPT_NONE)
		return;
	atomic_store(&w->interruption, (int)why);
	atomic_store(&w->interrupted, id);
	tgkill(pool.sup->pid, atomic_load(&w->thread), WAKE_SIGNAL);
}

void workers_watch(void)
{
	const int64_t now = clock_ms();
	int busy = 0;

	atomic_store(&pool.armed, false);
	for (int i = 0; i < WORKERS_MAX; i++)
		busy += atomic_load(&pool.worker[i].busy);
	if (busy == 0)
		return;
	for (int i = 0; i < WORKERS_MAX; i++)
		watch(&pool.worker[i], now, busy);
	arm();
}

enum interruption worker_interruption(struct worker *worker)
{
	if (atomic_load(&worker->interrupted) != atomic_load(&worker->id))
		return INTERRUPT_NONE;
	return (enum interruption)atomic_load(&worker->interruption);
}
