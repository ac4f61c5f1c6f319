/* SPDX-License-Identifier: MIT */
/* landlock.h - the Landlock domains of the command and of one bind.
 *
 * The command's domain grants no access to sockets; it takes away the ways
 * round the supervisor: mounting over a granted name, moving a socket to a
 * granted name, tracing or signalling processes outside.
 */
#ifndef SBX_LANDLOCK_H
#define SBX_LANDLOCK_H

#include "pins.h"

#define LANDLOCK_ABI_NEEDED 2 /* FS_REFER, Linux 5.19 */
#define LANDLOCK_ABI_SCOPES 6 /* abstract sockets and signals, Linux 6.12 */

/**
 * landlock_probe() - The Landlock ABI of this kernel.
 *
 * Return: >= 1, or -1 with errno (ENOSYS: not built in, EOPNOTSUPP: off)
 */
int landlock_probe(void);

/**
 * landlock_prepare() - Build the domain of the command.
 * @abi:	from landlock_probe(), >= LANDLOCK_ABI_NEEDED
 * @policy:	compiled policy
 * @pins:	its pinned directories
 *
 * Return: a ruleset descriptor, or -1 with errno
 */
int landlock_prepare(int abi, const struct policy *policy,
		     const struct pins *pins);

/**
 * landlock_apply() - Confine this thread, for good.
 * @ruleset:	from landlock_prepare()
 *
 * Return: 0, or -1 with errno
 */
int landlock_apply(int ruleset);

/**
 * landlock_confine_bind() - Let this thread create sockets beneath one
 *			     directory and nowhere else.
 * @dir:	O_PATH descriptor of the directory
 *
 * Return: 0, or -1 with errno
 */
int landlock_confine_bind(int dir);

#endif /* SBX_LANDLOCK_H */
