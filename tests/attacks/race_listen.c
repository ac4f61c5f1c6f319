/* SPDX-License-Identifier: MIT */
/* race_listen.c - where a socket listens changes after it was judged.
 *
 * listen(2) names no address.  So the descriptor is swapped, and the address
 * of the socket, which it has while it is being connected, is taken away.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ip.h"
#include "race.h"
#include "raw.h"

#define SLOT 53

static int choices[2], wanderer = -1;
static atomic_bool out; /* it listened where it may not: all hold still */
static long port;
static const union address none = {.any = {.sa_family = AF_UNSPEC}};

static int bound_to(const char *ip, long number)
{
	union address addr;
	socklen_t len = v4_at(&addr, ip, number);
	int fd = ip_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	bind(fd, &addr.any, len);
	return fd;
}

static void flip_slot(unsigned int turn)
{
	dup3(choices[turn & 1], SLOT, O_CLOEXEC);
}

static void attempt_slot(void)
{
	raw_call(SYS_listen, SLOT, 8, 0, 0, 0, 0);
}

static void run(void (*flip)(unsigned int), void (*attempt)(void))
{
	race_run(&(const struct race){RACE_THREAD, flip, attempt});
}

/* One that listens already is not judged again: it stops, and keeps its
 * address. */
static void attempt_again(void)
{
	shutdown(choices[0], SHUT_RDWR);
	attempt_slot();
}

static void swapped(int harmless, int other, void (*attempt)(void))
{
	choices[0] = harmless;
	choices[1] = other;
	dup3(harmless, SLOT, O_CLOEXEC);
	run(flip_slot, attempt);
	if (port_of(other))
		announce("tcp 127.0.0.2/%d", port_of(other));
}

static void bound_swapped(void)
{
	swapped(bound_to("127.0.0.1", scene.listen_ok), bound_to("0.0.0.0", 0),
		attempt_again);
}

static void unbound_swapped(void)
{
	swapped(bound_to("127.0.0.1", scene.listen_ok),
		ip_socket(AF_INET, SOCK_STREAM, 0), attempt_again);
}

static int bound_path(void)
{
	struct sockaddr_un addr;
	int fd = unix_socket(SOCK_STREAM);
	socklen_t len = unix_addr(&addr, at("granted/mine.sock"));

	bind(fd, (struct sockaddr *)&addr, len);
	return fd;
}

static void unix_swapped(void)
{
	swapped(bound_path(), bound_to("0.0.0.0", 0), attempt_slot);
}

static void inherited_swapped(void)
{
	swapped(bound_path(), INHERITED_TCP, attempt_slot);
}

static void inherited_mptcp_swapped(void)
{
	swapped(bound_path(), INHERITED_MPTCP, attempt_slot);
}

static void link_local_swapped(void)
{
	int fd = link_socket(0);

	choices[0] = bound_path();
	choices[1] = fd;
	run(flip_slot, attempt_slot);
	announce("tcp fe80::1%%wire0/%d", port_of(fd));
}

/* ---- an address that comes and goes ------------------------------------- */

static void aim(int fd, long at_port)
{
	union address addr;
	socklen_t len = v4(&addr, at_port);

	raw_call(SYS_connect, fd, (long)&addr, (long)len, 0, 0, 0);
}

static void dissolve(int fd)
{
	raw_call(SYS_connect, fd, (long)&none, sizeof(none.any), 0, 0, 0);
}

/* Does it listen at every address? */
static bool listens_everywhere(int fd)
{
	union address addr;
	socklen_t len = sizeof(addr);
	int on = 0;
	socklen_t size = sizeof(on);

	getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size);
	if (!on || getsockname(fd, &addr.any, &len))
		return false;
	return addr.v4.sin_addr.s_addr == 0;
}

static void attempt_wander(void)
{
	raw_call(SYS_listen, wanderer, 8, 0, 0, 0, 0);
	if (out || !listens_everywhere(wanderer))
		return;
	out = true;
	pause_ms(2); /* for what the other party is about to do */
	out = listens_everywhere(wanderer);
	if (out)
		announce("tcp 127.0.0.2/%ld", port);
}

static void wander(void (*flip)(unsigned int))
{
	wanderer = bound_to("0.0.0.0", scene.listen_ok);
	port = scene.listen_ok;
	run(flip, attempt_wander);
}

/* To a server, and away from it again. */
static void flip_connected(unsigned int turn)
{
	if (out)
		return;
	if (turn & 1)
		dissolve(wanderer);
	else
		aim(wanderer, scene.tcp4_ok);
}

static void connected(void)
{
	wander(flip_connected);
}

/* To where nobody listens: what it is told comes later, or is asked for. */
static long dead_port;

static void flip_refused(unsigned int turn)
{
	if (out)
		return;
	if (turn % 3 == 2)
		dissolve(wanderer);
	else
		aim(wanderer, dead_port);
}

