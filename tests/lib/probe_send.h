/* SPDX-License-Identifier: MIT */
/* probe_send.h - what the two probes of sending share: names, and three ways
 * to say the same. */
#ifndef SBX_TESTS_PROBE_SEND_H
#define SBX_TESTS_PROBE_SEND_H

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *dir;

static void say(const char *what, ssize_t result)
{
	if (result < 0)
		printf("%s: %s\n", what, strerrorname_np(errno));
	else
		printf("%s: %zd\n", what, result);
	fflush(stdout);
}

static int sock(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(2, "socket");
	return fd;
}

static socklen_t name(struct sockaddr_un *addr, const char *base)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	if (snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/%s", dir,
		     base) >= (int)sizeof(addr->sun_path))
		errx(2, "%s/%s: too long", dir, base);
	return sizeof(*addr);
}

static int server(int type, const char *base)
{
	struct sockaddr_un addr;
	socklen_t len = name(&addr, base);
	int fd = sock(type);

	unlink(addr.sun_path);
	if (bind(fd, (struct sockaddr *)&addr, len) ||
	    (type != SOCK_DGRAM && listen(fd, 64)) ||
	    chmod(addr.sun_path, 0777))
		err(2, "%s", addr.sun_path);
	return fd;
}

/* The servers; one of them takes what comes, until it is ended. */
/* ---- three ways to say the same -------------------------------------------
 */

static ssize_t by_sendto(int fd, const void *addr, socklen_t len)
{
	return sendto(fd, "hello", 5, MSG_NOSIGNAL, addr, len);
}

static ssize_t by_sendmsg(int fd, const void *addr, socklen_t len)
{
	struct iovec iov[2] = {{(char *)"hel", 3}, {(char *)"lo", 2}};
	struct msghdr m = {
		.msg_name = (void *)addr,
		.msg_namelen = len,
		.msg_iov = iov,
		.msg_iovlen = 2,
	};

	return sendmsg(fd, &m, MSG_NOSIGNAL);
}

static ssize_t by_sendmmsg(int fd, const void *addr, socklen_t len)
{
	struct iovec iov = {(char *)"hello", 5};
	struct mmsghdr m = {
		.msg_hdr = {.msg_name = (void *)addr,
			    .msg_namelen = len,
			    .msg_iov = &iov,
			    .msg_iovlen = 1},
	};
	int n = sendmmsg(fd, &m, 1, MSG_NOSIGNAL);

	return n == 1 ? (ssize_t)m.msg_len : n;
}

static ssize_t (*const ways[])(int, const void *, socklen_t) = {
	by_sendto, by_sendmsg, by_sendmmsg};
static const char *const way_names[] = {"sendto", "sendmsg", "sendmmsg"};

static void each_way(const char *what, int fd, const void *addr, socklen_t len)
{
	char text[128];

	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "%s, %s", what, way_names[i]);
		say(text, ways[i](fd, addr, len));
	}
}

#endif /* SBX_TESTS_PROBE_SEND_H */
