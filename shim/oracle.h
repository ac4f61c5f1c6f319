/* SPDX-License-Identifier: MIT */
/* oracle.h - what the kernel would have answered, without letting it act. */
#ifndef SBX_ORACLE_H
#define SBX_ORACLE_H

#include "gate.h"

/**
 * oracle_ask() - Why would this call have failed anyway?
 *
 * Return: the kernel's errno, 0: it would have worked, or cannot be known
 *	   [signal-safe] [no-alloc]
 */
int oracle_ask(const struct gate *gate);

#endif /* SBX_ORACLE_H */
