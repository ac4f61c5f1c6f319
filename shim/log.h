/* SPDX-License-Identifier: MIT */
/* log.h - events where no supervisor writes them: --backstop=none. */
#ifndef SBX_SHIM_LOG_H
#define SBX_SHIM_LOG_H

#include "../policy/policy.h"
#include "gate.h"

/**
 * log_refusal() - Append a JSON line to SBX_LOG, or, if that is not set and
 *		   neither is SBX_QUIET, write a line to standard error.
 *
 * A call that comes while another one writes, in a signal handler or another
 * thread, is not written; the next line tells how many. [signal-safe]
 *[no-alloc]
 */
void log_refusal(const struct gate *gate, const struct policy_verdict *verdict,
		 uint32_t count);

#endif /* SBX_SHIM_LOG_H */
