/* SPDX-License-Identifier: MIT */
/* uring.c - io_uring does the work of system calls that a filter would see. */
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"
#include "raw.h"

/* Linux 5.19 and 6.11; older headers lack them. */
#define OP_SOCKET 45
#define OP_BIND	  56
#define OP_LISTEN 57

struct ring {
	int fd;
	struct io_uring_params p;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
};

static void ring_open(struct ring *r)
{
	const int prot = PROT_READ | PROT_WRITE;

	memset(r, 0, sizeof(*r));
	r->fd = (int)raw_call(SYS_io_uring_setup, 8, (long)&r->p, 0, 0, 0, 0);
	if (r->fd < 0)
		barred("io_uring_setup: %s", strerror(-r->fd));
	r->sq = mmap(NULL, 4096, prot, MAP_SHARED, r->fd, IORING_OFF_SQ_RING);
	r->cq = mmap(NULL, 4096, prot, MAP_SHARED, r->fd, IORING_OFF_CQ_RING);
	r->sqes = mmap(NULL, 8 * sizeof(*r->sqes), prot, MAP_SHARED, r->fd,
		       IORING_OFF_SQES);
	if (r->sq == MAP_FAILED || r->cq == MAP_FAILED || r->sqes == MAP_FAILED)
		skip("cannot map the ring");
}

static unsigned int *word(char *base, unsigned int offset)
{
	return (unsigned int *)(void *)(base + offset);
}

/* One request, and its result. */
static int ring_do(struct ring *r, const struct io_uring_sqe *sqe)
{
	unsigned int mask = *word(r->sq, r->p.sq_off.ring_mask);
	unsigned int *tail = word(r->sq, r->p.sq_off.tail);
	unsigned int *head = word(r->cq, r->p.cq_off.head);
	unsigned int slot = *tail & mask;
	struct io_uring_cqe *cqe;

	r->sqes[slot] = *sqe;
	*word(r->sq, r->p.sq_off.array + slot * 4) = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (raw_call(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS, 0,
		     0) < 0)
		return -EIO;
	cqe = (struct io_uring_cqe *)(void *)(r->cq + r->p.cq_off.cqes) +
	      (*head & *word(r->cq, r->p.cq_off.ring_mask));
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return cqe->res;
}

static int ring_socket(struct ring *r, int domain, int type)
{
	return ring_do(r, &(struct io_uring_sqe){.opcode = OP_SOCKET,
						 .fd = domain,
						 .off = (unsigned int)type});
}

static int ring_connect(struct ring *r, int fd, const void *addr, socklen_t len)
{
	return ring_do(r, &(struct io_uring_sqe){.opcode = IORING_OP_CONNECT,
						 .fd = fd,
						 .addr = (uintptr_t)addr,
						 .off = len});
}

static int ring_sendmsg(struct ring *r, int fd, const void *addr, socklen_t len)
{
	struct iovec iov = {scene.token, strlen(scene.token)};
	struct msghdr msg = {.msg_name = (void *)addr,
			     .msg_namelen = len,
			     .msg_iov = &iov,
			     .msg_iovlen = 1};

	return ring_do(r, &(struct io_uring_sqe){.opcode = IORING_OP_SENDMSG,
						 .fd = fd,
						 .addr = (uintptr_t)&msg,
						 .len = 1});
}

static void uring_connect(void)
{
	struct ring r;
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));
	int fd = unix_socket(SOCK_STREAM);

	ring_open(&r);
	if (!ring_connect(&r, fd, &addr, len))
		deliver(fd);
}

static void uring_socket(void)
{
	struct ring r;
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.dgram"));

	ring_open(&r);
	ring_sendmsg(&r, ring_socket(&r, AF_UNIX, SOCK_DGRAM), &addr, len);
}

/* The socket may exist; the ring may not. */
static void uring_dgram(void)
{
	struct ring r;
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.dgram"));

	ring_open(&r);
	ring_sendmsg(&r, unix_socket(SOCK_DGRAM), &addr, len);
}

static void uring_pair(void)
{
	struct ring r;
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.dgram"));
	int pair[2] = {-1, -1};

	ring_open(&r);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	ring_sendmsg(&r, pair[0], &addr, len);
}

static void uring_tcp(void)
{
	struct ring r;
	struct sockaddr_in addr = {.sin_family = AF_INET};
	int fd;

	addr.sin_port = htons((uint16_t)scene.tcp4);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ring_open(&r);
	fd = ring_socket(&r, AF_INET, SOCK_STREAM);
	if (!ring_connect(&r, fd, &addr, sizeof(addr)))
		deliver(fd);
}

static void uring_bind(void)
{
	struct ring r;
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/planted.sock"));

	ring_open(&r);
	if (ring_do(&r, &(struct io_uring_sqe){.opcode = OP_BIND,
					       .fd = unix_socket(SOCK_STREAM),
					       .addr = (uintptr_t)&addr,
					       .off = len}) == -EINVAL)
		skip("io_uring cannot bind before Linux 6.11");
}

static void uring_listen(void)
{
	struct ring r;
	struct sockaddr_in addr = {0};
	socklen_t len = sizeof(addr);
	int fd;

	ring_open(&r);
	fd = ring_socket(&r, AF_INET, SOCK_STREAM);
	if (ring_do(&r, &(struct io_uring_sqe){.opcode = OP_LISTEN,
					       .fd = fd,
					       .len = 8}) == -EINVAL)
		skip("io_uring cannot listen before Linux 6.11");
	if (!getsockname(fd, (struct sockaddr *)&addr, &len))
		announce("tcp4 %d", ntohs(addr.sin_port));
}

#define URING(name, run, what)                                                 \
	{                                                                      \
		name, "io_uring", run, GRANT_FILE, 0, what                     \
	}

const struct attack uring_attacks[] = {
	URING("uring-connect", uring_connect, "IORING_OP_CONNECT"),
	URING("uring-socket", uring_socket, "IORING_OP_SOCKET and SENDMSG"),
	{"uring-dgram", "io_uring", uring_dgram, GRANT_DGRAM, WORKS_AFTER,
	 "IORING_OP_SENDMSG where datagrams are granted"},
	URING("uring-pair", uring_pair, "IORING_OP_SENDMSG on a socketpair"),
	URING("uring-tcp", uring_tcp, "IORING_OP_SOCKET and CONNECT, TCP"),
	{"uring-bind", "io_uring", uring_bind, GRANT_FILE, NEEDS_LUCK,
	 "IORING_OP_BIND"},
	{"uring-listen", "io_uring", uring_listen, GRANT_FILE, NEEDS_LUCK,
	 "IORING_OP_LISTEN, TCP"},
	{0},
};
