/* SPDX-License-Identifier: MIT */
/* hostile_calls.c - the calls that the supervisor answers, with anything in
 * their arguments.
 *
 * Half of them go through libc, so through the shim, the other half do not.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "hostile.h"
#include "policy/report.h"

/* ---- what to say --------------------------------------------------------- */

/* Relative to the directory of the test, or absolute if they start so. */
static const char *const targets[] = {
	"g/srv",      "g/srv",		"g/srv",
	"d/srv",      "d/srv",		"d/srv",
	"w/flip",     "w/flip",		"g/w/flip",
	"g/w/flip",   "w/dir/srv",	"g",
	"",	      "../../x",	"g/none",
	"g/../d/srv", "w/dir/../d/srv", "w/loop",
	"g/w/0",      "g/w/1",		"w/0",
	"g/srv/x",    "full",
};

static const char *const places[] = {
	"g/w/0",     "g/w/1",	   "g/w/2",	 "w/0",	   "d/0",
	"g/w/dir/0", "w/dir/0",	   "g/w/.",	 "g/w/..", "g/w/",
	"g/w/flip",  "w/../g/w/3", "g/w/../w/4", "g/srv",  "g/none/0",
};

static const char *const ways[] = {
	"/proc/self/root",	  "/proc/self/cwd/../../..",
	"/proc/thread-self/root", "/proc/self/fd/3",
	"/proc/1/root",		  "/proc/self/task/1/cwd",
};

void path_any(struct dice *dice, char *buf, bool binds)
{
	const char *name = binds ? PICK(dice, places) : PICK(dice, targets);

	if (one_in(dice, 3)) /* wherever we are just now */
		snprintf(buf, 512, "%s", strchr(name, '/') ? name + 2 : name);
	else if (one_in(dice, 6))
		snprintf(buf, 512, "%s%s/%s", PICK(dice, ways), top, name);
	else
		snprintf(buf, 512, "%s/%s", top, name);
}

static size_t unix_path(struct dice *dice, unsigned char *buf, bool binds)
{
	char path[512];
	const size_t room = sizeof(((struct sockaddr_un *)0)->sun_path);
	size_t len;

	path_any(dice, path, binds);
	if (one_in(dice, 20)) /* all of the room, no NUL */
		memset(path, one_in(dice, 2) ? '/' : 'x', room);
	len = strnlen(path, room);
	memcpy(buf + 2, path, len);
	return one_in(dice, 2) ? 2 + room : 2 + len + one_in(dice, 2);
}

static size_t unix_abstract(struct dice *dice, unsigned char *buf)
{
	const char *const kinds[] = {"-g", "-gx", "-d", "", "\x1b\xff"};

	return 3 + (size_t)snprintf((char *)buf + 3, 100, "%s%s", tag,
				    PICK(dice, kinds));
}

size_t address_any(struct dice *dice, unsigned char *buf, bool binds)
{
	static const unsigned short families[] = {
		AF_UNIX, AF_INET, AF_INET6, AF_UNSPEC, AF_NETLINK, 40, 0xffff,
	};
	const unsigned short family =
		one_in(dice, 4) ? PICK(dice, families) : AF_UNIX;

	for (int i = 0; i < 256; i++)
		buf[i] = 0;
	memcpy(buf, &family, sizeof(family));
	if (family != AF_UNIX || one_in(dice, 30)) {
		for (int i = 2; i < 128; i++)
			buf[i] = (unsigned char)roll(dice);
		return roll_below(dice, 140);
	}
	if (one_in(dice, 30))
		return roll_below(dice, 4);
	return one_in(dice, 5) ? unix_abstract(dice, buf)
			       : unix_path(dice, buf, binds);
}

static int fd_any(struct dice *dice)
{
	static const int odd[] = {-1, 0, 1, 2, 3, 1 << 30, -100};

	return one_in(dice, 20) ? PICK(dice, odd) : PICK(dice, fds);
}

/* Arguments are ints to the kernel, but registers are wider. */
static long wide(struct dice *dice, int value)
{
	return one_in(dice, 10) ? (long)(roll(dice) << 32 | (unsigned)value)
				: value;
}

static long length_any(struct dice *dice, size_t len)
{
	static const int odd[] = {-1,  0,   1,	 2,   3,	 109,
				  110, 111, 128, 129, 0x7fffffff};

	return wide(dice, one_in(dice, 10) ? PICK(dice, odd) : (int)len);
}

/* ---- the calls ----------------------------------------------------------- */

