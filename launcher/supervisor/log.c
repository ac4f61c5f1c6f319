/* SPDX-License-Identifier: MIT */
/* log.c - the event log: folding, JSON lines, lines for people.
 *
 * Theory of operation
 *
 * The first event of its kind is written at once.  Repeats (same process,
 * operation, target and verdict) within a second are counted, and written as
 * one event with that count by log_tick(), when they are evicted or at the
 * end.  Only an event that has repeated is copied, so a flood of different
 * events costs no memory.
 *
 * If stderr is a terminal, a full-screen program may own it: lines are held
 * back, bounded, until the command has ended.
 *
 * What a thread is refused while it looks up a host name is in the JSON lines
 * at once, but told to a person only if no line about the name has been written
 * in its place (lookups.h).
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../diag.h"
#include "clock.h"
#include "lookups.h"

#define FOLDS	  32
#define FOLD_MS	  1000
#define FORGET_MS 10000
#define LOOKUP_MS 10000 /* musl's resolver asks for five seconds */
#define HELD_MAX  32768

/* Where an event goes. */
enum part { BOTH, JSON_ALONE, TEXT_ALONE };

/* What makes two events the same.  No hash: two that collide could be chosen,
 * to hide one behind the other.  Nor does a report hide what we refused. */
struct key {
	uint64_t facts[12];
	uint8_t ip[sizeof(((struct addr *)0)->ip)];
	char name[112]; /* no padding: compared as bytes */
};

_Static_assert(sizeof(((struct key *)0)->name) >=
		       sizeof(((struct addr *)0)->name),
	       "every name fits");

struct fold {
	struct key key;
	bool used;
	int64_t last; /* when it was last written, ms */
	uint32_t pending;
	uint32_t total;	     /* the first one and all repeats */
	struct event *event; /* a copy, if pending */
	enum part part;
	/* Part of the key, the path or the host: last, so that short ones
	 * touch few pages. */
	char detail[PATH_TEXT_MAX];
};

struct log {
	pthread_mutex_t lock;
	const char *run, *tier;
	int file;      /* JSON lines, -1: none */
	bool text;     /* lines for people are wanted */
	bool terminal; /* ... and held back */
	uint64_t seq;
	uint64_t lost_json, lost_text;
	struct fold folds[FOLDS];
	struct lookups lookups;
	size_t held_len;
	char held[HELD_MAX];
	char line[EVENT_JSON_MAX];
};

struct log *log_open(const struct log_config *config)
{
	struct log *log = calloc(1, sizeof(*log));

	if (!log)
		die_errno("cannot allocate the event log");
	pthread_mutex_init(&log->lock, NULL);
	log->run = config->run;
	log->tier = config->tier;
	log->text = !config->quiet;
	log->terminal = log->text && isatty(STDERR_FILENO);
	log->file = -1;
	if (config->path) {
		log->file = open(config->path,
				 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
					 O_NONBLOCK | O_NOCTTY,
				 0600);
		if (log->file < 0)
			die_errno("cannot open the log \"%s\"", config->path);
	}
	return log;
}

int log_keep(const struct log *log)
{
	return log->file;
}

/* A pipe may be full and its reader slow: losing a line is better than a
 * supervisor that stands still.  A regular file takes what it is given. */
static bool write_line(int fd, const char *line, size_t len)
{
	struct pollfd out = {.fd = fd, .events = POLLOUT};
	const struct iovec part = {.iov_base = (void *)line, .iov_len = len};
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return write(fd, line, len) == (ssize_t)len;
	n = pwritev2(fd, &part, 1, -1, RWF_NOWAIT);
	if (n < 0 && errno != EAGAIN) {
		/* Not supported here; then room for a line is asked for. */
		if (poll(&out, 1, 0) != 1 || !(out.revents & POLLOUT))
			return false;
		n = write(fd, line, len);
	}
	return n == (ssize_t)len;
}

