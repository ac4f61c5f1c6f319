/* SPDX-License-Identifier: MIT */
/* denials.h - the table of refusals after the command: --log-denials. */
#ifndef SBX_DENIALS_H
#define SBX_DENIALS_H

#include <stdbool.h>
#include <stdio.h>

#include "tally.h"

/**
 * denials_print() - What was refused, most frequent first, and a command line
 *		     that would allow all of it.
 * @tally:	refusals; is sorted
 * @expected:	those that programs expect, too
 * @words:	the words of our own command line, NULL-terminated
 * @command:	where in @words the command begins
 *
 * It starts as the table of codex does on macOS: a line "=== Sandbox denials
 * ===", then "(PROGRAM) OPERATION TARGET" each.
 */
void denials_print(FILE *out, struct tally *tally, bool expected,
		   char *const *words, char *const *command);

#endif /* SBX_DENIALS_H */
