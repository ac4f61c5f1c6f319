/* SPDX-License-Identifier: MIT */
/* names.h - abstract names that sandboxed processes bound: reachable from
 * inside. */
#ifndef SBX_NAMES_H
#define SBX_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct names;

#define NAMES_MAX 4096U /* that are held at once; a bind beyond fails */

/** names_new() - An empty table, or NULL without memory. */
struct names *names_new(void);

/**
 * names_has_room() - May one more name be bound?
 *
 * When full, names that were given up make room first.
 */
bool names_has_room(struct names *names);

/**
 * names_add() - Remember a name that was just bound.
 * @name, @len:	without the leading NUL
 * @socket:	inode of the socket (fstat(2) of a descriptor)
 *
 * Return: 0 or ENOMEM
 */
int names_add(struct names *names, const char *name, size_t len, ino_t socket);

/**
 * names_has() - Does a socket bound inside hold this name now?
 * @type:	of the socket that is to be connected; one of another type may
 *		hold the same name
 */
bool names_has(struct names *names, const char *name, size_t len, int type);

/**
 * names_tick() - Forget some of what was given up; see bound_tick().
 *
 * Return: ms until it wants to be called again, -1: the table is empty
 */
int names_tick(struct names *names);

#endif /* SBX_NAMES_H */