/* For after the command; false if there is no room. */
static bool hold_back(struct log *log, size_t len)
{
	if (log->held_len + len > sizeof(log->held))
		return false;
	memcpy(log->held + log->held_len, log->line, len);
	log->held_len += len;
	return true;
}

static bool show(struct log *log, size_t len)
{
	return log->terminal ? hold_back(log, len)
			     : write_line(STDERR_FILENO, log->line, len);
}

static void write_text(struct log *log, const struct event *event)
{
	const int len = event_text(event, log->line, sizeof(log->line));

	log->lost_text += len < 0 || !show(log, (size_t)len);
}

static void write_json(struct log *log, const struct event *event)
{
	const int len = event_json(event, log->line, sizeof(log->line));

	log->lost_json +=
		len < 0 || !write_line(log->file, log->line, (size_t)len);
}

static void write_event(struct log *log, struct event *event, uint32_t total,
			enum part part)
{
	clock_gettime(CLOCK_REALTIME, &event->ts);
	event->run = log->run;
	event->tier = log->tier;
	if (part != TEXT_ALONE) {
		event->seq = ++log->seq;
		if (log->file >= 0)
			write_json(log, event);
	}
	/* A program gets what is new, a person the sum. */
	event->count = total;
	if (part != JSON_ALONE && log->text && !event->verdict.allow)
		write_text(log, event);
}

static void make_key(struct key *key, const struct event *event, enum part part)
{
	const uint64_t facts[] = {
		(uint64_t)event->pid,	   (uint64_t)event->op,
		(uint64_t)event->domain,   (uint64_t)event->type,
		(uint64_t)event->protocol, (uint64_t)event->verdict.error,
		event->verdict.allow,	   (uint64_t)event->addr.kind,
		event->addr.port,	   event->addr.name_len,
		(uint64_t)event->layer,	   (uint64_t)part,
	};

	_Static_assert(sizeof(facts) == sizeof(key->facts), "all of them");
	memcpy(key->facts, facts, sizeof(facts));
	memcpy(key->ip, event->addr.ip, sizeof(key->ip));
	memset(key->name, 0, sizeof(key->name));
	memcpy(key->name, event->addr.name, event->addr.name_len);
}

static void flush_fold(struct log *log, struct fold *fold)
{
	if (fold->pending == 0)
		return;
	fold->event->count = fold->pending;
	fold->pending = 0;
	fold->last = clock_ms();
	write_event(log, fold->event, fold->total, fold->part);
	free(fold->event);
	fold->event = NULL;
}

static bool is_same(const struct fold *fold, const struct key *key,
		    const char *detail)
{
	return fold->used && memcmp(&fold->key, key, sizeof(*key)) == 0 &&
	       strcmp(fold->detail, detail) == 0;
}

/* A name that is looked up has no address to tell it apart by. */
static const char *detail_of(const struct event *event)
{
	return event->op == OP_RESOLVE ? event->host : event->resolved;
}

static void clear(struct log *log, struct fold *fold)
{
	flush_fold(log, fold);
	fold->used = false;
	fold->total = 0;
}

static struct fold *find_fold(struct log *log, const struct key *key,
			      const char *detail)
{
	struct fold *oldest = &log->folds[0];

	for (unsigned int i = 0; i < FOLDS; i++) {
		struct fold *fold = &log->folds[i];

		if (is_same(fold, key, detail))
			return fold;
		if (fold->last < oldest->last)
			oldest = fold;
	}
	clear(log, oldest);
	return oldest;
}

/* A report may count to anything; a sum of zero would be no event. */
static uint32_t add_counts(uint32_t a, uint32_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + b;
}

