/* SPDX-License-Identifier: MIT */
/* oracle.c - what the kernel would have answered, without letting it act.
 *
 * connect(2) on a stream or seqpacket socket that is connected already looks
 * its target up first: a missing one is ENOENT, one without a listener
 * ECONNREFUSED, another type EPROTOTYPE, a full backlog EAGAIN.  EISCONN comes
 * last, so it means that a fresh socket would have been connected; the
 * listener has noticed nothing (unix_stream_connect in net/unix/af_unix.c,
 * tried on 6.18).  A datagram socket may connect as often as it likes, and its
 * target does not notice either until something is sent.
 *
 * Used without a supervisor only, which would know better.
 */
#include "oracle.h"

#include <fcntl.h>
#include <unistd.h>

#include "init.h"
#include "place.h"
#include "raw.h"

static int ask_connect(const struct gate *gate)
{
	int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
	int pair[2] = {-1, -1};
	long answer;

	if (raw(SYS_socketpair, AF_UNIX, gate->type | flags, 0, pair) < 0)
		return 0;
	answer = raw(SYS_connect, pair[0], gate->bytes, gate->len);
	raw(SYS_close, pair[0]);
	raw(SYS_close, pair[1]);
	if (answer == -EISCONN || answer == -EAGAIN)
		return 0;
	return (int)-answer;
}

/* A socket that has a name cannot get another one; one without has the
 * family as its whole address. */
static bool has_name(int fd)
{
	struct sockaddr_un name;
	socklen_t len = sizeof(name);

	return raw(SYS_getsockname, fd, &name, &len) == 0 &&
	       len > sizeof(sa_family_t);
}

/* bind(2) would act, so look at what it looks at, in its order. */
static int ask_bind(const struct gate *gate)
{
	struct place place;
	struct stat st;
	long answer;

	if (!place_of(gate, &place))
		return 0;
	answer = raw(SYS_newfstatat, AT_FDCWD, gate->addr.name, &st,
		     AT_SYMLINK_NOFOLLOW);
	if (answer == 0)
		return EADDRINUSE;
	answer = raw(SYS_faccessat, AT_FDCWD, place.path, W_OK | X_OK);
	if (answer < 0)
		return (int)-answer;
	return has_name(gate->fd) ? EINVAL : 0;
}

/* Where the kernel refuses by itself, the call has failed already: was it the
 * file's mode? */
static int ask_rights(const struct gate *gate)
{
	struct place place;

	if (!place_of(gate, &place))
		return 0;
	return (int)-raw(SYS_faccessat, AT_FDCWD, place.path, W_OK);
}

int oracle_ask(const struct gate *gate)
{
	/* A refused abstract name looks as if nobody listened, whoever does. */
	if (gate->addr.kind != ADDR_PATH)
		return 0;
	if (gate->op == OP_BIND)
		return ask_bind(gate);
	return init_settings()->enforced ? ask_rights(gate) : ask_connect(gate);
}
