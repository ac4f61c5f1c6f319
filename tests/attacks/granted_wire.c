/* SPDX-License-Identifier: MIT */
/* granted_wire.c - away from this machine, by what is granted on its loopback.
 *
 * The judge has a network of its own and watches the wire (wire.c).
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ip.h"

#define WIRE "wire0"

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* Linux 5.0 */
#endif
#ifndef IP_UNICAST_IF
#define IP_UNICAST_IF 50
#endif
#ifndef IPV6_UNICAST_IF
#define IPV6_UNICAST_IF 76
#endif
#ifndef IPV6_2292PKTINFO
#define IPV6_2292PKTINFO 2
#endif
#ifndef IPV6_2292RTHDR
#define IPV6_2292RTHDR 5
#endif
#define IPV6_FREEBIND_ 78 /* Linux 4.15 */
#ifndef IPV6_FLOWLABEL_MGR
#define IPV6_FLOWLABEL_MGR 32
#define IPV6_FLOWINFO_SEND 33
#endif

static int udp(int domain)
{
	return ip_socket(domain, SOCK_DGRAM, 0);
}

/* To what is granted, by @fd. */
static void send4(int fd)
{
	union address addr;

	token_to(fd, &addr, v4(&addr, scene.udp4_ok), 0);
}

static void send6(int fd)
{
	union address addr;

	token_to(fd, &addr, v6(&addr, scene.udp6_ok), 0);
}

static int bind_to_wire(int fd)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, WIRE, sizeof(WIRE));
}

static void set(int fd, int level, int name, const void *value, size_t size)
{
	setsockopt(fd, level, name, value, (socklen_t)size);
}

/* ---- another interface -------------------------------------------------- */

static void device(void)
{
	int fd = udp(AF_INET);

	bind_to_wire(fd);
	send4(fd);
}

static void device6(void)
{
	int fd = udp(AF_INET6);
	union address addr;

	bind_to_wire(fd);
	send6(fd);
	token_to(fd, &addr, v6_at(&addr, "::ffff:127.0.0.1", scene.udp4_ok), 0);
}

static void ifindex(void)
{
	int fd = udp(AF_INET), index = (int)device_index(WIRE);

	set(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof(index));
	send4(fd);
}

static void unicast_if(void)
{
	const uint32_t index = htonl(device_index(WIRE));
	int fd = udp(AF_INET);

	set(fd, IPPROTO_IP, IP_UNICAST_IF, &index, sizeof(index));
	send4(fd);
}

static void unicast_if6(void)
{
	const uint32_t index = htonl(device_index(WIRE));
	int fd = udp(AF_INET6);

	set(fd, IPPROTO_IPV6, IPV6_UNICAST_IF, &index, sizeof(index));
	send6(fd);
}

static void packet_info(void)
{
	const struct in_pktinfo info = {.ipi_ifindex = (int)device_index(WIRE)};
	union address addr;

	message_with(udp(AF_INET), &addr, v4(&addr, scene.udp4_ok), IPPROTO_IP,
		     IP_PKTINFO, &info, sizeof(info));
}

static void packet_info6(void)
{
	const struct in6_pktinfo info = {.ipi6_ifindex = device_index(WIRE)};
	union address addr;
	socklen_t len = v6(&addr, scene.udp6_ok);

	message_with(udp(AF_INET6), &addr, len, IPPROTO_IPV6, IPV6_PKTINFO,
		     &info, sizeof(info));
	message_with(udp(AF_INET6), &addr, len, IPPROTO_IPV6, IPV6_2292PKTINFO,
		     &info, sizeof(info));
}

static void sticky_info6(void)
{
	const struct in6_pktinfo info = {.ipi6_ifindex = device_index(WIRE)};
	int fd = udp(AF_INET6);

	set(fd, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	send6(fd);
}

/* An address of the wire binds a socket to it. */
static void link_local(void)
{
	static const int types[] = {SOCK_DGRAM, SOCK_STREAM | SOCK_NONBLOCK};
	static const char *const local[] = {"fe80::1", "ff02::1"};
	const int on = 1;

	for (int i = 0; i < 4; i++) {
		int fd = ip_socket(AF_INET6, types[i % 2], 0);
		union address addr;
		socklen_t len = v6_at(&addr, local[i / 2], 0);

		addr.v6.sin6_scope_id = device_index(WIRE);
		set(fd, IPPROTO_IPV6, IPV6_FREEBIND_, &on, sizeof(on));
		bind(fd, &addr.any, len);
		if (i % 2)
			connect(fd, &addr.any, v6(&addr, scene.tcp6_ok));
		else
			send6(fd);
	}
	pause_ms(20);
}

/* After it was connected, from the wire's own address. */
static int from_wire(int type, long port)
{
	union address addr;
	socklen_t len = v4_at(&addr, "192.0.2.1", 0);
	int fd = ip_socket(AF_INET, type, 0);

	bind(fd, &addr.any, len);
	connect(fd, &addr.any, v4(&addr, port));
	return fd;
}

static void device_later(void)
{
	int fd = from_wire(SOCK_DGRAM, scene.udp4_ok);

	bind_to_wire(fd);
	deliver(fd);
}

static void tcp_device(void)
{
	int fd = ip_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	union address addr;

	bind_to_wire(fd);
	connect(fd, &addr.any, v4(&addr, scene.tcp4_ok));
	fd = ip_socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	bind_to_wire(fd);
	connect(fd, &addr.any, v6(&addr, scene.tcp6_ok));
	pause_ms(20);
}

static void tcp_device_later(void)
{
	int fd = from_wire(SOCK_STREAM, scene.tcp4_ok);

	bind_to_wire(fd);
	deliver(fd);
	pause_ms(20);
}

/* ---- another route ------------------------------------------------------ */

/* "Go to 192.0.2.2 first": loosely, strictly. */
static const unsigned char routes[2][8] = {
	{1, 131, 7, 4, 192, 0, 2, 2},
	{1, 137, 7, 4, 192, 0, 2, 2},
};

static void source_route(void)
{
	for (int i = 0; i < 2; i++) {
		int fd = udp(AF_INET);
		union address addr;

		set(fd, IPPROTO_IP, IP_OPTIONS, routes[i], sizeof(routes[i]));
		send4(fd);
		fd = ip_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		set(fd, IPPROTO_IP, IP_OPTIONS, routes[i], sizeof(routes[i]));
		connect(fd, &addr.any, v4(&addr, scene.tcp4_ok));
	}
	pause_ms(20);
}

static void source_route_message(void)
{
	union address addr;

	for (int i = 0; i < 2; i++)
		message_with(udp(AF_INET), &addr, v4(&addr, scene.udp4_ok),
			     IPPROTO_IP, IP_RETOPTS, routes[i],
			     sizeof(routes[i]));
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
		int fd = udp(AF_INET6);

		set(fd, IPPROTO_IPV6, IPV6_RTHDR, bytes, len);
		send6(fd);
	}
}

