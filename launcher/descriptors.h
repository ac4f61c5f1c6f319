/* SPDX-License-Identifier: MIT */
/* descriptors.h - the caller's descriptors: checked, passed on, let go. */
#ifndef SBX_DESCRIPTORS_H
#define SBX_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

#include "../policy/policy.h"

/**
 * descriptors_secure() - Make sure that 0, 1 and 2 are open.
 *
 * A missing one would be taken by the next file that is opened here.  The
 * command still finds it closed.
 */
void descriptors_secure(void);

/* Sockets of the network that were made outside, so that nothing jails them;
 * Landlock knows only those of TCP and UDP (no MPTCP or vsock, for two). */
enum foreign {
	FOREIGN_NONE,
	FOREIGN_TCP_OR_UDP,
	FOREIGN_OTHER,
};

/**
 * descriptors_check() - Refuse inherited descriptors that undo the policy.
 *
 * A datagram socket reaches any address by sendmsg, which no filter sees (those
 * of AF_UNIX may be there if policy->unix_dgram is set), and an io_uring may
 * connect by itself.  Dies and names the descriptor.
 *
 * @policy:	compiled policy
 * @supervised:	a supervisor sees connect(2) and listen(2)
 *
 * Return: of these sockets, what is hardest to hold; that one is connected
 * means nothing, as it may be dissolved
 */
enum foreign descriptors_check(const struct policy *policy, bool supervised);

/**
 * descriptors_keep() - Close every descriptor but these and 0, 1, 2; point 0
 *			and 1 to /dev/null.
 * @keep:	descriptors, in any order, -1 ignored; sorted by the call
 * @n:		how many
 */
void descriptors_keep(int *keep, size_t n);

/** descriptors_null() - Point a descriptor to /dev/null. */
void descriptors_null(int fd);

#endif /* SBX_DESCRIPTORS_H */
