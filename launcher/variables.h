/* SPDX-License-Identifier: MIT */
/* variables.h - paths that the environment names: read and written.
 *
 * A configuration that says "$SSH_AUTH_SOCK" still holds tomorrow, when the
 * agent's socket has another name.
 */
#ifndef SBX_VARIABLES_H
#define SBX_VARIABLES_H

#include <stddef.h>

#include "../policy/text.h"

/**
 * variables_value() - What a variable stands for in a path.
 * @name:	of it; need not be terminated
 * @len:	bytes in @name
 *
 * Of DOCKER_HOST it is what follows "unix://".
 *
 * Return: value, or NULL if it is not set, empty, or no path where it must be
 */
const char *variables_value(const char *name, size_t len);

/** variables_name() - The variable whose value the whole path is, or NULL. */
const char *variables_name(const char *path);

/** variables_prefix() - How much of the path is the value of a variable? */
size_t variables_prefix(const char *path);

/**
 * variables_shorten() - Append a path, quoted for a configuration, in terms of
 *			 the variable that it came from, if any.
 * @path:	canonical
 */
void variables_shorten(struct text *text, const char *path);

#endif /* SBX_VARIABLES_H */
