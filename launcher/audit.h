/* SPDX-License-Identifier: MIT */
/* audit.h - --audit and --learn: nothing is refused, everything is recorded. */
#ifndef SBX_AUDIT_H
#define SBX_AUDIT_H

#include "../policy/policy.h"

/**
 * audit_allow_all() - Add rules that allow everything that can be granted.
 * @policy:	complete; network and AF_UNIX may be unrestricted already
 *
 * They come last, and the first rule that applies decides: what one of them
 * decides is what @policy would have refused.  Dies if they do not fit.
 */
void audit_allow_all(struct policy *policy);

#endif /* SBX_AUDIT_H */
