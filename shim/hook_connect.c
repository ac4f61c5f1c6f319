/* SPDX-License-Identifier: MIT */
/* hook_connect.c - connect, its other name, and bind.  */
#include "gate.h"
#include "real.h"

static int connect_if_granted(int fd, const struct sockaddr *addr,
			      socklen_t len)
{
	int error = gate_address(OP_CONNECT, fd, addr, len);

	if (error)
		return gate_refuse(error);
	if (real_call(connect, fd, addr, len) == 0)
		return 0;
	return gate_failed(OP_CONNECT, fd, addr, len);
}

int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return connect_if_granted(fd, addr, len);
}

/* What glibc calls it, and exports, too. */
int __connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return connect_if_granted(fd, addr, len);
}

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	int error = gate_address(OP_BIND, fd, addr, len);

	if (error)
		return gate_refuse(error);
	if (real_call(bind, fd, addr, len) == 0)
		return 0;
	return gate_failed(OP_BIND, fd, addr, len);
}
