/* SPDX-License-Identifier: MIT */
/* answers.h - what a person has said for the rest of the run. */
#ifndef SBX_ANSWERS_H
#define SBX_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#include "../../policy/policy.h"

#define ANSWERS_MAX 1024U /* that are remembered; then it is asked again */

enum answer_kind {
	ANSWER_NONE, /* not yet */
	ANSWER_ONCE,
	ANSWER_ALWAYS,
	ANSWER_NEVER,
	ANSWER_STOP, /* no more questions: refuse */
};

/* In no order; the caller locks.  All zero is an empty one. */
struct answers {
	struct answer_entry *list;
	unsigned int count;
};

/* What is asked for. */
struct asked {
	enum policy_op op;
	const char *target; /* its canonical name */
	bool is_path;
	int dir; /* O_PATH descriptor of the directory of a path; -1: unknown */
};

/**
 * answers_find() - What was said about this?
 *
 * A directory may be renamed, and another one take its place, with a socket of
 * the same name in it: what is always allowed is a name in the very directory
 * of which that was said.
 *
 * Return: ANSWER_ALWAYS, ANSWER_NEVER, or ANSWER_NONE
 */
enum answer_kind answers_find(const struct answers *answers,
			      const struct asked *asked);

/**
 * answers_add() - Remember ANSWER_ALWAYS or ANSWER_NEVER, if there is room.
 *
 * The directory is held, so that no other one gets its inode.
 */
void answers_add(struct answers *answers, const struct asked *asked,
		 enum answer_kind kind);

/** answers_read() - What a line means, with its end; ANSWER_NONE: nothing. */
enum answer_kind answers_read(const char *line);

#endif /* SBX_ANSWERS_H */
