/* SPDX-License-Identifier: MIT */
/* log.h - where events go: what --log names, and lines for people to stderr.
 *
 * Nothing here blocks: a full pipe or disk loses the line, and the loss is
 * counted and reported.  Any thread may log.
 */
#ifndef SBX_LOG_H
#define SBX_LOG_H

#include "../../policy/event.h"
#include "../options.h"

struct log;

struct log_config {
	const char *run;  /* identifier of this run */
	const char *tier; /* who enforces */
	const struct log_options *options;
	bool quiet;	      /* no lines for people */
	char *const *words;   /* our command line, for --log-denials */
	char *const *command; /* the command in it */
};

/** log_open() - Open the log; dies if what --log names cannot be written. */
struct log *log_open(const struct log_config *config);

/** log_keep() - Add the descriptors it owns to @keep; returns how many. */
size_t log_keep(const struct log *log, int *keep);

/**
 * log_event() - Write an event, or count a repeat of a recent one.
 * @event:	ts, seq, run and tier are filled in
 */
void log_event(struct log *log, struct event *event);

/**
 * log_lookup_begins() - A thread looks up a host name from here on, says the
 *			 shim.
 *
 * What it is refused of IP until log_lookup_ends() or log_lookup_failed() is
 * shown to a person later, ten seconds at most.
 */
void log_lookup_begins(struct log *log, pid_t tid);

/** log_lookup_ends() - It does not any more: what it was refused is shown. */
void log_lookup_ends(struct log *log, pid_t tid);

/** log_lookup_refused() - Was it refused anything since it began? */
bool log_lookup_refused(struct log *log, pid_t tid);

/**
 * log_lookup_failed() - log_event() for a name that could not be looked up; a
 *			 person reads that in place of what was refused.
 */
void log_lookup_failed(struct log *log, struct event *event);

/**
 * log_tick() - Write what repeats have been counted for long enough.
 *
 * Return: whether more are waiting
 */
bool log_tick(struct log *log);

/**
 * log_command_ended() - Show what was held back for the terminal's sake,
 *			 and leave stderr alone from now on.
 * @remark:	a sentence to add if anything was refused, or NULL
 */
void log_command_ended(struct log *log, const char *remark);

/** log_close() - Write what is left, and the number of lines lost. */
void log_close(struct log *log);

#endif /* SBX_LOG_H */
