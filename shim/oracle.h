/* SPDX-License-Identifier: MIT */
/* oracle.h - what the kernel would have answered, without letting it act. */
#ifndef SBX_ORACLE_H
#define SBX_ORACLE_H

#include <stdbool.h>

#include "gate.h"

/**
 * oracle_ask() - Why would this call have failed anyway?
 *
 * Return: the kernel's errno, 0: it would have worked, or cannot be known
 *	   [signal-safe] [no-alloc]
 */
int oracle_ask(const struct gate *gate);

/**
 * oracle_refused() - Does the kernel itself refuse this call for the policy?
 * @answer:	from oracle_ask()
 *
 * For --backstop=landlock-only: what the policy does not grant may still have
 * been bound inside. [signal-safe] [no-alloc]
 */
bool oracle_refused(const struct gate *gate, int answer);

#endif /* SBX_ORACLE_H */
