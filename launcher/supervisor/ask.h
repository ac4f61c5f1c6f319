/* SPDX-License-Identifier: MIT */
/* ask.h - put what would be refused to a person, at the terminal: --ask. */
#ifndef SBX_ASK_H
#define SBX_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "../../policy/event.h"

struct ask;
struct call;

/**
 * ask_open() - Hold the terminal, before the command can touch its name.
 *
 * Return: what to ask with; NULL, and a notice, if there is no terminal
 */
struct ask *ask_open(void);

/** ask_keep() - Add the descriptors it owns to @keep; returns how many. */
size_t ask_keep(const struct ask *ask, int *keep);

/**
 * ask_person() - May it be done, says somebody, now or for the whole run?
 * @call:	the call that waits meanwhile
 * @event:	what is to be refused
 * @dir:	the directory that its path is in, held since it was judged; -1:
 *		none, and the answer is not remembered if it is about a path
 * @error:	set if the call ended before there was an answer: to what it
 *		ends with, as call_interrupted()
 *
 * One question at a time; the others wait.  If the shim only tells of the call
 * (call->report), nobody is asked, and what nobody has forbidden yet is said to
 * be allowed: the call itself is going to be asked about.
 */
bool ask_person(struct ask *ask, struct call *call, const struct event *event,
		int dir, int *error);

/**
 * ask_end() - The command has ended, and the terminal is somebody else's.
 *
 * Waits until a question is taken back, and the terminal as it was before.
 */
void ask_end(struct ask *ask);

#endif /* SBX_ASK_H */
