/* SPDX-License-Identifier: MIT */
/* granted_route.c - away from this machine by a route, to what is granted on
 * its loopback.
 *
 * The judge has a network of its own and watches the wire (wire.c).
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ip.h"

#ifndef IPV6_2292RTHDR
#define IPV6_2292RTHDR 5
#endif
#ifndef IPV6_FLOWLABEL_MGR
#define IPV6_FLOWLABEL_MGR 32
#define IPV6_FLOWINFO_SEND 33
#endif

/* "Go to 192.0.2.2 first": loosely, strictly. */
static const unsigned char routes[2][8] = {
	{1, 131, 7, 4, 192, 0, 2, 2},
	{1, 137, 7, 4, 192, 0, 2, 2},
};

static int routed(int fd, int i)
{
	set_option(fd, IPPROTO_IP, IP_OPTIONS, routes[i], sizeof(routes[i]));
	return fd;
}

static void tcp_source_route(void)
{
	for (int i = 0; i < 2; i++)
		connect_granted4(routed(tcp_socket(AF_INET), i));
	pause_ms(20);
}

static void source_route(void)
{
	for (int i = 0; i < 2; i++)
		send_granted4(routed(udp_socket(AF_INET), i));
	tcp_source_route();
}

static void source_route_message(void)
{
	union address addr;

	for (int i = 0; i < 2; i++)
		message_with(udp_socket(AF_INET), &addr,
			     v4(&addr, scene.udp4_ok), IPPROTO_IP, IP_RETOPTS,
			     routes[i], sizeof(routes[i]));
}

/* An IPv6 routing header by way of 2001:db8::2; of type 4 it has two stops. */
static size_t routing_header(unsigned char bytes[40], unsigned char type)
{
	const unsigned char words = type == 4 ? 4 : 2;

	memset(bytes, 0, 40);
	bytes[1] = words;
	bytes[2] = type;
	bytes[3] = 1;
	bytes[4] = type == 4;
	inet_pton(AF_INET6, "2001:db8::2", bytes + 8 * words - 8);
	return 8u + 8u * words;
}

static void routing_option(void)
{
	unsigned char bytes[40];

	for (unsigned char type = 0; type <= 4; type += 2) {
		const size_t len = routing_header(bytes, type);
		int fd = udp_socket(AF_INET6);

		set_option(fd, IPPROTO_IPV6, IPV6_RTHDR, bytes, len);
		send_granted6(fd);
	}
}

/* Whole control data as an option: what IPv6 once had. */
static void packet_options(void)
{
	_Alignas(struct cmsghdr) unsigned char data[CMSG_SPACE(40)] = {0};
	struct cmsghdr *c = (struct cmsghdr *)data;

	for (unsigned char type = 0; type <= 4; type += 2) {
		const size_t len = routing_header(CMSG_DATA(c), type);
		int fd = udp_socket(AF_INET6);

		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_RTHDR;
		c->cmsg_len = CMSG_LEN(len);
		set_option(fd, IPPROTO_IPV6, 6 /* IPV6_2292PKTOPTIONS */, data,
			   CMSG_SPACE(len));
		send_granted6(fd);
	}
}

static void routing_message(void)
{
	unsigned char bytes[40];
	union address addr;
	socklen_t to = v6(&addr, scene.udp6_ok);

	for (unsigned char type = 0; type <= 4; type += 2) {
		const size_t len = routing_header(bytes, type);

		message_with(udp_socket(AF_INET6), &addr, to, IPPROTO_IPV6,
			     IPV6_RTHDR, bytes, len);
		message_with(udp_socket(AF_INET6), &addr, to, IPPROTO_IPV6,
			     IPV6_2292RTHDR, bytes, len);
	}
}

/* struct in6_flowlabel_req, followed by control data. */
struct flow {
	struct in6_addr dst;
	uint32_t label;
	uint8_t action, share;
	uint16_t flags, expires, linger;
	uint32_t pad;
	_Alignas(8) unsigned char control[CMSG_SPACE(40)];
};

/* Options belong to the label, and the label to an address. */
static void flow_label(void)
{
	struct flow flow = {.label = htonl(0x12345),
			    .action = 0, /* IPV6_FL_A_GET */
			    .share = 1,	 /* IPV6_FL_S_EXCL */
			    .flags = 1 /* IPV6_FL_F_CREATE */};
	struct cmsghdr *c = (struct cmsghdr *)flow.control;
	const size_t len = routing_header(CMSG_DATA(c), 2);
	int fd = udp_socket(AF_INET6), on = 1;
	union address addr;
	socklen_t to = v6(&addr, scene.udp6_ok);

	flow.dst = addr.v6.sin6_addr;
	addr.v6.sin6_flowinfo = flow.label;
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_RTHDR;
	c->cmsg_len = CMSG_LEN(len);
	set_option(fd, IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, &flow,
		   offsetof(struct flow, control) + CMSG_SPACE(len));
	set_option(fd, IPPROTO_IPV6, IPV6_FLOWINFO_SEND, &on, sizeof(on));
	token_to(fd, &addr, to, 0);
}

/* Without its route the loopback lies behind the wire. */
static void route(void)
{
	static const char *const gone[] = {"127.0.0.1", "127.0.0.0/8"};

	setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (!pid) {
			execlp("ip", "ip", "route", "del", "local", gone[i],
			       "dev", "lo", "table", "local", (char *)NULL);
			_exit(127);
		}
		wait_for_pid(pid);
	}
	send_granted4(udp_socket(AF_INET));
}

#define WIRE_ATTACK(name, run, grant, needs, what)                             \
	{                                                                      \
		name, "granted-wire", run, grant,                              \
			NEEDS_WIRE | WORKS_AFTER | (needs), what               \
	}
#define PART(name, run, what) WIRE_ATTACK(name, run, GRANT_INET, 0, what)

const struct attack granted_route_attacks[] = {
	WIRE_ATTACK("gw-source-route", source_route, GRANT_INET, NEEDS_ROOT,
		    "IP_OPTIONS with a route"),
	WIRE_ATTACK("gw-retopts", source_route_message, GRANT_INET, NEEDS_ROOT,
		    "a route in a message"),
	PART("gw-rthdr", routing_option, "IPV6_RTHDR"),
	WIRE_ATTACK("gw-2292", packet_options, GRANT_INET, NEEDS_LUCK,
		    "IPV6_2292PKTOPTIONS"),
	WIRE_ATTACK("gw-rthdr-message", routing_message, GRANT_INET, NEEDS_LUCK,
		    "IPV6_RTHDR in a message"),
	WIRE_ATTACK("gw-flow-label", flow_label, GRANT_INET, NEEDS_LUCK,
		    "a flow label with a route"),
	WIRE_ATTACK("gw-route", route, GRANT_INET, NEEDS_ROOT,
		    "the loopback's route deleted"),
	WIRE_ATTACK("lb-source-route", tcp_source_route, GRANT_LOOPBACK,
		    NEEDS_ROOT, "IP_OPTIONS, host-loopback"),
	{0},
};
