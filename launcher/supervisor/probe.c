/* SPDX-License-Identifier: MIT */
/* probe.c - ask the kernel what a connect would have been answered. */
#include "probe.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "../clean.h"

void probe_init(struct probe *probe)
{
	probe->stream = probe->seqpacket = -1;
}

void probe_close(const struct probe *probe)
{
	clean_close(&probe->stream);
	clean_close(&probe->seqpacket);
}

static int connected(int *held, int type)
{
	int pair[2];

	if (*held >= 0)
		return *held;
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
		return -1;
	close(pair[1]);
	*held = pair[0];
	return *held;
}

/* Connecting a datagram socket sends nothing and tells nobody. */
static int ask_datagram(const struct sockaddr *addr, socklen_t len)
{
	autoclose int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 || connect(fd, addr, len) == 0 ? 0 : errno;
}

int probe_ask(struct probe *probe, int type, const struct sockaddr *addr,
	      socklen_t len)
{
	int fd;

	if (type == SOCK_DGRAM)
		return ask_datagram(addr, len);
	/* A report may name any type. */
	fd = type == SOCK_SEQPACKET
		     ? connected(&probe->seqpacket, SOCK_SEQPACKET)
		     : connected(&probe->stream, SOCK_STREAM);
	if (fd < 0 || connect(fd, addr, len) == 0)
		return 0;
	/* A full backlog would have been waited for. */
	return errno == EISCONN || errno == EAGAIN ? 0 : errno;
}
