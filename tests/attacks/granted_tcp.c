/* SPDX-License-Identifier: MIT */
/* granted_tcp.c - TCP to what is not granted, where something is. */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ip.h"

/* ---- which address ------------------------------------------------------ */

static void to4(const char *ip, long port)
{
	union address addr;
	socklen_t len = v4_at(&addr, ip, port);

	need(port, "such");
	hit(AF_INET, SOCK_STREAM, &addr, len);
}

static void to6(const char *ip, long port)
{
	union address addr;
	socklen_t len = v6_at(&addr, ip, port);

	need(port, "such");
	hit(AF_INET6, SOCK_STREAM, &addr, len);
}

static void other_port(void)
{
	to4("127.0.0.1", scene.tcp4);
}

static void port_of_udp(void)
{
	to4("127.0.0.1", scene.tcp_as_udp);
}

static void other_port6(void)
{
	to6("::1", scene.tcp6);
}

static void alias(void)
{
	to4("127.0.0.2", scene.tcp4_alias);
}

static void alias6(void)
{
	to6("::1", scene.tcp6_alias);
}

static void any(void)
{
	to4("0.0.0.0", scene.tcp4);
}

static void any6(void)
{
	to6("::", scene.tcp6);
}

static void mapped(void)
{
	to6("::ffff:127.0.0.1", scene.tcp4);
}

static void mapped_alias(void)
{
	to6("::ffff:127.0.0.2", scene.tcp4_alias);
}

static void mapped_any(void)
{
	to6("::ffff:0.0.0.0", scene.tcp4);
}

/* No address at all, on a socket that is bound to another one: that one. */
static void any_from_alias(void)
{
	union address addr, from;
	socklen_t len = v4_at(&from, "127.0.0.2", 0);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0);

	need(scene.tcp4_alias, "such");
	bind(fd, &from.any, len);
	len = v4_at(&addr, "0.0.0.0", scene.tcp4_alias);
	connect_and_deliver(fd, &addr, len);
}

static void bound(void)
{
	union address addr, from;
	socklen_t len = v4(&from, 0);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0);

	bind(fd, &from.any, len);
	connect_and_deliver(fd, &addr, v4(&addr, scene.tcp4));
}

/* ---- how it is spelled -------------------------------------------------- */

static void lengths(void)
{
	union address addr;

	for (socklen_t len = 1; len <= sizeof(addr) + 8; len++) {
		v4(&addr, scene.tcp4);
		hit(AF_INET, SOCK_STREAM, &addr, len);
		v6(&addr, scene.tcp6);
		hit(AF_INET6, SOCK_STREAM, &addr, len);
	}
}

/* An address of one family under the name of another, on both sockets. */
static void families(void)
{
	union address addr;

	for (int family = 0; family < 46; family++) {
		v4(&addr, scene.tcp4);
		addr.any.sa_family = (sa_family_t)family;
		hit(AF_INET, SOCK_STREAM, &addr, sizeof(addr.v4));
		hit(AF_INET6, SOCK_STREAM, &addr, sizeof(addr));
		v6(&addr, scene.tcp6);
		addr.any.sa_family = (sa_family_t)family;
		hit(AF_INET6, SOCK_STREAM, &addr, sizeof(addr.v6));
		hit(AF_INET, SOCK_STREAM, &addr, sizeof(addr));
	}
}

static void scope(void)
{
	union address addr;
	socklen_t len = v6(&addr, scene.tcp6);
	int fd = ip_socket(AF_INET6, SOCK_STREAM, 0);

	need(scene.tcp6, "IPv6");
	addr.v6.sin6_scope_id = 1;
	addr.v6.sin6_flowinfo = htonl(0x0fedcba9);
	connect_and_deliver(fd, &addr, len);
}

/* ---- on a socket that reached what is granted --------------------------- */

static void unspec(void)
{
	union address addr, none = {.any = {.sa_family = AF_UNSPEC}};
	socklen_t len = v4(&addr, scene.tcp4_ok);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0);

	connect(fd, &addr.any, len);
	connect(fd, &none.any, sizeof(none.any));
	len = v4(&addr, scene.tcp4);
	connect_and_deliver(fd, &addr, len);
}

