/* SPDX-License-Identifier: MIT */
/* race_swap.c - a socket changes after it was judged.
 *
 * The other party puts a socket in the place of another one, which may do what
 * the first may not, and the address that fits it into the same memory.
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "race_ip.h"
#include "raw.h"

#define SLOT 52

static int choices[2];
static bool follow; /* the name changes, too */

static void flip_slot(unsigned int turn)
{
	dup3(choices[turn & 1], SLOT, O_CLOEXEC);
	if (follow)
		race_ip_flip(turn >> 1);
}

/* Connect what is in the slot; then the other one says where it leads. */
static void attempt_slot(void)
{
	raw_call(SYS_connect, SLOT, (long)&race_ip->name, race_ip_length, 0, 0,
		 0);
	deliver(choices[1]);
}

/* A TCP socket that failed to connect may try again, but one that succeeded
 * has to be dissolved. */
static void attempt_slot_again(void)
{
	static const union address none = {.any = {.sa_family = AF_UNSPEC}};

	attempt_slot();
	raw_call(SYS_connect, choices[1], (long)&none, sizeof(none.any), 0, 0,
		 0);
}

static void slot(int harmless, int other, bool and_name)
{
	choices[0] = harmless;
	choices[1] = other;
	follow = and_name;
	dup3(harmless, SLOT, O_CLOEXEC);
}

/* What is granted for TCP is not for UDP. */
static void tcp_or_udp(void)
{
	race_ip_v4("127.0.0.1", scene.udp_as_tcp, "127.0.0.1",
		   scene.udp_as_tcp);
	slot(ip_socket(AF_INET, SOCK_STREAM, 0),
	     ip_socket(AF_INET, SOCK_DGRAM, 0), false);
	race_ip_run(flip_slot, attempt_slot);
}

static void unix_or_tcp(void)
{
	race_ip_path("granted/ok.sock", scene.tcp4);
	slot(unix_socket(SOCK_STREAM),
	     ip_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), true);
	race_ip_run(flip_slot, attempt_slot);
}

static void unix_or_tcp_again(void)
{
	race_ip_path("granted/ok.sock", scene.tcp4);
	slot(unix_socket(SOCK_STREAM),
	     ip_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), true);
	race_ip_run(flip_slot, attempt_slot_again);
}

static void unix_or_udp(void)
{
	race_ip_path("granted/ok.sock", scene.udp4);
	slot(unix_socket(SOCK_STREAM), ip_socket(AF_INET, SOCK_DGRAM, 0), true);
	race_ip_run(flip_slot, attempt_slot);
}

static void unix_or_mptcp(void)
{
	race_ip_path("granted/ok.sock", scene.tcp4);
	slot(unix_socket(SOCK_STREAM), INHERITED_MPTCP, true);
	fcntl(INHERITED_MPTCP, F_SETFL, O_NONBLOCK);
	race_ip_run(flip_slot, attempt_slot);
}

static void unix_or_inherited(void)
{
	race_ip_path("granted/ok.sock", scene.tcp4);
	slot(unix_socket(SOCK_STREAM), INHERITED_TCP, true);
	fcntl(INHERITED_TCP, F_SETFL, O_NONBLOCK);
	race_ip_run(flip_slot, attempt_slot);
}

static void unix_or_connected(void)
{
	static const union address none = {.any = {.sa_family = AF_UNSPEC}};

	connect(INHERITED_CONNECTED, &none.any, sizeof(none.any));
	race_ip_path("granted/ok.sock", scene.tcp4);
	slot(unix_socket(SOCK_STREAM), INHERITED_CONNECTED, true);
	fcntl(INHERITED_CONNECTED, F_SETFL, O_NONBLOCK);
	race_ip_run(flip_slot, attempt_slot);
}

static void unix_or_bound_to_wire(void)
{
	int fd = link_socket(SOCK_NONBLOCK);

	race_ip_path("granted/ok.sock", scene.tcp4);
	v6_at(&race_ip->image[1].ip, "2001:db8::2", scene.tcp4);
	slot(unix_socket(SOCK_STREAM), fd, true);
	race_ip_run(flip_slot, attempt_slot);
}

static void attempt_slot_bind(void)
{
	raw_call(SYS_bind, SLOT, (long)&race_ip->name, race_ip_length, 0, 0, 0);
}

/* ... by a race already, and then by another one it is connected. */
static void unix_or_binding_to_wire(void)
{
	int fd = ip_socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);

	race_ip_path("granted/ok.sock", scene.tcp4);
	v6_at(&race_ip->image[1].ip, "fe80::1", 0);
	race_ip->image[1].ip.v6.sin6_scope_id = device_index("wire0");
	slot(unix_socket(SOCK_STREAM), fd, true);
	race_ip_run(flip_slot, attempt_slot_bind);
	v6_at(&race_ip->image[1].ip, "2001:db8::2", scene.tcp4);
	race_ip_run(flip_slot, attempt_slot);
}

