/* SPDX-License-Identifier: MIT */
/* folds.h - repeats of an event, summed up.
 *
 * Not locked: the log does that.
 */
#ifndef SBX_FOLDS_H
#define SBX_FOLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../policy/event.h"
#include "burst.h"

#define FOLDS_MAX 32
#define FOLDS_MS  1000 /* repeats are summed up for so long */

/* Where an event goes. */
enum part { BOTH, JSON_ALONE, TEXT_ALONE };

/* What makes two events the same.  No hash: two that collide could be chosen,
 * to hide one behind the other.  Nor does a report hide what we refused. */
struct fold_key {
	uint64_t facts[12];
	uint8_t ip[sizeof(((struct addr *)0)->ip)];
	char name[112]; /* no padding: compared as bytes */
};

struct fold {
	struct fold_key key;
	bool used;
	int64_t last; /* when it was last written, ms */
	uint32_t pending;
	uint32_t total;	     /* the first one and all repeats */
	struct event *event; /* a copy, if pending */
	enum part part;
	/* Part of the key, the path or the host: last, so that short ones
	 * touch few pages. */
	char detail[PATH_TEXT_MAX];
};

struct folds {
	struct fold all[FOLDS_MAX];
	struct burst bursts[BURSTS]; /* of what goes everywhere */
};

/* Writes an event whose count is what is new. @total: since it was first told
 */
typedef void fold_write_fn(void *ctx, struct event *event, uint32_t total,
			   enum part part);

/** folds_take() - Write an event, or count it as a repeat. */
void folds_take(struct folds *folds, struct event *event, enum part part,
		fold_write_fn *write, void *ctx);

/**
 * folds_flush() - Write what repeats have been counted.
 * @until:	of those that were last written then or before, ms
 *
 * Return: whether more are waiting
 */
bool folds_flush(struct folds *folds, int64_t until, fold_write_fn *write,
		 void *ctx);

#endif /* SBX_FOLDS_H */
