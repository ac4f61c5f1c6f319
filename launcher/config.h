/* SPDX-License-Identifier: MIT */
/* config.h - options from a file. */
#ifndef SBX_CONFIG_H
#define SBX_CONFIG_H

#include "option_table.h"

#define CONFIG_DEPTH_MAX 8 /* files that include each other */

/**
 * config_read() - Do what the options in a file say, or die.
 * @path:	of it
 *
 * One option a line, its long name with or without "--", then its value after
 * blanks or "=".  "#" begins a comment.  A value is quoted as for a shell;
 * "$NAME" and "${NAME}" stand for variables but in single quotes; in "$'...'"
 * "\n", "\012" and "\x0a" are a byte.  "include FILE" reads another file,
 * relative to this one.  What is wrong is said with file and line.
 */
void config_read(struct parse *parse, const char *path);

/**
 * config_read_default() - The same for sbx/default.conf in XDG_CONFIG_HOME, or
 *			   in ~/.config, if there is one.
 *
 * A file that others may change is not read: it would be their policy.
 */
void config_read_default(struct parse *parse);

/** config_keep() - A copy that lives as long as we do: options point at what
 *		    a file says. */
const char *config_keep(const char *value);

#endif /* SBX_CONFIG_H */
