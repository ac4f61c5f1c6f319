/* SPDX-License-Identifier: MIT */
/* log.c - the event log: what --log names, and lines for people.
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../clean.h"
#include "../diag.h"
#include "clock.h"
#include "denials.h"
#include "folds.h"
#include "learn.h"
#include "lookups.h"
#include "sink.h"
#include "tally.h"

#define LOOKUP_MS 10000 /* musl's resolver asks for five seconds */
#define HELD_MAX  32768

struct log {
	pthread_mutex_t lock;
	struct log_config config;
	struct sink sink; /* --log */
	bool text;	  /* lines for people are wanted */
	bool terminal;	  /* ... and held back */
	uint64_t seq;
	uint64_t lost_text;
	struct tally tally; /* --log-denials, --learn */
	int learn_dir;	    /* -1: nothing to learn */
	uint64_t learned;   /* seq of the last event that was */
	struct event last;  /* only ts and run */
	struct folds folds;
	struct lookups lookups;
	size_t held_len;
	char held[HELD_MAX];
	char line[EVENT_JSON_MAX];
};

static bool is_stderr(const struct log_options *options)
{
	return options->target == LOG_DESCRIPTOR &&
	       options->fd == STDERR_FILENO;
}

static bool lists_denials(const struct log *log)
{
	return log->config.options->denials != DENIALS_AS_THEY_COME;
}

static bool counts(const struct log *log)
{
	return lists_denials(log) || log->config.learn;
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
	log->learn_dir = config->learn ? learn_open(config->learn) : -1;
	log->text = !config->quiet && !replaces_text(config->options);
	log->terminal = log->text && isatty(STDERR_FILENO);
	return log;
}

size_t log_keep(const struct log *log, int *keep)
{
	const size_t n = sink_keep(&log->sink, keep);

	if (log->learn_dir < 0)
		return n;
	keep[n] = log->learn_dir;
	return n + 1;
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

/* Without --log, --log-allowed is for people; what they have allowed at the
 * terminal they know. */
static bool is_shown(const struct log *log, const struct event *event)
{
	const struct log_options *options = log->config.options;

	return log->text && !event->expected &&
	       (!event->verdict.allow || event->audit ||
		(options->allowed && options->target == LOG_NOWHERE));
}

static void write_event(void *ctx, struct event *event, uint32_t total,
			enum part part)
{
	struct log *log = ctx;

	clock_gettime(CLOCK_REALTIME, &event->ts);
	event->run = log->config.run;
	event->tier = log->config.tier;
	log->last.ts = event->ts;
	if (part != TEXT_ALONE) {
		event->seq = ++log->seq;
		sink_write(&log->sink, event, log->line);
	}
	/* A program gets what is new, a person the sum. */
	event->count = total;
	if (part != JSON_ALONE && is_shown(log, event))
		write_text(log, event);
}

static void take(struct log *log, struct event *event, enum part part)
{
	if (part != JSON_ALONE && counts(log) &&
	    (!event->verdict.allow || event->audit))
		tally_add(&log->tally, event);
	folds_take(&log->folds, event, part, write_event, log);
}

void log_event(struct log *log, struct event *event)
{
	pthread_mutex_lock(&log->lock);
	take(log, event,
	     lookups_hold(&log->lookups, event, log->text || lists_denials(log))
		     ? JSON_ALONE
		     : BOTH);
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
	waiting |= sink_tick(&log->sink);
	pthread_mutex_unlock(&log->lock);
	return waiting;
}

static void flush_all(struct log *log)
{
	release(log, 0, INT64_MAX);
	folds_flush(&log->folds, INT64_MAX, write_event, log);
}

/* Once when the command ends, and again if what it left behind did more. */
static void write_lessons(struct log *log)
{
	const struct log_config *config = &log->config;

	if (log->learn_dir < 0 || log->learned == log->seq + 1)
		return;
	log->learned = log->seq + 1;
	if (learn_write(log->learn_dir, config->learn, config->strict,
			&log->tally, config->command) != 0 &&
	    !config->quiet)
		warn_msg("cannot write what was learned to \"%s\": %s",
			 config->learn, strerror(errno));
}

static void show_denials(struct log *log)
{
	const struct log_config *config = &log->config;
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	if (!lists_denials(log))
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
	write_lessons(log);
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
	write_lessons(log);
	sink_close(&log->sink, &log->last, log->line);
	pthread_mutex_unlock(&log->lock);
}
