/* SPDX-License-Identifier: MIT */
/* isolated.c - out of a network namespace of one's own. */
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ip.h"

#define FD_NSFS_ROOT_ -10003 /* linux/fcntl.h, Linux 6.18 */

static void to4(const char *ip, long tcp, long udp)
{
	union address addr;
	socklen_t len = v4_at(&addr, ip, tcp);
	int fd = ip_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	hit(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, &addr, len);
	connect(fd, &addr.any, len);
	pause_ms(10);
	deliver(fd);
	len = v4_at(&addr, ip, udp);
	token_to(ip_socket(AF_INET, SOCK_DGRAM, 0), &addr, len, 0);
	hit(AF_INET, SOCK_DGRAM, &addr, len);
}

static void to6(const char *ip, long tcp, long udp)
{
	union address addr;
	socklen_t len = v6_at(&addr, ip, tcp);

	need(tcp, "IPv6");
	hit(AF_INET6, SOCK_STREAM, &addr, len);
	len = v6_at(&addr, ip, udp);
	token_to(ip_socket(AF_INET6, SOCK_DGRAM, 0), &addr, len, 0);
}

static void loopback(void)
{
	to4("127.0.0.1", scene.tcp4, scene.udp4);
	to4("0.0.0.0", scene.tcp4, scene.udp4);
	to4("127.0.0.2", scene.tcp4_alias, scene.udp4_alias);
}

static void loopback6(void)
{
	to6("::1", scene.tcp6, scene.udp6);
	to6("::ffff:127.0.0.1", scene.tcp4, scene.udp4);
}

static void own_address(void)
{
	to4("192.0.2.1", scene.tcp4_wire, scene.udp4_wire);
	to6("2001:db8::1", scene.tcp6_wire, scene.udp4_wire);
}

static void outside(void)
{
	to4("192.0.2.2", scene.tcp4, scene.udp4);
	to6("2001:db8::2", scene.tcp4, scene.udp4);
}

static void mptcp(void)
{
	union address addr;
	int fd = ip_socket(AF_INET, SOCK_STREAM, PROTO_MPTCP);

	connect_and_deliver(fd, &addr, v4(&addr, scene.tcp4));
}

static void abstract(void)
{
	struct sockaddr_un addr;

	hit(AF_UNIX, SOCK_STREAM, &addr, abstract_addr(&addr, "no"));
	hit(AF_UNIX, SOCK_SEQPACKET, &addr, abstract_addr(&addr, "no-seq"));
	hit(AF_UNIX, SOCK_DGRAM, &addr, abstract_addr(&addr, "no-dgram"));
}

static void listening(void)
{
	union address addr;
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0);

	bind(fd, &addr.any, v4_at(&addr, "0.0.0.0", 0));
	listen(fd, 8);
	announce("tcp4 %d", port_of(fd));
}

/* ---- sockets of the network outside ------------------------------------- */

static void anew(int fd)
{
	union address addr, none = {.any = {.sa_family = AF_UNSPEC}};

	connect(fd, &none.any, sizeof(none.any));
	connect_and_deliver(fd, &addr, v4(&addr, scene.tcp4));
}

static void listen_anew(int fd)
{
	union address none = {.any = {.sa_family = AF_UNSPEC}};

	connect(fd, &none.any, sizeof(none.any));
	listen(fd, 8);
	announce("tcp4 %d", port_of(fd));
}

static void inherited(void)
{
	anew(INHERITED_TCP);
}

static void inherited_mptcp(void)
{
	anew(INHERITED_MPTCP);
}

static void connected(void)
{
	anew(INHERITED_CONNECTED);
}

static void connected_listens(void)
{
	listen_anew(INHERITED_CONNECTED);
}

static void inherited_abstract(void)
{
	struct sockaddr_un addr;
	const socklen_t len = abstract_addr(&addr, "no");

	connect_and_deliver(INHERITED_STREAM, &addr, len);
}

static void inherited_abstract_own(void)
{
	struct sockaddr_un addr;
	const socklen_t len = abstract_addr(&addr, "no");
	const int fd = unix_socket(SOCK_STREAM);

	bind(fd, (struct sockaddr *)&addr, len);
	listen(fd, 8);
	inherited_abstract();
}

static void inherited_bind(void)
{
	struct sockaddr_un addr;
	const socklen_t len = abstract_addr(&addr, "no-own");

	offer(INHERITED_STREAM, &addr, len);
}

/* ---- the namespace outside ---------------------------------------------- */

static void enter(pid_t pid)
{
	int fd = open(proc(pid, "ns/net"), O_RDONLY | O_CLOEXEC);

	if (!setns(fd, CLONE_NEWNET))
		to4("127.0.0.1", scene.tcp4, scene.udp4);
	close(fd);
}

