/* SPDX-License-Identifier: MIT */
/* lookups.c - threads that look up a host name, and what they were refused. */
#include "lookups.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"

static int find_thread(const struct lookups *lookups, pid_t tid)
{
	for (int i = 0; i < LOOKUPS_THREADS; i++)
		if (lookups->threads[i].tid == tid)
			return i;
	return -1;
}

/* Of more threads at once, some are forgotten: their lines are told apart. */
void lookups_begin(struct lookups *lookups, pid_t tid)
{
	int i = find_thread(lookups, tid);

	if (i < 0)
		i = find_thread(lookups, 0);
	if (i < 0)
		i = (int)(lookups->next++ % LOOKUPS_THREADS);
	lookups->threads[i].tid = tid;
	lookups->threads[i].refused = false;
}

void lookups_end(struct lookups *lookups, pid_t tid)
{
	const int i = find_thread(lookups, tid);

	if (i >= 0)
		lookups->threads[i].tid = 0;
}

bool lookups_refused(const struct lookups *lookups, pid_t tid)
{
	const int i = find_thread(lookups, tid);

	return i >= 0 && lookups->threads[i].refused;
}

static bool is_ip(const struct event *event)
{
	return (event->domain == AF_INET || event->domain == AF_INET6) &&
	       event->op != OP_LISTEN && !event->verdict.allow &&
	       event->layer == LAYER_SUPERVISOR;
}

static bool is_same(const struct event *a, const struct event *b)
{
	return a->tid == b->tid && a->op == b->op && a->domain == b->domain &&
	       a->type == b->type && a->protocol == b->protocol &&
	       a->verdict.error == b->verdict.error &&
	       a->addr.kind == b->addr.kind && a->addr.port == b->addr.port &&
	       memcmp(a->addr.ip, b->addr.ip, sizeof(a->addr.ip)) == 0;
}

static bool keep_event(struct lookups *lookups, const struct event *event)
{
	int place = -1;

	for (int i = 0; i < LOOKUPS_HELD; i++) {
		struct event *held = lookups->held[i].event;

		if (!held)
			place = i;
		else if (is_same(held, event))
			return ++held->count;
	}
	if (place >= 0)
		lookups->held[place].event = malloc(sizeof(*event));
	if (place < 0 || !lookups->held[place].event)
		return false;
	*lookups->held[place].event = *event;
	lookups->held[place].since = clock_ms();
	return true;
}

bool lookups_hold(struct lookups *lookups, const struct event *event, bool keep)
{
	const int i = find_thread(lookups, event->tid);

	if (i < 0 || event->tid == 0 || !is_ip(event))
		return false;
	lookups->threads[i].refused = true;
	return !keep || keep_event(lookups, event);
}

struct event *lookups_take(struct lookups *lookups, pid_t tid, int64_t until)
{
	for (int i = 0; i < LOOKUPS_HELD; i++) {
		struct event *event = lookups->held[i].event;

		if (!event || (tid != 0 && event->tid != tid) ||
		    lookups->held[i].since > until)
			continue;
		lookups->held[i].event = NULL;
		return event;
	}
	return NULL;
}

bool lookups_any(const struct lookups *lookups)
{
	for (int i = 0; i < LOOKUPS_HELD; i++)
		if (lookups->held[i].event)
			return true;
	return false;
}
