/* SPDX-License-Identifier: MIT */
/* make.h - make a socket in a client's place and put it into the client.
 *
 * That is done for TCP sockets that shall lead nowhere, and for every socket
 * that may be connected or bound where pidfd_getfd(2) is missing (made.c).
 */
#ifndef SBX_MAKE_H
#define SBX_MAKE_H

#include <stdbool.h>

#include "call.h"

/** make_serves() - Must a socket of this kind be made here? */
bool make_serves(const struct call *call);

/**
 * make_socket() - Make the socket that the client asks for.
 * @call:	socket(2), judged
 * @jailed:	bind it to a network device that does not exist
 */
struct answer make_socket(struct call *call, bool jailed);

#endif /* SBX_MAKE_H */
