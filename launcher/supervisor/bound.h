/* SPDX-License-Identifier: MIT */
/* bound.h - sockets that sandboxed processes bound: reachable from inside. */
#ifndef SBX_BOUND_H
#define SBX_BOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct bound;

/** bound_new() - An empty table, or NULL without memory. */
struct bound *bound_new(void);

/**
 * bound_add_node() - Remember a socket file that was just bound.
 * @fd:		O_PATH descriptor of it; owned by the table from now on, so
 *		that the inode number cannot be used again meanwhile
 */
void bound_add_node(struct bound *bound, int fd, const struct stat *st);

/**
 * bound_change() - Wait until nobody else makes, links or renames a socket
 *		    file; bound_changed() lets the next one go on.
 */
void bound_change(struct bound *bound);
void bound_changed(struct bound *bound);

/** bound_has_node() - Was this socket file bound inside? */
bool bound_has_node(struct bound *bound, const struct stat *st);

/**
 * bound_add_name() - Remember an abstract name that was just bound.
 * @inode:	of the socket itself (fstat(2) of a descriptor)
 */
void bound_add_name(struct bound *bound, const char *name, size_t len,
		    ino_t inode);

/** bound_has_name() - Does a socket bound inside hold this name now? */
bool bound_has_name(struct bound *bound, const char *name, size_t len);

#endif /* SBX_BOUND_H */
