/* SPDX-License-Identifier: MIT */
/* now.h - a clock that is read without a system call. */
#ifndef SBX_NOW_H
#define SBX_NOW_H

#include <stdint.h>
#include <time.h>

/** now_ms() - Milliseconds, exact to a tick; never 0. */
static inline uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 +
	       1;
}

#endif /* SBX_NOW_H */
