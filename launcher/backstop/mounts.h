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

#endif /* SBX_MOUNTS_H */