static void attempt_slot_send(void)
{
	raw_call(SYS_sendto, SLOT, (long)race_ip->token,
		 (long)race_ip->iov.iov_len, MSG_DONTWAIT | MSG_NOSIGNAL,
		 (long)&race_ip->name, race_ip_length);
}

/* A stream ignores the name of a message. */
static void send_stream_or_udp(void)
{
	union address addr;
	int stream = ip_socket(AF_INET, SOCK_STREAM, 0);

	race_ip_v4("127.0.0.1", scene.udp4, "127.0.0.1", scene.udp4);
	connect(stream, &addr.any, v4(&addr, scene.tcp4_ok));
	slot(stream, ip_socket(AF_INET, SOCK_DGRAM, 0), false);
	race_ip_run(flip_slot, attempt_slot_send);
}

static void send_unix_or_udp(void)
{
	race_ip_path("granted/dgram.sock", scene.udp4);
	slot(unix_socket(SOCK_DGRAM), ip_socket(AF_INET, SOCK_DGRAM, 0), true);
	race_ip_run(flip_slot, attempt_slot_send);
}

/* Where it is bound, UDP hears. */
static void bind_unix_or_udp(void)
{
	struct pollfd wait = {.events = POLLIN};
	char text[8] = "";

	race_ip_path("granted/ok.sock", scene.listen_ok);
	/* One that exists, so that nothing is planted. */
	slot(unix_socket(SOCK_STREAM), ip_socket(AF_INET, SOCK_DGRAM, 0), true);
	race_ip_run(flip_slot, attempt_slot_bind);
	announce("tell4 %ld", scene.listen_ok);
	wait.fd = choices[1];
	if (poll(&wait, 1, 50) == 1 && recv(wait.fd, text, 7, 0) > 0)
		confess("a port of UDP");
}

#define RACE(name, run, grant, needs, what)                                    \
	{                                                                      \
		name, "granted-races", run, grant,                             \
			NEEDS_TRIES | WORKS_AFTER | (needs), what              \
	}
#define PART(name, run, what) RACE(name, run, GRANT_INET, 0, what)

const struct attack race_swap_attacks[] = {
	PART("gr-tcp-or-udp", tcp_or_udp, "TCP becomes UDP"),
	PART("gr-send-stream-or-udp", send_stream_or_udp,
	     "a stream becomes UDP, sendto(2)"),
	PART("gr-unix-or-tcp", unix_or_tcp, "AF_UNIX becomes TCP"),
	PART("gr-unix-or-udp", unix_or_udp, "AF_UNIX becomes UDP"),
	RACE("gr-all-unix-or-tcp", unix_or_tcp, GRANT_TCP_UNIX, 0,
	     "AF_UNIX becomes TCP, all of AF_UNIX granted"),
	RACE("gr-all-unix-or-tcp-again", unix_or_tcp_again, GRANT_TCP_UNIX, 0,
	     "... and is dissolved between"),
	RACE("gr-all-unix-or-udp", unix_or_udp, GRANT_INET_UNIX, 0,
	     "AF_UNIX becomes UDP, all of AF_UNIX granted"),
	RACE("gr-all-unix-send", send_unix_or_udp, GRANT_INET_UNIX, 0,
	     "... sendto(2)"),
	RACE("gr-all-unix-bind", bind_unix_or_udp, GRANT_INET_UNIX, 0,
	     "... bind(2)"),
	RACE("gr-inherited-mptcp", unix_or_mptcp, GRANT_TCP_UNIX, NEEDS_MPTCP,
	     "AF_UNIX becomes MPTCP from outside, all of AF_UNIX granted"),
	RACE("gr-inherited-tcp", unix_or_inherited, GRANT_TCP_UNIX, NEEDS_TCP,
	     "... TCP from outside"),
	{"gr-none-inherited-mptcp", "granted-races", unix_or_mptcp, GRANT_UNIX,
	 NEEDS_TRIES | NEEDS_MPTCP,
	 "AF_UNIX becomes MPTCP from outside, no IP granted"},
	{"gr-none-inherited-tcp", "granted-races", unix_or_inherited,
	 GRANT_UNIX, NEEDS_TRIES | NEEDS_TCP, "... TCP from outside"},
	{"gr-none-connected", "granted-races", unix_or_connected, GRANT_UNIX,
	 NEEDS_TRIES | NEEDS_CONNECTED, "... a connection from outside"},
	{"gr-none-link-local", "granted-races", unix_or_bound_to_wire,
	 GRANT_UNIX, NEEDS_TRIES | NEEDS_WIRE, "... TCP bound to a link"},
	{"gr-none-bind-link-local", "granted-races", unix_or_binding_to_wire,
	 GRANT_UNIX, NEEDS_TRIES | NEEDS_WIRE,
	 "... TCP, bound to a link by a race, too"},
	{0},
};
