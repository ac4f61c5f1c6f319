/* SPDX-License-Identifier: MIT */
/* inet.h - TCP and UDP: judged by address, performed from our own copy. */
#ifndef SBX_SUPERVISOR_INET_H
#define SBX_SUPERVISOR_INET_H

#include "call.h"

/** inet_judge() - May the call's socket do that with the call's address? */
struct policy_verdict inet_judge(struct call *call);

/**
 * inet_aim() - Let the copy of the address say what was judged.
 *
 * To connect to no address is to connect to the loopback, or to whatever the
 * socket was bound to; from here on it is the former.
 */
void inet_aim(struct call *call);

/** inet_connect() - Judge a connect, and unless call->report perform it. */
struct answer inet_connect(struct call *call);

/** inet_bind() - The same for a bind. */
struct answer inet_bind(struct call *call);

/** inet_listen() - The same for a listen. */
struct answer inet_listen(struct call *call);

#endif /* SBX_SUPERVISOR_INET_H */
