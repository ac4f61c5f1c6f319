/* SPDX-License-Identifier: MIT */
/* bound.h - socket files that sandboxed processes bound: reachable from inside.
 * Abstract names are in names.h. */
#ifndef SBX_BOUND_H
#define SBX_BOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct bound;

/* Living sockets that are remembered at most, fewer if RLIMIT_NOFILE is less
 * than twice that.  A bind beyond fails. */
#define BOUND_MAX 16384U

/** bound_new() - An empty table, or NULL without memory. */
struct bound *bound_new(void);

/**
 * bound_change() - Wait until nobody else makes, links or renames a socket
 *		    file; bound_changed() lets the next one go on.
 */
void bound_change(struct bound *bound);
void bound_changed(struct bound *bound);

/**
 * bound_has_room() - May one more socket file be bound?
 *
 * When full, sockets that are gone or dead make room first.
 */
bool bound_has_room(struct bound *bound);

/**
 * bound_add_node() - Remember a socket file that was just bound.
 * @fd:		O_PATH descriptor of it; owned by the table on success, so
 *		that the inode number cannot be used again meanwhile
 * @socket:	inode of the socket itself (fstat(2) of a descriptor)
 *
 * Return: 0 or ENOMEM
 */
int bound_add_node(struct bound *bound, int fd, const struct stat *st,
		   ino_t socket);

/** bound_has_node() - Was this socket file bound inside? */
bool bound_has_node(struct bound *bound, const struct stat *st);

/**
 * bound_tick() - Forget some of what is gone; cheap, and does nothing if
 *		  called again too soon.
 *
 * Return: ms until it wants to be called again, -1: the table is empty
 */
int bound_tick(struct bound *bound);

#endif /* SBX_BOUND_H */
