/* SPDX-License-Identifier: MIT */
/* target.h - a call as a person names it: "connect:/run/docker.sock". */
#ifndef SBX_TARGET_H
#define SBX_TARGET_H

#include <sys/socket.h>

#include "../policy/policy.h"

struct target {
	const char *given;
	enum policy_op op;
	int domain;
	int type; /* AF_UNIX: 0, as the socket there has it */
	unsigned char raw[sizeof(struct sockaddr_storage)]; /* its address */
	socklen_t len;
};

/**
 * target_parse() - Read OP:TARGET.
 * @target:	result; points into @given
 * @given:	connect, bind, send or listen; a path with a slash, @NAME, or
 *		ADDR:PORT as --allow-connect takes it; one of unix:, tcp: and
 *		udp: may come before the target.  send is of UDP if not said
 *		otherwise, all else of TCP
 *
 * Return: NULL, or one clause about what is wrong
 */
const char *target_parse(struct target *target, const char *given);

#endif /* SBX_TARGET_H */
