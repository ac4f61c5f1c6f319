/* SPDX-License-Identifier: MIT */
/* datagrams.h - does a grant lead to a datagram socket? */
#ifndef SBX_DATAGRAMS_H
#define SBX_DATAGRAMS_H

#include "../policy/policy.h"

/**
 * datagrams_find() - Set policy->unix_dgram if a granted socket needs it.
 *
 * Only grants of a single socket count, and only what exists now.
 */
void datagrams_find(struct policy *policy);

#endif /* SBX_DATAGRAMS_H */
