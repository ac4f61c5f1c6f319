/* SPDX-License-Identifier: MIT */
/* servers.c - the judge's servers: granted, denied, by every family. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "servers.h"

#define EVERYWHERE (~0u)
#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif

#define LOOPBACK BIT(GRANT_LOOPBACK)

#define PORT(member) offsetof(struct scene, member)

const struct server servers[] = {
	{"granted/ok.sock", AF_UNIX, SOCK_STREAM, 0, EVERYWHERE, 0, 0},
	{"granted/dgram.sock", AF_UNIX, SOCK_DGRAM, 0,
	 DIRECTORY | BIT(GRANT_DGRAM), 0, 0},
	{"granted/ok.sock2", AF_UNIX, SOCK_STREAM, 0, DIRECTORY, 0, 0},
	{"granted/ok", AF_UNIX, SOCK_STREAM, 0, DIRECTORY, 0, 0},
	{"granted/ok.sock\n", AF_UNIX, SOCK_STREAM, 0, DIRECTORY, 0, 0},
	{"granted/OK.SOCK", AF_UNIX, SOCK_STREAM, 0, DIRECTORY, 0, 0},
	{"granted/secret/no.sock", AF_UNIX, SOCK_STREAM, 0,
	 DIRECTORY & ~BIT(GRANT_EXCEPT_TREE), 0, 0},
	{"granted/secret/inner/no.sock", AF_UNIX, SOCK_STREAM, 0,
	 DIRECTORY & ~BIT(GRANT_EXCEPT_TREE), 0, 0},
	{"granted/except.sock", AF_UNIX, SOCK_STREAM, 0,
	 DIRECTORY & ~BIT(GRANT_EXCEPT), 0, 0},
	/* Those that protect() lets nobody but root reach. */
	{"granted/root.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"granted/group.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"granted/other.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"granted/private/any.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"denied/" HOSTILE_NAME, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"granted-evil/ok.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"denied/no.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"denied/no.seq", AF_UNIX, SOCK_SEQPACKET, 0, 0, 0, 0},
	{"denied/no.dgram", AF_UNIX, SOCK_DGRAM, 0, 0, 0, 0},
	{"denied/\xff\xfe\x80.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"lure/ok.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"lure/later.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"jail/DIR/granted/ok.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"jail/inner/ok.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"@no", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"@no-seq", AF_UNIX, SOCK_SEQPACKET, 0, 0, 0, 0},
	{"@no-dgram", AF_UNIX, SOCK_DGRAM, 0, 0, 0, 0},
	{"@ok", AF_UNIX, SOCK_STREAM, 0, BIT(GRANT_ABSTRACT), 0, 0},
	{"@ok2", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"@ok", AF_UNIX, SOCK_STREAM, 0, 0, 0, 1},
	{"@ok", AF_UNIX, SOCK_STREAM, 0, 0, 0, 108},
	{"@o", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"TCP 127.0.0.1", AF_INET, SOCK_STREAM, 0, LOOPBACK, PORT(tcp4), 0},
	{"TCP ::1", AF_INET6, SOCK_STREAM, 0, LOOPBACK, PORT(tcp6), 0},
	{"UDP 127.0.0.1", AF_INET, SOCK_DGRAM, 0, 0, PORT(udp4), 0},
	{"UDP ::1", AF_INET6, SOCK_DGRAM, 0, 0, PORT(udp6), 0},
	{"UDP-Lite", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, 0, PORT(udplite4),
	 0},
	/* Granted ones, and denied ones at the same port. */
	{"TCP 127.0.0.1", AF_INET, SOCK_STREAM, 0,
	 GRANTS_TCP | BIT(GRANT_ISOLATED) | BIT(GRANT_UNIX), PORT(tcp4_ok), 0},
	{"TCP ::1", AF_INET6, SOCK_STREAM, 0, GRANTS_TCP, PORT(tcp6_ok), 0},
	{"UDP 127.0.0.1", AF_INET, SOCK_DGRAM, 0, GRANTS_UDP, PORT(udp4_ok), 0},
	{"UDP ::1", AF_INET6, SOCK_DGRAM, 0, GRANTS_UDP, PORT(udp6_ok), 0},
	{"TCP 127.0.0.2", AF_INET, SOCK_STREAM, 0, LOOPBACK, PORT(tcp4_alias),
	 PORT(tcp4_ok)},
	{"TCP ::1 ", AF_INET6, SOCK_STREAM, 0, LOOPBACK, PORT(tcp6_alias),
	 PORT(tcp4_ok)},
	{"TCP 127.0.0.1 at UDP's port", AF_INET, SOCK_STREAM, 0, LOOPBACK,
	 PORT(tcp_as_udp), PORT(udp4_ok)},
	{"UDP 127.0.0.2", AF_INET, SOCK_DGRAM, 0, 0, PORT(udp4_alias),
	 PORT(udp4_ok)},
	{"UDP ::1 ", AF_INET6, SOCK_DGRAM, 0, 0, PORT(udp6_alias),
	 PORT(udp4_ok)},
	{"UDP 127.0.0.1 at TCP's port", AF_INET, SOCK_DGRAM, 0, 0,
	 PORT(udp_as_tcp), PORT(tcp4_ok)},
	{"UDP-Lite 127.0.0.1 at UDP's port", AF_INET, SOCK_DGRAM,
	 IPPROTO_UDPLITE, 0, PORT(udplite_alias), PORT(udp4_ok)},
	/* With NEEDS_WIRE: this host, but not its loopback. */
	{"TCP 192.0.2.1", AF_INET, SOCK_STREAM, 0, 0, PORT(tcp4_wire),
	 PORT(tcp4_ok)},
	{"TCP 2001:db8::1", AF_INET6, SOCK_STREAM, 0, 0, PORT(tcp6_wire),
	 PORT(tcp6_ok)},
	{"UDP 192.0.2.1", AF_INET, SOCK_DGRAM, 0, 0, PORT(udp4_wire),
	 PORT(udp4_ok)},
	{"netlink usersock", AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK, 0,
	 PORT(netlink_user), 0},
	{"netlink route", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, 0,
	 PORT(netlink_route), 0},
};

