/* SPDX-License-Identifier: MIT */
/* pace.h - how often a table looks for what is gone: soon after something was
 * added, ever more rarely while nothing happens. */
#ifndef SBX_PACE_H
#define SBX_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

#define PACE_MIN_MS 1000
#define PACE_MAX_MS 64000

struct pace {
	int64_t last; /* ms */
	int64_t interval;
};

/* Something was added. */
static inline void pace_quicken(struct pace *pace)
{
	pace->interval = PACE_MIN_MS;
}

/* The ms until it is time to look. */
static inline int pace_left(const struct pace *pace)
{
	const int64_t left = pace->last + pace->interval - clock_ms();

	return left > 0 ? (int)left : 0;
}

/* Looked, and did or did not find something; returns the ms to wait. */
static inline int pace_done(struct pace *pace, bool found)
{
	pace->last = clock_ms();
	pace->interval = found ? PACE_MIN_MS : 2 * pace->interval;
	if (pace->interval > PACE_MAX_MS)
		pace->interval = PACE_MAX_MS;
	return (int)pace->interval;
}

#endif /* SBX_PACE_H */