/* A new descriptor takes the place of an old one. */
static void keep(struct dice *dice, int fd)
{
	const unsigned int slot = roll_below(dice, FDS);

	if (fd < 0)
		return;
	if (one_in(dice, 2))
		close(fds[slot]);
	else if (dup2(fd, fds[slot]) >= 0) {
		close(fd);
		return;
	}
	fds[slot] = fd;
}

static int type_any(struct dice *dice)
{
	static const int types[] = {
		SOCK_STREAM, SOCK_STREAM, SOCK_STREAM, SOCK_SEQPACKET,
		SOCK_DGRAM,  SOCK_RAW,	  SOCK_RDM,    0xf,
	};
	static const int flags[] = {0, SOCK_NONBLOCK, SOCK_CLOEXEC, 0x10000};

	return PICK(dice, types) | PICK(dice, flags);
}

static int domain_any(struct dice *dice)
{
	static const int domains[] = {
		AF_UNIX,    AF_UNIX, AF_UNIX,	AF_UNIX, AF_INET, AF_INET6,
		AF_NETLINK, 40,	     AF_PACKET, AF_ALG,	 -1,	  0,
	};

	return PICK(dice, domains);
}

static int protocol_any(struct dice *dice)
{
	static const int protocols[] = {0, 0, 0, 0, 6, 1, 17, 132, 262, -1};

	return PICK(dice, protocols);
}

static void call_socket(struct dice *dice)
{
	const int domain = domain_any(dice), type = type_any(dice);
	const int protocol = protocol_any(dice);

	if (one_in(dice, 2))
		keep(dice, socket(domain, type, protocol));
	else
		keep(dice,
		     (int)syscall(SYS_socket, wide(dice, domain),
				  wide(dice, type), wide(dice, protocol)));
}

static void call_socketpair(struct dice *dice)
{
	int pair[2] = {-1, -1};
	const int domain = domain_any(dice), type = type_any(dice);

	if (one_in(dice, 2) ? socketpair(domain, type, 0, pair)
			    : (int)syscall(SYS_socketpair, wide(dice, domain),
					   wide(dice, type), 0, pair))
		return;
	keep(dice, pair[0]);
	keep(dice, pair[1]);
}

static void count(int result)
{
	if (result == 0)
		counts->connected++;
	else if (errno == EACCES)
		counts->refused++;
}

/* Mostly one that may still become something. */
static int fd_fresh(struct dice *dice)
{
	const unsigned int slot = roll_below(dice, FDS);

	if (one_in(dice, 3))
		return fd_any(dice);
	close(fds[slot]);
	fds[slot] = socket(AF_UNIX,
			   one_in(dice, 8) ? SOCK_SEQPACKET : SOCK_STREAM, 0);
	return fds[slot];
}

static void call_connect(struct dice *dice)
{
	unsigned char buf[256];
	const size_t len = address_any(dice, buf, false);
	const void *at = memory_any(dice, buf, len);
	const int fd = fd_fresh(dice);

	if (one_in(dice, 2))
		count(connect(fd, at, (socklen_t)length_any(dice, len)));
	else
		count((int)syscall(SYS_connect, wide(dice, fd), at,
				   length_any(dice, len)));
}

static void call_bind(struct dice *dice)
{
	unsigned char buf[256];
	const size_t len = address_any(dice, buf, true);
	const void *at = memory_any(dice, buf, len);
	const int fd = fd_fresh(dice);
	int result;

	if (one_in(dice, 2))
		result = bind(fd, at, (socklen_t)length_any(dice, len));
	else
		result = (int)syscall(SYS_bind, wide(dice, fd), at,
				      length_any(dice, len));
	counts->bound += result == 0;
}

static void call_listen(struct dice *dice)
{
	listen(fd_any(dice), (int)roll_below(dice, 3) - 1);
}

static void call_accept(struct dice *dice)
{
	struct pollfd p = {.fd = fd_any(dice), .events = POLLIN};

	if (poll(&p, 1, 0) == 1 && p.revents == POLLIN)
		keep(dice, accept4(p.fd, NULL, NULL, SOCK_NONBLOCK));
}

static int flags_any(struct dice *dice)
{
	static const int flags[] = {
		MSG_NOSIGNAL,
		MSG_DONTWAIT | MSG_NOSIGNAL,
		MSG_FASTOPEN | MSG_NOSIGNAL,
		MSG_OOB | MSG_NOSIGNAL,
		MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE,
	};

	return PICK(dice, flags) | MSG_DONTWAIT;
}

static void call_sendto(struct dice *dice)
{
	unsigned char buf[256];
	const size_t len = address_any(dice, buf, false);

	sendto(fd_any(dice), "hostile\n", 8, flags_any(dice),
	       memory_any(dice, buf, len), (socklen_t)length_any(dice, len));
}

