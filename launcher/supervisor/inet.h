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

typedef struct answer inet_act_fn(struct call *call, void *arg);

/**
 * inet_perform() - Connect or send, by @act, what was judged and aimed.
 *
 * Refused if a packet to the loopback would leave by a device: device.h.
 */
struct answer inet_perform(struct call *call, inet_act_fn *act, void *arg);

/** inet_connect() - Judge a connect, and unless call->report perform it. */
struct answer inet_connect(struct call *call);

/** inet_bind() - The same for a bind. */
struct answer inet_bind(struct call *call);

/** inet_listen() - The same for a listen. */
struct answer inet_listen(struct call *call);

#endif /* SBX_SUPERVISOR_INET_H */
