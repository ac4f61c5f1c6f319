/* SPDX-License-Identifier: MIT */
/* servers.h - the judge's servers: which there are, and who grants them. */
#ifndef SBX_SERVERS_H
#define SBX_SERVERS_H

#include "judge.h"

struct server {
	const char *name; /* path in DIR, "@suffix", or "PROTOCOL ADDRESS" */
	int domain, type, protocol;
	unsigned int granted; /* by which grants */
	size_t port;	      /* member of struct scene */
	/* Of an abstract name: NULs added at its end; of IP: the member with
	 * the port that it has to have, 0: any. */
	size_t more;
};

#define SERVERS_MAX 80

extern const struct server servers[];
extern const size_t server_count;

/** server_open() - Make its socket, bind it, tell @to its port.
 *
 * Return: -1 with errno set on failure; -2: this machine has no such server
 */
int server_open(struct scene *to, const struct server *server);

/** server_bind_unix() - Bind to a name of DIR and listen. */
bool server_bind_unix(int fd, const char *name, size_t nuls, int backlog);

/** server_free_port() - A port of 127.0.0.1 that nobody has, or 0. */
long server_free_port(void);

#endif /* SBX_SERVERS_H */
