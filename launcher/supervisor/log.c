/* SPDX-License-Identifier: MIT */
/* log.c - the event log: folding, and lines for people.
 *
 * Theory of operation
 *
 * The first event of its kind is written at once.  Repeats (same process,
 * operation, target and verdict) within a second are counted, and written as
 * one event with that count by log_tick(), when they are evicted or at the
 * end.  Only an event that has repeated is copied, so a flood of different
 * events costs no memory.
 *
 * A process that names ever new addresses is told of as one (burst.c).
 *
 * If stderr is a terminal, a full-screen program may own it: lines are held
 * back, bounded, until the command has ended.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../clean.h"
#include "../diag.h"
#include "burst.h"
#include "clock.h"
#include "denials.h"
#include "sink.h"
#include "tally.h"

#define FOLDS	  32
#define FOLD_MS	  1000
#define FORGET_MS 10000
#define HELD_MAX  32768

/* What makes two events the same.  No hash: two that collide could be chosen,
 * to hide one behind the other.  Nor does a report hide what we refused. */
struct key {
	uint64_t facts[11];
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
	/* Part of the key: last, so that short ones touch few pages. */
	char resolved[PATH_TEXT_MAX];
};

struct log {
	pthread_mutex_t lock;
	struct log_config config;
	struct sink sink; /* --log */
	bool text;	  /* lines for people are wanted */
	bool terminal;	  /* ... and held back */
	uint64_t seq;
	uint64_t lost_text;
	struct tally tally; /* --log-denials */
	struct event last;  /* only ts and run */
	struct fold folds[FOLDS];
	struct burst bursts[BURSTS];
	size_t held_len;
	char held[HELD_MAX];
	char line[EVENT_JSON_MAX];
};

static bool is_stderr(const struct log_options *options)
{
	return options->target == LOG_DESCRIPTOR &&
	       options->fd == STDERR_FILENO;
}

/* What is on stderr already, or will be in the table. */
static bool replaces_text(const struct log_options *options)
{
	return is_stderr(options) || options->denials != DENIALS_AS_THEY_COME;
}

struct log *log_open(const struct log_config *config)
{
	struct log *log = calloc(1, sizeof(*log));

	if (!log)
		die_errno("cannot allocate the event log");
	pthread_mutex_init(&log->lock, NULL);
	log->config = *config;
	log->last.run = config->run;
	sink_open(&log->sink, config->options);
	log->text = !config->quiet && !replaces_text(config->options);
	log->terminal = log->text && isatty(STDERR_FILENO);
	return log;
}

