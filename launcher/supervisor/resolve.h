/* SPDX-License-Identifier: MIT */
/* resolve.h - find what a client's path leads to, as the client would. */
#ifndef SBX_RESOLVE_H
#define SBX_RESOLVE_H

#include <sys/stat.h>

#include "client.h"

/**
 * resolve_pin() - Open what @path leads to now, and hold it.
 * @client:	whose root and current directory count, and whose process
 *		"/proc/self" means
 * @path:	a path from the client's address
 * @st:		filled with its fstat(2)
 *
 * Call between client_act_as() and client_act_as_self(): search permission
 * on the way is the client's.
 *
 * Return: O_PATH descriptor, or -errno as the kernel would give it
 */
int resolve_pin(const struct client *client, const char *path, struct stat *st);

/**
 * resolve_parent() - Open the directory in which @path would be created.
 * @dir:	what a relative path starts from; -1: the current directory
 * @base:	set to the last component within @path; "" if @path ends in
 *		a slash
 *
 * Return: O_PATH descriptor, or -errno
 */
int resolve_parent(const struct client *client, int dir, const char *path,
		   struct stat *st, const char **base);

#endif /* SBX_RESOLVE_H */
