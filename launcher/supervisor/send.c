/* SPDX-License-Identifier: MIT */
/* send.c - judge what a message is sent to, and send it for the client.
 *
 * Theory of operation
 *
 * Only a datagram socket uses the address of a message, but no filter can tell
 * what kind of socket a descriptor is: where datagram sockets may exist, every
 * sendmsg is notified.  None of them goes on in the client.  Its threads could
 * put a datagram socket into the descriptor's place, or another address into
 * the message, between our look and the kernel's.  So all are performed here:
 * the socket that was fetched sends the bytes that were copied, to the node
 * that is held.
 *
 * Without WAIT_KILLABLE_RECV, and with it up to Linux 6.16, a signal may make
 * the kernel ask again for a call that was answered; such a message is sent
 * twice.  A second message is not told from a repeated one, and datagrams may
 * come twice, so nothing is done about it.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "around.h"
#include "call.h"
#include "deliver.h"
#include "inet.h"
#include "judge.h"
#include "network.h"
#include "resolve.h"
#include "worker.h"

#define CMSG_COMPAT  0x80000000 /* include/linux/socket.h */
#define MESSAGES_MAX 1024	/* UIO_MAXIOV */

#ifndef MSG_FASTOPEN
#define MSG_FASTOPEN 0x20000000
#endif

static const struct sockaddr *raw(const struct call *call)
{
	return (const struct sockaddr *)call->raw;
}

/* @d: NULL where the shim only asks */
static struct answer as_is(const struct call *call, struct delivery *d)
{
	/* unix_seqpacket_sendmsg() ignores the name, so it is not passed. */
	const bool named = call->raw_len > 0 && !(call->domain == AF_UNIX &&
						  call->type == SOCK_SEQPACKET);

	if (!d)
		return answer_error(0);
	return deliver(d, named ? raw(call) : NULL, named ? call->raw_len : 0);
}

/* ---- to an AF_UNIX name ------------------------------------------------- */

static struct answer to_node(struct call *call, struct delivery *d, int pin,
			     struct found *found)
{
	struct policy_verdict verdict =
		judge_connect(call->sup, pin, call->addr.name, found);
	const struct subject subject = {TARGET_PATH, found->name, found->len,
					found->note, &found->st};
	struct sockaddr_un addr;
	const socklen_t len = call_held_address(&addr, pin);
	/* What would have failed anyway fails as it would have. */
	const int error = call_asks(call, &verdict)
				  ? probe_ask(call->probe, SOCK_DGRAM,
					      (struct sockaddr *)&addr, len)
				  : 0;

	if (call_fails(call, error))
		return answer_error(d ? error : 0);
	if (call_agreed(call, &verdict, &subject))
		return d ? deliver(d, (struct sockaddr *)&addr, len)
			 : answer_error(0);
	return call_refuse(call, &verdict, TARGET_PATH, found->name, found->len,
			   found->note);
}

static struct answer to_path(struct call *call, struct delivery *d)
{
	struct found found;
	struct answer answer;
	bool changed;
	int pin;

	if (client_act_to_send(&call->client, true, &changed) != 0)
		return call_uninspectable(call);
	pin = resolve_pin(&call->client, call->addr.name, &found.st);
	if (pin < 0) {
		call_fails(call, -pin);
		answer = answer_error(d ? -pin : 0);
	} else {
		answer = to_node(call, d, pin, &found);
		close(pin);
	}
	if (changed)
		client_act_as_self(call->sup);
	return answer;
}

static struct answer act(struct call *call, void *delivery)
{
	return as_is(call, delivery);
}

static struct answer to_abstract(struct call *call, struct delivery *d)
{
	const struct addr *addr = &call->addr;
	struct policy_verdict verdict =
		judge_abstract(call->sup, OP_SEND, call_type(call), addr->name,
			       addr->name_len);
	const struct subject subject = {TARGET_ABSTRACT, addr->name,
					addr->name_len, NULL, NULL};
	const int error = call_asks(call, &verdict)
				  ? probe_ask(call->probe, SOCK_DGRAM,
					      raw(call), call->raw_len)
				  : 0;

