/* SPDX-License-Identifier: MIT */
/* summary.h - what was refused and allowed, for people. */
#ifndef SBX_LOG_SUMMARY_H
#define SBX_LOG_SUMMARY_H

#include <stdio.h>

#include "store.h"

/**
 * summary_print() - Run by run, by target and by program, most frequent first.
 * @all:	leave out nothing
 */
void summary_print(FILE *out, const struct store *store, bool all);

/** summary_bad() - Name the lines that could not be read. */
void summary_bad(FILE *out, const struct store *store, bool all);

/** summary_time() - "2026-11-28 15:14:01" of microseconds since 1970. */
void summary_time(char *buf, size_t size, int64_t time);

#endif /* SBX_LOG_SUMMARY_H */
