/* SPDX-License-Identifier: MIT */
/* settled.h - what of a path was there before the run, for hints. */
#ifndef SBX_SETTLED_H
#define SBX_SETTLED_H

#include <time.h>

#include "../../policy/policy.h"

/** settled_now() - The time as file systems note it. */
struct timespec settled_now(void);

/**
 * settled_find() - Fill in settled and scratch of a request to bind a path.
 * @started:	settled_now(), before the command was started
 *
 * Only for hints: it looks at names, which may lead elsewhere meanwhile.
 * Nothing is filled in for other requests, or where the file system does not
 * remember when a directory was made.
 */
void settled_find(struct policy_request *request,
		  const struct timespec *started);

#endif /* SBX_SETTLED_H */
