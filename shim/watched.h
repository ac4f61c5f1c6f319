/* SPDX-License-Identifier: MIT */
/* watched.h - tell valgrind what was refused, and where. */
#ifndef SBX_WATCHED_H
#define SBX_WATCHED_H

#include "gate.h"

/**
 * watched_refused() - Write to valgrind's own log, with its backtrace, if we
 *		       run under it and stacks are wanted.
 *
 * Valgrind, not this process, walks the stack and writes.  [signal-safe]
 * [no-alloc]
 */
void watched_refused(const struct gate *gate);

#endif /* SBX_WATCHED_H */
