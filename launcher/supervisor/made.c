/* SPDX-License-Identifier: MIT */
/* made.c - make sockets for clients, and know them again.
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
 * pair) is not in the table.  Its connect or bind is refused.
 */
#include "made.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../clean.h"
#include "judge.h"
#include "unixdiag.h"

#define SLOTS_MAX 1024
#define SLOTS_MIN 16
#define LINGER_S  2
#define NO_DEVICE 0x7fffffff

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* Linux 5.0 */
#endif
#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1) /* Linux 5.14 */
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

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

static bool remember(struct made *made, int fd)
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

static void forget(struct made *made, int fd)
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

/* --- making -------------------------------------------------------------- */

static bool is_inet(int domain)
{
	return domain == AF_INET || domain == AF_INET6;
}

/* None of these needs a privilege that we might have and the client not. */
bool made_serves(const struct call *call)
{
	if (!call->sup->made)
		return false;
	if (call->domain == AF_NETLINK)
		return true;
	if (call->domain == AF_UNIX)
		return !call->sup->policy->unix_all &&
		       (call->type == SOCK_STREAM ||
			call->type == SOCK_SEQPACKET);
	return is_inet(call->domain) &&
	       ((call->type == SOCK_STREAM &&
		 (call->protocol == 0 || call->protocol == IPPROTO_TCP ||
		  call->protocol == IPPROTO_MPTCP)) ||
		(call->type == SOCK_DGRAM &&
		 (call->protocol == 0 || call->protocol == IPPROTO_UDP)));
}

/* Its inode gets the client's owner. */
static int make(const struct call *call)
{
	const int flags = (int)call->req->data.args[1] | SOCK_CLOEXEC;
	bool changed;
	int fd;

	if (client_act_as(&call->client, &changed) != 0)
		return -EACCES;
	fd = socket(call->domain, flags, call->protocol);
	if (fd < 0)
		fd = -errno;
	if (changed)
		client_act_as_self(call->sup);
	return fd;
}

static struct answer hand_over(const struct call *call, int fd)
{
	const int flags = (int)call->req->data.args[1];
	struct seccomp_notif_addfd add = {
		.id = call->client.id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (uint32_t)fd,
		.newfd_flags = flags & SOCK_CLOEXEC ? O_CLOEXEC : 0,
	};

	if (ioctl(call->sup->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0)
		return answer_error(errno == ENOENT   ? ESRCH
				    : errno == EMFILE ? EMFILE
						      : EACCES);
	return (struct answer){.sent = true};
}

struct answer made_socket(struct call *call, bool jailed)
{
	struct made *made = call->sup->made;
	const int device = NO_DEVICE;
	autoclose int fd = make(call);
	struct answer answer;

	if (fd < 0)
		return answer_error(-fd);
	if (jailed && setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device,
				 sizeof(device)) != 0)
		return answer_error(EACCES);
	/* The client may use it before we are told that it has it. */
	if (made && !remember(made, fd))
		return answer_error(ENFILE);
	answer = hand_over(call, fd);
	if (made && !answer.sent)
		forget(made, fd);
	return answer;
}

/* --- finding ------------------------------------------------------------- */

/* Returns the inode of a socket, 0 for another file, or -errno. */
static int64_t socket_inode(const struct call *call, int fd)
{
	char name[64], text[64], *end;
	unsigned long long inode;
	ssize_t n;

	snprintf(name, sizeof(name), "%d/fd/%d", (int)call->client.tid, fd);
	n = readlinkat(call->sup->proc, name, text, sizeof(text) - 1);
	if (n < 0)
		return errno == ENOENT ? -EBADF : -EACCES;
	text[n] = '\0';
	if (strncmp(text, "socket:[", 8) != 0)
		return 0;
	inode = strtoull(text + 8, &end, 10);
	return *end == ']' ? (int64_t)inode : 0;
}

int made_fetch(struct call *call, int fd)
{
	struct made *made = call->sup->made;
	const int64_t inode = socket_inode(call, fd);
	struct slot *slot;
	int copy = -EACCES;

	if (inode <= 0)
		return inode ? (int)inode : -ENOTSOCK;
	call->foreign = (ino_t)inode;
	pthread_mutex_lock(&made->lock);
	slot = find(made, (ino_t)inode);
	if (slot && slot->fd < 0) {
		copy = call->op == OP_CONNECT ? -EISCONN : -EINVAL;
	} else if (slot) {
		slot->used = ++made->clock;
		copy = fcntl(slot->fd, F_DUPFD_CLOEXEC, 3);
		copy = copy < 0 ? -ENFILE : copy;
	}
	pthread_mutex_unlock(&made->lock);
	if (copy >= 0)
		call->foreign = 0;
	return copy;
}

/* Nothing here lets an address of the client through: listen() has none, what
 * is connected stays so, and where AF_UNIX is unrestricted every TCP socket
 * is jailed. */
bool made_elsewhere(const struct call *call, struct answer *answer)
{
	const bool listens = call->op == OP_LISTEN;
	struct unixdiag socket;

	if (call->report ||
	    (listens && judge_kind(call->sup, OP_LISTEN, TARGET_INET).allow)) {
		*answer = call->report ? answer_error(0) : answer_continue();
		return true;
	}
	if (unixdiag_socket(call->foreign, &socket) != 0)
		return false;
	if (call->sup->policy->unix_all || listens)
		*answer = answer_continue();
	else if (socket.state == UNIXDIAG_CONNECTED && call->op == OP_CONNECT)
		*answer = answer_error(EISCONN);
	else if (socket.state == UNIXDIAG_LISTENING && call->op == OP_CONNECT)
		*answer = answer_error(EINVAL);
	else
		return false;
	return true;
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
	const bool connect = call->op == OP_CONNECT && is_inet(call->domain) &&
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

	if (!made || call->fd < 0 || call->report || fstat(call->fd, &st) != 0)
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
