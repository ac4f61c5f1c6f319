/* SPDX-License-Identifier: MIT */
/* read.h - files of events, read from one end to the other. */
#ifndef SBX_LOG_READ_H
#define SBX_LOG_READ_H

#include "store.h"

/** read_open() - Open a file, "-" being standard input, or die. */
int read_open(const char *name);

/**
 * read_files() - Read all of them into the store, or die.
 * @files:	names, NULL-terminated; none: standard input
 */
void read_files(struct store *store, char *const *files);

#endif /* SBX_LOG_READ_H */
