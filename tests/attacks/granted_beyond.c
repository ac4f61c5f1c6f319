/* SPDX-License-Identifier: MIT */
/* granted_beyond.c - beyond the loopback, where some of that is granted.
 *
 * The judge has a network of its own and watches the wire (wire.c).
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "ip.h"

/* ---- another address ---------------------------------------------------- */

/* With host-loopback there is no UDP, but TCP after it. */
static void udp_to(int domain, const union address *addr, socklen_t len)
{
	token_to(socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0), addr, len, 0);
}

static void own_address(void)
{
	union address addr;
	socklen_t len = v4_at(&addr, "192.0.2.1", scene.tcp4_wire);

	hit(AF_INET, SOCK_STREAM, &addr, len);
	len = v4_at(&addr, "192.0.2.1", scene.udp4_wire);
	hit(AF_INET, SOCK_DGRAM, &addr, len);
	udp_to(AF_INET, &addr, len);
}

static void own_address6(void)
{
	union address addr;
	socklen_t len = v6_at(&addr, "2001:db8::1", scene.tcp6_wire);

	hit(AF_INET6, SOCK_STREAM, &addr, len);
}

static void mapped_address(void)
{
	union address addr;
	socklen_t len = v6_at(&addr, "::ffff:192.0.2.1", scene.tcp4_wire);

	hit(AF_INET6, SOCK_STREAM, &addr, len);
}

/* No address, from the wire's own. */
static void any_from_wire(void)
{
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0);
	union address addr;
	socklen_t len = v4_at(&addr, "192.0.2.1", 0);

	bind(fd, &addr.any, len);
	len = v4_at(&addr, "0.0.0.0", scene.tcp4_wire);
	connect_and_deliver(fd, &addr, len);
}

static void outside(void)
{
	int fd = ip_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	union address addr;
	socklen_t len = v4_at(&addr, "192.0.2.2", scene.tcp4_ok);

	connect(fd, &addr.any, len);
	len = v4_at(&addr, "192.0.2.2", scene.udp4_ok);
	udp_to(AF_INET, &addr, len);
	len = v6_at(&addr, "2001:db8::2", scene.tcp6_ok);
	fd = ip_socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	connect(fd, &addr.any, len);
	pause_ms(20);
}

static void broadcast(void)
{
	static const char *const to[] = {"255.255.255.255", "192.0.2.255"};
	int on = 1;

	for (int i = 0; i < 2; i++) {
		int fd = udp_socket(AF_INET);
		union address addr;
		socklen_t len = v4_at(&addr, to[i], scene.udp4_ok);

		set_option(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
		token_to(fd, &addr, len, 0);
	}
}

static void multicast(void)
{
	const struct in_addr from = {inet_addr("192.0.2.1")};
	int fd = udp_socket(AF_INET);
	union address addr;
	socklen_t len = v4_at(&addr, "239.1.2.3", scene.udp4_ok);

	set_option(fd, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof(from));
	token_to(fd, &addr, len, 0);
	fd = udp_socket(AF_INET6);
	len = v6_at(&addr, "ff02::1", scene.udp6_ok);
	addr.v6.sin6_scope_id = device_index("wire0");
	token_to(fd, &addr, len, 0);
}

/* Who joins a group says so to the routers. */
static void join(void)
{
	const struct ip_mreq request = {{inet_addr("239.1.2.3")},
					{inet_addr("192.0.2.1")}};
	struct group_req group = {.gr_interface = device_index("wire0")};
	union address addr;

	v4_at(&addr, "239.1.2.4", 0);
	memcpy(&group.gr_group, &addr, sizeof(addr.v4));
	set_option(udp_socket(AF_INET), IPPROTO_IP, IP_ADD_MEMBERSHIP, &request,
		   sizeof(request));
	set_option(ip_socket(AF_INET, SOCK_STREAM, 0), IPPROTO_IP,
		   IP_ADD_MEMBERSHIP, &request, sizeof(request));
	set_option(udp_socket(AF_INET), IPPROTO_IP, MCAST_JOIN_GROUP, &group,
		   sizeof(group));
	pause_ms(100);
}

static void listen_on_wire(void)
{
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0);
	union address addr;
	socklen_t len = v4_at(&addr, "192.0.2.1", scene.listen_ok);

	bind(fd, &addr.any, len);
	listen(fd, 8);
	announce("tcp 192.0.2.1/%ld", scene.listen_ok);
}

static void listen_anywhere(void)
{
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0);
	union address addr;
	socklen_t len = v4_at(&addr, "0.0.0.0", scene.listen_ok);

	bind(fd, &addr.any, len);
	listen(fd, 8);
	announce("tcp 192.0.2.1/%ld", scene.listen_ok);
	listen(fd = ip_socket(AF_INET, SOCK_STREAM, 0), 8);
	announce("tcp 192.0.2.1/%d", port_of(fd));
}

static void loopback_udp(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp4);

	udp_to(AF_INET, &addr, len);
	hit(AF_INET, SOCK_DGRAM, &addr, len);
}

#define WIRE_ATTACK(name, run, grant, needs, what)                             \
	{                                                                      \
		name, "granted-beyond", run, grant,                            \
			NEEDS_WIRE | WORKS_AFTER | (needs), what               \
	}
#define PART(name, run, what) WIRE_ATTACK(name, run, GRANT_INET, 0, what)
#define LOOP(name, run, what) WIRE_ATTACK(name, run, GRANT_LOOPBACK, 0, what)

const struct attack granted_beyond_attacks[] = {
	PART("gw-own-address", own_address, "this host's other address"),
	PART("gw-own-address6", own_address6, "... of IPv6"),
	PART("gw-mapped", mapped_address, "::ffff:192.0.2.1"),
	PART("gw-any-from-wire", any_from_wire, "0.0.0.0 from 192.0.2.1"),
	PART("gw-outside", outside, "addresses beyond this host"),
	PART("gw-broadcast", broadcast, "broadcasts"),
	PART("gw-multicast", multicast, "to groups"),
	PART("gw-join", join, "joining groups"),
	PART("gw-listen", listen_on_wire, "listening at 192.0.2.1"),
	LOOP("lb-own-address", own_address, "this host's other address"),
	LOOP("lb-own-address6", own_address6, "... of IPv6"),
	LOOP("lb-mapped", mapped_address, "::ffff:192.0.2.1"),
	LOOP("lb-any-from-wire", any_from_wire, "0.0.0.0 from 192.0.2.1"),
	LOOP("lb-outside", outside, "addresses beyond this host"),
	LOOP("lb-listen", listen_on_wire, "listening at 192.0.2.1"),
	LOOP("lb-listen-any", listen_anywhere, "listening at 0.0.0.0"),
	LOOP("lb-udp", loopback_udp, "UDP to the loopback"),
	{0},
};
