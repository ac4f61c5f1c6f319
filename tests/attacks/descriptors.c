/* SPDX-License-Identifier: MIT */
/* descriptors.c - sockets that were not made where one looks. */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"
#include "raw.h"

#define SLOT 50

static void send_message(int fd, const void *addr, socklen_t len)
{
	struct iovec iov = {scene.token, strlen(scene.token)};
	struct msghdr msg = {.msg_name = (void *)addr,
			     .msg_namelen = len,
			     .msg_iov = &iov,
			     .msg_iovlen = 1};

	sendmsg(fd, &msg, MSG_NOSIGNAL);
}

static void send_messages(int fd, const void *addr, socklen_t len)
{
	struct iovec iov = {scene.token, strlen(scene.token)};
	struct mmsghdr msg = {.msg_hdr = {.msg_name = (void *)addr,
					  .msg_namelen = len,
					  .msg_iov = &iov,
					  .msg_iovlen = 1}};

	sendmmsg(fd, &msg, 1, MSG_NOSIGNAL);
}

static void send_to(int fd, const void *addr, socklen_t len)
{
	sendto(fd, scene.token, strlen(scene.token), MSG_NOSIGNAL, addr, len);
}

static void connect_to(int fd, const void *addr, socklen_t len)
{
	connect_and_deliver(fd, addr, len);
}

typedef void send_fn(int fd, const void *addr, socklen_t len);

static void to_dgram(int fd, send_fn *fn)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.dgram"));

	fn(fd, &addr, len);
}

static int dgram_pair(int type)
{
	int pair[2] = {-1, -1};

	socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair);
	return pair[0];
}

static void dgram_sendto(void)
{
	to_dgram(unix_socket(SOCK_DGRAM), send_to);
}

static void dgram_sendmsg(void)
{
	to_dgram(unix_socket(SOCK_DGRAM), send_message);
}

static void dgram_sendmmsg(void)
{
	to_dgram(unix_socket(SOCK_DGRAM), send_messages);
}

static void pair_connect(void)
{
	to_dgram(dgram_pair(SOCK_DGRAM), connect_to);
}

static void pair_sendto(void)
{
	to_dgram(dgram_pair(SOCK_DGRAM), send_to);
}

static void pair_sendmsg(void)
{
	to_dgram(dgram_pair(SOCK_DGRAM), send_message);
}

static void pair_sendmmsg(void)
{
	to_dgram(dgram_pair(SOCK_DGRAM), send_messages);
}

static void raw_socket(void)
{
	to_dgram(unix_socket(SOCK_RAW), send_message);
}

static void raw_pair(void)
{
	to_dgram(dgram_pair(SOCK_RAW), send_message);
}

/* The kernel looks at 32 bits of each argument; a filter sees 64. */
static void high_bits(void)
{
	const long high = 0x5a5a5a5a00000000;
	long fd = raw_call(SYS_socket, high | AF_UNIX,
			   high | SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			   high, 0, 0, 0);

	to_dgram((int)fd, send_message);
}

static void *connect_unshared(void *arg)
{
	int fd;

	if (unshare(CLONE_FILES))
		return arg;
	fd = unix_socket(SOCK_STREAM);
	dup3(fd, SLOT, O_CLOEXEC);
	connect_and_deliver(SLOT, arg, sizeof(struct sockaddr_un));
	return arg;
}

/* One number, two sockets: which one does the checker fetch? */
static void unshared_files(void)
{
	struct sockaddr_un addr;
	pthread_t thread;

	unix_addr(&addr, at("denied/no.sock"));
	dup3(dgram_pair(SOCK_STREAM), SLOT, O_CLOEXEC);
	if (!pthread_create(&thread, NULL, connect_unshared, &addr))
		pthread_join(thread, NULL);
}

