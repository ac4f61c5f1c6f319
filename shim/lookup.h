/* SPDX-License-Identifier: MIT */
/* lookup.h - a host name is looked up: what comes of it? */
#ifndef SBX_LOOKUP_H
#define SBX_LOOKUP_H

#include <stdbool.h>

struct lookup {
	const char *host; /* NULL: no name, or an address in its place */
	bool told;	  /* the supervisor has heard that it begins */
};

/**
 * lookup_begin() - A thread is about to look up a name.
 * @host:	as given, or NULL
 *
 * Resolvers live in libc and call the kernel without us.  So the supervisor is
 * told that what it refuses from here on is about a name.
 */
void lookup_begin(struct lookup *lookup, const char *host);

/**
 * lookup_found() - An address that was an answer.
 * @family:	AF_INET or AF_INET6; others are ignored
 * @ip:		in network byte order
 */
void lookup_found(const struct lookup *lookup, int family, const void *ip);

/**
 * lookup_end() - It has ended.
 * @failed:	without an address, for a reason that may be the network
 *
 * The caller's errno is left alone.
 */
void lookup_end(const struct lookup *lookup, bool failed);

#endif /* SBX_LOOKUP_H */
