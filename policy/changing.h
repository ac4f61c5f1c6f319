/* SPDX-License-Identifier: MIT */
/* changing.h - names that will be others the next time a program runs.
 *
 * A name that holds a process id, or letters and digits that nobody would
 * choose, is of no use in an option.  What was there before the run is kept
 * out of that, however it is called.
 */
#ifndef SBX_CHANGING_H
#define SBX_CHANGING_H

#include <stdbool.h>
#include <stddef.h>

#include "policy.h"

/* Is that decimal number the id of a process of the run? */
typedef bool changing_process_fn(const char *digits, size_t len,
				 const void *ctx);

/**
 * changing_above() - The directory above the first component that changes.
 * @path:	canonical
 * @len:	bytes in @path
 * @settled:	bytes of it that do not change: none, or up to a slash
 * @process:	tells process ids
 * @ctx:	handed to it
 *
 * Return: bytes of @path that name it, 1 being "/"; 0 if nothing changes
 *	   [signal-safe if @process is] [no-alloc]
 */
size_t changing_above(const char *path, size_t len, size_t settled,
		      changing_process_fn *process, const void *ctx);

/**
 * changing_scratch() - Where a program binds that makes up names as it goes.
 * @request:	with settled, scratch and pid filled in as far as known
 * @process, @ctx: as above, NULL: only pid
 *
 * That is a directory from before the run, beneath which the name changes; or
 * one for temporary files in which the program has made a directory to bind in.
 *
 * Return: bytes of request->name that name it, of an abstract name all; 0 if an
 *	   exact name will do, for any other request, and if nobody knows pid:
 *	   then there is no supervisor, which such a grant needs
 *	   [signal-safe if @process is] [no-alloc]
 */
size_t changing_scratch(const struct policy_request *request,
			changing_process_fn *process, const void *ctx);

/** changing_word() - Letters and digits that nobody would choose? */
bool changing_word(const char *word, size_t len);

#endif /* SBX_CHANGING_H */
