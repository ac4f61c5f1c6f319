/* SPDX-License-Identifier: MIT */
/* network.c - IP to loopback, where --network none grants nothing. */
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ip.h"

static void tcp4(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);

	hit(AF_INET, SOCK_STREAM, &addr, len);
}

static void tcp6(void)
{
	union address addr;
	socklen_t len = v6(&addr, scene.tcp6);

	need(scene.tcp6, "IPv6");
	hit(AF_INET6, SOCK_STREAM, &addr, len);
}

static void tcp_mapped(void)
{
	union address addr;
	socklen_t len = v6_at(&addr, "::ffff:127.0.0.1", scene.tcp4);

	need(scene.tcp6, "IPv6");
	hit(AF_INET6, SOCK_STREAM, &addr, len);
}

static void tcp_any(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);

	/* 0.0.0.0 is this machine, too; so is all of 127/8. */
	addr.v4.sin_addr.s_addr = 0;
	hit(AF_INET, SOCK_STREAM, &addr, len);
	addr.v4.sin_addr.s_addr = htonl(0x7f123456);
	hit(AF_INET, SOCK_STREAM, &addr, len);
}

static void tcp_nonblocking(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd wait = {fd, POLLOUT, 0};

	connect(fd, &addr.any, len);
	poll(&wait, 1, 500);
	deliver(fd);
}

static void tcp_unspec(void)
{
	union address addr, none = {.any = {.sa_family = AF_UNSPEC}};
	socklen_t len = v4(&addr, scene.tcp4);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	connect(fd, &none.any, sizeof(none.any));
	connect_and_deliver(fd, &addr, len);
}

static void tcp_device(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
	connect_and_deliver(fd, &addr, len);
}

static void tcp_bound(void)
{
	union address addr, here;
	socklen_t len = v4(&here, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	bind(fd, &here.any, len);
	len = v4(&addr, scene.tcp4);
	connect_and_deliver(fd, &addr, len);
}

static void fastopen_sendto(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sendto(fd, scene.token, strlen(scene.token), MSG_FASTOPEN, &addr.any,
	       len);
}

static void fastopen_sendmsg(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);

	message_to(socket(AF_INET, SOCK_STREAM, 0), &addr, len, MSG_FASTOPEN);
}

static void fastopen_connect(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on));
	connect_and_deliver(fd, &addr, len);
}

static void by_protocol(int domain, int type, int protocol, long port)
{
	union address addr;
	socklen_t len = domain == AF_INET ? v4(&addr, port) : v6(&addr, port);
	int fd = socket(domain, type, protocol);

	if (fd < 0)
		barred("no such protocol");
	connect_and_deliver(fd, &addr, len);
	message_to(fd, &addr, len, MSG_FASTOPEN);
	close(fd);
}

static void mptcp(void)
{
	by_protocol(AF_INET, SOCK_STREAM, PROTO_MPTCP, scene.tcp4);
}

static void mptcp6(void)
{
	need(scene.tcp6, "IPv6");
	by_protocol(AF_INET6, SOCK_STREAM, PROTO_MPTCP, scene.tcp6);
}

static void sctp(void)
{
	by_protocol(AF_INET, SOCK_STREAM, PROTO_SCTP, scene.tcp4);
}

static void udplite(void)
{
	need(scene.udplite4, "UDP-Lite");
	by_protocol(AF_INET, SOCK_DGRAM, PROTO_UDPLITE, scene.udplite4);
}

static void udp4_sendto(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp4);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	sendto(fd, scene.token, strlen(scene.token), 0, &addr.any, len);
}

static void udp4_sendmsg(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp4);

	message_to(socket(AF_INET, SOCK_DGRAM, 0), &addr, len, 0);
}

static void udp4_connect(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp4);

	hit(AF_INET, SOCK_DGRAM, &addr, len);
}

static void udp6_sendto(void)
{
	union address addr;
	socklen_t len = v6(&addr, scene.udp6);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	need(scene.udp6, "IPv6");
	sendto(fd, scene.token, strlen(scene.token), 0, &addr.any, len);
}

static void udp_corked(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp4);
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);

	sendto(fd, "a", 1, MSG_MORE, &addr.any, len);
	write(fd, scene.token, strlen(scene.token));
}

/* The way in is a way out, too: an outside client may ask for data. */
static void serve(int domain, bool bound, const char *word)
{
	union address addr = {.any = {.sa_family = (sa_family_t)domain}};
	socklen_t len = domain == AF_INET ? sizeof(addr.v4) : sizeof(addr.v6);
	int fd = socket(domain, SOCK_STREAM, 0);

	if (bound)
		bind(fd, &addr.any, len);
	listen(fd, 8);
	getsockname(fd, &addr.any, &len);
	announce("%s %d", word, ntohs(addr.v4.sin_port));
	close(fd);
}

static void listen4(void)
{
	serve(AF_INET, true, "tcp4");
}

static void listen4_autobind(void)
{
	serve(AF_INET, false, "tcp4");
}

static void listen6(void)
{
	need(scene.tcp6, "IPv6");
	serve(AF_INET6, true, "tcp6");
}

#define NETWORK(name, run, what)                                               \
	{                                                                      \
		name, "network", run, GRANT_FILE, 0, what                      \
	}

const struct attack network_attacks[] = {
	NETWORK("tcp4", tcp4, "TCP to 127.0.0.1"),
	NETWORK("tcp6", tcp6, "TCP to ::1"),
	NETWORK("tcp-mapped", tcp_mapped, "TCP to ::ffff:127.0.0.1"),
	NETWORK("tcp-any", tcp_any, "TCP to 0.0.0.0 and 127.18.52.86"),
	NETWORK("tcp-nonblocking", tcp_nonblocking, "non-blocking connect"),
	NETWORK("tcp-unspec", tcp_unspec, "after a connect to AF_UNSPEC"),
	NETWORK("tcp-device", tcp_device, "with SO_BINDTODEVICE"),
	NETWORK("tcp-bound", tcp_bound, "after bind(2)"),
	NETWORK("fastopen-sendto", fastopen_sendto, "sendto, MSG_FASTOPEN"),
	NETWORK("fastopen-sendmsg", fastopen_sendmsg,
		"sendmsg and sendmmsg, MSG_FASTOPEN"),
	NETWORK("fastopen-connect", fastopen_connect, "TCP_FASTOPEN_CONNECT"),
	NETWORK("mptcp4", mptcp, "MPTCP, which falls back to TCP"),
	NETWORK("mptcp6", mptcp6, "MPTCP over IPv6"),
	{"sctp", "network", sctp, GRANT_FILE, NEEDS_LUCK, "SCTP"},
	{"udplite", "network", udplite, GRANT_FILE, NEEDS_LUCK, "UDP-Lite"},
	NETWORK("udp4-sendto", udp4_sendto, "UDP, sendto(2)"),
	NETWORK("udp4-sendmsg", udp4_sendmsg, "UDP, sendmsg(2), sendmmsg(2)"),
	NETWORK("udp4-connect", udp4_connect, "UDP, connect(2)"),
	NETWORK("udp6-sendto", udp6_sendto, "UDP to ::1"),
	NETWORK("udp-corked", udp_corked, "UDP, MSG_MORE and write(2)"),
	NETWORK("listen4", listen4, "a server at 0.0.0.0"),
	NETWORK("listen4-autobind", listen4_autobind, "... without bind(2)"),
	NETWORK("listen6", listen6, "a server at ::"),
	{0},
};
