/* SPDX-License-Identifier: MIT */
/* hook_socket.c - socket and socketpair.  */
#include "gate.h"
#include "real.h"

int socket(int domain, int type, int protocol)
{
	int error = gate_socket(domain, type, protocol);

	return error ? gate_refuse(error)
		     : real_call(socket, domain, type, protocol);
}

/* The kernel makes pairs in AF_UNIX only (and TIPC), so it answers the rest. */
int socketpair(int domain, int type, int protocol, int fds[2])
{
	int error = domain == AF_UNIX ? gate_socket(domain, type, protocol) : 0;

	return error ? gate_refuse(error)
		     : real_call(socketpair, domain, type, protocol, fds);
}
