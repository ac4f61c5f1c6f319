/* SPDX-License-Identifier: MIT */
/* init.h - what this process was told: policy, log, run. */
#ifndef SBX_INIT_H
#define SBX_INIT_H

#include <stdbool.h>

#include "../policy/path.h"
#include "../policy/policy.h"

#define INIT_RUN_MAX 64

/* What counts without a supervisor; constant once the policy is there. */
struct settings {
	char log[PATH_TEXT_MAX]; /* SBX_LOG, "" unset */
	char run[INIT_RUN_MAX];	 /* SBX_RUN, "" unset */
	bool quiet;		 /* SBX_QUIET is set */
	bool stacks;		 /* SBX_STACKS is set */
	bool enforced;		 /* SBX_TIER: the kernel refuses by itself */
	const char *note;	 /* what was wrong with the policy, or NULL */
};

/**
 * init_policy() - The policy; initialises everything if nobody has yet.
 *
 * Return: policy, or NULL while another call of this process initialises:
 *	   then no AF_UNIX name is granted [signal-safe] [no-alloc]
 */
const struct policy *init_policy(void);

/** init_settings() - The rest; meaningful once init_policy() is not NULL. */
const struct settings *init_settings(void);

#endif /* SBX_INIT_H */
