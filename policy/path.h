/* SPDX-License-Identifier: MIT */
/* path.h - canonical names of sockets and grants; the only I/O in policy/.  */
#ifndef SBX_PATH_H
#define SBX_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "policy.h"

#define PATH_TEXT_MAX 4096 /* PATH_MAX, terminator included */

struct path_name {
	char text[PATH_TEXT_MAX]; /* canonical, absolute, NUL-terminated */
	size_t len;
	size_t pin_len; /* bytes that name the deepest existing directory
			 * that is an ancestor of, or is, the name */
	bool exists;	/* the whole name exists */
	bool directory; /* ... and is a directory */
};

/**
 * path_canonical() - Make a grant's path canonical, once, at start.
 * @given:	what the user typed; relative to the current directory
 * @out:	result
 *
 * Symbolic links and ".." are resolved like the kernel does, also a symbolic
 * link whose target is missing.  Where a component does not exist the deepest
 * existing ancestor is resolved and the rest kept; "." there is dropped and
 * ".." is ENOENT, as in the kernel.  A trailing slash demands a directory,
 * which must then exist.
 *
 * Return: 0, or an errno value: ENOENT (empty, or ".." after a missing
 *	   component), ENAMETOOLONG, ELOOP, EACCES, ENOTDIR, ...
 */
int path_canonical(const char *given, struct path_name *out);

/**
 * path_add_rule() - Canonicalise and append: path, or "@NAME" as abstract.
 * @policy:	policy to extend; unchanged on error
 * @effect:	allow or deny
 * @ops:	OPS_* bits
 * @given:	PATH, @NAME or @PREFIX*
 * @why:	on error: one clause that says why, static storage or errno text
 *
 * Return: 0 or -1
 */
int path_add_rule(struct policy *policy, enum policy_effect effect,
		  unsigned int ops, const char *given, const char **why);

/**
 * path_of_fd() - The name by which the kernel knows an open descriptor.
 * @fd:		any descriptor, O_PATH included
 * @buf:	filled with an absolute path
 * @size:	bytes in @buf
 *
 * Return: length, or -1 if the object has no name (deleted, unreachable, too
 *	   long, not a path), with the reason in errno, which is else kept
 *	   [signal-safe] [no-alloc]
 */
int path_of_fd(int fd, char *buf, size_t size);

/**
 * path_pin() - Open what a path leads to now, without acting on it.
 * @path:	as given to connect(); symbolic links are followed
 * @st:		filled with its fstat(2)
 *
 * Return: an O_PATH|O_CLOEXEC descriptor, or -errno [signal-safe] [no-alloc]
 */
int path_pin(const char *path, struct stat *st);

#endif /* SBX_PATH_H */
