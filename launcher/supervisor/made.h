/* SPDX-License-Identifier: MIT */
/* made.h - table of the sockets that the supervisor made for clients. */
#ifndef SBX_MADE_H
#define SBX_MADE_H

#include <stdbool.h>
#include <sys/types.h>

#include "call.h"

/** made_new() - An empty table, or NULL without memory. */
struct made *made_new(void);

/** made_add() - Keep a duplicate of a socket; false if that fails. */
bool made_add(struct made *made, int fd);

/** made_forget() - The client did not get it after all. */
void made_forget(struct made *made, int fd);

/**
 * made_find() - Look a socket up.
 * @inode:	of the socket itself
 * @fd:		set to a duplicate (O_CLOEXEC); -1: it is a connected TCP
 *		socket and not held any more
 *
 * Return: whether the table knows it
 */
bool made_find(struct made *made, ino_t inode, int *fd);

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
