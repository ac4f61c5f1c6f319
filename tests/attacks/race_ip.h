/* SPDX-License-Identifier: MIT */
/* race_ip.h - what races about IP addresses share. */
#ifndef SBX_RACE_IP_H
#define SBX_RACE_IP_H

#include "ip.h"
#include "race.h"

union name {
	union address ip;
	struct sockaddr_un path;
};

/* What the kernel and the checker read. */
struct race_ip {
	union name name;
	union name image[2]; /* harmless, denied */
	struct iovec iov;
	struct msghdr head;
	struct mmsghdr many[3];
	_Alignas(8) unsigned char control[64];
	char token[32];
};

extern struct race_ip *race_ip;
extern socklen_t race_ip_length; /* of either name */

/** race_ip_v4() - A granted and a denied address and port, and a message with
 *		   the token. */
void race_ip_v4(const char *ip, long granted, const char *bad, long denied);

/** race_ip_path() - A granted path of DIR, and a denied port of 127.0.0.1. */
void race_ip_path(const char *name, long denied);

/** race_ip_flip() - The name, for race_ip_run(). */
void race_ip_flip(unsigned int turn);

/** race_ip_run() - race_run() with a thread. */
void race_ip_run(void (*flip)(unsigned int), void (*attempt)(void));

#endif /* SBX_RACE_IP_H */
