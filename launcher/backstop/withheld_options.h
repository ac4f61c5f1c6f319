/* SPDX-License-Identifier: MIT */
/* withheld_options.h - options of sockets that lead packets elsewhere than to
 * the address that was judged, or here; part of gen_filter.c.
 *
 * Routes by source (ip_options_compile(), fl6_update_dst()), of which a flow
 * label is one that was stored before (fl6_merge_options()); a connect that is
 * put off until something is sent; the joining of groups, which sends.
 *
 * What makes another socket of one of TCP: SMC, which neither the supervisor
 * nor Landlock takes for one of TCP (smc_ulp_init(), as of Linux 5.17).  The
 * other use of that option is to encrypt in the kernel, without which libraries
 * do it themselves.
 *
 * And network devices: a route is looked for on the one that was chosen, even
 * to a loopback address, so that a packet to 127.0.0.1 leaves the machine
 * (ip_route_output_key_hash_rcu(), which ignores the local table then).  Those
 * that programs need are judged: device.c.
 *
 * Where UDP sockets may exist, what gives them a port that somebody outside has
 * (udp_lib_lport_inuse()), and what chooses which one the kernel gives.
 */
#ifndef SBX_WITHHELD_OPTIONS_H
#define SBX_WITHHELD_OPTIONS_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "filter.h"

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* Linux 5.0 */
#endif
#ifndef IP_UNICAST_IF
#define IP_UNICAST_IF 50
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* Linux 6.3 */
#endif
#ifndef IPV6_UNICAST_IF
#define IPV6_UNICAST_IF 76
#endif
#ifndef TCP_ULP
#define TCP_ULP 31
#endif
#ifndef IPV6_FLOWLABEL_MGR /* linux/in6.h, which netinet/in.h excludes */
#define IPV6_FLOWLABEL_MGR 32
#endif

static const struct withheld_option {
	unsigned int level, name;
	int error;	       /* 0: the supervisor is asked */
	unsigned int features; /* any of them; 0: always */
} withheld_options[] = {
	{SOL_SOCKET, SO_BINDTODEVICE, 0, 0},
	{SOL_SOCKET, SO_BINDTOIFINDEX, 0, 0},
	{SOL_SOCKET, SO_REUSEADDR, 0, FILTER_UDP},
	{SOL_SOCKET, SO_REUSEPORT, 0, FILTER_UDP},
	{IPPROTO_IP, IP_LOCAL_PORT_RANGE, ENOPROTOOPT, FILTER_UDP},
	{IPPROTO_IP, IP_UNICAST_IF, EPERM, 0},
	{IPPROTO_IP, IP_OPTIONS, EPERM, 0},
	{IPPROTO_IP, IP_ADD_MEMBERSHIP, EPERM, 0},
	{IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, EPERM, 0},
	{IPPROTO_IP, IP_MSFILTER, EPERM, 0},
	{IPPROTO_IP, MCAST_JOIN_GROUP, EPERM, 0},
	{IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, EPERM, 0},
	{IPPROTO_IP, MCAST_MSFILTER, EPERM, 0},
	{IPPROTO_IPV6, IPV6_PKTINFO, EPERM, 0},
	{IPPROTO_IPV6, IPV6_UNICAST_IF, EPERM, 0},
	{IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, EPERM, 0},
	{IPPROTO_IPV6, IPV6_2292PKTOPTIONS, EPERM, 0},
	{IPPROTO_IPV6, IPV6_JOIN_GROUP, EPERM, 0},
	{IPPROTO_IPV6, IPV6_JOIN_ANYCAST, EPERM, 0},
	{IPPROTO_IPV6, MCAST_JOIN_GROUP, EPERM, 0},
	{IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, EPERM, 0},
	{IPPROTO_IPV6, MCAST_MSFILTER, EPERM, 0},
	{IPPROTO_IPV6, IPV6_HOPOPTS, EPERM, 0},
	{IPPROTO_IPV6, IPV6_RTHDRDSTOPTS, EPERM, 0},
	{IPPROTO_IPV6, IPV6_RTHDR, EPERM, 0},
	{IPPROTO_IPV6, IPV6_DSTOPTS, EPERM, 0},
	{IPPROTO_TCP, TCP_FASTOPEN_CONNECT, EOPNOTSUPP, 0},
	{IPPROTO_TCP, TCP_ULP, ENOENT, 0}, /* as if there were none */
};

#endif /* SBX_WITHHELD_OPTIONS_H */