const size_t server_count = sizeof(servers) / sizeof(servers[0]);

_Static_assert(sizeof(servers) / sizeof(servers[0]) <= SERVERS_MAX,
	       "there is room for all");

/* "DIR" within a name stands for the directory itself: a jail's view. */
static void expand(char *path, size_t size, const char *name)
{
	const char *dir = strstr(name, "/DIR/");

	if (dir)
		snprintf(path, size, "%s/%.*s%s%s", scene.dir,
			 (int)(dir - name), name, scene.dir, dir + 4);
	else
		snprintf(path, size, "%s/%s", scene.dir, name);
}

static void make_parents(char *path)
{
	for (char *p = path + strlen(scene.dir) + 1; (p = strchr(p, '/'));
	     p++) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
}

bool server_bind_unix(int fd, const char *name, size_t nuls, int backlog)
{
	struct sockaddr_un addr;
	struct stat st;
	char path[160];
	socklen_t len;

	if (name[0] == '@') {
		len = abstract_addr(&addr, name + 1) + (socklen_t)nuls;
		if (len > sizeof(addr))
			len = sizeof(addr);
	} else {
		expand(path, sizeof(path), name);
		make_parents(path);
		len = unix_addr(&addr, path);
	}
	if (bind(fd, (struct sockaddr *)&addr, len))
		return false;
	if (name[0] != '@' && !lstat(path, &st))
		targets_add_own(st.st_ino);
	return !listen(fd, backlog) || errno == EOPNOTSUPP;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_nl nl;
};

/* The address that the server's name names, or the loopback. */
static socklen_t fill_in(union address *addr, const struct server *s, long port)
{
	const char *word = strchr(s->name, ' ');
	char ip[64] = "";

	memset(addr, 0, sizeof(*addr));
	addr->any.sa_family = (sa_family_t)s->domain;
	if (s->domain == AF_NETLINK)
		return sizeof(addr->nl);
	addr->v4.sin_port = htons((uint16_t)port);
	if (!word || sscanf(word, " %63s", ip) != 1)
		strcpy(ip, "127.0.0.1");
	if (s->domain == AF_INET) {
		inet_pton(AF_INET, ip, &addr->v4.sin_addr);
		return sizeof(addr->v4);
	}
	inet_pton(AF_INET6, ip, &addr->v6.sin6_addr);
	return sizeof(addr->v6);
}

/* Bind to a port of IP or netlink; returns which, 0: it cannot be. */
static long bind_port(int fd, const struct server *s, long port)
{
	union address addr;
	socklen_t len = fill_in(&addr, s, port);
	const int on = 1;

	if (s->domain == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	/* Whoever may take a part of its clients is an attack. */
	if (s->domain == AF_INET && s->type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (bind(fd, &addr.any, len))
		return 0;
	/* Afterwards, lest it share its own with another one of ours. */
	if (s->domain == AF_INET && s->type == SOCK_DGRAM) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	}
	len = sizeof(addr);
	if (getsockname(fd, &addr.any, &len) ||
	    (s->type == SOCK_STREAM && listen(fd, 64)))
		return 0;
	return s->domain == AF_NETLINK ? (long)addr.nl.nl_pid
				       : ntohs(addr.v4.sin_port);
}

static long *member(struct scene *to, size_t offset)
{
	return (long *)(void *)((char *)to + offset);
}

/* By nobody, at no address: another server may need the same one. */
static bool is_free(int domain, int type, uint16_t port)
{
	union address addr = {.v6.sin6_family = (sa_family_t)domain};
	const int fd = socket(domain, type | SOCK_CLOEXEC, 0);
	const int on = 1;
	bool free;

	if (fd < 0)
		return errno == EAFNOSUPPORT;
	if (domain == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	addr.v4.sin_port = htons(port);
	free = !bind(fd, &addr.any, sizeof(addr.v6));
	close(fd);
	return free;
}

/* Below those that the kernel chooses, so that nobody gets it by chance. */
long server_free_port(void)
{
	for (int i = 0; i < 100; i++) {
		uint16_t port = 0;

		getrandom(&port, sizeof(port), 0);
		port = (uint16_t)(20000 + port % 12000);
		if (is_free(AF_INET, SOCK_STREAM, port) &&
		    is_free(AF_INET, SOCK_DGRAM, port) &&
		    is_free(AF_INET6, SOCK_STREAM, port) &&
		    is_free(AF_INET6, SOCK_DGRAM, port))
			return port;
	}
	return 0;
}

static long wanted_port(struct scene *to, const struct server *s)
{
	if (s->domain == AF_NETLINK)
		return 0;
	return s->more ? *member(to, s->more) : server_free_port();
}

int server_open(struct scene *to, const struct server *s)
{
	const int fd = socket(s->domain, s->type | SOCK_CLOEXEC | SOCK_NONBLOCK,
			      s->protocol);
	long port = 0;

	if (s->domain == AF_UNIX)
		return fd >= 0 && server_bind_unix(fd, s->name, s->more, 4096)
			       ? fd
			       : -1;
	/* An address at the same port as nothing would be another test. */
	if (fd >= 0 && (!s->more || *member(to, s->more)))
		port = bind_port(fd, s, wanted_port(to, s));
	*member(to, s->port) = port;
	if (port)
		return fd;
	close(fd);
	return -2;
}
