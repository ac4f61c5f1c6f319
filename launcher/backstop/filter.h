/* SPDX-License-Identifier: MIT */
/* filter.h - what a seccomp filter is for; one is compiled for each mixture.
 */
#ifndef SBX_FILTER_H
#define SBX_FILTER_H

enum filter_feature {
	/* IP sockets are jailed, or all that they do is judged */
	FILTER_IP = 1 << 0,
	FILTER_UNIX = 1 << 1, /* AF_UNIX by allowlist */
	/* AF_UNIX datagram sockets may exist; what they send is notified */
	FILTER_DGRAM = 1 << 2,
	/* ... and may send as they like: Landlock looks at the address */
	FILTER_DGRAM_FREE = 1 << 3,
	/* the supervisor makes every socket, for want of pidfd_getfd */
	FILTER_MAKE = 1 << 4,
	/* nobody listens: refuse by register values alone */
	FILTER_ALONE = 1 << 5,
	/* ... and no name may be bound */
	FILTER_NO_BIND = 1 << 6,
	/* IP is free within its own network namespace; other families are not
	 */
	FILTER_ISOLATED = 1 << 7,
	/* UDP sockets may exist; what they send is notified */
	FILTER_UDP = 1 << 8,
	FILTER_MIXTURES = 1 << 9,
};

#endif /* SBX_FILTER_H */