	if (call_fails(call, error))
		return answer_error(d ? error : 0);
	if (!network_is_ours(call))
		return network_refuse(call);
	if (call_agreed(call, &verdict, &subject))
		return verdict.inside && d ? around_perform(call, act, d)
					   : as_is(call, d);
	return call_refuse(call, &verdict, TARGET_ABSTRACT, addr->name,
			   addr->name_len, NULL);
}

static struct answer to_unix(struct call *call, struct delivery *d)
{
	if (call->sup->policy->unix_all)
		return as_is(call, d);
	switch (call->addr.kind) {
	case ADDR_PATH:
		return to_path(call, d);
	case ADDR_ABSTRACT:
		return to_abstract(call, d);
	case ADDR_UNSPEC:
	case ADDR_INVALID:
	case ADDR_AUTOBIND:
	case ADDR_INET:
	case ADDR_INET6:
	case ADDR_OTHER:
		break;
	}
	return answer_error(EINVAL); /* as unix_validate_addr() */
}

/* ---- to any name -------------------------------------------------------- */

/* An address without family is one of IPv4 to udp_sendmsg(), and none to
 * udpv6_sendmsg(). */
static void decode_for_send(struct call *call)
{
	const sa_family_t family = AF_INET;

	if (call->addr.kind != ADDR_UNSPEC)
		return;
	if (call->domain == AF_INET6) {
		call->raw_len = 0;
		return;
	}
	memcpy(call->raw, &family, sizeof(family));
	addr_decode(&call->addr, call->raw, call->raw_len);
}

static struct answer to_inet(struct call *call, struct delivery *d)
{
	const struct subject subject = {.kind = TARGET_INET};
	struct policy_verdict verdict;

	decode_for_send(call);
	if (call->raw_len == 0)
		return as_is(call, d);
	if (call->addr.kind == ADDR_INVALID)
		return answer_error(EINVAL);
	verdict = inet_judge(call);
	if (!call_agreed(call, &verdict, &subject))
		return call_refuse(call, &verdict, TARGET_INET, NULL, 0, NULL);
	inet_aim(call);
	return d ? inet_perform(call, act, d) : as_is(call, d);
}

/* Sockets that came from outside, or with --network full. */
static struct answer to_other(struct call *call, struct delivery *d)
{
	const struct policy_verdict verdict =
		judge_kind(call->sup, OP_SEND, TARGET_OTHER);

	if (verdict.allow || call->domain == AF_NETLINK)
		return as_is(call, d);
	return call_refuse(call, &verdict, TARGET_OTHER, NULL, 0, NULL);
}

/* A stream knows where it goes, and so does what has no name. */
static bool is_named(const struct call *call)
{
	return call->raw_len > 0 && call->type != SOCK_STREAM &&
	       !(call->domain == AF_UNIX && call->type == SOCK_SEQPACKET);
}

static struct answer judged(struct call *call, struct delivery *d)
{
	if (!is_named(call))
		return as_is(call, d);
	switch (call->domain) {
	case AF_UNIX:
		return to_unix(call, d);
	case AF_INET:
	case AF_INET6:
		return to_inet(call, d);
	default:
		return to_other(call, d);
	}
}

struct answer send_judged(struct call *call)
{
	call_type(call);
	return judged(call, NULL);
}

/* ---- the calls ---------------------------------------------------------- */

/* Everything is copied; what is wrong apart from the address comes first, as
 * in unix_dgram_sendmsg(). */
static struct answer send_copied(struct delivery *d)
{
	struct call *call = d->call;
	int error;

