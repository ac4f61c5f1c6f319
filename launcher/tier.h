/* SPDX-License-Identifier: MIT */
/* tier.h - how strongly this machine can enforce, and what was asked for. */
#ifndef SBX_TIER_H
#define SBX_TIER_H

#include "options.h"

enum tier {
	TIER_SUPERVISED,    /* a supervisor performs what is granted */
	TIER_LANDLOCK,	    /* ... or lets it go on: the kernel enforces, too */
	TIER_LANDLOCK_ONLY, /* the kernel alone; nobody listens, nobody logs */
	TIER_NONE,	    /* the shim alone */
};

/** tier_name() - As in --check, in events and for --backstop. */
const char *tier_name(enum tier tier);

/**
 * tier_choose() - The strongest tier of this machine that was not ruled out.
 * @options:	--backstop, -q, --log and the policy
 * @abi:	Landlock's
 *
 * Dies if what was asked for cannot be enforced.  By itself it takes
 * TIER_LANDLOCK_ONLY only if nothing is lost: nobody wants to hear of
 * refusals, and the kernel can express the whole policy.
 */
enum tier tier_choose(const struct options *options, int abi);

/**
 * tier_grants_trees_only() - Does the policy consist of granted directories?
 *
 * These the kernel knows for good; a single socket only until its server makes
 * it anew.
 */
bool tier_grants_trees_only(const struct policy *policy);

/**
 * tier_filter() - What the seccomp filter has to do, FILTER_* bits.
 * @policy:	unix_dgram is set or cleared as datagram sockets will exist
 *
 * Dies if what was asked for needs what this machine lacks.
 */
unsigned int tier_filter(struct policy *policy, enum tier tier);

#endif /* SBX_TIER_H */
