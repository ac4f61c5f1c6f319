/* SPDX-License-Identifier: MIT */
/* node.h - is it the same file? */
#ifndef SBX_NODE_H
#define SBX_NODE_H

#include <stdbool.h>
#include <sys/stat.h>

/** node_same() - Are these of one and the same inode? */
static inline bool node_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

#endif /* SBX_NODE_H */
