/* SPDX-License-Identifier: MIT */
/* env.h - the command's environment: LD_PRELOAD, the policy, markers. */
#ifndef SBX_ENV_H
#define SBX_ENV_H

#include <stdbool.h>

#include "../policy/policy.h"
#include "elf.h"

#define ENV_SHIM_NAME "libsbxshim.so"

/**
 * env_shim_path() - Where libsbxshim.so is.
 *
 * Beside the running sbx-run (a build directory), else in ../lib/sbx from it
 * (an installation).  The file must be a readable ELF shared object of this
 * machine; a path with a space or a colon cannot be in LD_PRELOAD.
 *
 * @why:	on failure: one clause that says why (static storage)
 * Return: absolute path (static storage), or NULL
 */
const char *env_shim_path(const char **why);

/**
 * env_prepare() - Set the variables of the command in our own environ.
 * @policy:	compiled policy, encoded into SBX_POLICY if there is a shim
 * @run:	identifier of this run, for SBX_RUN
 * @shim:	absolute path of libsbxshim.so, or NULL: no shim
 * @program:	what elf_probe() found out about the command
 * @log:	SBX_LOG for --backstop=none, made absolute, or NULL
 *
 * LD_PRELOAD is prepended to the caller's, without a duplicate; a program
 * that needs libasan.so gets that object first, and one that the caller
 * preloads stays first.  Without a shim the caller's LD_PRELOAD stays as it
 * is, but for the shim of an enclosing sbx-run, which would find no policy.
 * After diag_quiet() the shim is told by SBX_QUIET to be silent, too.
 * Inherited SBX_ variables that do not hold for this run are removed.  Dies
 * if it cannot.
 */
void env_prepare(const struct policy *policy, const char *run, const char *shim,
		 const struct elf_info *program, const char *log);

/** env_set_tier() - Tell the shim who enforces (SBX_TIER). */
void env_set_tier(const char *tier);

/** env_set_stacks() - Tell the shim whether stacks are wanted (SBX_STACKS). */
void env_set_stacks(bool wanted);

#endif /* SBX_ENV_H */
