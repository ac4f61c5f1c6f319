/* SPDX-License-Identifier: MIT */
/* burst.c - refusals of ever new IP addresses, ports and host names, told as
 * one.
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
	return event->op == OP_RESOLVE ||
	       (event->has_addr && (event->addr.kind == ADDR_INET ||
				    event->addr.kind == ADDR_INET6));
}

static bool is_about(const struct burst *burst, const struct event *event,
		     enum part part)
{
	return burst->pid == event->pid && burst->op == event->op &&
	       burst->part == part;
}

static struct burst *find(struct burst *bursts, const struct event *event,
			  enum part part)
{
	struct burst *oldest = bursts;

	for (struct burst *b = bursts; b < bursts + BURSTS; b++) {
		if (is_about(b, event, part))
			return b;
		if (b->since < oldest->since)
			oldest = b;
	}
	return oldest;
}

static const char *note_of(const struct event *event)
{
	return event->op == OP_RESOLVE ? "other host names"
				       : "other addresses and ports";
}

static bool keep_one(struct burst *burst, const struct event *event)
{
	burst->rest += event->count;
	if (!burst->event) {
		burst->event = malloc(sizeof(*event));
		if (!burst->event) {
			burst->rest = 0;
			return false;
		}
		*burst->event = *event;
		burst->event->has_addr = false;
		burst->event->host[0] = burst->event->hint[0] = '\0';
		burst->event->stack.len = 0;
		burst->event->note = note_of(event);
	}
	return true;
}

bool burst_takes(struct burst *bursts, const struct event *event,
		 enum part part, int64_t now, struct burst **evicted)
{
	struct burst *b = find(bursts, event, part);
	const bool same = is_about(b, event, part);

	*evicted = NULL;
	if (!is_named(event))
		return false;
	/* A report may count to anything. */
	if (b->rest > (same ? UINT32_MAX - event->count : 0)) {
		*evicted = b;
		return false;
	}
	if (!same)
		*b = (struct burst){
			.pid = event->pid,
			.op = event->op,
			.part = part,
		};
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
