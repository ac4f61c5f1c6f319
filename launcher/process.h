/* SPDX-License-Identifier: MIT */
/* process.h - the launcher: waits, forwards signals, ends as the command. */
#ifndef SBX_PROCESS_H
#define SBX_PROCESS_H

#include "supervisor/supervisor.h"

/**
 * process_run() - Run the command under a supervisor and end as it ends.
 * @config:	mask and channel are filled in
 */
_Noreturn void process_run(struct supervisor_config *config);

#endif /* SBX_PROCESS_H */
