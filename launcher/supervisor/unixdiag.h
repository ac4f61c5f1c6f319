/* SPDX-License-Identifier: MIT */
/* unixdiag.h - ask the kernel what an AF_UNIX socket is bound to. */
#ifndef SBX_UNIXDIAG_H
#define SBX_UNIXDIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Of include/net/tcp_states.h, which AF_UNIX shares. */
enum unixdiag_state {
	UNIXDIAG_CONNECTED = 1,
	UNIXDIAG_LISTENING = 10,
};

struct unixdiag {
	int type;	 /* SOCK_STREAM... */
	int state;	 /* as of TCP: UNIXDIAG_* */
	size_t name_len; /* bytes in name; abstract: the leading NUL too */
	char name[108];
	bool has_node; /* bound to a file, by this inode */
	dev_t dev;
	ino_t ino; /* low 32 bits */
};

/**
 * unixdiag_socket() - Look one socket up, by the inode of the socket itself.
 * @inode:	fstat(2) of a descriptor of the socket
 * @out:	result
 *
 * Only sockets of our own network namespace are found.
 *
 * Return: 0, or -1 if there is none or the kernel cannot tell
 */
int unixdiag_socket(ino_t inode, struct unixdiag *out);

#endif /* SBX_UNIXDIAG_H */
