/* SPDX-License-Identifier: MIT */
/* program.h - find the program that a command names, and become it. */
#ifndef SBX_PROGRAM_H
#define SBX_PROGRAM_H

#include <limits.h>

/**
 * program_find() - Search PATH as execvp(3) does.
 * @name:	first word of the command
 * @path:	filled with the file to execute
 *
 * Dies with 127 if there is none, 126 if there is one that may not be
 * executed.
 */
void program_find(const char *name, char path[PATH_MAX]);

/**
 * program_execute() - Become the program, or exit with 126 or 127.
 *
 * A script without "#!" is run by the shell, as execvp(3) does.
 */
_Noreturn void program_execute(const char *path, char **argv);

#endif /* SBX_PROGRAM_H */
