/* SPDX-License-Identifier: MIT */
/* bound.c - table of the socket files that sandboxed processes bound.
 *
 * Theory of operation
 *
 * A socket file is held by an O_PATH descriptor.  While it is held its inode
 * number cannot be given to a stranger's file, so device and inode identify
 * it.
 *
 * Nobody tells us which files are gone, without a link.  Each addition
 * therefore looks at a few, so the table cannot grow by what comes and goes; a
 * tick does the same for a sandbox that has become quiet.  A full table looks
 * at everything, and drops files whose socket is closed, too: connecting to
 * them fails anyway.  What lives is never forgotten; the next bind fails.
 */
#include "bound.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../clean.h"
#include "pace.h"
#include "unixdiag.h"

#define SLOTS_MIN     32U /* powers of two */
#define LOOKS_ADDING  4U  /* slots looked at with each addition */
#define LOOKS_TICKING 512U
#define SEARCH_MS     1000 /* between two searches of a full table */

struct node {
	int fd; /* -1: free slot */
	dev_t dev;
	ino_t ino;
	ino_t socket;
};

struct bound {
	pthread_mutex_t files; /* one change at a time */
	pthread_mutex_t lock;  /* of what follows */
	struct node *nodes;    /* open addressing, at most half full */
	uint32_t slots;
	uint32_t count;
	uint32_t next;	  /* slot to be looked at */
	int64_t searched; /* ms, when all was last looked at */
	struct pace pace; /* of ticks */
};

struct bound *bound_new(void)
{
	struct bound *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	pthread_mutex_init(&b->files, NULL);
	pthread_mutex_init(&b->lock, NULL);
	b->searched = -SEARCH_MS;
	pace_quicken(&b->pace);
	return b;
}

void bound_change(struct bound *b)
{
	pthread_mutex_lock(&b->files);
}

void bound_changed(struct bound *b)
{
	pthread_mutex_unlock(&b->files);
}

static uint32_t home_of(const struct bound *b, dev_t dev, ino_t ino)
{
	const uint64_t hash =
		(ino ^ (uint64_t)dev << 32) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(hash >> 32) & (b->slots - 1);
}

/* The slot of a node, or the free one where it would be. */
static uint32_t slot_of(const struct bound *b, dev_t dev, ino_t ino)
{
	uint32_t i = home_of(b, dev, ino);

	while (b->nodes[i].fd >= 0 &&
	       (b->nodes[i].ino != ino || b->nodes[i].dev != dev))
		i = (i + 1) & (b->slots - 1);
	return i;
}

static int resize(struct bound *b, uint32_t slots)
{
	struct bound old = *b;
	struct node *nodes = calloc(slots, sizeof(*nodes));

	if (!nodes)
		return ENOMEM;
	for (uint32_t i = 0; i < slots; i++)
		nodes[i].fd = -1;
	b->nodes = nodes;
	b->slots = slots;
	b->next = 0;
	for (uint32_t i = 0; i < old.slots; i++)
		if (old.nodes[i].fd >= 0)
			nodes[slot_of(b, old.nodes[i].dev, old.nodes[i].ino)] =
				old.nodes[i];
	free(old.nodes);
	return 0;
}

/* Closes the gap, so that a search may end at the first free slot. */
static void drop_node(struct bound *b, uint32_t gap)
{
	const uint32_t mask = b->slots - 1;

	close(b->nodes[gap].fd);
	for (uint32_t i = (gap + 1) & mask; b->nodes[i].fd >= 0;
	     i = (i + 1) & mask) {
		const uint32_t home =
			home_of(b, b->nodes[i].dev, b->nodes[i].ino);

		/* It may move up unless its home lies behind the gap. */
		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		b->nodes[gap] = b->nodes[i];
		gap = i;
	}
	b->nodes[gap].fd = -1;
	b->count--;
}

/* Does nobody hold the socket any more?  It need not listen, nor be in our
 * network namespace; what cannot be told is alive. */
