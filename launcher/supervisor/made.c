/* SPDX-License-Identifier: MIT */
/* made.c - table of the sockets that the supervisor made for clients.
 *
 * Theory of operation
 *
 * Where pidfd_getfd(2) is forbidden, the socket that a client wants to connect
 * cannot be fetched.  So socket(2) is notified too: the socket is made here,
 * put into the client (SECCOMP_IOCTL_NOTIF_ADDFD) and a duplicate is kept.
 * /proc/TID/fd says which inode a descriptor of the client means; what is then
 * judged and connected is our own duplicate of that inode.  Should a thread
 * swap descriptors meanwhile, the other socket stays unconnected.
 *
 * A duplicate keeps a socket alive after the client has closed it.  That
 * matters as soon as somebody else can tell: the peer of a connection, those
 * who connect to a listener, whoever wants the name.  So it is closed when a
 * stream socket is connected or listens, before the client gets its answer;
 * and LINGER_S after a bind or a connect that may be repeated.  One that was
 * never used is nobody's concern, and the oldest make room for new ones.
 *
 * A socket that came from elsewhere (inherited, received, accepted, one of a
 * pair) is not in the table.  If it is not connected, it stays so: its connect
 * or bind is refused.
 */
#include "made.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SLOTS_MAX 1024
#define SLOTS_MIN 16
#define LINGER_S  2

struct slot {
	ino_t inode; /* 0: free */
	int fd;	     /* -1: a connected TCP socket, not held any more */
	uint64_t used;
	time_t due;   /* to be closed; 0: not yet */
	bool connect; /* ... because a TCP connect is under way */
};

struct made {
	pthread_mutex_t lock;
	uint64_t clock; /* counts uses */
	unsigned int size;
	struct slot slots[SLOTS_MAX];
};

static time_t now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Each slot is a descriptor; the supervisor needs others too. */
struct made *made_new(void)
{
	struct made *made = calloc(1, sizeof(*made));
	struct rlimit files = {.rlim_max = 0};

	if (!made)
		return NULL;
	pthread_mutex_init(&made->lock, NULL);
	getrlimit(RLIMIT_NOFILE, &files);
	made->size = SLOTS_MAX;
	if (files.rlim_max / 4 < SLOTS_MAX)
		made->size = (unsigned int)(files.rlim_max / 4);
	if (made->size < SLOTS_MIN)
		made->size = SLOTS_MIN;
	return made;
}

/* --- the table, locked --------------------------------------------------- */

static void empty(struct slot *slot)
{
	if (slot->fd >= 0)
		close(slot->fd);
	*slot = (struct slot){0};
}

static struct slot *find(struct made *made, ino_t inode)
{
	for (unsigned int i = 0; i < made->size; i++)
		if (made->slots[i].inode == inode)
			return &made->slots[i];
	return NULL;
}

static struct slot *oldest(struct made *made)
{
	struct slot *slot = &made->slots[0];

	for (unsigned int i = 0; i < made->size; i++) {
		if (made->slots[i].inode == 0)
			return &made->slots[i];
		if (made->slots[i].used < slot->used)
			slot = &made->slots[i];
	}
	empty(slot);
	return slot;
}

bool made_add(struct made *made, int fd)
{
	const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	struct stat st;

	if (copy < 0)
		return false;
	if (fstat(copy, &st) != 0) {
		close(copy);
		return false;
	}
	pthread_mutex_lock(&made->lock);
	*oldest(made) = (struct slot){
		.inode = st.st_ino,
		.fd = copy,
		.used = ++made->clock,
	};
	pthread_mutex_unlock(&made->lock);
	return true;
}

void made_forget(struct made *made, int fd)
{
	struct stat st;
	struct slot *slot;

	if (fstat(fd, &st) != 0)
		return;
	pthread_mutex_lock(&made->lock);
	slot = find(made, st.st_ino);
	if (slot)
		empty(slot);
	pthread_mutex_unlock(&made->lock);
}

bool made_find(struct made *made, ino_t inode, int *fd)
{
	struct slot *slot;

	pthread_mutex_lock(&made->lock);
	slot = find(made, inode);
	*fd = -1;
	if (slot && slot->fd >= 0) {
		slot->used = ++made->clock;
		*fd = fcntl(slot->fd, F_DUPFD_CLOEXEC, 3);
	}
	pthread_mutex_unlock(&made->lock);
	return slot;
}

/* --- forgetting ---------------------------------------------------------- */

static int option(int fd, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : 0;
}

enum fate {
	KEEP,
	LINGER,
	DISCARD,
};

static enum fate fate_of_connect(const struct call *call, int error)
{
	if (call->addr.kind == ADDR_UNSPEC)
		return KEEP;
	if (error == EINPROGRESS)
		return LINGER;
	if (error != 0 && error != EISCONN)
		return KEEP;
	return option(call->fd, SO_TYPE) == SOCK_DGRAM ? LINGER : DISCARD;
}

static enum fate fate(const struct call *call, const struct answer *answer)
{
	if (answer->go_on)
		return DISCARD; /* we do not learn what comes of it */
	if (call->op == OP_CONNECT)
		return fate_of_connect(call, answer->error);
	/* It may listen once more, but not after the client has gone. */
	if (call->op == OP_LISTEN)
		return answer->error == 0 ? LINGER : KEEP;
	if (call->op != OP_BIND || answer->error != 0)
		return KEEP;
	return call->domain == AF_NETLINK ? DISCARD : LINGER;
}

/* A program may ask once more whether its TCP connect has succeeded: then
 * the slot stays, without the socket. */
static void discard(struct slot *slot, bool connected)
{
	if (!connected) {
		empty(slot);
		return;
	}
	close(slot->fd);
	slot->fd = -1;
	slot->due = 0;
}

static void settle(struct slot *slot, const struct call *call, enum fate fate)
{
	const bool connect =
		call->op == OP_CONNECT &&
		(call->domain == AF_INET || call->domain == AF_INET6) &&
		option(slot->fd, SO_TYPE) == SOCK_STREAM;

	if (fate == DISCARD) {
		discard(slot, connect);
		return;
	}
	slot->due = now_s() + LINGER_S;
	slot->connect = connect;
}

void made_settle(const struct call *call, const struct answer *answer)
{
	struct made *made = call->sup->made;
	struct slot *slot;
	struct stat st;
	enum fate what;

	/* A report of the shim is about a call that is yet to come. */
	if (!made || call->fd < 0 || call->req->data.nr == SYS_prctl ||
	    fstat(call->fd, &st) != 0)
		return;
	what = fate(call, answer);
	if (what == KEEP)
		return;
	pthread_mutex_lock(&made->lock);
	slot = find(made, st.st_ino);
	if (slot && slot->fd >= 0)
		settle(slot, call, what);
	pthread_mutex_unlock(&made->lock);
}

bool made_tick(struct made *made)
{
	const time_t now = now_s();
	bool more = false;

	pthread_mutex_lock(&made->lock);
	for (unsigned int i = 0; i < made->size; i++) {
		struct slot *slot = &made->slots[i];

		if (slot->due && slot->due <= now)
			discard(slot, slot->connect);
		more |= slot->due != 0;
	}
	pthread_mutex_unlock(&made->lock);
	return more;
}
