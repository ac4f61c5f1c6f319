/* SPDX-License-Identifier: MIT */
/* granted_wire.c - away from this machine, by what is granted on its loopback.
 *
 * The judge has a network of its own and watches the wire (wire.c).
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "ip.h"
#include "race.h"

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
#define IPV6_FREEBIND_ 78 /* Linux 4.15 */

static int bind_to_wire(int fd)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, WIRE, sizeof(WIRE));
}

static void device(void)
{
	int fd = udp_socket(AF_INET);

	bind_to_wire(fd);
	send_granted4(fd);
}

static void device6(void)
{
	int fd = udp_socket(AF_INET6);
	union address addr;

	bind_to_wire(fd);
	send_granted6(fd);
	token_to(fd, &addr, v6_at(&addr, "::ffff:127.0.0.1", scene.udp4_ok), 0);
}

static void ifindex(void)
{
	int fd = udp_socket(AF_INET), index = (int)device_index(WIRE);

	set_option(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof(index));
	send_granted4(fd);
}

static void unicast_if(void)
{
	const uint32_t index = htonl(device_index(WIRE));
	int fd = udp_socket(AF_INET);

	set_option(fd, IPPROTO_IP, IP_UNICAST_IF, &index, sizeof(index));
	send_granted4(fd);
}

static void unicast_if6(void)
{
	const uint32_t index = htonl(device_index(WIRE));
	int fd = udp_socket(AF_INET6);

	set_option(fd, IPPROTO_IPV6, IPV6_UNICAST_IF, &index, sizeof(index));
	send_granted6(fd);
}

static void packet_info(void)
{
	const struct in_pktinfo info = {.ipi_ifindex = (int)device_index(WIRE)};
	union address addr;

	message_with(udp_socket(AF_INET), &addr, v4(&addr, scene.udp4_ok),
		     IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
}

static void packet_info6(void)
{
	const struct in6_pktinfo info = {.ipi6_ifindex = device_index(WIRE)};
	union address addr;
	socklen_t len = v6(&addr, scene.udp6_ok);

	message_with(udp_socket(AF_INET6), &addr, len, IPPROTO_IPV6,
		     IPV6_PKTINFO, &info, sizeof(info));
	message_with(udp_socket(AF_INET6), &addr, len, IPPROTO_IPV6,
		     IPV6_2292PKTINFO, &info, sizeof(info));
}

static void sticky_info6(void)
{
	const struct in6_pktinfo info = {.ipi6_ifindex = device_index(WIRE)};
	int fd = udp_socket(AF_INET6);

	set_option(fd, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	send_granted6(fd);
}

/* An address of the wire binds a socket to it. */
static int of_the_wire(int fd, const char *local)
{
	union address addr;
	socklen_t len = v6_at(&addr, local, 0);
	const int on = 1;

	addr.v6.sin6_scope_id = device_index(WIRE);
	set_option(fd, IPPROTO_IPV6, IPV6_FREEBIND_, &on, sizeof(on));
	bind(fd, &addr.any, len);
	return fd;
}

/* With host-loopback there is no UDP: TCP has an attack of its own. */
static void tcp_link_local(void)
{
	connect_granted6(of_the_wire(tcp_socket(AF_INET6), "fe80::1"));
	connect_granted6(of_the_wire(tcp_socket(AF_INET6), "ff02::1"));
	pause_ms(20);
}

static void link_local(void)
{
	send_granted6(of_the_wire(udp_socket(AF_INET6), "fe80::1"));
	send_granted6(of_the_wire(udp_socket(AF_INET6), "ff02::1"));
	tcp_link_local();
}

/* To connect to a granted address of the wire binds to it, too. */
static void aim_at_wire(int fd)
{
	union address addr;
	socklen_t len = v6_at(&addr, "fe80::2", scene.udp6_ok);

	addr.v6.sin6_scope_id = device_index(WIRE);
	connect(fd, &addr.any, len);
}

static void link_connect(void)
{
	int fd = udp_socket(AF_INET6);
	union address addr;
	socklen_t len = v6_at(&addr, "::ffff:127.0.0.1", scene.udp4_ok);

	aim_at_wire(fd);
	send_granted6(fd);
	token_to(fd, &addr, len, 0);
	connect_and_deliver(fd, &addr, len);
}

static int wanderer;

static void flip_link(unsigned int turn)
{
	const union address none = {.any = {.sa_family = AF_UNSPEC}};

	if (turn & 1)
		aim_at_wire(wanderer);
	else
		connect(wanderer, &none.any, sizeof(none.any));
}

static void attempt_link(void)
{
	send_granted6(wanderer);
}

static void link_race(void)
{
	wanderer = udp_socket(AF_INET6);
	race_run(&(const struct race){RACE_THREAD, flip_link, attempt_link});
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
	int fd = tcp_socket(AF_INET);

	bind_to_wire(fd);
	connect_granted4(fd);
	fd = tcp_socket(AF_INET6);
	bind_to_wire(fd);
	connect_granted6(fd);
	pause_ms(20);
}

static void tcp_device_later(void)
{
	int fd = from_wire(SOCK_STREAM, scene.tcp4_ok);

	bind_to_wire(fd);
	deliver(fd);
	pause_ms(20);
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
	PART("gw-link-connect", link_connect, "after a connect to the wire"),
	WIRE_ATTACK("gw-link-race", link_race, GRANT_INET, NEEDS_TRIES,
		    "while it is connected to the wire"),
	PART("gw-device-later", device_later, "SO_BINDTODEVICE when connected"),
	PART("gw-tcp-device", tcp_device, "SO_BINDTODEVICE, TCP"),
	PART("gw-tcp-device-later", tcp_device_later,
	     "SO_BINDTODEVICE on a connection"),
	LOOP("lb-device", tcp_device, "SO_BINDTODEVICE, host-loopback"),
	LOOP("lb-device-later", tcp_device_later,
	     "SO_BINDTODEVICE on a connection, host-loopback"),
	LOOP("lb-link-local", tcp_link_local,
	     "bound to an address of the wire"),
	{0},
};