/* With descriptors in it, so that they live on in some queue. */
static void call_sendmsg(struct dice *dice)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control = {.head = {.cmsg_len = CMSG_LEN(4 * sizeof(int)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS}};
	unsigned char buf[256];
	const size_t len = address_any(dice, buf, false);
	struct iovec part = {(void *)"hostile\n", 8};
	struct mmsghdr message = {.msg_hdr = {
					  .msg_iov = &part,
					  .msg_iovlen = 1,
				  }};

	if (one_in(dice, 2)) {
		message.msg_hdr.msg_name = memory_any(dice, buf, len);
		message.msg_hdr.msg_namelen = (socklen_t)length_any(dice, len);
	}
	for (size_t i = 0; i < 4; i++)
		((int *)CMSG_DATA(&control.head))[i] = PICK(dice, fds);
	if (one_in(dice, 2)) {
		message.msg_hdr.msg_control = &control;
		message.msg_hdr.msg_controllen = sizeof(control);
	}
	if (one_in(dice, 2))
		sendmsg(fd_any(dice),
			one_in(dice, 8) ? memory_any(dice, buf, len)
					: &message.msg_hdr,
			flags_any(dice));
	else
		sendmmsg(fd_any(dice), &message, 1 + one_in(dice, 4),
			 flags_any(dice));
}

/* A stack that is there, and code that is somewhere: the last ones are the
 * program counter of one machine and of the other. */
static void registers_any(struct dice *dice, uint64_t *registers)
{
	static const uint64_t code[] = {(uint64_t)call_sendmsg,
					(uint64_t)sendmsg,
					(uint64_t)registers_any};

	for (size_t i = 0; i < REPORT_REGISTERS; i++)
		registers[i] = one_in(dice, 4) ? roll(dice)
					       : (uint64_t)&dice +
							 roll_below(dice, 512);
	if (one_in(dice, 10))
		return;
	registers[7] = registers[13] = PICK(dice, code) + roll_below(dice, 256);
}

static void fill_report(struct dice *dice, struct report *report)
{
	static const uint32_t odd[] = {0,	   1,	       2,
				       0x7fffffff, 0x80000000, 0xffffffff};
	unsigned char buf[256];
	const size_t len = address_any(dice, buf, one_in(dice, 2));

	*report = (struct report){
		.version = one_in(dice, 20) ? PICK(dice, odd) : REPORT_VERSION,
		.op = one_in(dice, 10) ? PICK(dice, odd) : roll_below(dice, 6),
		.fd = one_in(dice, 2) ? -1 : fd_any(dice),
		.domain = domain_any(dice),
		.type = one_in(dice, 8) ? (int)roll(dice) : type_any(dice),
		.protocol = protocol_any(dice),
		.count = one_in(dice, 2) ? PICK(dice, odd) : 1,
		.addr_len = one_in(dice, 10) ? PICK(dice, odd) : (uint32_t)len,
	};
	memcpy(report->addr, buf, sizeof(report->addr));
	if (one_in(dice, 2))
		for (size_t i = 0; i < sizeof(report->host); i++)
			report->host[i] = (char)roll(dice);
	registers_any(dice, report->registers);
}

static void call_report(struct dice *dice)
{
	static const long sizes[] = {0, 1, -1, sizeof(struct report) - 1, 4096};
	struct report report;
	const long size =
		one_in(dice, 12) ? PICK(dice, sizes) : (long)sizeof(report);

	fill_report(dice, &report);
	if (syscall(SYS_prctl, (long)REPORT_PRCTL,
		    wide(dice, 1 + (int)roll_below(dice, 5)),
		    memory_any(dice, &report, sizeof(report)), size, 0) >= 0)
		counts->reported++;
}

static void call_option(struct dice *dice)
{
	const struct timeval soon = {.tv_usec = 2000};
	const int on = 1;

	if (one_in(dice, 2))
		setsockopt(fd_any(dice), SOL_SOCKET, SO_SNDTIMEO, &soon,
			   sizeof(soon));
	else
		setsockopt(fd_any(dice), SOL_SOCKET, SO_PASSCRED, &on,
			   sizeof(on));
	if (one_in(dice, 8))
		shutdown(fd_any(dice), (int)roll_below(dice, 3));
}

void calls_any(struct dice *dice)
{
	static void (*const table[])(struct dice * dice) = {
		call_socket,  call_socket,  call_socketpair, call_connect,
		call_connect, call_connect, call_connect,    call_bind,
		call_bind,    call_listen,  call_accept,     call_sendto,
		call_sendmsg, call_report,  call_report,     call_option,
	};

	counts->calls++;
	PICK(dice, table)(dice);
}
