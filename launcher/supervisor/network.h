/* SPDX-License-Identifier: MIT */
/* network.h - which network namespace a socket belongs to. */
#ifndef SBX_NETWORK_H
#define SBX_NETWORK_H

#include "call.h"

/** network_cookie() - What tells the socket's network, or 0. */
uint64_t network_cookie(int fd);

/**
 * network_is_ours() - Does the call's socket belong to our network?
 *
 * An abstract name is another one in another network, where those that were
 * granted or bound inside mean nothing.
 */
bool network_is_ours(const struct call *call);

/** network_refuse() - Refuse an abstract name because it does not. */
struct answer network_refuse(struct call *call);

#endif /* SBX_NETWORK_H */
