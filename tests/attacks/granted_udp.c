/* SPDX-License-Identifier: MIT */
/* granted_udp.c - UDP to what is not granted, where something is. */
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#include "ip.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#define SOL_UDP_ 17

/* ---- which address ------------------------------------------------------ */

/* By every call that sends, connected and not. */
static void by_all(int domain, union address *addr, socklen_t len)
{
	token_to(ip_socket(domain, SOCK_DGRAM, 0), addr, len, 0);
	message_to(ip_socket(domain, SOCK_DGRAM, 0), addr, len, 0);
	hit(domain, SOCK_DGRAM, addr, len);
}

static void to4(const char *ip, long port)
{
	union address addr;

	need(port, "such");
	by_all(AF_INET, &addr, v4_at(&addr, ip, port));
}

static void to6(const char *ip, long port)
{
	union address addr;

	need(port, "such");
	by_all(AF_INET6, &addr, v6_at(&addr, ip, port));
}

static void other_port(void)
{
	to4("127.0.0.1", scene.udp4);
}

static void port_of_tcp(void)
{
	to4("127.0.0.1", scene.udp_as_tcp);
}

static void other_port6(void)
{
	to6("::1", scene.udp6);
}

static void alias(void)
{
	to4("127.0.0.2", scene.udp4_alias);
}

static void alias6(void)
{
	to6("::1", scene.udp6_alias);
}

static void any(void)
{
	to4("0.0.0.0", scene.udp4);
	to6("::", scene.udp6);
}

static void mapped(void)
{
	to6("::ffff:127.0.0.1", scene.udp4);
	to6("::ffff:0.0.0.0", scene.udp4);
}

/* "::" is where an IPv6 socket that speaks IPv4 is bound. */
static void any_mapped(void)
{
	union address addr, from;
	socklen_t len = v6_at(&from, "::ffff:127.0.0.1", 0);
	int fd = ip_socket(AF_INET6, SOCK_DGRAM, 0);

	bind(fd, &from.any, len);
	len = v6_at(&addr, "::", scene.udp4);
	token_to(fd, &addr, len, 0);
}

/* An address of IPv4 on a socket of IPv6, which UDP takes. */
static void inet_on_inet6(void)
{
	union address addr;

	by_all(AF_INET6, &addr, v4(&addr, scene.udp4));
}

static void lengths(void)
{
	int fd4 = ip_socket(AF_INET, SOCK_DGRAM, 0);
	int fd6 = ip_socket(AF_INET6, SOCK_DGRAM, 0);
	union address addr;

	for (socklen_t len = 1; len <= sizeof(addr) + 8; len++) {
		v4(&addr, scene.udp4);
		token_to(fd4, &addr, len, 0);
		v6(&addr, scene.udp6);
		token_to(fd6, &addr, len, 0);
	}
}

/* udp_sendmsg() takes an address without family for one of IPv4. */
static void families(void)
{
	int fd4 = ip_socket(AF_INET, SOCK_DGRAM, 0);
	int fd6 = ip_socket(AF_INET6, SOCK_DGRAM, 0);
	union address addr;

	for (int family = 0; family < 46; family++) {
		v4(&addr, scene.udp4);
		addr.any.sa_family = (sa_family_t)family;
		token_to(fd4, &addr, sizeof(addr.v4), 0);
		token_to(fd6, &addr, sizeof(addr), 0);
		v6(&addr, scene.udp6);
		addr.any.sa_family = (sa_family_t)family;
		token_to(fd6, &addr, sizeof(addr.v6), 0);
	}
}

static void unspec_name(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp4);
	int fd = ip_socket(AF_INET, SOCK_DGRAM, 0);

	addr.any.sa_family = AF_UNSPEC;
	token_to(fd, &addr, len, 0);
	message_to(fd, &addr, len, 0);
}

/* ---- on a socket that sent to what is granted --------------------------- */

static void reaimed(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp4_ok);
	int fd = ip_socket(AF_INET, SOCK_DGRAM, 0);

	connect(fd, &addr.any, len);
	len = v4(&addr, scene.udp4);
	token_to(fd, &addr, len, 0);
	message_to(fd, &addr, len, 0);
	connect_and_deliver(fd, &addr, len);
}

static void unspec(void)
{
	union address addr, none = {.any = {.sa_family = AF_UNSPEC}};
	socklen_t len = v4(&addr, scene.udp4_ok);
	int fd = ip_socket(AF_INET, SOCK_DGRAM, 0);

	connect(fd, &addr.any, len);
	connect(fd, &none.any, sizeof(none.any));
	len = v4(&addr, scene.udp4);
	token_to(fd, &addr, len, 0);
	connect_and_deliver(fd, &addr, len);
}

static void addrform(void)
{
	union address addr;
	socklen_t len = v6_at(&addr, "::ffff:127.0.0.1", scene.udp4_ok);
	int fd = ip_socket(AF_INET6, SOCK_DGRAM, 0), family = AF_INET;

	connect(fd, &addr.any, len);
	setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &family, sizeof(family));
	len = v4(&addr, scene.udp4);
	token_to(fd, &addr, len, 0);
	connect_and_deliver(fd, &addr, len);
}

