/* SPDX-License-Identifier: MIT */
/* explain.h - what the supervisor would say to a call that nobody made. */
#ifndef SBX_SUPERVISOR_EXPLAIN_H
#define SBX_SUPERVISOR_EXPLAIN_H

#include "../target.h"
#include "call.h"

/**
 * explain_begin() - Bring a supervisor and a client to life, for --explain.
 * @config:	as for supervisor_run(), but there is no command
 *
 * The client is a process that has the rights of the command and waits.  Dies
 * with the reason if there can be none.
 */
void explain_begin(const struct supervisor_config *config);

/**
 * explain_call() - Judge one call by that client, and perform nothing.
 * @explanation:	result; event.addr, domain and op are set in any case
 */
void explain_call(const struct target *target, struct explanation *explanation);

/** explain_end() - The client is gone. */
void explain_end(void);

#endif /* SBX_SUPERVISOR_EXPLAIN_H */
