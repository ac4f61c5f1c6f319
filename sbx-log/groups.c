/* SPDX-License-Identifier: MIT */
/* groups.c - sums by one property and then by another, most frequent first. */
#include "groups.h"

#include <stdlib.h>

#include "memory.h"

struct making {
	struct strings outer_keys, inner_keys;
	size_t outer_room, inner_room;
};

static struct group *find(struct group **groups, size_t *room,
			  struct strings *keys, const uint32_t *key,
			  size_t parts)
{
	const size_t before = keys->count;
	const uint32_t number = strings_add(keys, key, parts * sizeof(*key));

	if (number == before) {
		*groups = memory_room(*groups, before, room, sizeof(**groups));
		(*groups)[number] = (struct group){
			.label = key[parts - 1],
			.order = number,
		};
	}
	return &(*groups)[number];
}

static void count(struct group *group, const struct sum *sum)
{
	group->count += sum->count;
	if (sum->risk > group->risk)
		group->risk = sum->risk;
}

static void add(struct groups *groups, struct making *making,
		const struct sum *sum, enum group_by by)
{
	uint32_t key[2] = {sum->what, sum->program};
	uint32_t outer;
	struct group *group;

	if (by == BY_PROGRAM)
		key[0] = sum->program, key[1] = sum->what;
	group = find(&groups->outer, &making->outer_room, &making->outer_keys,
		     key, 1);
	outer = group->order;
	count(group, sum);
	group = find(&groups->inner, &making->inner_room, &making->inner_keys,
		     key, 2);
	group->outer = outer;
	count(group, sum);
}

static int more_frequent(const void *a, const void *b)
{
	const struct group *first = a, *second = b;

	if (first->count != second->count)
		return first->count < second->count ? 1 : -1;
	return first->order < second->order ? -1 : 1;
}

/* Their outer was replaced by its rank. */
static int by_outer(const void *a, const void *b)
{
	const struct group *first = a, *second = b;

	if (first->outer != second->outer)
		return first->outer < second->outer ? -1 : 1;
	return more_frequent(a, b);
}

static void sort(struct groups *groups)
{
	const size_t n = groups->outer_count;
	uint32_t *rank = memory_grow(NULL, n + 1, sizeof(*rank));

	qsort(groups->outer, n, sizeof(*groups->outer), more_frequent);
	for (size_t i = 0; i < n; i++)
		rank[groups->outer[i].order] = (uint32_t)i;
	for (size_t i = 0; i < groups->inner_count; i++)
		groups->inner[i].outer = rank[groups->inner[i].outer];
	free(rank);
	qsort(groups->inner, groups->inner_count, sizeof(*groups->inner),
	      by_outer);
	groups->first = memory_grow(NULL, n + 1, sizeof(*groups->first));
	for (size_t i = 0, at = 0; i <= n; i++) {
		groups->first[i] = at;
		while (at < groups->inner_count && groups->inner[at].outer == i)
			at++;
	}
}

void groups_make(struct groups *groups, const struct store *store, uint32_t run,
		 enum record_verdict verdict, enum group_by by, bool expected)
{
	struct making making = {0};

	*groups = (struct groups){0};
	for (uint32_t i = store->runs[run].first_sum; i > 0;
	     i = store->sums[i - 1].next) {
		const struct sum *sum = &store->sums[i - 1];

		if (sum->verdict == verdict && (expected || !sum->expected))
			add(groups, &making, sum, by);
	}
	groups->outer_count = making.outer_keys.count;
	groups->inner_count = making.inner_keys.count;
	strings_free(&making.outer_keys);
	strings_free(&making.inner_keys);
	if (groups->outer_count > 0)
		sort(groups);
}

void groups_free(struct groups *groups)
{
	free(groups->outer);
	free(groups->inner);
	free(groups->first);
	*groups = (struct groups){0};
}
