/* SPDX-License-Identifier: MIT */
/* made.h - sockets that the supervisor makes, because it may not fetch them.
 *
 * For machines without pidfd_getfd(2), like Docker's default profile.
 */
#ifndef SBX_MADE_H
#define SBX_MADE_H

#include <stdbool.h>

#include "call.h"

struct made;

/** made_new() - An empty table, or NULL without memory. */
struct made *made_new(void);

/**
 * made_socket() - Make the socket that the client asks for.
 * @call:	socket(2), judged
 * @jailed:	bind it to a network device that does not exist
 *
 * With a table it is remembered there.
 */
struct answer made_socket(struct call *call, bool jailed);

/** made_serves() - Is it the supervisor who makes such sockets? */
bool made_serves(const struct call *call);

/**
 * made_fetch() - Find the socket that a descriptor of the client means.
 *
 * Sets call->foreign if it was not made here.
 *
 * Return: a duplicate (O_CLOEXEC), or -errno: EBADF, ENOTSOCK, EACCES if it
 *	   was not made here or the client cannot be inspected
 */
int made_fetch(struct call *call, int fd);

/**
 * made_elsewhere() - Answer a call about a socket that was not made here.
 * @call:	with call->foreign
 * @answer:	result
 *
 * Return: whether there is an answer other than a refusal
 */
bool made_elsewhere(const struct call *call, struct answer *answer);

/** made_settle() - Forget, or soon forget, a socket that its call has put to
 *		    use.  Does nothing without a table. */
void made_settle(const struct call *call, const struct answer *answer);

/**
 * made_tick() - Forget what is due.
 *
 * Return: whether more will be due; call again in a second
 */
bool made_tick(struct made *made);

#endif /* SBX_MADE_H */
