/* SPDX-License-Identifier: MIT */
/* datagrams.c - where datagram sockets may exist: every way to send from one
 * to a name that is not granted. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"
#include "raw.h"

static struct sockaddr_un denied, granted;
static socklen_t denied_len, granted_len;

static void addresses(void)
{
	denied_len = unix_addr(&denied, at("denied/no.dgram"));
	granted_len = unix_addr(&granted, at("granted/dgram.sock"));
}

static void send_raw(int fd, const void *name, socklen_t len, int flags)
{
	struct iovec iov = {scene.token, strlen(scene.token)};
	const struct msghdr msg = {.msg_name = (void *)name,
				   .msg_namelen = len,
				   .msg_iov = &iov,
				   .msg_iovlen = 1};

	raw_call(SYS_sendmsg, fd, (long)&msg, flags | MSG_NOSIGNAL, 0, 0, 0);
}

/* Every call there is, by the C library and without it. */
static void send_every_way(int fd, const void *name, socklen_t len)
{
	struct iovec iov = {scene.token, strlen(scene.token)};
	struct mmsghdr msg = {.msg_hdr = {.msg_name = (void *)name,
					  .msg_namelen = len,
					  .msg_iov = &iov,
					  .msg_iovlen = 1}};

	sendto(fd, iov.iov_base, iov.iov_len, MSG_NOSIGNAL, name, len);
	sendmsg(fd, &msg.msg_hdr, MSG_NOSIGNAL);
	sendmmsg(fd, &msg, 1, MSG_NOSIGNAL);
	raw_call(SYS_sendto, fd, (long)iov.iov_base, (long)iov.iov_len,
		 MSG_NOSIGNAL, (long)name, (long)len);
	send_raw(fd, name, len, 0);
	raw_call(SYS_sendmmsg, fd, (long)&msg, 1, MSG_NOSIGNAL, 0, 0);
	if (!connect(fd, name, len))
		deliver(fd);
}

static void plain(void)
{
	addresses();
	send_every_way(unix_socket(SOCK_DGRAM), &denied, denied_len);
}

static void raw_kind(void)
{
	addresses();
	send_every_way(unix_socket(SOCK_RAW), &denied, denied_len);
}

static void pair(void)
{
	int fds[2] = {-1, -1};

	addresses();
	socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds);
	send_every_way(fds[0], &denied, denied_len);
	socketpair(AF_UNIX, SOCK_RAW | SOCK_CLOEXEC, 0, fds);
	send_every_way(fds[0], &denied, denied_len);
}

static void inherited(void)
{
	addresses();
	send_every_way(INHERITED_DGRAM, &denied, denied_len);
}

static void abstract(void)
{
	socklen_t len = abstract_addr(&denied, "no-dgram");

	send_every_way(unix_socket(SOCK_DGRAM), &denied, len);
}

/* Such a socket gets a name of its own when it sends. */
static void autobound(void)
{
	int fd = unix_socket(SOCK_DGRAM), on = 1;

	addresses();
	setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	send_raw(fd, &granted, granted_len, 0);
	send_every_way(fd, &denied, denied_len);
}

static void connected(void)
{
	int fd = unix_socket(SOCK_DGRAM);

	addresses();
	connect(fd, (struct sockaddr *)&granted, granted_len);
	send_every_way(fd, &denied, denied_len);
}

