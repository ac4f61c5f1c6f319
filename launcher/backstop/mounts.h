/* SPDX-License-Identifier: MIT */
/* mounts.h - what is mounted beneath a directory, and what of it elsewhere. */
#ifndef SBX_MOUNTS_H
#define SBX_MOUNTS_H

/**
 * mounts_beneath() - Visit the directories that are mounted beneath another
 *		      one, and that may have another name elsewhere.
 * @dir:	absolute and canonical; what is mounted on it does not count
 * @visit:	gets an O_PATH descriptor, not its own; not 0 ends it
 *
 * What is all of its file system is left out: no directory comes there that
 * was not there.
 *
 * Return: 0, what @visit returned, or -1 with errno
 */
int mounts_beneath(const char *dir, int (*visit)(int fd, void *ctx), void *ctx);

/**
 * mounts_inside() - The same for directories inside of it that are mounted
 *		     anywhere.
 */
int mounts_inside(const char *dir, int (*visit)(int fd, void *ctx), void *ctx);

/**
 * mounts_loose() - Is a directory mounted of which another mount shows more?
 * @dir:	absolute and canonical; one of the two shows it here
 * @point:	where it is mounted; yours
 * @name:	its name by the other mount; yours
 *
 * A directory can be moved away by the other mount while it is held by this
 * one. Landlock takes it for a part of both places then, and cannot tell what
 * is moved in from there.
 *
 * Return: 1 if there is one, 0 if not, or -1 with errno
 */
int mounts_loose(const char *dir, char **point, char **name);

#endif /* SBX_MOUNTS_H */
