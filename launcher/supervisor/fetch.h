/* SPDX-License-Identifier: MIT */
/* fetch.h - find a client's socket among those that were made for clients. */
#ifndef SBX_FETCH_H
#define SBX_FETCH_H

#include <stdbool.h>

#include "call.h"

/**
 * fetch_made() - Find what a descriptor of the client means.
 *
 * What was made here is found; what is no socket, or connected already, is
 * stood in for by something that fails alike.  Sets call->foreign for other
 * sockets.
 *
 * Return: a descriptor (O_CLOEXEC), or -errno: EBADF, EACCES if it was not
 *	   made here or the client cannot be inspected
 */
int fetch_made(struct call *call, int fd);

/**
 * fetch_answer() - Answer a call about a socket that was not made here.
 * @call:	with call->foreign
 * @answer:	result
 *
 * Return: whether there is an answer other than a refusal
 */
bool fetch_answer(const struct call *call, struct answer *answer);

#endif /* SBX_FETCH_H */
