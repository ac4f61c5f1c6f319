/* SPDX-License-Identifier: MIT */
/* hook_send.c - sendto, sendmsg and sendmmsg, where they name a target. */
#include "gate.h"
#include "real.h"

ssize_t sendto(int fd, const void *buf, size_t n, int flags,
	       const struct sockaddr *addr, socklen_t len)
{
	int error = addr ? gate_address(OP_SEND, fd, addr, len) : 0;

	return error ? gate_refuse(error)
		     : real_call(sendto, fd, buf, n, flags, addr, len);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	int error = gate_message(fd, message);

	return error ? gate_refuse(error)
		     : real_call(sendmsg, fd, message, flags);
}

int sendmmsg(int fd, struct mmsghdr *vmessages, unsigned int vlen, int flags)
{
	int error = gate_messages(fd, vmessages, &vlen);

	return error ? gate_refuse(error)
		     : real_call(sendmmsg, fd, vmessages, vlen, flags);
}
