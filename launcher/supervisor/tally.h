/* SPDX-License-Identifier: MIT */
/* tally.h - what was asked for, and how often: for --log-denials and --learn.
 */
#ifndef SBX_TALLY_H
#define SBX_TALLY_H

#include "../../policy/event.h"

#define TALLY_MAX 4096 /* different things; further ones are only counted */

/* One program that asked for one thing. */
struct tally_entry {
	uint64_t count;
	enum policy_op op;
	pid_t pid; /* of the first time */
	int domain;
	int type;
	char comm[16];
	struct addr addr;
	bool has_addr;
	bool expected;
	const char *resolved; /* canonical path, or "" */
	const char *target;   /* event_target() */
	const char *hint;     /* "" if there is none */
};

struct tally {
	struct tally_entry *entries;
	size_t count, room;
	uint64_t others; /* that were not kept */
};

/** tally_add() - Count one event. */
void tally_add(struct tally *tally, const struct event *event);

/** tally_sort() - Most frequent first; equals as they came. */
void tally_sort(struct tally *tally);

#endif /* SBX_TALLY_H */
