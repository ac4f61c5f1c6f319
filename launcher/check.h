/* SPDX-License-Identifier: MIT */
/* check.h - what can this machine enforce? */
#ifndef SBX_CHECK_H
#define SBX_CHECK_H

#include <stdbool.h>
#include <stdio.h>

/**
 * check_print() - Probe every mechanism by trying it, a line for each.
 *
 * Return: exit code: 0 if the backstop works here, else EXIT_SBX
 */
int check_print(FILE *out);

/**
 * check_require() - Die unless the backstop works here.
 *
 * Return: the Landlock ABI
 */
int check_require(void);

/**
 * check_may_fetch() - Is there pidfd_getfd(2)?  Docker's default profile, for
 *		       one, forbids it.
 */
bool check_may_fetch(void);

#endif /* SBX_CHECK_H */
