/* SPDX-License-Identifier: MIT */
/* groups.h - sums by one property and then by another, most frequent first. */
#ifndef SBX_LOG_GROUPS_H
#define SBX_LOG_GROUPS_H

#include "store.h"

enum group_by { BY_TARGET, BY_PROGRAM };

/* Outer groups and, behind each, its inner ones. */
struct group {
	uint32_t label; /* text */
	uint64_t count;
	uint32_t order; /* equals stay as they came */
	uint32_t outer; /* an inner one's: index before sorting */
	enum risk risk;
};

struct groups {
	struct group *outer, *inner;
	size_t outer_count, inner_count;
	size_t *first; /* of the inner ones, for each outer, and one more */
};

/**
 * groups_make() - Sort what one run has of one verdict.
 * @by:		what the outer groups are of; the inner ones are of the other
 * @expected:	those that are expected, too
 */
void groups_make(struct groups *groups, const struct store *store, uint32_t run,
		 enum record_verdict verdict, enum group_by by, bool expected);

/** groups_free() - Forget them. */
void groups_free(struct groups *groups);

#endif /* SBX_LOG_GROUPS_H */
