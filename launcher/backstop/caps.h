/* SPDX-License-Identifier: MIT */
/* caps.h - capabilities that would undo the sandbox. */
#ifndef SBX_CAPS_H
#define SBX_CAPS_H

#include <stdint.h>

/**
 * caps_apply() - Give up, for good, every capability that undoes a sandbox.
 * @keep:	bits of capabilities to keep all the same (--keep-caps)
 *
 * Nothing happens in a process that has no capabilities.
 *
 * Return: 0, or -1 with errno
 */
int caps_apply(uint64_t keep);

/**
 * caps_reduce() - The same for a process that executes no program: what it
 *		   has now is all that it gives up.
 */
int caps_reduce(uint64_t keep);

#endif /* SBX_CAPS_H */
