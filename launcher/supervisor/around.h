/* SPDX-License-Identifier: MIT */
/* around.h - act where nobody but the sandbox is reached by abstract names. */
#ifndef SBX_AROUND_H
#define SBX_AROUND_H

#include "call.h"

struct around;

/**
 * around_begin() - Call @start, which makes the command, in a thread around
 *		    whose domain that of the command lies.
 *
 * Return: for around_perform(), or NULL where Landlock has no such domain
 *	   (before Linux 6.12); @start has been called all the same
 */
struct around *around_begin(void (*start)(void *arg), void *arg);

/**
 * around_perform() - Connect or send for the client, to a name that was bound
 *		      inside: to whoever has it now, if that is inside, too.
 * @act:	performs it, with the rights of the client
 */
struct answer around_perform(struct call *call,
			     struct answer (*act)(struct call *call, void *arg),
			     void *arg);

#endif /* SBX_AROUND_H */