static void addrform(void)
{
	union address addr, none = {.any = {.sa_family = AF_UNSPEC}};
	socklen_t len = v6_at(&addr, "::ffff:127.0.0.1", scene.tcp4_ok);
	int fd = ip_socket(AF_INET6, SOCK_STREAM, 0), family = AF_INET;

	connect(fd, &addr.any, len);
	setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &family, sizeof(family));
	connect(fd, &none.any, sizeof(none.any));
	len = v4(&addr, scene.tcp4);
	connect_and_deliver(fd, &addr, len);
}

static void accepted(void)
{
	union address addr, none = {.any = {.sa_family = AF_UNSPEC}};
	socklen_t len = v4(&addr, scene.listen_ok);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0), on = 1, inner;
	int client = ip_socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	bind(fd, &addr.any, len);
	listen(fd, 8);
	connect(client, &addr.any, len);
	inner = accept(fd, NULL, NULL);
	close(client);
	connect(inner, &none.any, sizeof(none.any));
	len = v4(&addr, scene.tcp4);
	connect_and_deliver(inner, &addr, len);
}

static void from_outside(void)
{
	union address addr, none = {.any = {.sa_family = AF_UNSPEC}};
	socklen_t len = v4(&addr, scene.tcp4);

	connect(INHERITED_CONNECTED, &none.any, sizeof(none.any));
	connect_and_deliver(INHERITED_CONNECTED, &addr, len);
}

static void refused_first(void)
{
	union address addr;
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0);

	for (int i = 0; i < 3; i++) {
		socklen_t len = v4(&addr, scene.listen_ok);

		connect(fd, &addr.any, len);
		len = v4(&addr, scene.tcp4);
		connect_and_deliver(fd, &addr, len);
	}
}

static void nonblocking(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);
	int fd = ip_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd wait = {fd, POLLOUT, 0};

	connect(fd, &addr.any, len);
	poll(&wait, 1, 200);
	deliver(fd);
}

static void child(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid = fork();

	if (!pid) {
		connect(fd, &addr.any, len);
		_exit(0);
	}
	wait_for_pid(pid);
	deliver(fd);
}

/* ---- without connect(2) ------------------------------------------------- */

static void fastopen_sendto(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);

	token_to(ip_socket(AF_INET, SOCK_STREAM, 0), &addr, len, MSG_FASTOPEN);
}

static void fastopen_message(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4);

	message_to(ip_socket(AF_INET, SOCK_STREAM, 0), &addr, len,
		   MSG_FASTOPEN | MSG_NOSIGNAL);
	len = v6(&addr, scene.tcp6);
	message_to(ip_socket(AF_INET6, SOCK_STREAM, 0), &addr, len,
		   MSG_FASTOPEN | MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The connect is put off until something is sent. */
static void fastopen_connect(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4_ok);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on));
	connect(fd, &addr.any, len);
	len = v4(&addr, scene.tcp4);
	token_to(fd, &addr, len, MSG_FASTOPEN);
	token_to(fd, &addr, len, 0);
	fd = ip_socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on));
	connect_and_deliver(fd, &addr, len);
}

static void withheld_udp(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.udp_as_tcp);

	need(scene.udp_as_tcp, "such");
	token_to(odd_socket(AF_INET, SOCK_DGRAM, 0), &addr, len, 0);
	hit(AF_INET, SOCK_DGRAM, &addr, len);
}

/* ---- while nobody is left to look ---------------------------------------- */

static void *wait_for_ever(void *arg)
{
	const union address *addr = arg;

	connect(socket(AF_INET, SOCK_STREAM, 0), &addr->any, sizeof(addr->v4));
	return NULL;
}