static void pass_socket(int channel)
{
	int fd = unix_socket(SOCK_STREAM);
	char control[CMSG_SPACE(sizeof(fd))] = {0};
	struct iovec iov = {control, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	sendmsg(channel, &msg, 0);
}

static int receive_socket(int channel)
{
	int fd = -1;
	char control[CMSG_SPACE(sizeof(fd))], byte;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};

	if (recvmsg(channel, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static void passed_socket(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return;
	if (!fork()) {
		pass_socket(pair[1]);
		_exit(0);
	}
	close(pair[1]);
	connect_and_deliver(receive_socket(pair[0]), &addr, len);
}

static void inherited_connect(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));

	connect_and_deliver(INHERITED_STREAM, &addr, len);
}

static void inherited_dgram_connect(void)
{
	to_dgram(INHERITED_DGRAM, connect_to);
}

static void inherited_dgram_sendto(void)
{
	to_dgram(INHERITED_DGRAM, send_to);
}

static void inherited_dgram_sendmsg(void)
{
	to_dgram(INHERITED_DGRAM, send_message);
}

static void inherited_dgram_sendmmsg(void)
{
	to_dgram(INHERITED_DGRAM, send_messages);
}

static void to_udp(send_fn *fn)
{
	struct sockaddr_in addr = {.sin_family = AF_INET};

	addr.sin_port = htons((uint16_t)scene.udp4);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fn(INHERITED_UDP, &addr, sizeof(addr));
}

static void inherited_udp_connect(void)
{
	to_udp(connect_to);
}

static void inherited_udp_sendto(void)
{
	to_udp(send_to);
}

static void inherited_udp_sendmsg(void)
{
	to_udp(send_message);
}

static void inherited_tcp(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET};

	addr.sin_port = htons((uint16_t)scene.tcp4);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connect_and_deliver(INHERITED_TCP, &addr, sizeof(addr));
}

#define HERE(name, run, what)                                                  \
	{                                                                      \
		name, "descriptors", run, GRANT_FILE, 0, what                  \
	}
#define INHERITED(name, run, needs, what)                                      \
	{                                                                      \
		name, "descriptors", run, GRANT_FILE, (needs) | MAY_NOT_START, \
			what                                                   \
	}

const struct attack descriptor_attacks[] = {
	HERE("dgram-sendto", dgram_sendto, "sendto(2) with a path"),
	HERE("dgram-sendmsg", dgram_sendmsg, "sendmsg(2) with a path"),
	HERE("dgram-sendmmsg", dgram_sendmmsg, "sendmmsg(2) with a path"),
	HERE("pair-connect", pair_connect,
	     "connect(2) on half of a datagram socketpair"),
	HERE("pair-sendto", pair_sendto, "sendto(2) on one"),
	HERE("pair-sendmsg", pair_sendmsg, "sendmsg(2) on one"),
	HERE("pair-sendmmsg", pair_sendmmsg, "sendmmsg(2) on one"),
	HERE("raw-socket", raw_socket, "SOCK_RAW, which means SOCK_DGRAM"),
	HERE("raw-pair", raw_pair, "a SOCK_RAW socketpair"),
	HERE("high-bits", high_bits, "rubbish in the upper 32 bits"),
	HERE("unshared-files", unshared_files,
	     "a thread with a descriptor table of its own"),
	HERE("passed-socket", passed_socket,
	     "a socket from another process by SCM_RIGHTS"),
	INHERITED("inherited-stream", inherited_connect, NEEDS_STREAM,
		  "an unconnected stream socket from outside"),
	INHERITED("inherited-dgram", inherited_dgram_connect, NEEDS_DGRAM,
		  "a datagram socket from outside, connect(2)"),
	INHERITED("inherited-dgram-sendto", inherited_dgram_sendto, NEEDS_DGRAM,
		  "the same, sendto(2)"),
	INHERITED("inherited-dgram-sendmsg", inherited_dgram_sendmsg,
		  NEEDS_DGRAM, "the same, sendmsg(2)"),
	INHERITED("inherited-dgram-sendmmsg", inherited_dgram_sendmmsg,
		  NEEDS_DGRAM, "the same, sendmmsg(2)"),
	INHERITED("inherited-udp", inherited_udp_connect, NEEDS_UDP,
		  "a UDP socket from outside, connect(2)"),
	INHERITED("inherited-udp-sendto", inherited_udp_sendto, NEEDS_UDP,
		  "the same, sendto(2)"),
	INHERITED("inherited-udp-sendmsg", inherited_udp_sendmsg, NEEDS_UDP,
		  "the same, sendmsg(2)"),
	INHERITED("inherited-tcp", inherited_tcp, NEEDS_TCP,
		  "an unconnected TCP socket from outside"),
	{0},
};