/* What is held back goes where the first part was to go, or does it? */
static void corked(void)
{
	union address addr, other;
	socklen_t len = v4(&addr, scene.udp4_ok);
	int fd = ip_socket(AF_INET, SOCK_DGRAM, 0), on = 1, off = 0;

	v4(&other, scene.udp4);
	sendto(fd, "a", 1, MSG_MORE, &addr.any, len);
	token_to(fd, &other, len, 0);
	setsockopt(fd, SOL_UDP_, UDP_CORK, &on, sizeof(on));
	token_to(fd, &addr, len, 0);
	connect(fd, &other.any, len);
	token_to(fd, &other, len, 0);
	setsockopt(fd, SOL_UDP_, UDP_CORK, &off, sizeof(off));
	sendto(fd, "a", 1, MSG_MORE, &other.any, len);
	write(fd, scene.token, strlen(scene.token));
}

static void segments(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp4);
	int fd = ip_socket(AF_INET, SOCK_DGRAM, 0), size = 8;
	const uint16_t segment = 8;

	message_with(fd, &addr, len, SOL_UDP_, UDP_SEGMENT, &segment,
		     sizeof(segment));
	setsockopt(fd, SOL_UDP_, UDP_SEGMENT, &size, sizeof(size));
	token_to(fd, &addr, len, 0);
}

/* Of several messages only some are granted. */
static void mixed(void)
{
	union address good, bad;
	struct iovec iov = {scene.token, strlen(scene.token)};
	struct mmsghdr many[4];
	socklen_t len = v4(&good, scene.udp4_ok);
	int fd = ip_socket(AF_INET, SOCK_DGRAM, 0);

	v4(&bad, scene.udp4);
	for (int first = 0; first < 4; first++) {
		for (int i = 0; i < 4; i++)
			many[i] = (struct mmsghdr){
				.msg_hdr = {.msg_name =
						    i == first ? &bad : &good,
					    .msg_namelen = len,
					    .msg_iov = &iov,
					    .msg_iovlen = 1}};
		sendmmsg(fd, many, 4, 0);
	}
}

static void child(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp4);
	int fd = ip_socket(AF_INET, SOCK_DGRAM, 0);
	pid_t pid = fork();

	if (!pid) {
		connect(fd, &addr.any, len);
		_exit(0);
	}
	wait_for_pid(pid);
	deliver(fd);
}

static void inherited(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp4);

	token_to(INHERITED_UDP, &addr, len, 0);
	message_to(INHERITED_UDP, &addr, len, 0);
	connect_and_deliver(INHERITED_UDP, &addr, len);
}

static void lite(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udplite_alias);
	int fd = odd_socket(AF_INET, SOCK_DGRAM, PROTO_UDPLITE);

	need(scene.udplite_alias, "UDP-Lite");
	token_to(fd, &addr, len, 0);
	connect_and_deliver(fd, &addr, len);
}

#define UDP(name, run, what)                                                   \
	{                                                                      \
		name, "granted-udp", run, GRANT_INET, WORKS_AFTER, what        \
	}

const struct attack granted_udp_attacks[] = {
	UDP("gu-port", other_port, "another port of the granted address"),
	UDP("gu-port-tcp", port_of_tcp, "the port that is granted for TCP"),
	UDP("gu-port6", other_port6, "another port of [::1]"),
	UDP("gu-alias", alias, "127.0.0.2 at the granted port"),
	UDP("gu-alias6", alias6, "[::1] at the port granted for 127.0.0.1"),
	UDP("gu-any", any, "0.0.0.0 and [::] at another port"),
	UDP("gu-mapped", mapped, "::ffff:127.0.0.1, ::ffff:0.0.0.0"),
	UDP("gu-any-mapped", any_mapped, "[::] from ::ffff:127.0.0.1"),
	UDP("gu-inet-on-inet6", inet_on_inet6, "IPv4 on a socket of IPv6"),
	UDP("gu-lengths", lengths, "addresses of every length"),
	UDP("gu-families", families, "addresses under every family"),
	UDP("gu-unspec-name", unspec_name, "an address without family"),
	UDP("gu-reaimed", reaimed, "a connected socket sends elsewhere"),
	UDP("gu-unspec", unspec, "a connected socket, dissolved"),
	UDP("gu-addrform", addrform, "a connected socket, IPV6_ADDRFORM"),
	UDP("gu-corked", corked, "MSG_MORE and UDP_CORK between addresses"),
	UDP("gu-segments", segments, "UDP_SEGMENT"),
	UDP("gu-mixed", mixed, "sendmmsg(2) to granted and other addresses"),
	UDP("gu-child", child, "a child connects its parent's socket"),
	{"gu-inherited", "granted-udp", inherited, GRANT_INET,
	 NEEDS_UDP | WORKS_AFTER, "a socket from outside"},
	{"gu-lite", "granted-udp", lite, GRANT_INET, NEEDS_LUCK,
	 "UDP-Lite at the port granted for UDP"},
	{0},
};