size_t log_keep(const struct log *log, int *keep)
{
	return sink_keep(&log->sink, keep);
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

/* Without --log, --log-allowed is for people. */
static bool is_shown(const struct log *log, const struct event *event)
{
	return log->text && !event->expected &&
	       (!event->verdict.allow ||
		log->config.options->target == LOG_NOWHERE);
}

static void write_event(struct log *log, struct event *event, uint32_t total)
{
	clock_gettime(CLOCK_REALTIME, &event->ts);
	event->seq = ++log->seq;
	event->run = log->config.run;
	event->tier = log->config.tier;
	log->last.ts = event->ts;
	sink_write(&log->sink, event, log->line);
	/* A program gets what is new, a person the sum. */
	event->count = total;
	if (is_shown(log, event))
		write_text(log, event);
}

static void make_key(struct key *key, const struct event *event)
{
	const uint64_t facts[] = {
		(uint64_t)event->pid,	   (uint64_t)event->op,
		(uint64_t)event->domain,   (uint64_t)event->type,
		(uint64_t)event->protocol, (uint64_t)event->verdict.error,
		event->verdict.allow,	   (uint64_t)event->addr.kind,
		event->addr.port,	   event->addr.name_len,
		(uint64_t)event->layer,
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
	write_event(log, fold->event, fold->total);
	free(fold->event);
	fold->event = NULL;
}

static bool is_same(const struct fold *fold, const struct key *key,
		    const char *resolved)
{
	return fold->used && memcmp(&fold->key, key, sizeof(*key)) == 0 &&
	       strcmp(fold->resolved, resolved) == 0;
}

static void clear(struct log *log, struct fold *fold)
{
	flush_fold(log, fold);
	fold->used = false;
	fold->total = 0;
}

static struct fold *known_fold(struct log *log, const struct key *key,
			       const char *resolved)
{
	for (unsigned int i = 0; i < FOLDS; i++)
		if (is_same(&log->folds[i], key, resolved))
			return &log->folds[i];
	return NULL;
}

static struct fold *free_fold(struct log *log)
{
	struct fold *oldest = &log->folds[0];

	for (unsigned int i = 1; i < FOLDS; i++)
		if (log->folds[i].last < oldest->last)
			oldest = &log->folds[i];
	clear(log, oldest);
	return oldest;
}

/* A report may count to anything; a sum of zero would be no event. */
static uint32_t add_counts(uint32_t a, uint32_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + b;
}

static void flush_burst(struct log *log, struct burst *burst, int64_t now)
{
	struct event *event = burst_tell(burst, now);

	if (event)
		write_event(log, event, event->count);
	free(event);
}

static bool in_burst(struct log *log, const struct event *event, int64_t now)
{
	struct burst *evicted;
	bool taken = burst_takes(log->bursts, event, now, &evicted);

	if (!evicted)
		return taken;
	flush_burst(log, evicted, now);
	return burst_takes(log->bursts, event, now, &evicted);
}

/* Counts a repeat, or one of too many; false if the event has to be written.
 */
static bool folded(struct log *log, const struct event *event)
{
	struct key key;
	struct fold *fold;
	const int64_t now = clock_ms();

	make_key(&key, event);
	fold = known_fold(log, &key, event->resolved);
	if (!fold && in_burst(log, event, now))
		return true;
	if (!fold)
		fold = free_fold(log);
	if (!fold->used || now - fold->last > FORGET_MS) {
		flush_fold(log, fold);
		fold->used = true;
		fold->key = key;
		strcpy(fold->resolved, event->resolved);
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

void log_event(struct log *log, struct event *event)
{
	pthread_mutex_lock(&log->lock);
	if (log->config.options->denials != DENIALS_AS_THEY_COME &&
	    !event->verdict.allow)
		tally_add(&log->tally, event);
	if (!folded(log, event))
		write_event(log, event, event->count);
	pthread_mutex_unlock(&log->lock);
}

bool log_tick(struct log *log)
{
	const int64_t now = clock_ms();
	bool waiting = false;

	pthread_mutex_lock(&log->lock);
	for (unsigned int i = 0; i < FOLDS; i++) {
		struct fold *fold = &log->folds[i];

		if (fold->pending && now - fold->last >= FOLD_MS)
			flush_fold(log, fold);
		waiting |= fold->pending > 0;
	}
	for (struct burst *b = log->bursts; b < log->bursts + BURSTS; b++) {
		if (b->rest && now - b->told >= BURST_MS)
			flush_burst(log, b, now);
		waiting |= b->rest > 0;
	}
	waiting |= sink_tick(&log->sink);
	pthread_mutex_unlock(&log->lock);
	return waiting;
}

static void flush_all(struct log *log)
{
	for (unsigned int i = 0; i < FOLDS; i++)
		flush_fold(log, &log->folds[i]);
	for (unsigned int i = 0; i < BURSTS; i++)
		flush_burst(log, &log->bursts[i], clock_ms());
}

static void show_denials(struct log *log)
{
	const struct log_config *config = &log->config;
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	if (config->options->denials == DENIALS_AS_THEY_COME)
		return;
	out = open_memstream(&text, &len);
	if (!out)
		return;
	denials_print(out, &log->tally,
		      config->options->denials == DENIALS_LISTED_ALL,
		      config->words, config->command);
	if (fclose(out) == 0)
		write_line(STDERR_FILENO, text, len);
	free(text);
}

/* A person wants to know of what a file has not got. */
static void show_lost(const struct log *log)
{
	if (log->sink.lost_all > 0)
		warn_msg("%llu events could not be written to what --log names",
			 (unsigned long long)log->sink.lost_all);
	if (log->text && log->lost_text > 0)
		warn_msg("%llu lines about denials could not be shown",
			 (unsigned long long)log->lost_text);
}

void log_command_ended(struct log *log, const char *remark)
{
	pthread_mutex_lock(&log->lock);
	flush_all(log);
	if (log->held_len > 0)
		write_line(STDERR_FILENO, log->held, log->held_len);
	show_denials(log);
	show_lost(log);
	if (log->text && remark && log->seq > 0)
		warn_msg("%s", remark);
	log->text = false;
	/* Whoever reads our stderr need not wait for daemons. */
	if (is_stderr(log->config.options)) {
		clean_close(&log->sink.fd);
		log->sink.fd = -1;
	}
	pthread_mutex_unlock(&log->lock);
}

void log_close(struct log *log)
{
	pthread_mutex_lock(&log->lock);
	flush_all(log);
	sink_close(&log->sink, &log->last, log->line);
	pthread_mutex_unlock(&log->lock);
}
