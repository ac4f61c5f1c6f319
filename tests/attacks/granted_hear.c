/* SPDX-License-Identifier: MIT */
/* granted_hear.c - to hear by UDP what is sent to others.  */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "ip.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* Linux 6.3 */
#endif
#define BINDS 2000 /* where the port cannot be chosen, some luck is needed */
#define ASKED 16   /* enough for one of two servers to get some of them */

/* ---- a port of one's own choice ------------------------------------------ */

static bool hears_secret(int fd, long port)
{
	struct pollfd wait = {fd, POLLIN, 0};
	char text[8] = "";

	announce("tell4 %ld", port);
	return poll(&wait, 1, 50) == 1 &&
	       recv(fd, text, sizeof(text) - 1, 0) > 0 &&
	       !strcmp(text, "secret");
}

static void hear(int fd, long port)
{
	if (hears_secret(fd, port))
		confess("a port of UDP");
}

static void hears(void)
{
	union address addr;
	socklen_t len = v4(&addr, scene.listen_ok);
	int fd = ip_socket(AF_INET, SOCK_DGRAM, 0);

	bind(fd, &addr.any, len);
	hear(fd, scene.listen_ok);
}

static void hears_any(void)
{
	union address addr;
	socklen_t len = v6_at(&addr, "::", scene.listen_ok);
	int fd = ip_socket(AF_INET6, SOCK_DGRAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	bind(fd, &addr.any, len);
	hear(fd, scene.listen_ok);
}

/* ---- a port of the kernel's choice -------------------------------------- */

/* It takes one of somebody outside for free who shares his, too. */
static int sharing(int option)
{
	const uint32_t port = (uint32_t)scene.udp4_ok,
		       range = port << 16 | port;
	const int fd = ip_socket(AF_INET, SOCK_DGRAM, 0), on = 1;

	set_option(fd, SOL_SOCKET, option, &on, sizeof(on));
	set_option(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof(range));
	return fd;
}

static void listen_in(int fd)
{
	bool heard = false;

	for (int i = 0; i < ASKED && !heard; i++)
		heard = hears_secret(fd, scene.udp4_ok);
	if (heard)
		confess("what was sent to a server outside");
}

static void share(int option)
{
	for (int i = 0; i < BINDS; i++) {
		const int fd = sharing(option);
		union address addr;
		socklen_t len = v4(&addr, 0);

		bind(fd, &addr.any, len);
		if (port_of(fd) == scene.udp4_ok) {
			listen_in(fd);
			return;
		}
		close(fd);
	}
}

static void share_address(void)
{
	share(SO_REUSEADDR);
}

static void share_port(void)
{
	share(SO_REUSEPORT);
}

#define HEAR(name, run, what)                                                  \
	{                                                                      \
		name, "granted-udp", run, GRANT_INET, WORKS_AFTER, what        \
	}
#define SHARE(name, run, what)                                                 \
	{                                                                      \
		name, "granted-udp", run, GRANT_INET,                          \
			NEEDS_LUCK | WORKS_AFTER, what                         \
	}

const struct attack granted_hear_attacks[] = {
	HEAR("gu-hears", hears, "a port to hear at"),
	HEAR("gu-hears-any", hears_any, "... at every address, shared"),
	SHARE("gu-share-address", share_address,
	      "a server's port, SO_REUSEADDR"),
	SHARE("gu-share-port", share_port, "... SO_REUSEPORT"),
	{0},
};
