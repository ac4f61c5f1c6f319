/* SPDX-License-Identifier: MIT */
/* withheld.c - the sockets that a sandbox does without.  */
#include "withheld.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#define TYPE_MAX   10 /* SOCK_PACKET */
#define TYPE_FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)

static int deny_errno(const struct policy *policy)
{
	return policy ? policy->deny_errno : EACCES;
}

/* An unconnected datagram socket reaches any path by sendmsg(2); SOCK_RAW is
 * SOCK_DGRAM in AF_UNIX. */
static int withheld_unix(const struct policy *policy, int type)
{
	if ((policy && (policy->unix_all || policy->unix_dgram)) ||
	    (type != SOCK_DGRAM && type != SOCK_RAW))
		return 0;
	return deny_errno(policy);
}

static bool is_granted_udp(const struct policy *policy, int type, int protocol)
{
	return type == SOCK_DGRAM &&
	       (protocol == 0 || protocol == IPPROTO_UDP) &&
	       policy_mediates(policy, SOCK_DGRAM);
}

/* MPTCP, SCTP and SMC get round what holds for TCP.  Who tries them falls back
 * to TCP on EPROTONOSUPPORT. */
static int withheld_inet(const struct policy *policy, int type, int protocol)
{
	if (policy->network == NETWORK_ISOLATED ||
	    is_granted_udp(policy, type, protocol))
		return 0;
	if (type != SOCK_STREAM)
		return deny_errno(policy);
	return protocol == 0 || protocol == IPPROTO_TCP ? 0 : EPROTONOSUPPORT;
}

static bool is_known(int domain, int type)
{
	return domain > AF_UNSPEC && domain < AF_MAX &&
	       (type & ~(WITHHELD_TYPE_MASK | TYPE_FLAGS)) == 0 &&
	       (type & WITHHELD_TYPE_MASK) <= TYPE_MAX;
}

int withheld(const struct policy *policy, int domain, int type, int protocol)
{
	int kind = type & WITHHELD_TYPE_MASK;

	if (!is_known(domain, type))
		return 0;
	if (domain == AF_UNIX)
		return withheld_unix(policy, kind);
	if (!policy || policy->network == NETWORK_FULL)
		return 0;
	switch (domain) {
	case AF_INET:
	case AF_INET6:
		return policy->network == NETWORK_ISOLATED
			       ? 0
			       : withheld_inet(policy, kind, protocol);
	case AF_NETLINK:
		return protocol == 0 /* NETLINK_ROUTE */ ? 0 : EAFNOSUPPORT;
	default:
		return EAFNOSUPPORT;
	}
}
