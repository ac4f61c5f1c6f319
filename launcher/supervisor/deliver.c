/* SPDX-License-Identifier: MIT */
/* deliver.c - send for a client what was copied from it.
 *
 * Theory of operation
 *
 * A datagram is copied as a whole and sent at once; the kernel takes none that
 * is larger than the send buffer.  A stream is copied and sent in pieces, and
 * ends early where the kernel would have: at an error, a signal, or a full
 * buffer that may not be waited for.  The socket is the client's own, so
 * O_NONBLOCK, timeouts and the address of the sender are the client's too.
 */
#include "deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIECE	   (256 * 1024)
#define SMALL	   2048 /* every send buffer takes that */
#define OTHERS_MAX (16 << 20)

#ifndef MSG_ZEROCOPY
#define MSG_ZEROCOPY 0x4000000
#endif
#ifndef PIDFD_SIGNAL_THREAD
#define PIDFD_SIGNAL_THREAD (1U << 0) /* Linux 6.9 */
#endif

static int option(const struct call *call, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	getsockopt(call->fd, SOL_SOCKET, name, &value, &len);
	return value;
}

static bool is_stream(const struct call *call)
{
	return call->type == SOCK_STREAM;
}

/* unix_dgram_sendmsg() and netlink_sendmsg() both refuse more than that. */
static size_t most(const struct call *call)
{
	if (call->domain != AF_UNIX && call->domain != AF_NETLINK)
		return OTHERS_MAX;
	return (size_t)option(call, SO_SNDBUF) - 32;
}

int deliver_load(struct delivery *d)
{
	const size_t len = d->out->left;

	if (is_stream(d->call))
		return 0;
	if (len > SMALL && len > most(d->call))
		return EMSGSIZE;
	return outgoing_read(d->out, &d->call->client, len);
}

/* Returns what was sent, or -errno. */
static ssize_t send_patiently(const struct delivery *d, size_t at,
			      const struct sockaddr *name, socklen_t name_len)
{
	struct iovec iov = {
		.iov_base = d->out->bytes + at,
		.iov_len = d->out->len - at,
	};
	const struct msghdr message = {
		.msg_name = (void *)name,
		.msg_namelen = name_len,
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = d->control->len ? d->control->bytes : NULL,
		.msg_controllen = d->control->len,
	};
	/* The byte out of band is the last one. */
	const int flags = d->out->left ? d->flags & ~MSG_OOB : d->flags;

	for (;;) {
		const ssize_t n =
			sendmsg(d->call->fd, &message, flags | MSG_NOSIGNAL);
		int error;

		if (n >= 0)
			return n;
		if (errno != EINTR)
			return -errno;
		error = call_interrupted(d->call);
		if (error)
			return -error;
	}
}

/* Within AF_UNIX we say who the client is; elsewhere control data and addresses
 * may ask for privileges. */
static ssize_t send_rightly(const struct delivery *d, size_t at,
			    const struct sockaddr *name, socklen_t name_len)
{
	struct call *call = d->call;
	bool changed = false;
	ssize_t n;

	/* Only now is it certain that all of it was this client's. */
	if (!client_alive(&call->client))
		return -ESRCH;
	if (client_act_to_send(&call->client, call->domain == AF_UNIX,
			       &changed) != 0)
		return -EACCES;
	n = send_patiently(d, at, name, name_len);
	if (changed)
		client_act_as_self(call->sup);
	return n;
}

/* May a piece that was taken in part be followed by its rest? */
static bool goes_on(const struct delivery *d)
{
	return !(d->flags & MSG_DONTWAIT) &&
	       !(fcntl(d->call->fd, F_GETFL) & O_NONBLOCK) &&
	       !call_has_send_timeout(d->call) &&
	       call_interrupted(d->call) == 0;
}

static ssize_t send_pieces(struct delivery *d, const struct sockaddr *name,
			   socklen_t name_len)
{
	struct outgoing *out = d->out;
	size_t at = 0;
	ssize_t sent = 0, n = 0;

	do {
		if (at == out->len) {
			const size_t len =
				out->left < PIECE ? out->left : PIECE;
			const int error =
				outgoing_read(out, &d->call->client, len);

			at = 0;
			n = -error;
		}
		if (n >= 0)
			n = send_rightly(d, at, name, name_len);
		if (n < 0)
			return sent ? sent : n;
		at += (size_t)n;
		sent += n;
		control_go_on(d->control, d->call);
	} while (at < out->len ? goes_on(d) : out->left > 0);
	d->whole = at == out->len;
	return sent;
}

/* As send_sig(SIGPIPE, current) in unix_stream_sendmsg(). */
static void raise_sigpipe(const struct client *client)
{
	const int pidfd = client_pidfd(client);
	struct client_status status;

	if (!client_alive(client) ||
	    (pidfd >= 0 && syscall(SYS_pidfd_send_signal, pidfd, SIGPIPE, NULL,
				   PIDFD_SIGNAL_THREAD) == 0))
		return;
	if (client_status(client->sup, client->tid, &status) == 0)
		tgkill(status.tgid, client->tid, SIGPIPE);
}

struct answer deliver(struct delivery *d, const struct sockaddr *name,
		      socklen_t len)
{
	struct call *call = d->call;
	ssize_t n;

	d->whole = true;
	/* Pages that are sent without a copy would have to be the client's.
	 * This is the error for which senders copy. */
	if ((d->flags & MSG_ZEROCOPY) && option(call, SO_ZEROCOPY))
		return answer_error(ENOBUFS);
	n = is_stream(call) ? send_pieces(d, name, len)
			    : send_rightly(d, 0, name, len);
	if (n >= 0)
		return (struct answer){.value = n};
	if (n == -EPIPE && is_stream(call) && !(d->flags & MSG_NOSIGNAL))
		raise_sigpipe(&call->client);
	return answer_error((int)-n);
}