/* Counts a repeat; false if the event has to be written. */
static bool folded(struct log *log, const struct event *event, enum part part)
{
	struct key key;
	struct fold *fold;
	const int64_t now = clock_ms();

	make_key(&key, event, part);
	fold = find_fold(log, &key, detail_of(event));
	if (!fold->used || now - fold->last > FORGET_MS) {
		flush_fold(log, fold);
		fold->used = true;
		fold->key = key;
		fold->part = part;
		strcpy(fold->detail, detail_of(event));
		fold->last = now;
		fold->total = event->count;
		return false;
	}
	if (!fold->event) {
		fold->event = malloc(sizeof(*event));
		if (!fold->event)
			return false;
		*fold->event = *event;
	}
	fold->pending = add_counts(fold->pending, event->count);
	fold->total = add_counts(fold->total, event->count);
	return true;
}

static void take(struct log *log, struct event *event, enum part part)
{
	if (!folded(log, event, part))
		write_event(log, event, event->count, part);
}

void log_event(struct log *log, struct event *event)
{
	pthread_mutex_lock(&log->lock);
	take(log, event,
	     lookups_hold(&log->lookups, event, log->text) ? JSON_ALONE : BOTH);
	pthread_mutex_unlock(&log->lock);
}

/* Tells what was kept, and is not explained by a line about a name. */
static void release(struct log *log, pid_t tid, int64_t until)
{
	static const char note[] = "while a host name was looked up";
	struct event *event;

	while ((event = lookups_take(&log->lookups, tid, until))) {
		event->note = note;
		take(log, event, TEXT_ALONE);
		free(event);
	}
}

void log_lookup_begins(struct log *log, pid_t tid)
{
	pthread_mutex_lock(&log->lock);
	release(log, tid, INT64_MAX);
	lookups_begin(&log->lookups, tid);
	pthread_mutex_unlock(&log->lock);
}

void log_lookup_ends(struct log *log, pid_t tid)
{
	pthread_mutex_lock(&log->lock);
	release(log, tid, INT64_MAX);
	lookups_end(&log->lookups, tid);
	pthread_mutex_unlock(&log->lock);
}

bool log_lookup_refused(struct log *log, pid_t tid)
{
	bool refused;

	pthread_mutex_lock(&log->lock);
	refused = lookups_refused(&log->lookups, tid);
	pthread_mutex_unlock(&log->lock);
	return refused;
}

void log_lookup_failed(struct log *log, struct event *event)
{
	struct event *held;

	pthread_mutex_lock(&log->lock);
	while ((held = lookups_take(&log->lookups, event->tid, INT64_MAX)))
		free(held);
	lookups_end(&log->lookups, event->tid);
	take(log, event, BOTH);
	pthread_mutex_unlock(&log->lock);
}

bool log_tick(struct log *log)
{
	const int64_t now = clock_ms();
	bool waiting = false;

	pthread_mutex_lock(&log->lock);
	release(log, 0, now - LOOKUP_MS);
	waiting = lookups_any(&log->lookups);
	for (unsigned int i = 0; i < FOLDS; i++) {
		struct fold *fold = &log->folds[i];

		if (fold->pending && now - fold->last >= FOLD_MS)
			flush_fold(log, fold);
		waiting |= fold->pending > 0;
	}
	pthread_mutex_unlock(&log->lock);
	return waiting;
}

static void flush_all(struct log *log)
{
	release(log, 0, INT64_MAX);
	for (unsigned int i = 0; i < FOLDS; i++)
		flush_fold(log, &log->folds[i]);
}

void log_command_ended(struct log *log, const char *remark)
{
	pthread_mutex_lock(&log->lock);
	flush_all(log);
	if (log->held_len > 0)
		write_line(STDERR_FILENO, log->held, log->held_len);
	if (log->text && log->lost_text > 0)
		warn_msg("%llu lines about denials could not be shown",
			 (unsigned long long)log->lost_text);
	if (log->text && remark && log->seq > 0)
		warn_msg("%s", remark);
	log->text = false;
	pthread_mutex_unlock(&log->lock);
}

void log_close(struct log *log)
{
	pthread_mutex_lock(&log->lock);
	flush_all(log);
	pthread_mutex_unlock(&log->lock);
}