/* Whole control data as an option: what IPv6 once had. */
static void packet_options(void)
{
	_Alignas(struct cmsghdr) unsigned char data[CMSG_SPACE(40)] = {0};
	struct cmsghdr *c = (struct cmsghdr *)data;

	for (unsigned char type = 0; type <= 4; type += 2) {
		const size_t len = routing_header(CMSG_DATA(c), type);
		int fd = udp(AF_INET6);

		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_RTHDR;
		c->cmsg_len = CMSG_LEN(len);
		set(fd, IPPROTO_IPV6, 6 /* IPV6_2292PKTOPTIONS */, data,
		    CMSG_SPACE(len));
		send6(fd);
	}
}

static void routing_message(void)
{
	unsigned char bytes[40];
	union address addr;
	socklen_t to = v6(&addr, scene.udp6_ok);

	for (unsigned char type = 0; type <= 4; type += 2) {
		const size_t len = routing_header(bytes, type);

		message_with(udp(AF_INET6), &addr, to, IPPROTO_IPV6, IPV6_RTHDR,
			     bytes, len);
		message_with(udp(AF_INET6), &addr, to, IPPROTO_IPV6,
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
	int fd = udp(AF_INET6), on = 1;
	union address addr;
	socklen_t to = v6(&addr, scene.udp6_ok);

	flow.dst = addr.v6.sin6_addr;
	addr.v6.sin6_flowinfo = flow.label;
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_RTHDR;
	c->cmsg_len = CMSG_LEN(len);
	set(fd, IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, &flow,
	    offsetof(struct flow, control) + CMSG_SPACE(len));
	set(fd, IPPROTO_IPV6, IPV6_FLOWINFO_SEND, &on, sizeof(on));
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
	send4(udp(AF_INET));
}

#define WIRE_ATTACK(name, run, grant, needs, what)                             \
	{                                                                      \
		name, "granted-wire", run, grant,                              \
			NEEDS_WIRE | WORKS_AFTER | (needs), what               \
	}
#define PART(name, run, what) WIRE_ATTACK(name, run, GRANT_INET, 0, what)
#define LOOP(name, run, what) WIRE_ATTACK(name, run, GRANT_LOOPBACK, 0, what)

const struct attack granted_wire_attacks[] = {
	PART("gw-device", device, "SO_BINDTODEVICE, UDP"),
	PART("gw-device6", device6, "SO_BINDTODEVICE, UDP over IPv6"),
	PART("gw-ifindex", ifindex, "SO_BINDTOIFINDEX"),
	PART("gw-unicast-if", unicast_if, "IP_UNICAST_IF"),
	PART("gw-unicast-if6", unicast_if6, "IPV6_UNICAST_IF"),
	PART("gw-pktinfo", packet_info, "IP_PKTINFO in a message"),
	PART("gw-pktinfo6", packet_info6, "IPV6_PKTINFO in a message"),
	PART("gw-sticky-info6", sticky_info6, "IPV6_PKTINFO as an option"),
	PART("gw-link-local", link_local, "bound to an address of the wire"),
	PART("gw-device-later", device_later, "SO_BINDTODEVICE when connected"),
	PART("gw-tcp-device", tcp_device, "SO_BINDTODEVICE, TCP"),
	PART("gw-tcp-device-later", tcp_device_later,
	     "SO_BINDTODEVICE on a connection"),
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
	LOOP("lb-device", tcp_device, "SO_BINDTODEVICE, host-loopback"),
	LOOP("lb-device-later", tcp_device_later,
	     "SO_BINDTODEVICE on a connection, host-loopback"),
	LOOP("lb-link-local", link_local, "bound to an address of the wire"),
	WIRE_ATTACK("lb-source-route", source_route, GRANT_LOOPBACK, NEEDS_ROOT,
		    "IP_OPTIONS, host-loopback"),
	{0},
};
