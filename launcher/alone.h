/* SPDX-License-Identifier: MIT */
/* alone.h - run a command that the kernel alone confines. */
#ifndef SBX_ALONE_H
#define SBX_ALONE_H

#include "supervisor/supervisor.h"

/**
 * alone_may_bind() - May the command bind at all?
 *
 * What it binds is in no register, so that it is all names or none. [no-alloc]
 */
bool alone_may_bind(const struct policy *policy);

/**
 * alone_run() - Confine this process and become the command.
 * @config:	policy, ruleset, filter, program; nothing else is looked at
 *
 * There is no other process: nobody to answer, to log, or to wait.
 */
_Noreturn void alone_run(const struct supervisor_config *config);

#endif /* SBX_ALONE_H */
