/* SPDX-License-Identifier: MIT */
/* lookups.h - threads that look up a host name, and what they were refused.
 *
 * A resolver that may not have a socket is refused several; a person wants to
 * read which name could not be looked up.  So the lines about those are kept
 * back for as long as the thread is at it.  Only the shim tells when that is,
 * so nothing is ever dropped unless a line about the name is there instead.
 *
 * Not locked: the log does that.
 */
#ifndef SBX_LOOKUPS_H
#define SBX_LOOKUPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../policy/event.h"

#define LOOKUPS_THREADS 128
#define LOOKUPS_HELD	16 /* events; each is large */

struct lookups {
	struct {
		pid_t tid; /* 0: free */
		bool refused;
	} threads[LOOKUPS_THREADS];
	unsigned int next; /* of threads, to be used when all are taken */
	struct {
		struct event *event; /* allocated; NULL: free */
		int64_t since;	     /* ms */
	} held[LOOKUPS_HELD];
};

/** lookups_begin() - This thread looks up a name from here on. */
void lookups_begin(struct lookups *lookups, pid_t tid);

/** lookups_end() - It does not any more. */
void lookups_end(struct lookups *lookups, pid_t tid);

/** lookups_refused() - Was it refused anything since it began? */
bool lookups_refused(const struct lookups *lookups, pid_t tid);

/**
 * lookups_hold() - Does a refusal belong to a lookup?
 * @keep:	keep a copy of it, or count it in one that is kept already
 *
 * Return: false if it does not, or could not be kept: then it is told at once
 */
bool lookups_hold(struct lookups *lookups, const struct event *event,
		  bool keep);

/**
 * lookups_take() - A kept event of that thread.
 * @tid:	thread, 0: of any
 * @until:	kept since then or longer, ms
 *
 * Return: an event to be freed, or NULL if there is none left
 */
struct event *lookups_take(struct lookups *lookups, pid_t tid, int64_t until);

/** lookups_any() - Is an event kept? */
bool lookups_any(const struct lookups *lookups);

#endif /* SBX_LOOKUPS_H */
