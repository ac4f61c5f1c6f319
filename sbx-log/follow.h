/* SPDX-License-Identifier: MIT */
/* follow.h - a line for people of each event, as they come. */
#ifndef SBX_LOG_FOLLOW_H
#define SBX_LOG_FOLLOW_H

#include <stdbool.h>
#include <stdio.h>

struct follow {
	const char *file;
	const char *run; /* only that one, or NULL */
	bool all;	 /* those that are expected, too */
	bool fresh;	 /* not what is there already */
};

/**
 * follow_file() - Print until SIGINT or SIGTERM, or the end of a pipe.
 *
 * A file that is renamed is read on until nothing comes any more, and then the
 * one that has its name; one that was cut is read from its start.
 */
void follow_file(FILE *out, const struct follow *follow);

#endif /* SBX_LOG_FOLLOW_H */
