/* SPDX-License-Identifier: MIT */
/* outsider.c - a socket outside the sandbox, for its self-test. */
#include "outsider.h"

#include "diag.h"

int outsider_listen(struct sockaddr_un *addr, socklen_t *len)
{
	const int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	*len = sizeof(*addr);
	/* The bare family makes the kernel choose a free abstract name. */
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)addr, sizeof(addr->sun_family)) != 0 ||
	    listen(fd, 1) != 0 ||
	    getsockname(fd, (struct sockaddr *)addr, len) != 0)
		die_errno("cannot make the self-test's socket");
	return fd;
}
