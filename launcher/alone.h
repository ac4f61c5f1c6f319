/* SPDX-License-Identifier: MIT */
/* alone.h - run a command that the kernel alone confines. */
#ifndef SBX_ALONE_H
#define SBX_ALONE_H

#include "supervisor/supervisor.h"

/**
 * alone_run() - Confine this process and become the command.
 * @config:	policy, ruleset, filter, program; nothing else is looked at
 *
 * There is no other process: nobody to answer, to log, or to wait.
 */
_Noreturn void alone_run(const struct supervisor_config *config);

#endif /* SBX_ALONE_H */