/* More clients than the sandbox has hands, at a server that takes no more. */
static void exhausted(void)
{
	static union address addr;
	socklen_t len = v4(&addr, scene.listen_ok);
	int full = ip_socket(AF_INET, SOCK_STREAM, 0);
	pthread_attr_t attr;
	pthread_t thread;

	bind(full, &addr.any, len);
	listen(full, 0);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (int i = 0; i < 300; i++)
		pthread_create(&thread, &attr, wait_for_ever, &addr);
	pause_ms(100);
	other_port();
}

/* Another protocol that reaches servers of TCP. */
static void in_mptcp(int domain, long port)
{
	union address addr;
	socklen_t len = domain == AF_INET ? v4(&addr, port) : v6(&addr, port);
	int fd = odd_socket(domain, SOCK_STREAM, PROTO_MPTCP);

	connect_and_deliver(fd, &addr, len);
	message_to(fd, &addr, len, MSG_FASTOPEN | MSG_NOSIGNAL);
}

static void mptcp(void)
{
	in_mptcp(AF_INET, scene.tcp4);
}

static void mptcp6(void)
{
	need(scene.tcp6, "IPv6");
	in_mptcp(AF_INET6, scene.tcp6);
}

#define TCP(name, run, what)                                                   \
	{                                                                      \
		name, "granted-tcp", run, GRANT_INET, WORKS_AFTER, what        \
	}

const struct attack granted_tcp_attacks[] = {
	TCP("gt-port", other_port, "another port of the granted address"),
	TCP("gt-port-udp", port_of_udp, "the port that is granted for UDP"),
	TCP("gt-port6", other_port6, "another port of [::1]"),
	TCP("gt-alias", alias, "127.0.0.2 at the granted port"),
	TCP("gt-alias6", alias6, "[::1] at the port granted for 127.0.0.1"),
	TCP("gt-any", any, "0.0.0.0 at another port"),
	TCP("gt-any6", any6, "[::] at another port"),
	TCP("gt-mapped", mapped, "::ffff:127.0.0.1 at another port"),
	TCP("gt-mapped-alias", mapped_alias, "::ffff:127.0.0.2"),
	TCP("gt-mapped-any", mapped_any, "::ffff:0.0.0.0 at another port"),
	TCP("gt-any-bound", any_from_alias,
	    "0.0.0.0 from a socket that is bound to 127.0.0.2"),
	TCP("gt-bound", bound, "another port, after bind(2)"),
	TCP("gt-lengths", lengths, "addresses of every length"),
	TCP("gt-families", families, "addresses under every family"),
	TCP("gt-scope", scope, "[::1] with a scope and a flow label"),
	TCP("gt-unspec", unspec, "a granted connection, dissolved"),
	TCP("gt-addrform", addrform, "... after IPV6_ADDRFORM"),
	TCP("gt-accepted", accepted, "an accepted connection, dissolved"),
	{"gt-connected", "granted-tcp", from_outside, GRANT_INET,
	 NEEDS_CONNECTED | WORKS_AFTER, "... one from outside"},
	TCP("gt-refused", refused_first, "after a granted connect that fails"),
	TCP("gt-nonblocking", nonblocking, "without waiting"),
	TCP("gt-child", child, "a child connects its parent's socket"),
	TCP("gt-fastopen-sendto", fastopen_sendto, "sendto, MSG_FASTOPEN"),
	TCP("gt-fastopen-message", fastopen_message,
	    "sendmsg and sendmmsg, MSG_FASTOPEN"),
	TCP("gt-fastopen-connect", fastopen_connect,
	    "TCP_FASTOPEN_CONNECT, then a message to another address"),
	TCP("gt-mptcp", mptcp, "MPTCP"),
	TCP("gt-mptcp6", mptcp6, "MPTCP over IPv6"),
	TCP("gt-exhausted", exhausted, "300 clients wait for a full server"),
	{"gt-udp-withheld", "granted-tcp", withheld_udp, GRANT_TCP, WORKS_AFTER,
	 "UDP where only TCP is granted"},
	{"gt-all-unix", "granted-tcp", other_port, GRANT_TCP_UNIX, WORKS_AFTER,
	 "another port, where all of AF_UNIX is granted"},
	{0},
};