static void middle(void)
{
	struct iovec iov = {scene.token, strlen(scene.token)};
	struct mmsghdr msgs[5];
	int fd = unix_socket(SOCK_DGRAM);

	addresses();
	memset(msgs, 0, sizeof(msgs));
	for (int i = 0; i < 5; i++) {
		msgs[i].msg_hdr.msg_name = i % 2 ? &denied : &granted;
		msgs[i].msg_hdr.msg_namelen = i % 2 ? denied_len : granted_len;
		msgs[i].msg_hdr.msg_iov = &iov;
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	sendmmsg(fd, msgs, 5, MSG_NOSIGNAL);
	raw_call(SYS_sendmmsg, fd, (long)msgs, 5, 0, 0, 0);
	raw_call(SYS_sendmmsg, fd, (long)(msgs + 1), 4, 0, 0, 0);
}

/* Names whose length is not what it seems. */
static void lengths(void)
{
	static const socklen_t wrong[] = {110, 111, 128, 129, 4096, 1U << 31};
	char room[8192] = {0};
	int fd = unix_socket(SOCK_DGRAM);

	addresses();
	memcpy(room, &denied, sizeof(denied));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		send_every_way(fd, room, wrong[i]);
	/* No NUL at the end. */
	send_every_way(fd, room, denied_len - 1);
}

static void spellings(void)
{
	static const char *const names[] = {
		"granted/../denied/no.dgram",
		"granted/linkdir/no.dgram",
		"granted//./../denied/./no.dgram",
		"granted/linkdgram",
	};
	int fd = unix_socket(SOCK_DGRAM);

	symlink("../denied/no.dgram", at("granted/linkdgram"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		denied_len = unix_addr(&denied, at(names[i]));
		send_every_way(fd, &denied, denied_len);
	}
	if (!chdir(at("denied"))) {
		denied_len = unix_addr(&denied, "no.dgram");
		send_every_way(fd, &denied, denied_len);
	}
}

/* A filter that looks at half of a register takes this for no address. */
static void half_a_pointer(void)
{
	const uintptr_t where = (uintptr_t)0x500000000;
	struct sockaddr_un *name =
		mmap((void *)where, 4096, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (name != (void *)where)
		skip("the place is taken");
	addresses();
	*name = denied;
	raw_call(SYS_sendto, unix_socket(SOCK_DGRAM), (long)scene.token,
		 (long)strlen(scene.token), 0, (long)name, (long)denied_len);
}

/* The kernel looks at 32 bits of the descriptor and of the flags. */
static void high_bits(void)
{
	const long high = 0x5a5a5a5a00000000;
	struct iovec iov = {scene.token, strlen(scene.token)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	const int fd = unix_socket(SOCK_DGRAM);

	addresses();
	msg.msg_name = &denied;
	msg.msg_namelen = denied_len;
	raw_call(SYS_sendmsg, high | fd, (long)&msg, high, 0, 0, 0);
	raw_call(SYS_sendto, high | fd, (long)iov.iov_base, (long)iov.iov_len,
		 high, (long)&denied, high | (long)denied_len);
}

static void odd_flags(void)
{
	static const unsigned int flags[] = {
		0x20000000, /* MSG_FASTOPEN */
		0x4000000,  /* MSG_ZEROCOPY */
		0x80000000, /* MSG_CMSG_COMPAT */
		0x8000000,  /* MSG_SPLICE_PAGES */
		0x40000,    /* MSG_BATCH */
		MSG_CONFIRM | MSG_MORE | MSG_EOR | MSG_DONTROUTE,
	};
	int fd = unix_socket(SOCK_DGRAM);

	addresses();
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		send_raw(fd, &denied, denied_len, (int)flags[i]);
}

/* A descriptor that arrives by SCM_RIGHTS is a socket like any other. */
static void passed(void)
{
	_Alignas(8) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct cmsghdr *c = (struct cmsghdr *)control;
	char byte = 0;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	int fds[2] = {-1, -1}, fd = unix_socket(SOCK_DGRAM), got = -1;

	addresses();
	socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	sendmsg(fds[0], &msg, 0);
	close(fd);
	if (recvmsg(fds[1], &msg, 0) > 0 && CMSG_FIRSTHDR(&msg))
		memcpy(&got, CMSG_DATA(c), sizeof(got));
	send_every_way(got, &denied, denied_len);
}

/* A socket that is bound inside under a denied name's neighbour. */
static void replace(void)
{
	addresses();
	rename(at("granted/dgram.sock"), at("granted/old"));
	rename(at("denied/no.dgram"), at("granted/dgram.sock"));
	send_every_way(unix_socket(SOCK_DGRAM), &granted, granted_len);
	rename(at("granted/dgram.sock"), at("denied/no.dgram"));
	rename(at("granted/old"), at("granted/dgram.sock"));
}

static void hard_link(void)
{
	addresses();
	link(at("denied/no.dgram"), at("granted/linked"));
	granted_len = unix_addr(&granted, at("granted/linked"));
	send_every_way(unix_socket(SOCK_DGRAM), &granted, granted_len);
}

#define DGRAM(name, run, needs, what)                                          \
	{                                                                      \
		name, "datagrams", run, GRANT_DGRAM, (needs) | WORKS_AFTER,    \
			what                                                   \
	}

const struct attack datagram_attacks[] = {
	DGRAM("dg-plain", plain, 0, "by its path"),
	DGRAM("dg-raw", raw_kind, 0, "SOCK_RAW"),
	DGRAM("dg-pair", pair, 0, "half of a socketpair"),
	DGRAM("dg-inherited", inherited, NEEDS_DGRAM, "a socket from outside"),
	DGRAM("dg-abstract", abstract, 0, "an abstract name"),
	DGRAM("dg-autobound", autobound, 0, "SO_PASSCRED"),
	DGRAM("dg-connected", connected, 0, "a socket connected elsewhere"),
	DGRAM("dg-middle", middle, 0, "among others in sendmmsg(2)"),
	DGRAM("dg-lengths", lengths, 0, "odd lengths of names"),
	DGRAM("dg-spellings", spellings, 0, "links, dots, relative"),
	DGRAM("dg-half", half_a_pointer, 0, "a pointer without a low half"),
	DGRAM("dg-high", high_bits, 0, "rubbish in the upper 32 bits"),
	DGRAM("dg-flags", odd_flags, 0, "flags that are not for programs"),
	DGRAM("dg-passed", passed, 0, "a socket by SCM_RIGHTS"),
	DGRAM("dg-replace", replace, 0, "moved to the granted name"),
	DGRAM("dg-hard-link", hard_link, 0, "linked beside it"),
	{0},
};
