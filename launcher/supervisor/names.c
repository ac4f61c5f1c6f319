/* SPDX-License-Identifier: MIT */
/* names.c - table of the abstract names that sandboxed processes bound.
 *
 * Theory of operation
 *
 * A name is given up when its socket is closed, and a stranger may take it
 * next.  So the kernel is asked whether the socket that was bound inside, known
 * by its own inode number, still holds the name.  Names that nobody holds are
 * forgotten as in bound.c.
 *
 * Sockets of different types hold the same name side by side, and those who
 * connect find the one of their own type (unix_abstract_hash() in
 * net/unix/af_unix.c): a name that a stranger holds, too, is not ours for all.
 */
#include "names.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pace.h"
#include "unixdiag.h"

#define BYTES_MAX     107 /* sun_path without the leading NUL */
#define LOOKS_ADDING  2U  /* names looked at with each addition */
#define LOOKS_TICKING 64U
#define SEARCH_MS     1000 /* between two searches of a full table */

struct name {
	ino_t socket;
	size_t len;
	char bytes[BYTES_MAX];
};

struct names {
	pthread_mutex_t lock;
	struct name *list; /* in no order */
	uint32_t room;
	uint32_t count;
	uint32_t next;	  /* to be looked at */
	int64_t searched; /* ms, when all was last looked at */
	struct pace pace; /* of ticks */
};

struct names *names_new(void)
{
	struct names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	pthread_mutex_init(&n->lock, NULL);
	n->searched = -SEARCH_MS;
	pace_quicken(&n->pace);
	return n;
}

/* The type of the socket that still holds the name, 0 if none does. */
static int holder_type(const struct name *name)
{
	struct unixdiag now;

	return unixdiag_socket(name->socket, &now) == 0 &&
			       now.name_len == name->len + 1 &&
			       now.name[0] == '\0' &&
			       memcmp(now.name + 1, name->bytes, name->len) == 0
		       ? now.type
		       : 0;
}

static bool still_holds(const struct name *name)
{
	return holder_type(name) != 0;
}

static bool is_called(const struct name *entry, const char *name, size_t len)
{
	return entry->len == len && memcmp(entry->bytes, name, len) == 0;
}

/* Looks at @count names, and forgets those that were given up. */
static bool sweep(struct names *n, uint32_t count)
{
	bool found = false;

	for (; count > 0 && n->count > 0; count--) {
		const uint32_t i = n->next++ % n->count;

		if (still_holds(&n->list[i]))
			continue;
		n->list[i] = n->list[--n->count];
		n->next = i;
		found = true;
	}
	return found;
}

bool names_has_room(struct names *n)
{
	const int64_t now = clock_ms();
	bool room;

	pthread_mutex_lock(&n->lock);
	if (n->count >= NAMES_MAX && now - n->searched >= SEARCH_MS) {
		n->searched = now;
		sweep(n, n->count);
	}
	room = n->count < NAMES_MAX;
	pthread_mutex_unlock(&n->lock);
	return room;
}

/* The entry of an earlier socket of that name, else a new one. */
static struct name *find_slot(struct names *n, const char *name, size_t len)
{
	const uint32_t room = n->room ? 2 * n->room : 4;
	struct name *list = n->list;

	for (uint32_t i = 0; i < n->count; i++)
		if (is_called(&list[i], name, len) && !still_holds(&list[i]))
			return &list[i];
	if (n->count == n->room) {
		list = realloc(list, room * sizeof(*list));
		if (!list)
			return NULL;
		n->list = list;
		n->room = room;
	}
	return &list[n->count++];
}

int names_add(struct names *n, const char *name, size_t len, ino_t socket)
{
	struct name *slot = NULL;

	if (len > BYTES_MAX)
		return ENOMEM;
	pthread_mutex_lock(&n->lock);
	sweep(n, LOOKS_ADDING);
	slot = find_slot(n, name, len);
	if (slot) {
		slot->socket = socket;
		slot->len = len;
		memcpy(slot->bytes, name, len);
		pace_quicken(&n->pace);
	}
	pthread_mutex_unlock(&n->lock);
	return slot ? 0 : ENOMEM;
}

bool names_has(struct names *n, const char *name, size_t len, int type)
{
	bool found = false;

	pthread_mutex_lock(&n->lock);
	for (uint32_t i = 0; i < n->count && !found; i++)
		found = is_called(&n->list[i], name, len) &&
			holder_type(&n->list[i]) == type;
	pthread_mutex_unlock(&n->lock);
	return found;
}

int names_tick(struct names *n)
{
	int wait = -1;

	pthread_mutex_lock(&n->lock);
	if (n->count > 0) {
		wait = pace_left(&n->pace);
		if (wait == 0)
			wait = pace_done(&n->pace, sweep(n, LOOKS_TICKING));
	}
	pthread_mutex_unlock(&n->lock);
	return wait;
}
