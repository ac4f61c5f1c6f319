/* SPDX-License-Identifier: MIT */
/* withheld.h - the sockets that a sandbox does without. */
#ifndef SBX_WITHHELD_H
#define SBX_WITHHELD_H

#include "../policy/policy.h"

#define WITHHELD_TYPE_MASK 0xf /* SOCK_TYPE_MASK in include/linux/net.h */

/**
 * withheld() - May a socket of this kind exist?
 * @policy:	policy, or NULL: not known yet
 * @domain:	these three as given to socket(2)
 * @type:	flags included
 * @protocol:	protocol
 *
 * Return: 0 if it may, or if the kernel knows no such socket; else the errno
 *	   of the refusal, which is also the supervisor's
 *	   [signal-safe] [no-alloc]
 */
int withheld(const struct policy *policy, int domain, int type, int protocol);

#endif /* SBX_WITHHELD_H */
