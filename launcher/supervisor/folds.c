/* SPDX-License-Identifier: MIT */
/* folds.c - repeats of an event, summed up.
 *
 * Theory of operation
 *
 * The first event of its kind is written at once.  Repeats (same process,
 * operation, target and verdict) within a second are counted, and written as
 * one event with that count by log_tick(), when they are evicted or at the
 * end.  Only an event that has repeated is copied, so a flood of different
 * events costs no memory.
 */
#include "folds.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define FORGET_MS 10000

_Static_assert(sizeof(((struct fold_key *)0)->name) >=
		       sizeof(((struct addr *)0)->name),
	       "every name fits");

struct writer {
	fold_write_fn *write;
	void *ctx;
};

static void make_key(struct fold_key *key, const struct event *event,
		     enum part part)
{
	const uint64_t facts[] = {
		(uint64_t)event->pid,	   (uint64_t)event->op,
		(uint64_t)event->domain,   (uint64_t)event->type,
		(uint64_t)event->protocol, (uint64_t)event->verdict.error,
		event->verdict.allow,	   (uint64_t)event->addr.kind,
		event->addr.port,	   event->addr.name_len,
		(uint64_t)event->layer,	   (uint64_t)part,
	};

	_Static_assert(sizeof(facts) == sizeof(key->facts), "all of them");
	memcpy(key->facts, facts, sizeof(facts));
	memcpy(key->ip, event->addr.ip, sizeof(key->ip));
	memset(key->name, 0, sizeof(key->name));
	memcpy(key->name, event->addr.name, event->addr.name_len);
}

static void flush_fold(struct fold *fold, const struct writer *writer)
{
	if (fold->pending == 0)
		return;
	fold->event->count = fold->pending;
	fold->pending = 0;
	fold->last = clock_ms();
	writer->write(writer->ctx, fold->event, fold->total, fold->part);
	free(fold->event);
	fold->event = NULL;
}

static bool is_same(const struct fold *fold, const struct fold_key *key,
		    const char *detail)
{
	return fold->used && memcmp(&fold->key, key, sizeof(*key)) == 0 &&
	       strcmp(fold->detail, detail) == 0;
}

/* A name that is looked up has no address to tell it apart by. */
static const char *detail_of(const struct event *event)
{
	return event->op == OP_RESOLVE ? event->host : event->resolved;
}

static void clear(struct fold *fold, const struct writer *writer)
{
	flush_fold(fold, writer);
	fold->used = false;
	fold->total = 0;
}

static struct fold *known_fold(struct folds *folds, const struct fold_key *key,
			       const char *detail)
{
	for (unsigned int i = 0; i < FOLDS_MAX; i++)
		if (is_same(&folds->all[i], key, detail))
			return &folds->all[i];
	return NULL;
}

static struct fold *free_fold(struct folds *folds, const struct writer *writer)
{
	struct fold *oldest = &folds->all[0];

	for (unsigned int i = 1; i < FOLDS_MAX; i++)
		if (folds->all[i].last < oldest->last)
			oldest = &folds->all[i];
	clear(oldest, writer);
	return oldest;
}

static void flush_burst(struct burst *burst, int64_t now,
			const struct writer *writer)
{
	struct event *event = burst_tell(burst, now);

	if (event)
		writer->write(writer->ctx, event, event->count, BOTH);
	free(event);
}

static bool in_burst(struct folds *folds, const struct event *event,
		     const struct writer *writer)
{
	const int64_t now = clock_ms();
	struct burst *evicted;
	const bool taken = burst_takes(folds->bursts, event, now, &evicted);

	if (!evicted)
		return taken;
	flush_burst(evicted, now, writer);
	return burst_takes(folds->bursts, event, now, &evicted);
}

/* A report may count to anything; a sum of zero would be no event. */
static uint32_t add_counts(uint32_t a, uint32_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + b;
}

/* Counts a repeat; false if the event has to be written. */
static bool folded(struct folds *folds, const struct event *event,
		   enum part part, const struct writer *writer)
{
	struct fold_key key;
	struct fold *fold;
	const int64_t now = clock_ms();

	make_key(&key, event, part);
	fold = known_fold(folds, &key, detail_of(event));
	if (!fold && part == BOTH && in_burst(folds, event, writer))
		return true;
	if (!fold)
		fold = free_fold(folds, writer);
	if (!fold->used || now - fold->last > FORGET_MS) {
		flush_fold(fold, writer);
		fold->used = true;
		fold->key = key;
		fold->part = part;
		strcpy(fold->detail, detail_of(event));
		fold->last = now;
		fold->total = event->count;
		return false;
	}
	fold->pending = add_counts(fold->pending, event->count);
	fold->total = add_counts(fold->total, event->count);
	if (!fold->event) {
		fold->event = malloc(sizeof(*event));
		if (!fold->event) {
			fold->pending = 0;
			return false;
		}
		*fold->event = *event;
	}
	return true;
}

void folds_take(struct folds *folds, struct event *event, enum part part,
		fold_write_fn *write, void *ctx)
{
	const struct writer writer = {write, ctx};

	if (!folded(folds, event, part, &writer))
		write(ctx, event, event->count, part);
}

bool folds_flush(struct folds *folds, int64_t until, fold_write_fn *write,
		 void *ctx)
{
	const struct writer writer = {write, ctx};
	bool waiting = false;

	for (unsigned int i = 0; i < FOLDS_MAX; i++) {
		struct fold *fold = &folds->all[i];

		if (fold->last <= until)
			flush_fold(fold, &writer);
		waiting |= fold->pending > 0;
	}
	for (unsigned int i = 0; i < BURSTS; i++) {
		struct burst *burst = &folds->bursts[i];

		if (burst->told <= until)
			flush_burst(burst, clock_ms(), &writer);
		waiting |= burst->rest > 0;
	}
	return waiting;
}