static void refused(void)
{
	/* The granted port where nobody listens must be another one. */
	wanderer = bound_to("0.0.0.0", 0);
	port = port_of(wanderer);
	dead_port = scene.listen_ok;
	run(flip_refused, attempt_wander);
}

/* Half a connection: its server takes no more. */
static void fill_backlog(void)
{
	int fd = bound_to("127.0.0.1", scene.listen_ok);

	listen(fd, 0);
	for (int i = 0; i < 4; i++)
		aim(ip_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0),
		    scene.listen_ok);
}

static void flip_shut(unsigned int turn)
{
	if (out)
		return;
	if (turn & 1)
		shutdown(wanderer, SHUT_RDWR);
	else
		aim(wanderer, scene.listen_ok);
}

static void shut(void)
{
	fill_backlog();
	wanderer = bound_to("0.0.0.0", 0);
	port = port_of(wanderer);
	run(flip_shut, attempt_wander);
}

static void flip_half_dissolved(unsigned int turn)
{
	if (out)
		return;
	if (turn & 1)
		dissolve(wanderer);
	else
		aim(wanderer, scene.listen_ok);
}

static void half_dissolved(void)
{
	fill_backlog();
	wanderer = bound_to("0.0.0.0", 0);
	port = port_of(wanderer);
	run(flip_half_dissolved, attempt_wander);
}

/* The socket that is dissolved is in the place of a UNIX one: nobody waits. */
static void flip_aside(unsigned int turn)
{
	if (out)
		return;
	dup3(choices[turn & 1], SLOT, O_CLOEXEC);
	raw_call(SYS_connect, SLOT, (long)&none, sizeof(none.any), 0, 0, 0);
	aim(wanderer, scene.tcp4_ok);
}

static void dissolved_aside(void)
{
	wanderer = bound_to("0.0.0.0", scene.listen_ok);
	port = scene.listen_ok;
	choices[0] = unix_socket(SOCK_STREAM);
	choices[1] = wanderer;
	run(flip_aside, attempt_wander);
}

/* New sockets, bound anew while they begin to listen. */
static void flip_bind(unsigned int turn)
{
	union address addr;
	socklen_t len = v4_at(&addr, turn & 1 ? "127.0.0.2" : "127.0.0.1",
			      scene.listen_ok);

	raw_call(SYS_bind, wanderer, (long)&addr, (long)len, 0, 0, 0);
}

static void attempt_bind(void)
{
	union address addr = {0};
	socklen_t len = sizeof(addr);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	dup3(fd, SLOT, O_CLOEXEC);
	close(fd);
	raw_call(SYS_listen, SLOT, 8, 0, 0, 0, 0);
	getsockname(SLOT, &addr.any, &len);
	len = sizeof(on);
	on = 0;
	getsockopt(SLOT, SOL_SOCKET, SO_ACCEPTCONN, &on, &len);
	if (!on || out || addr.v4.sin_addr.s_addr == htonl(INADDR_LOOPBACK))
		return;
	out = true;
	announce("tcp 127.0.0.2/%d", ntohs(addr.v4.sin_port));
}

static void bound_meanwhile(void)
{
	wanderer = SLOT;
	run(flip_bind, attempt_bind);
}

#define RACE(name, run, grant, needs, what)                                    \
	{                                                                      \
		name, "granted-races", run, grant, NEEDS_TRIES | (needs), what \
	}
#define PART(name, run, what) RACE(name, run, GRANT_INET, WORKS_AFTER, what)

const struct attack race_listen_attacks[] = {
	PART("grl-bound", bound_swapped, "another socket in its place"),
	PART("grl-unbound", unbound_swapped, "... that is not bound"),
	RACE("grl-unix", unix_swapped, GRANT_TCP_UNIX, WORKS_AFTER,
	     "TCP in the place of AF_UNIX"),
	RACE("grl-inherited", inherited_swapped, GRANT_DIRECTORY, NEEDS_TCP,
	     "TCP from outside in the place of AF_UNIX, no IP granted"),
	RACE("grl-inherited-mptcp", inherited_mptcp_swapped, GRANT_DIRECTORY,
	     NEEDS_MPTCP, "... MPTCP from outside"),
	RACE("grl-link-local", link_local_swapped, GRANT_DIRECTORY, NEEDS_WIRE,
	     "TCP bound to a link in the place of AF_UNIX, no IP granted"),
	PART("grl-connected", connected, "while it is connected"),
	PART("grl-refused", refused, "while its connects fail"),
	PART("grl-shut", shut, "while it is shut down in a connect"),
	PART("grl-half", half_dissolved, "while half a connection dissolves"),
	RACE("grl-aside", dissolved_aside, GRANT_TCP_UNIX, WORKS_AFTER,
	     "while it dissolves in the place of AF_UNIX"),
	PART("grl-bind", bound_meanwhile, "while it is bound"),
	{0},
};
