/* SPDX-License-Identifier: MIT */
/* modules.h - the files that a process executes, from /proc/PID/maps. */
#ifndef SBX_STACK_MODULES_H
#define SBX_STACK_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODULES_MAX	 512 /* mappings; further ones are not known */
#define MODULES_NAME_MAX 64
#define MODULES_ROW_MAX	 8192 /* a path of 4095 bytes, some written as \012 */

struct module {
	uint64_t start, end; /* executable memory */
	uint64_t offset;     /* ... in the file */
	/* Where the file's first byte is, or was mapped the time before: a
	 * segment that begins in its first page has it, too; 0: nowhere. */
	uint64_t image[2];
	/* Without directories; "": of no file, or longer */
	char name[MODULES_NAME_MAX];
};

/* Filled row by row; the last file whose first byte was seen is remembered,
 * because its other parts follow. */
struct modules {
	size_t count;
	uint64_t image[2];
	char file[64]; /* device and inode, as in the row */
	struct module all[MODULES_MAX];
};

/** modules_start() - There are none yet. */
void modules_start(struct modules *modules);

/**
 * modules_add() - Take one row of /proc/PID/maps, see proc(5).
 * @row:	without newline; changed
 */
void modules_add(struct modules *modules, char *row);

/** modules_find() - What is executed at that address, or NULL. */
const struct module *modules_find(const struct modules *modules, uint64_t at);

#endif /* SBX_STACK_MODULES_H */