	if ((d->flags & MSG_FASTOPEN) &&
	    call->sup->policy->network != NETWORK_FULL)
		return answer_error(EOPNOTSUPP);
	if (call->domain == AF_UNIX && is_named(call) && (d->flags & MSG_OOB))
		return answer_error(EOPNOTSUPP);
	error = deliver_load(d);
	return error ? call_failed(call, error) : judged(call, d);
}

static struct answer send_with_control(struct delivery *d)
{
	struct outgoing *out = d->out;
	struct control control;
	struct answer answer;
	int error;

	d->control = &control;
	call_type(d->call);
	error = control_fetch(&control, d->call, out->control,
			      out->control_len);
	answer = error ? call_failed(d->call, error) : send_copied(d);
	control_release(&control);
	d->control = NULL;
	return answer;
}

/* @own_flags: those that the message may add; @whole: set to whether every
 * byte was sent */
static struct answer send_message(struct call *call, uint64_t from, int flags,
				  int own_flags, bool *whole)
{
	struct outgoing out;
	struct delivery d = {.call = call, .out = &out, .flags = flags};
	struct answer answer;
	int error = outgoing_message(&out, &call->client, from);

	call->has_addr = false;
	call->raw_len = 0;
	if (!error && out.name_len > 0)
		error = call_address(call, out.name, out.name_len);
	if (!error)
		d.flags |= out.flags & own_flags;
	answer = error ? call_failed(call, error) : send_with_control(&d);
	outgoing_release(&out);
	*whole = d.whole;
	return answer;
}

static struct answer fetch(struct call *call)
{
	call->op = OP_SEND;
	return call_failed(call,
			   call_socket(call, (int)call->req->data.args[0]));
}

struct answer op_sendto(struct call *call)
{
	const __u64 *args = call->req->data.args;
	struct outgoing out;
	struct delivery d = {.call = call, .out = &out};
	struct answer answer = fetch(call);
	int error;

	if (answer.error)
		return answer;
	error = args[4] ? call_address(call, args[4], (int)args[5]) : 0;
	if (error)
		return call_failed(call, error);
	outgoing_bytes(&out, args[1], args[2]);
	d.flags = (int)(args[3] & ~(__u64)CMSG_COMPAT);
	answer = send_with_control(&d);
	outgoing_release(&out);
	return answer;
}

struct answer op_sendmsg(struct call *call)
{
	const __u64 *args = call->req->data.args;
	struct answer answer;
	bool whole;

	if (args[2] & CMSG_COMPAT)
		return answer_error(EINVAL);
	answer = fetch(call);
	return answer.error
		       ? answer
		       : send_message(call, args[1], (int)args[2], 0, &whole);
}

/* One message of several, and how much of it was sent. */
static struct answer send_entry(struct call *call, uint64_t entry, int flags,
				bool *whole)
{
	struct answer answer = send_message(call, entry, flags, MSG_EOR, whole);
	unsigned int sent;
	int error;

	if (answer.error)
		return answer;
	sent = (unsigned int)answer.value;
	error = client_write(&call->client,
			     entry + offsetof(struct mmsghdr, msg_len), &sent,
			     sizeof(sent));
	return error ? call_failed(call, error) : answer;
}

struct answer op_sendmmsg(struct call *call)
{
	const __u64 *args = call->req->data.args;
	unsigned int count = (unsigned int)args[2], sent = 0;
	bool whole = true;
	struct answer answer;

	if (args[3] & CMSG_COMPAT)
		return answer_error(EINVAL);
	answer = fetch(call);
	if (answer.error)
		return answer;
	if (count > MESSAGES_MAX)
		count = MESSAGES_MAX;
	/* What stops it early is the answer only if nothing was sent. */
	while (sent < count && whole) {
		answer = send_entry(call,
				    args[1] + sent * sizeof(struct mmsghdr),
				    (int)args[3], &whole);
		if (answer.error)
			break;
		sent++;
	}
	if (sent == 0 && answer.error)
		return answer;
	return (struct answer){.value = sent};
}
