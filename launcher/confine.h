/* SPDX-License-Identifier: MIT */
/* confine.h - from the options to all that confines a command. */
#ifndef SBX_CONFINE_H
#define SBX_CONFINE_H

#include "backstop/landlock.h"
#include "backstop/pins.h"
#include "options.h"
#include "supervisor/supervisor.h"
#include "tier.h"

struct confinement {
	enum tier tier;
	struct pins pins;
	struct landlock_grants grants;
	struct landlock_plan plan;
	struct supervisor_config config; /* of what the other members hold */
};

/**
 * confine_prepare() - Choose how to enforce, and take the descriptors for it.
 * @c:		result; to be kept as long as the config is used
 * @options:	command line; the policy is told which datagrams there will be
 * @run:	identifier of this run
 *
 * Nothing is confined yet.  Dies if the machine cannot enforce what was asked
 * for.
 */
void confine_prepare(struct confinement *c, struct options *options,
		     const char *run);

#endif /* SBX_CONFINE_H */
