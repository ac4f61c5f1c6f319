/* SPDX-License-Identifier: MIT */
/* tree.h - whose child a process is, as far as events tell. */
#ifndef SBX_LOG_TREE_H
#define SBX_LOG_TREE_H

#include "store.h"

#define TREE_DEPTH_MAX 32

/**
 * tree_make() - Find the parent of each process.
 * @store:	gets a process for each parent that has no events of its own
 *
 * It is a tree whatever the log says: a process is never beneath itself, and
 * what would be deeper than TREE_DEPTH_MAX hangs there.
 *
 * Return: for each process the index of its parent, or -1; to be freed
 */
int32_t *tree_make(struct store *store);

#endif /* SBX_LOG_TREE_H */
