/* SPDX-License-Identifier: MIT */
/* deliver.h - send for a client what was copied from it. */
#ifndef SBX_DELIVER_H
#define SBX_DELIVER_H

#include "call.h"
#include "control.h"
#include "outgoing.h"

/* One message under way. */
struct delivery {
	struct call *call; /* its socket, and its type */
	struct outgoing *out;
	struct control *control;
	int flags;
	bool whole; /* set by deliver(): every byte was sent */
};

/**
 * deliver_load() - Copy all of a message that is sent at once, or not at all.
 *
 * Nothing is done for a stream, which deliver() copies piece by piece.
 *
 * Return: 0, EMSGSIZE if the socket never takes that much, or as
 *	   outgoing_read()
 */
int deliver_load(struct delivery *d);

/**
 * deliver() - Send it, waiting as the client would.
 * @name, @len:	where to, NULL: where the socket leads
 *
 * A signal for the client, or its end, ends the waiting.  SIGPIPE is raised in
 * the client where the kernel would.
 */
struct answer deliver(struct delivery *d, const struct sockaddr *name,
		      socklen_t len);

#endif /* SBX_DELIVER_H */
