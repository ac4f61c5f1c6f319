/* SPDX-License-Identifier: MIT */
/* answers.h - what a person has said for the rest of the run. */
#ifndef SBX_ANSWERS_H
#define SBX_ANSWERS_H

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

/**
 * answers_find() - What was said about this?
 * @op, @target:	what is asked for, by its canonical name
 *
 * Return: ANSWER_ALWAYS, ANSWER_NEVER, or ANSWER_NONE
 */
enum answer_kind answers_find(const struct answers *answers, enum policy_op op,
			      const char *target);

/** answers_add() - Remember ANSWER_ALWAYS or ANSWER_NEVER, if there is room. */
void answers_add(struct answers *answers, enum policy_op op, const char *target,
		 enum answer_kind kind);

/** answers_read() - What a line of input means; ANSWER_NONE: nothing. */
enum answer_kind answers_read(const char *line);

#endif /* SBX_ANSWERS_H */
