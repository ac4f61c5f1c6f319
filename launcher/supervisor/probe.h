/* SPDX-License-Identifier: MIT */
/* probe.h - what would a connect have been answered? */
#ifndef SBX_PROBE_H
#define SBX_PROBE_H

#include <sys/socket.h>

/* Connected sockets to ask with, made when they are needed. */
struct probe {
	int stream, seqpacket; /* -1: not yet made */
};

/** probe_init() - Nothing made yet. */
void probe_init(struct probe *probe);

/** probe_close() - Close what was made. */
void probe_close(const struct probe *probe);

/**
 * probe_ask() - Would connecting a socket of @type here have worked?
 *
 * Asks the kernel by connecting a socket that is connected already: that
 * fails with EISCONN only after every check of a real connect, and the server
 * never sees anything.
 *
 * Return: the errno value of a connect, 0 if it would have worked
 */
int probe_ask(struct probe *probe, int type, const struct sockaddr *addr,
	      socklen_t len);

#endif /* SBX_PROBE_H */
