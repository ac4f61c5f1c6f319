/* SPDX-License-Identifier: MIT */
/* tree.c - whose child a process is, as far as events tell. */
#include "tree.h"

#include <stdlib.h>

#include "memory.h"

#define UNKNOWN (-1)

static int32_t parent_of(struct store *store, uint32_t index)
{
	const struct process process = store->processes[index];
	uint32_t parent;

	if (process.ppid <= 0)
		return UNKNOWN;
	parent = store_process(store, process.run, process.ppid);
	return parent == index ? UNKNOWN : (int32_t)parent;
}

/* Walks up from each; where a walk meets itself, the circle is opened. */
static void open_circles(int32_t *parents, size_t count)
{
	uint32_t *walk = memory_grow(NULL, count + 1, sizeof(*walk));

	for (size_t i = 0; i < count; i++)
		walk[i] = 0;
	for (size_t i = 0; i < count; i++) {
		int32_t at = (int32_t)i;

		while (walk[at] == 0) {
			walk[at] = (uint32_t)i + 1;
			if (parents[at] == UNKNOWN)
				break;
			if (walk[parents[at]] == i + 1) {
				parents[at] = UNKNOWN;
				break;
			}
			at = parents[at];
		}
	}
	free(walk);
}

/* Depths are 1 for a root, 0 for what was not reached yet. */
static void limit_depth(int32_t *parents, size_t count)
{
	uint32_t *depths = memory_grow(NULL, count + 1, sizeof(*depths));
	int32_t *way = memory_grow(NULL, count + 1, sizeof(*way));

	for (size_t i = 0; i < count; i++)
		depths[i] = 0;
	for (size_t i = 0; i < count; i++) {
		size_t len = 0;

		for (int32_t at = (int32_t)i; at != UNKNOWN && depths[at] == 0;
		     at = parents[at])
			way[len++] = at;
		while (len > 0) {
			const int32_t at = way[--len];
			int32_t *parent = &parents[at];

			if (*parent != UNKNOWN &&
			    depths[*parent] == TREE_DEPTH_MAX)
				*parent = parents[*parent];
			depths[at] =
				*parent == UNKNOWN ? 1 : depths[*parent] + 1;
		}
	}
	free(depths);
	free(way);
}

int32_t *tree_make(struct store *store)
{
	const size_t with_events = store_process_count(store);
	int32_t *parents =
		memory_grow(NULL, 2 * with_events + 1, sizeof(*parents));
	size_t count;

	for (size_t i = 0; i < with_events; i++)
		parents[i] = parent_of(store, (uint32_t)i);
	count = store_process_count(store);
	for (size_t i = with_events; i < count; i++)
		parents[i] = UNKNOWN; /* nobody has said whose it is */
	open_circles(parents, count);
	limit_depth(parents, count);
	return parents;
}