static void enter_outside(void)
{
	pid_t up[8];
	const int count = ancestors(up, 8);

	enter((pid_t)scene.judge);
	enter((pid_t)scene.victim);
	enter(1);
	for (int i = 0; i < count; i++)
		enter(up[i]);
}

/* ---- that of a user namespace below ours, which its owner may enter ------ */

/* Knowing two small numbers, which can be guessed, is enough (Linux 6.18). */
static int open_owned(void)
{
	struct {
		struct file_handle head;
		char bytes[MAX_HANDLE_SZ];
	} handle;
	int fd = open(at("network"), O_RDONLY | O_CLOEXEC);

	if (read(fd, &handle, sizeof(handle)) != sizeof(handle))
		skip("namespaces have no file handles");
	close(fd);
	return open_by_handle_at(FD_NSFS_ROOT_, &handle.head,
				 O_RDONLY | O_CLOEXEC);
}

static void enter_owned(void)
{
	const int net = open_owned();
	const int user = ioctl(net, NS_GET_USERNS);
	int status = 1;
	pid_t pid = fork();

	/* Who has entered that one reaches the judge no more. */
	if (!pid)
		_exit(setns(user, CLONE_NEWUSER) || setns(net, CLONE_NEWNET));
	if (waitpid(pid, &status, 0) == pid && status == 0)
		confess("the network of a process outside");
}

#define ISOLATED(name, run, grant, needs, what)                                \
	{                                                                      \
		name, "isolated", run, grant, needs, what                      \
	}
#define FOREIGN(name, run, needs, what)                                        \
	ISOLATED(name, run, GRANT_ISOLATED, MAY_NOT_START | (needs), what)

const struct attack isolated_attacks[] = {
	ISOLATED("is-loopback", loopback, GRANT_ISOLATED, WORKS_AFTER,
		 "the loopback outside"),
	ISOLATED("is-loopback6", loopback6, GRANT_ISOLATED, WORKS_AFTER,
		 "... of IPv6"),
	ISOLATED("is-address", own_address, GRANT_ISOLATED,
		 NEEDS_WIRE | WORKS_AFTER, "another address of this host"),
	ISOLATED("is-outside", outside, GRANT_ISOLATED,
		 NEEDS_WIRE | WORKS_AFTER, "addresses beyond this host"),
	ISOLATED("is-mptcp", mptcp, GRANT_ISOLATED, WORKS_AFTER, "MPTCP"),
	ISOLATED("is-abstract", abstract, GRANT_ISOLATED, WORKS_AFTER,
		 "abstract names outside"),
	ISOLATED("is-abstract-all", abstract, GRANT_ISOLATED_UNIX, WORKS_AFTER,
		 "... where all of AF_UNIX is granted"),
	ISOLATED("is-listen", listening, GRANT_ISOLATED, WORKS_AFTER,
		 "to be reached from outside"),
	FOREIGN("is-inherited", inherited, NEEDS_TCP,
		"a TCP socket from outside"),
	FOREIGN("is-inherited-mptcp", inherited_mptcp, NEEDS_MPTCP,
		"... an MPTCP socket"),
	FOREIGN("is-connected", connected, NEEDS_CONNECTED,
		"... a connection, connected anew"),
	FOREIGN("is-connected-listen", connected_listens, NEEDS_CONNECTED,
		"... a connection that listens"),
	FOREIGN("is-inherited-abstract", inherited_abstract, NEEDS_STREAM,
		"an AF_UNIX socket from outside, to a name granted inside"),
	FOREIGN("is-inherited-own", inherited_abstract_own, NEEDS_STREAM,
		"... to a name that was bound inside"),
	FOREIGN("is-inherited-bind", inherited_bind, NEEDS_STREAM,
		"... listens outside"),
	ISOLATED("is-inherited-all", inherited_abstract, GRANT_ISOLATED_UNIX,
		 MAY_NOT_START | NEEDS_STREAM | NEEDS_SCOPES,
		 "... where all of AF_UNIX is granted"),
	ISOLATED("is-enter", enter_outside, GRANT_ISOLATED,
		 NEEDS_ROOT | WORKS_AFTER, "setns(2) to those outside"),
	ISOLATED("is-enter-owned", enter_owned, GRANT_ISOLATED,
		 NEEDS_OWNED | NEEDS_LUCK | WORKS_AFTER,
		 "... that the user owns, by a file handle"),
	{"setns-owned", "neighbours", enter_owned, GRANT_FILE,
	 NEEDS_OWNED | NEEDS_LUCK,
	 "a network that the user owns, by a file handle"},
	{0},
};