static bool is_dead(const struct node *node)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct unixdiag now;
	int pair[2];
	bool dead;

	if (unixdiag_socket(node->socket, &now) == 0 && now.has_node &&
	    (uint32_t)now.ino == (uint32_t)node->ino)
		return false;
	/* A connected socket disturbs no listener (probe_ask()). */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       pair) != 0)
		return false;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d",
		 node->fd);
	dead = connect(pair[0], (struct sockaddr *)&addr, sizeof(addr)) != 0 &&
	       errno == ECONNREFUSED;
	close(pair[0]);
	close(pair[1]);
	return dead;
}

static bool is_gone(const struct node *node)
{
	struct stat st;

	return fstat(node->fd, &st) != 0 || st.st_nlink == 0;
}

/* Looks at @count slots, and forgets what is @useless in them. */
static bool sweep(struct bound *b, uint32_t count,
		  bool (*useless)(const struct node *node))
{
	bool found = false;

	while (count > 0 && b->count > 0) {
		const uint32_t i = b->next & (b->slots - 1);

		if (b->nodes[i].fd >= 0 && useless(&b->nodes[i])) {
			/* Another one may move into the gap: stay here. */
			drop_node(b, i);
			found = true;
		} else {
			b->next = i + 1;
			count--;
		}
	}
	if (b->slots > SLOTS_MIN && b->count < b->slots / 8)
		resize(b, b->slots / 2);
	return found;
}

static uint32_t nodes_max(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
	    files.rlim_cur / 2 < BOUND_MAX)
		return (uint32_t)(files.rlim_cur / 2);
	return BOUND_MAX;
}

/* Looking at everything takes long, so not for each bind that fails. */
static bool may_search(struct bound *b)
{
	const int64_t now = clock_ms();

	if (now - b->searched < SEARCH_MS)
		return false;
	b->searched = now;
	return true;
}

bool bound_has_room(struct bound *b)
{
	const uint32_t max = nodes_max();
	bool room;

	pthread_mutex_lock(&b->lock);
	if (b->count >= max && may_search(b) &&
	    !sweep(b, 2 * b->slots, is_gone))
		sweep(b, 2 * b->slots, is_dead);
	room = b->count < max;
	pthread_mutex_unlock(&b->lock);
	return room;
}

static int add_node(struct bound *b, const struct node *node)
{
	uint32_t slot;

	sweep(b, LOOKS_ADDING, is_gone);
	if (2 * (b->count + 1) > b->slots &&
	    resize(b, b->slots ? 2 * b->slots : SLOTS_MIN) != 0)
		return ENOMEM;
	slot = slot_of(b, node->dev, node->ino);
	if (b->nodes[slot].fd >= 0)
		close(b->nodes[slot].fd);
	else
		b->count++;
	b->nodes[slot] = *node;
	pace_quicken(&b->pace);
	return 0;
}

int bound_add_node(struct bound *b, int fd, const struct stat *st, ino_t socket)
{
	const struct node node = {
		.fd = fd,
		.dev = st->st_dev,
		.ino = st->st_ino,
		.socket = socket,
	};
	int error;

	pthread_mutex_lock(&b->lock);
	error = add_node(b, &node);
	pthread_mutex_unlock(&b->lock);
	return error;
}

bool bound_has_node(struct bound *b, const struct stat *st)
{
	bool found;

	pthread_mutex_lock(&b->lock);
	found = b->slots > 0 &&
		b->nodes[slot_of(b, st->st_dev, st->st_ino)].fd >= 0;
	pthread_mutex_unlock(&b->lock);
	return found;
}

int bound_tick(struct bound *b)
{
	int wait = -1;

	pthread_mutex_lock(&b->lock);
	if (b->count > 0) {
		wait = pace_left(&b->pace);
		if (wait == 0)
			wait = pace_done(&b->pace,
					 sweep(b, LOOKS_TICKING, is_gone));
	}
	pthread_mutex_unlock(&b->lock);
	return wait;
}
