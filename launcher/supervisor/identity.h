/* SPDX-License-Identifier: MIT */
/* identity.h - whom a receiver sees when a message was sent for a client.
 *
 * The kernel attaches process, user and group of whoever makes the call, and
 * that is us.  A root supervisor therefore says explicitly who the client is
 * (SCM_CREDENTIALS in unix(7)); it must never pass for root itself.  Without
 * privilege only our own process id may be said; user and group are the
 * client's already.
 */
#ifndef SBX_IDENTITY_H
#define SBX_IDENTITY_H

#include <stdbool.h>
#include <sys/socket.h>

#include "client.h"

/**
 * identity_probe() - Find out whether we may say that another process sends.
 *
 * Call while every permitted capability is in effect, before
 * client_know_self().
 */
void identity_probe(void);

/**
 * identity_of() - What to say of a client that says nothing itself.
 * @who:	filled in
 *
 * Return: 0; ENOENT if nothing is to be said; else an errno value: then
 *	   nothing may be sent for it
 */
int identity_of(const struct client *client, struct ucred *who);

/**
 * identity_claim() - Check what a client says of itself, as the kernel would.
 * @claim:	in the client's numbers; replaced by what we shall say
 *
 * Return: 0, EPERM if it may not say that, or another errno value
 */
int identity_claim(const struct client *client, struct ucred *claim);

/**
 * identity_allows() - scm_check_creds() of net/core/scm.c.
 * @status:	of the client
 * @caps:	its capabilities where they count
 * @claim:	what it says
 */
bool identity_allows(const struct client_status *status, uint64_t caps,
		     const struct ucred *claim);

#endif /* SBX_IDENTITY_H */
