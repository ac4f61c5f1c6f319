/* SPDX-License-Identifier: MIT */
/* lesson.h - what one recorded call means for a configuration. */
#ifndef SBX_LESSON_H
#define SBX_LESSON_H

#include <stdbool.h>

#include "../../policy/risk.h"
#include "tally.h"

#define LESSON_SIZE 8448 /* an option and a path, quoted */

/* A line of the configuration. */
struct lesson {
	char line[LESSON_SIZE]; /* "allow-unix-connect /run/x", "" if none */
	const char *option;	/* of a path: "allow-unix-connect", else NULL */
	char path[4096];	/* ... and its value, not quoted */
	bool directory;		/* ... which stands for what is beneath it */
	const char *remark;	/* NULL, or what to know about it */
	enum risk risk;
	bool whole_line; /* a comment: nothing that could be granted */
};

/**
 * lesson_of() - Put one entry into terms of options.
 * @tally:	all of them: what is both connected to and bound is granted by
 *		one option, and process ids in names are those of entries
 * @index:	which one
 *
 * Names that will be others next time are granted by their directory.
 */
void lesson_of(const struct tally *tally, size_t index, struct lesson *lesson);

#endif /* SBX_LESSON_H */
