/* SPDX-License-Identifier: MIT */
/* clock.h - the time that everything here is measured in. */
#ifndef SBX_CLOCK_H
#define SBX_CLOCK_H

#include <stdint.h>
#include <time.h>

/** clock_ms() - Milliseconds that only ever grow. */
static inline int64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

#endif /* SBX_CLOCK_H */
