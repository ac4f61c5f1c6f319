/* SPDX-License-Identifier: MIT */
/* learn.h - write the configuration that allows what was recorded: --learn. */
#ifndef SBX_LEARN_H
#define SBX_LEARN_H

#include <stdio.h>

#include "../../policy/policy.h"
#include "tally.h"

/**
 * learn_open() - Hold the directory in which --learn will write, or die.
 * @path:	a regular file, or nothing yet
 *
 * Return: descriptor
 */
int learn_open(const char *path);

/**
 * learn_write() - Write the configuration, in one step.
 * @dir:	from learn_open()
 * @path:	what was given
 * @policy:	what was granted
 * @tally:	what was done beyond that; is sorted
 * @command:	for a comment
 *
 * Return: 0, or -1 with errno
 */
int learn_write(int dir, const char *path, const struct policy *policy,
		struct tally *tally, char *const *command);

/** learn_print() - The same to an open file. */
void learn_print(FILE *out, const struct policy *policy, struct tally *tally,
		 char *const *command);

#endif /* SBX_LEARN_H */
