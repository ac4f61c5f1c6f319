/* SPDX-License-Identifier: MIT */
/* granted_listen.c - to be reached where that is not granted.
 *
 * The judge is the outside client.  Each attack also listens where it may.
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "ip.h"

#ifndef IP_FREEBIND
#define IP_FREEBIND 15
#endif
#define AF_SMC_	 43 /* Linux 4.11 */
#define TCP_ULP_ 31

/* ---- what is granted ---------------------------------------------------- */

static void listen_where_granted(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.listen_ok);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	bind(fd, &addr.any, len);
	listen(fd, 8);
	announce("granted %ld", scene.listen_ok);
	close(fd);
}

/* ---- where -------------------------------------------------------------- */

static int bound_to(int domain, const char *ip, long port)
{
	union address addr;
	socklen_t len = domain == AF_INET ? v4_at(&addr, ip, port)
					  : v6_at(&addr, ip, port);
	int fd = ip_socket(domain, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	bind(fd, &addr.any, len);
	return fd;
}

/* Listen at @ip, and be asked for at @from. */
static void serve(int domain, const char *ip, long port, const char *from)
{
	int fd = bound_to(domain, ip, port);

	listen(fd, 8);
	if (port_of(fd))
		announce("tcp %s/%d", from, port_of(fd));
	close(fd);
	listen_where_granted();
}

static void other_port(void)
{
	serve(AF_INET, "127.0.0.1", 0, "127.0.0.1");
}

static void any(void)
{
	serve(AF_INET, "0.0.0.0", scene.listen_ok, "127.0.0.2");
}

static void alias(void)
{
	serve(AF_INET, "127.0.0.2", scene.listen_ok, "127.0.0.2");
}

static void any6(void)
{
	need(scene.tcp6, "IPv6");
	serve(AF_INET6, "::", scene.listen_ok, "127.0.0.2");
}

static void loopback6(void)
{
	need(scene.tcp6, "IPv6");
	serve(AF_INET6, "::1", scene.listen_ok, "::1");
}

static void mapped_any(void)
{
	need(scene.tcp6, "IPv6");
	serve(AF_INET6, "::ffff:0.0.0.0", scene.listen_ok, "127.0.0.2");
}

static void mapped_alias(void)
{
	need(scene.tcp6, "IPv6");
	serve(AF_INET6, "::ffff:127.0.0.2", scene.listen_ok, "127.0.0.2");
}

/* bind(2) takes an address without family for 0.0.0.0. */
static void unspec(void)
{
	union address addr;
	socklen_t len = v4_at(&addr, "0.0.0.0", scene.listen_ok);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0);

	addr.any.sa_family = AF_UNSPEC;
	bind(fd, &addr.any, len);
	listen(fd, 8);
	announce("tcp 127.0.0.2/%d", port_of(fd));
	close(fd);
	listen_where_granted();
}

static void freebind(void)
{
	union address addr;
	socklen_t len = v4_at(&addr, "127.0.0.2", scene.listen_ok);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof(on));
	bind(fd, &addr.any, len);
	listen(fd, 8);
	announce("tcp 127.0.0.2/%d", port_of(fd));
	close(fd);
	listen_where_granted();
}

/* ---- without bind(2) ---------------------------------------------------- */

static void unbound_at(int fd, const char *from)
{
	listen(fd, 8);
	if (port_of(fd))
		announce("tcp %s/%d", from, port_of(fd));
	close(fd);
	listen_where_granted();
}

static void unbound(void)
{
	unbound_at(ip_socket(AF_INET, SOCK_STREAM, 0), "127.0.0.1");
}

static void unbound6(void)
{
	need(scene.tcp6, "IPv6");
	unbound_at(ip_socket(AF_INET6, SOCK_STREAM, 0), "::1");
}

static void unbound_mptcp(void)
{
	unbound_at(odd_socket(AF_INET, SOCK_STREAM, PROTO_MPTCP), "127.0.0.1");
}

static void duplicate(void)
{
	unbound_at(dup(ip_socket(AF_INET, SOCK_STREAM, 0)), "127.0.0.1");
}

static void inherited(void)
{
	unbound_at(INHERITED_TCP, "127.0.0.1");
}

static void inherited_mptcp(void)
{
	unbound_at(INHERITED_MPTCP, "127.0.0.1");
}

static void inherited_connection(void)
{
	union address none = {.any = {.sa_family = AF_UNSPEC}};

	connect(INHERITED_CONNECTED, &none.any, sizeof(none.any));
	unbound_at(INHERITED_CONNECTED, "127.0.0.1");
}

/* ---- a bound address that is lost --------------------------------------- */

/* Connected, it has the granted address; dissolved, it has every one. */
static void dissolved(void)
{
	union address addr, none = {.any = {.sa_family = AF_UNSPEC}};
	int fd = bound_to(AF_INET, "0.0.0.0", scene.listen_ok);
	socklen_t len = v4(&addr, scene.tcp4_ok);

	connect(fd, &addr.any, len);
	connect(fd, &none.any, sizeof(none.any));
	listen(fd, 8);
	announce("tcp 127.0.0.2/%ld", scene.listen_ok);
	close(fd);
	listen_where_granted();
}

static void failed(void)
{
	union address addr;
	int fd = bound_to(AF_INET, "0.0.0.0", 0);
	socklen_t len = v4(&addr, scene.listen_ok);

	for (int i = 0; i < 3; i++) {
		connect(fd, &addr.any, len);
		shutdown(fd, SHUT_RDWR);
		listen(fd, 8);
	}
	announce("tcp 127.0.0.2/%d", port_of(fd));
	close(fd);
	listen_where_granted();
}

