/* SPDX-License-Identifier: MIT */
/* bound.c - table of the sockets that sandboxed processes bound.
 *
 * Theory of operation
 *
 * A socket file is held by an O_PATH descriptor.  While it is held its inode
 * number cannot be given to a stranger's file, so device and inode identify
 * it.  Files that are gone (no link left) are dropped when room is needed and
 * on every 64th addition; the table is bounded, and forgetting means refusing.
 *
 * An abstract name is given up when its socket is closed, and a stranger may
 * take it next.  So the kernel is asked whether the socket that was bound
 * inside, known by its own inode number, still holds the name.
 */
#include "bound.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../clean.h"
#include "unixdiag.h"

#define NODES_MAX     512
#define NAMES_MAX     128
#define NAME_MAX_UNIX 108
#define SWEEP_EVERY   64

struct node {
	int fd; /* -1: free */
	dev_t dev;
	ino_t ino;
};

struct name {
	ino_t inode; /* 0: free */
	size_t len;
	char bytes[NAME_MAX_UNIX];
};

struct bound {
	pthread_mutex_t files; /* one change at a time */
	pthread_mutex_t lock;  /* of what follows */
	unsigned int additions;
	unsigned int nodes_used; /* slots ever used */
	struct node nodes[NODES_MAX];
	unsigned int name_next;
	struct name names[NAMES_MAX];
};

struct bound *bound_new(void)
{
	struct bound *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	pthread_mutex_init(&b->files, NULL);
	pthread_mutex_init(&b->lock, NULL);
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

static void drop(struct node *node)
{
	close(node->fd);
	node->fd = -1;
}

static void sweep(struct bound *b)
{
	struct stat st;

	for (unsigned int i = 0; i < b->nodes_used; i++) {
		struct node *node = &b->nodes[i];

		if (node->fd >= 0 &&
		    (fstat(node->fd, &st) != 0 || st.st_nlink == 0))
			drop(node);
	}
}

static struct node *free_node(struct bound *b)
{
	for (unsigned int i = 0; i < b->nodes_used; i++)
		if (b->nodes[i].fd < 0)
			return &b->nodes[i];
	if (b->nodes_used < NODES_MAX)
		return &b->nodes[b->nodes_used++];
	return NULL;
}

void bound_add_node(struct bound *b, int fd, const struct stat *st)
{
	struct node *node;

	pthread_mutex_lock(&b->lock);
	if (++b->additions % SWEEP_EVERY == 0)
		sweep(b);
	node = free_node(b);
	if (!node) {
		/* Full of living sockets: the longest-held one must be
		 * reached through a grant from now on. */
		node = &b->nodes[b->additions % NODES_MAX];
		drop(node);
	}
	*node = (struct node){.fd = fd, .dev = st->st_dev, .ino = st->st_ino};
	pthread_mutex_unlock(&b->lock);
}

bool bound_has_node(struct bound *b, const struct stat *st)
{
	bool found = false;

	pthread_mutex_lock(&b->lock);
	for (unsigned int i = 0; i < b->nodes_used && !found; i++)
		found = b->nodes[i].fd >= 0 && b->nodes[i].ino == st->st_ino &&
			b->nodes[i].dev == st->st_dev;
	pthread_mutex_unlock(&b->lock);
	return found;
}

void bound_add_name(struct bound *b, const char *name, size_t len, ino_t inode)
{
	struct name *slot;

	if (len > NAME_MAX_UNIX || inode == 0)
		return;
	pthread_mutex_lock(&b->lock);
	slot = &b->names[b->name_next++ % NAMES_MAX];
	slot->inode = inode;
	slot->len = len;
	memcpy(slot->bytes, name, len);
	pthread_mutex_unlock(&b->lock);
}

static bool still_holds(const struct name *name)
{
	struct unixdiag now;

	return unixdiag_socket(name->inode, &now) == 0 &&
	       now.name_len == name->len + 1 && now.name[0] == '\0' &&
	       memcmp(now.name + 1, name->bytes, name->len) == 0;
}

bool bound_has_name(struct bound *b, const char *name, size_t len)
{
	struct name candidates[4];
	unsigned int n = 0;

	pthread_mutex_lock(&b->lock);
	for (unsigned int i = 0; i < NAMES_MAX; i++) {
		const struct name *slot = &b->names[i];

		if (slot->inode && slot->len == len && n < 4 &&
		    memcmp(slot->bytes, name, len) == 0)
			candidates[n++] = *slot;
	}
	pthread_mutex_unlock(&b->lock);
	while (n > 0)
		if (still_holds(&candidates[--n]))
			return true;
	return false;
}
