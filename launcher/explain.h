/* SPDX-License-Identifier: MIT */
/* explain.h - --explain: what the policy says to a call, and why. */
#ifndef SBX_EXPLAIN_H
#define SBX_EXPLAIN_H

#include <stdio.h>

#include "options.h"

/* Exit codes of --explain, beside EXIT_SBX. */
#define EXPLAIN_ALLOWED 0
#define EXPLAIN_REFUSED 1

/**
 * explain_print() - Judge and print every target of options->explain.
 * @options:	command line; --log-format chooses text or JSON
 *
 * Return: the exit code: EXPLAIN_REFUSED if any of them is refused
 */
int explain_print(struct options *options, FILE *out);

#endif /* SBX_EXPLAIN_H */