/* After it listened where it may. */
static void again(void)
{
	union address addr, none = {.any = {.sa_family = AF_UNSPEC}};
	int fd = bound_to(AF_INET, "127.0.0.1", scene.listen_ok);
	socklen_t len = v4_at(&addr, "0.0.0.0", 0);

	listen(fd, 8);
	announce("granted %ld", scene.listen_ok);
	connect(fd, &none.any, sizeof(none.any));
	shutdown(fd, SHUT_RDWR);
	bind(fd, &addr.any, len);
	close(fd);
	unbound_at(ip_socket(AF_INET, SOCK_STREAM, 0), "127.0.0.1");
}

/* ---- by somebody else --------------------------------------------------- */

static void child(void)
{
	int fd = bound_to(AF_INET, "127.0.0.2", scene.listen_ok);
	pid_t pid = fork();

	if (!pid) {
		listen(fd, 8);
		_exit(0);
	}
	wait_for_pid(pid);
	announce("tcp 127.0.0.2/%ld", scene.listen_ok);
	close(fd);
	listen_where_granted();
}

static void give(int to, int fd)
{
	char byte = 0;
	struct iovec iov = {&byte, 1};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	sendmsg(to, &msg, 0);
}

static int take(int from)
{
	char byte;
	struct iovec iov = {&byte, 1};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	int fd = -1;

	if (recvmsg(from, &msg, 0) > 0 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

static void passed(void)
{
	int pair[2], fd = bound_to(AF_INET, "127.0.0.2", scene.listen_ok);
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		skip("no socket pair");
	pid = fork();
	if (!pid) {
		close(fd);
		listen(take(pair[1]), 8);
		_exit(0);
	}
	give(pair[0], fd);
	wait_for_pid(pid);
	announce("tcp 127.0.0.2/%ld", scene.listen_ok);
	close(fd);
	listen_where_granted();
}

/* ---- instead of somebody else ------------------------------------------- */

static void *answer_all(void *arg)
{
	for (;;) {
		int fd = accept(*(int *)arg, NULL, NULL);

		if (fd < 0)
			return NULL;
		deliver(fd);
		close(fd);
	}
}

/* A TCP socket becomes another one, around the same: an option of some kernels
 * where AF_SMC is loaded, as anybody outside has it by asking for one. */
static void smc(void)
{
	const int other = socket(AF_SMC_, SOCK_STREAM, 0);
	int fd = bound_to(AF_INET, "0.0.0.0", 0);

	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP_, "smc", 3))
		barred("no SMC");
	listen(fd, 8);
	announce("tcp 127.0.0.2/%d", port_of(fd));
	close(fd);
	close(other);
	listen_where_granted();
}

static void hijack(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.tcp4_ok);
	static int fd;
	pthread_t thread;
	int on = 1;

	fd = ip_socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	bind(fd, &addr.any, len);
	listen(fd, 64);
	pthread_create(&thread, NULL, answer_all, &fd);
	announce("ask4 %ld", scene.tcp4_ok);
	listen_where_granted();
}

#define LISTEN(name, run, needs, what)                                         \
	{                                                                      \
		name, "granted-listen", run, GRANT_INET,                       \
			(needs) | NEEDS_LISTENER | WORKS_AFTER, what           \
	}

const struct attack granted_listen_attacks[] = {
	LISTEN("gl-port", other_port, 0, "another port"),
	LISTEN("gl-any", any, 0, "0.0.0.0 at the granted port"),
	LISTEN("gl-alias", alias, 0, "127.0.0.2 at the granted port"),
	LISTEN("gl-any6", any6, 0, "[::] at the granted port"),
	LISTEN("gl-loopback6", loopback6, 0, "[::1] at the granted port"),
	LISTEN("gl-mapped-any", mapped_any, 0, "::ffff:0.0.0.0"),
	LISTEN("gl-mapped-alias", mapped_alias, 0, "::ffff:127.0.0.2"),
	LISTEN("gl-unspec", unspec, 0, "an address without family"),
	LISTEN("gl-freebind", freebind, 0, "IP_FREEBIND, IP_TRANSPARENT"),
	LISTEN("gl-unbound", unbound, 0, "without bind(2)"),
	LISTEN("gl-unbound6", unbound6, 0, "without bind(2), IPv6"),
	LISTEN("gl-mptcp", unbound_mptcp, 0, "without bind(2), MPTCP"),
	LISTEN("gl-duplicate", duplicate, 0, "by a duplicate"),
	LISTEN("gl-inherited", inherited, NEEDS_TCP,
	       "by a socket from outside"),
	LISTEN("gl-inherited-mptcp", inherited_mptcp, NEEDS_MPTCP,
	       "... of MPTCP"),
	LISTEN("gl-connected", inherited_connection, NEEDS_CONNECTED,
	       "... that was connected"),
	LISTEN("gl-dissolved", dissolved, 0, "after a granted connection"),
	LISTEN("gl-failed", failed, 0, "after connects that fail"),
	LISTEN("gl-again", again, 0, "after it listened where it may"),
	LISTEN("gl-child", child, 0, "by a child"),
	LISTEN("gl-passed", passed, 0, "by SCM_RIGHTS"),
	LISTEN("gl-smc", smc, NEEDS_LUCK, "at 0.0.0.0, having become SMC"),
	LISTEN("gl-hijack", hijack, 0, "SO_REUSEPORT beside a server outside"),
	{0},
};
