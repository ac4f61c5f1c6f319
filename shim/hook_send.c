/* SPDX-License-Identifier: MIT */
/* hook_send.c - sendto, sendmsg and sendmmsg, where they name a target. */
#include "gate.h"
#include "real.h"

ssize_t sendto(int fd, const void *buf, size_t n, int flags,
	       const struct sockaddr *addr, socklen_t len)
{
	int error = addr ? gate_address(OP_SEND, fd, addr, len) : 0;
	ssize_t sent;

	if (error)
		return gate_refuse(error);
	sent = real_call(sendto, fd, buf, n, flags, addr, len);
	return sent < 0 && addr ? gate_failed(OP_SEND, fd, addr, len) : sent;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	int error = gate_message(fd, message);
	ssize_t sent;

	if (error)
		return gate_refuse(error);
	sent = real_call(sendmsg, fd, message, flags);
	return sent < 0 ? gate_message_failed(fd, message) : sent;
}

int sendmmsg(int fd, struct mmsghdr *vmessages, unsigned int vlen, int flags)
{
	int error = gate_messages(fd, vmessages, &vlen);
	int sent;

	if (error)
		return gate_refuse(error);
	sent = real_call(sendmmsg, fd, vmessages, vlen, flags);
	return sent < 0 ? gate_message_failed(fd, &vmessages->msg_hdr) : sent;
}
