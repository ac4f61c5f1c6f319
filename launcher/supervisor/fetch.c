/* SPDX-License-Identifier: MIT */
/* fetch.c - find a client's socket among those that were made for clients. */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../clean.h"
#include "judge.h"
#include "made.h"
#include "unixdiag.h"

/* A process that may not be inspected may be hidden (hidepid, proc(5)). */
static int no_such_descriptor(const struct call *call)
{
	char name[64];

	snprintf(name, sizeof(name), "%d/fd", (int)call->client.tid);
	return faccessat(call->sup->proc, name, F_OK, 0) == 0 ? -EBADF
							      : -EACCES;
}

/* Returns the inode of a socket, 0 for another file, or -errno. */
static int64_t socket_inode(const struct call *call, int fd)
{
	char name[64], text[64], *end;
	unsigned long long inode;
	ssize_t n;

	snprintf(name, sizeof(name), "%d/fd/%d", (int)call->client.tid, fd);
	n = readlinkat(call->sup->proc, name, text, sizeof(text) - 1);
	if (n < 0)
		return errno == ENOENT ? no_such_descriptor(call) : -EACCES;
	text[n] = '\0';
	if (strncmp(text, "socket:[", 8) != 0)
		return 0;
	inode = strtoull(text + 8, &end, 10);
	return *end == ']' ? (int64_t)inode : 0;
}

/* Connecting a connected socket fails, after every check of a real connect.
 * So does connecting another connected one in its place. */
static int stand_in(int type)
{
	int pair[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) != 0)
		return -EACCES;
	close(pair[1]);
	return pair[0];
}

static int fetch_foreign(struct call *call, ino_t inode)
{
	struct unixdiag socket;

	/* A connected datagram socket may be connected again. */
	if (call->op == OP_CONNECT && unixdiag_socket(inode, &socket) == 0 &&
	    socket.state == UNIXDIAG_CONNECTED && socket.type != SOCK_DGRAM)
		return stand_in(socket.type);
	call->foreign = inode;
	return -EACCES;
}

/* What is no socket fails as such only after its address was read; and an
 * O_PATH descriptor is none at all. */
static int fetch_file(const struct call *call, int fd)
{
	char name[64], text[128];
	autoclose int info = -1;
	const char *flags;
	ssize_t n;

	snprintf(name, sizeof(name), "%d/fdinfo/%d", (int)call->client.tid, fd);
	info = openat(call->sup->proc, name, O_RDONLY | O_CLOEXEC);
	n = info < 0 ? -1 : read(info, text, sizeof(text) - 1);
	if (n < 0)
		return -EACCES;
	text[n] = '\0';
	flags = strstr(text, "flags:\t");
	if (flags && strtoul(flags + 7, NULL, 8) & O_PATH)
		return fcntl(call->sup->proc, F_DUPFD_CLOEXEC, 3);
	return eventfd(0, EFD_CLOEXEC);
}

int fetch_made(struct call *call, int fd)
{
	const int64_t inode = socket_inode(call, fd);
	int copy;

	if (inode < 0)
		return (int)inode;
	if (inode == 0)
		copy = fetch_file(call, fd);
	else if (!made_find(call->sup->made, (ino_t)inode, &copy))
		copy = fetch_foreign(call, (ino_t)inode);
	else if (copy < 0)
		copy = call->op == OP_CONNECT ? -EISCONN : -EINVAL;
	return copy == -1 ? -EACCES : copy;
}

/* No address of the client gets through thus: listen() has none, and where
 * AF_UNIX is unrestricted every TCP socket is jailed, or Landlock holds it. */
static bool may_go_on(const struct call *call, bool is_unix)
{
	if (call->op == OP_LISTEN)
		return is_unix && !call->sup->mediates_inet;
	return is_unix && call->sup->policy->unix_all &&
	       (call->op == OP_BIND ? call_bind_may_go_on(call->sup)
				    : call_may_go_on(call->sup));
}

bool fetch_answer(const struct call *call, struct answer *answer)
{
	struct unixdiag socket;
	const bool is_unix = unixdiag_socket(call->foreign, &socket) == 0;

	if (call->report)
		*answer = answer_error(0);
	else if (may_go_on(call, is_unix))
		*answer = answer_continue();
	else if (is_unix && socket.state == UNIXDIAG_LISTENING &&
		 call->op == OP_CONNECT)
		*answer = answer_error(EINVAL);
	else
		return false;
	return true;
}
