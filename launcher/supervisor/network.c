/* SPDX-License-Identifier: MIT */
/* network.c - which network namespace a socket belongs to.
 *
 * A socket stays in the network in which it was made: one that came from
 * outside leads there, and one from a network that the command has made for
 * itself leads to that.
 */
#include "network.h"

#include <sys/socket.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* Linux 5.14, older than what Landlock needs */
#endif

uint64_t network_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) == 0
		       ? cookie
		       : 0;
}

bool network_is_ours(const struct call *call)
{
	/* Where the shim asks, or a person, there may be no socket yet. */
	return call->fd < 0 || network_cookie(call->fd) == call->sup->network;
}

struct answer network_refuse(struct call *call)
{
	return call_refuse_abstract(call,
				    "this socket belongs to another network");
}
