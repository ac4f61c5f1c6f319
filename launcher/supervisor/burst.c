/* SPDX-License-Identifier: MIT */
/* burst.c - refusals of ever new IP addresses and ports, told as one.
 *
 * A scan of ports would fill the log faster than anybody reads, and none of its
 * lines says more than that it was a scan.
 */
#include "burst.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static bool is_named(const struct event *event)
{
	return event->has_addr && (event->addr.kind == ADDR_INET ||
				   event->addr.kind == ADDR_INET6);
}

static struct burst *find(struct burst *bursts, const struct event *event)
{
	struct burst *oldest = bursts;

	for (struct burst *b = bursts; b < bursts + BURSTS; b++) {
		if (b->pid == event->pid && b->op == event->op)
			return b;
		if (b->since < oldest->since)
			oldest = b;
	}
	return oldest;
}

static bool keep_one(struct burst *burst, const struct event *event)
{
	if (!burst->event) {
		burst->event = malloc(sizeof(*event));
		if (!burst->event)
			return false;
		*burst->event = *event;
		burst->event->has_addr = false;
		burst->event->host[0] = burst->event->hint[0] = '\0';
		burst->event->stack_len = 0;
		burst->event->note = "other addresses and ports";
	}
	burst->rest += event->count;
	return true;
}

bool burst_takes(struct burst *bursts, const struct event *event, int64_t now,
		 struct burst **evicted)
{
	struct burst *b = find(bursts, event);
	const bool same = b->pid == event->pid && b->op == event->op;

	*evicted = NULL;
	if (!is_named(event))
		return false;
	/* A report may count to anything. */
	if (b->rest > (same ? UINT32_MAX - event->count : 0)) {
		*evicted = b;
		return false;
	}
	if (!same)
		*b = (struct burst){.pid = event->pid, .op = event->op};
	if (b->named == 0 || now - b->since >= BURST_MS) {
		b->since = now;
		b->named = 0;
	}
	if (b->named < BURST_FREE) {
		b->named++;
		return false;
	}
	if (b->rest == 0)
		b->told = now;
	return keep_one(b, event);
}

struct event *burst_tell(struct burst *burst, int64_t now)
{
	struct event *event = burst->event;

	if (burst->rest == 0)
		return NULL;
	event->count = burst->rest;
	burst->event = NULL;
	burst->rest = 0;
	burst->told = now;
	return event;
}
