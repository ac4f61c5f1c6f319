/* SPDX-License-Identifier: MIT */
/* abstract.c - names that are not in the file system. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attack.h"

static void stream(void)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, "no");

	hit(AF_UNIX, SOCK_STREAM, &addr, len);
}

static void seqpacket(void)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, "no-seq");

	hit(AF_UNIX, SOCK_SEQPACKET, &addr, len);
}

static void dgram(void)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, "no-dgram");
	int fd = unix_socket(SOCK_DGRAM);

	sendto(fd, scene.token, strlen(scene.token), 0,
	       (struct sockaddr *)&addr, len);
	hit(AF_UNIX, SOCK_DGRAM, &addr, len);
}

static void pair_dgram(void)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, "no-dgram");
	int pair[2] = {-1, -1};

	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	connect_and_deliver(pair[0], &addr, len);
}

/* The granted abstract name, and more. */
static void longer_name(void)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, "ok2");

	hit(AF_UNIX, SOCK_STREAM, &addr, len);
}

/* NUL bytes count: "name" and "name\0" are two names. */
static void trailing_nul(void)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, "ok");

	hit(AF_UNIX, SOCK_STREAM, &addr, len + 1);
}

static void full_length(void)
{
	struct sockaddr_un addr;

	abstract_addr(&addr, "ok");
	hit(AF_UNIX, SOCK_STREAM, &addr, sizeof(addr));
}

static void granted_shorter(void)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, "ok");

	hit(AF_UNIX, SOCK_STREAM, &addr, len - 1);
}

/* A server inside, its client outside. */
static void serve(const struct sockaddr_un *addr, socklen_t len)
{
	int fd = unix_socket(SOCK_STREAM);

	offer(fd, addr, len);
	close(fd);
}

static void bind_name(void)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, "mine");

	serve(&addr, len);
}

static void autobind(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	serve(&addr, sizeof(addr.sun_family));
}

static void squat(void)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, "ok-later");

	serve(&addr, len);
}

/* The name was ours; now it is a stranger's.  /proc/net/unix lists names as
 * they are: one with a newline looks like a row of the attacker's choice. */
static void forged_row(void)
{
	struct sockaddr_un mine, forged = {.sun_family = AF_UNIX};
	socklen_t len = abstract_addr(&mine, "mine");
	int fd = unix_socket(SOCK_STREAM);
	struct stat st;

	if (bind(fd, (struct sockaddr *)&mine, len) || fstat(fd, &st))
		skip("cannot bind");
	close(fd);
	announce("serve mine");
	if (chdir(at("granted")))
		return;
	snprintf(forged.sun_path, sizeof(forged.sun_path),
		 "x\n0: 00000002 00000000 00010000 0001 01 %lu @sbx-%s-mine\n",
		 (unsigned long)st.st_ino, scene.token);
	fd = unix_socket(SOCK_STREAM);
	bind(fd, (struct sockaddr *)&forged, sizeof(forged));
	hit(AF_UNIX, SOCK_STREAM, &mine, len);
}

/* Bound once, given up: a stranger's name from then on. */
static void given_up(void)
{
	struct sockaddr_un mine;
	socklen_t len = abstract_addr(&mine, "mine");
	int fd = unix_socket(SOCK_STREAM);

	bind(fd, (struct sockaddr *)&mine, len);
	close(fd);
	announce("serve mine");
	hit(AF_UNIX, SOCK_STREAM, &mine, len);
}

/* Sockets of different types hold the same name side by side. */
static void other_type(void)
{
	struct sockaddr_un mine;
	socklen_t len = abstract_addr(&mine, "mine");

	if (bind(unix_socket(SOCK_SEQPACKET), (struct sockaddr *)&mine, len))
		skip("cannot bind");
	announce("serve mine");
	hit(AF_UNIX, SOCK_STREAM, &mine, len);
}

#define ABSTRACT(name, run, grant, what)                                       \
	{                                                                      \
		name, "abstract", run, grant, 0, what                          \
	}

const struct attack abstract_attacks[] = {
	ABSTRACT("abstract-stream", stream, GRANT_FILE, "connect(2)"),
	ABSTRACT("abstract-seqpacket", seqpacket, GRANT_FILE, "SEQPACKET"),
	ABSTRACT("abstract-dgram", dgram, GRANT_FILE, "datagrams"),
	ABSTRACT("abstract-pair", pair_dgram, GRANT_FILE,
		 "half of a datagram socketpair"),
	ABSTRACT("abstract-longer", longer_name, GRANT_ABSTRACT,
		 "the granted name is a prefix of its name"),
	ABSTRACT("abstract-nul", trailing_nul, GRANT_ABSTRACT,
		 "the granted name and a NUL"),
	ABSTRACT("abstract-full", full_length, GRANT_ABSTRACT,
		 "the granted name, filled up with NULs"),
	ABSTRACT("abstract-shorter", granted_shorter, GRANT_ABSTRACT,
		 "the granted name, cut short"),
	ABSTRACT("abstract-bind", bind_name, GRANT_FILE,
		 "a server that outsiders reach"),
	ABSTRACT("abstract-autobind", autobind, GRANT_FILE,
		 "the same under a name by the kernel"),
	ABSTRACT("abstract-given-up", given_up, GRANT_ABSTRACT_BIND,
		 "a name that was ours before"),
	ABSTRACT("abstract-other-type", other_type, GRANT_ABSTRACT_BIND,
		 "a stranger's, where ours of another type has the same name"),
	ABSTRACT("abstract-forged", forged_row, GRANT_ABSTRACT_BIND,
		 "the same, and a forged row in /proc/net/unix"),
	ABSTRACT("abstract-squat", squat, GRANT_ABSTRACT,
		 "a server under a name like the granted one"),
	{0},
};
