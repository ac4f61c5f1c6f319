/* SPDX-License-Identifier: MIT */
/* log.c - the event log: JSON lines, lines for people.
 *
 * Repeats are summed up (folds.c).
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
#include "folds.h"
#include "lookups.h"

#define LOOKUP_MS 10000 /* musl's resolver asks for five seconds */
#define HELD_MAX  32768

struct log {
	pthread_mutex_t lock;
	const char *run, *tier;
	int file;      /* JSON lines, -1: none */
	bool text;     /* lines for people are wanted */
	bool terminal; /* ... and held back */
	uint64_t seq;
	uint64_t lost_json, lost_text;
	struct folds folds;
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

static void write_event(void *ctx, struct event *event, uint32_t total,
			enum part part)
{
	struct log *log = ctx;

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

static void take(struct log *log, struct event *event, enum part part)
{
	folds_take(&log->folds, event, part, write_event, log);
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
	bool waiting;

	pthread_mutex_lock(&log->lock);
	release(log, 0, now - LOOKUP_MS);
	waiting = folds_flush(&log->folds, now - FOLDS_MS, write_event, log) ||
		  lookups_any(&log->lookups);
	pthread_mutex_unlock(&log->lock);
	return waiting;
}

static void flush_all(struct log *log)
{
	release(log, 0, INT64_MAX);
	folds_flush(&log->folds, INT64_MAX, write_event, log);
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
