/* SPDX-License-Identifier: MIT */
/* tally.c - what was asked for, and how often.  */
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TARGET_MAX 8192

static bool is_same(const struct tally_entry *entry, const struct event *event,
		    const char *target)
{
	return entry->op == event->op &&
	       memcmp(entry->comm, event->comm, sizeof(entry->comm)) == 0 &&
	       strcmp(entry->target, target) == 0 &&
	       strcmp(entry->resolved, event->resolved) == 0;
}

static struct tally_entry *find(struct tally *tally, const struct event *event,
				const char *target)
{
	for (size_t i = 0; i < tally->count; i++)
		if (is_same(&tally->entries[i], event, target))
			return &tally->entries[i];
	return NULL;
}

static bool grow(struct tally *tally)
{
	const size_t room = tally->room ? 2 * tally->room : 16;
	struct tally_entry *entries;

	if (tally->count < tally->room)
		return true;
	if (tally->count >= TALLY_MAX)
		return false;
	entries = realloc(tally->entries, room * sizeof(*entries));
	if (!entries)
		return false;
	tally->entries = entries;
	tally->room = room;
	return true;
}

/* Three strings, one piece of memory. */
static char *join_texts(const struct event *event, const char *target)
{
	char *texts;

	return asprintf(&texts, "%s%c%s%c%s", event->resolved, '\0', target,
			'\0', event->hint) < 0
		       ? NULL
		       : texts;
}

static struct tally_entry *append(struct tally *tally,
				  const struct event *event, const char *target)
{
	struct tally_entry entry = {
		.op = event->op,
		.pid = event->pid,
		.domain = event->domain,
		.type = event->type,
		.addr = event->addr,
		.has_addr = event->has_addr,
		.expected = event->expected,
	};

	if (!grow(tally))
		return NULL;
	entry.resolved = join_texts(event, target);
	if (!entry.resolved)
		return NULL;
	entry.target = entry.resolved + strlen(entry.resolved) + 1;
	entry.hint = entry.target + strlen(entry.target) + 1;
	memcpy(entry.comm, event->comm, sizeof(entry.comm));
	tally->entries[tally->count] = entry;
	return &tally->entries[tally->count++];
}

void tally_add(struct tally *tally, const struct event *event)
{
	char target[TARGET_MAX];
	struct tally_entry *entry;

	event_target(event, target, sizeof(target));
	entry = find(tally, event, target);
	if (!entry)
		entry = append(tally, event, target);
	if (entry)
		entry->count += event->count;
	else
		tally->others += event->count;
}

static int more_frequent(const void *a, const void *b)
{
	const struct tally_entry *first = a, *second = b;

	if (first->count != second->count)
		return first->count < second->count ? 1 : -1;
	return first < second ? -1 : 1;
}

void tally_sort(struct tally *tally)
{
	if (tally->count > 0)
		qsort(tally->entries, tally->count, sizeof(*tally->entries),
		      more_frequent);
}
