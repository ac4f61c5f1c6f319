/* SPDX-License-Identifier: MIT */
/* burst.h - refusals of ever new IP addresses, ports and host names, told as
 * one. */
#ifndef SBX_BURST_H
#define SBX_BURST_H

#include <stdbool.h>
#include <stdint.h>

#include "../../policy/event.h"

#define BURST_FREE 64	/* a process may name so many in a second */
#define BURST_MS   1000 /* ... and the rest is told as often */
#define BURSTS	   8	/* processes that are watched at once */

/* Where an event goes. */
enum part { BOTH, JSON_ALONE, TEXT_ALONE };

/* What one process does. */
struct burst {
	pid_t pid; /* 0: unused */
	enum policy_op op;
	enum part part;
	int64_t since; /* ms: when the second began */
	uint32_t named;
	int64_t told;	     /* ms: when the rest was last told */
	uint32_t rest;	     /* that were not named */
	struct event *event; /* a copy of one, without its address or name */
};

/**
 * burst_takes() - Is this one too many to be told by itself?
 * @bursts:	BURSTS of them
 * @event:	a refusal that is not like a recent one
 * @part:	where it goes
 * @now:	clock_ms()
 * @evicted:	set to a burst that has to be told and cleared before it is
 *		used for @event, or NULL; then nothing was done
 *
 * Other families are always told: their names are not that many numbers.
 */
bool burst_takes(struct burst *bursts, const struct event *event,
		 enum part part, int64_t now, struct burst **evicted);

/**
 * burst_tell() - The event that stands for the rest.
 *
 * Return: the event, its count set; to be freed by the caller. NULL: none.
 */
struct event *burst_tell(struct burst *burst, int64_t now);

#endif /* SBX_BURST_H */
