/* SPDX-License-Identifier: MIT */
/* question.h - what is put to a person, in words that cannot be mistaken. */
#ifndef SBX_QUESTION_H
#define SBX_QUESTION_H

#include "../../policy/event.h"
#include "../../policy/text.h"

/** question_target() - The canonical path, where there is one, else the
 *			address. */
void question_target(struct text *text, const struct event *event);

/**
 * question_put() - Who wants what, and how much that would give away.
 * @host:	what the program calls the address, as it says; NULL: nothing
 */
void question_put(struct text *text, const struct event *event,
		  const char *host);

#endif /* SBX_QUESTION_H */
