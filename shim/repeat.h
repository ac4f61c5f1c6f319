/* SPDX-License-Identifier: MIT */
/* repeat.h - remember what was just refused, so that a program that keeps
 * trying costs little and fills no log.
 *
 * [signal-safe] [no-alloc] throughout; no locks.
 */
#ifndef SBX_REPEAT_H
#define SBX_REPEAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "gate.h"

#define REPEAT_MS    100  /* how long an answer holds */
#define REPEAT_FLUSH 1024 /* repeats that are worth a report of their own */

/** repeat_any() - Could repeat_find() find anything at all now? */
bool repeat_any(void);

/**
 * repeat_key() - Names a call for the other functions.
 * @st:		what the call leads to now, or NULL
 */
uint64_t repeat_key(const struct gate *gate, const struct stat *st);

/**
 * repeat_find() - Was this answered a moment ago?  Counts it if so.
 * @error:	set to the answer
 * @count:	set to how many repeats shall be reported now, mostly 0
 */
bool repeat_find(uint64_t key, int *error, uint32_t *count);

/** repeat_take() - Repeats not reported yet; they are from now on. */
uint32_t repeat_take(uint64_t key);

/** repeat_store() - Keep an answer for REPEAT_MS. */
void repeat_store(uint64_t key, int error);

#endif /* SBX_REPEAT_H */
