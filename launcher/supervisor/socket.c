/* SPDX-License-Identifier: MIT */
/* socket.c - which sockets may exist: socket, socketpair, listen.
 *
 * socket() and socketpair() are judged by register values, which no thread
 * can change; so letting the client's own call go on is safe here.
 *
 * Where no address is granted a TCP socket may exist all the same, so that its
 * connect can be refused by name.  It is made here, bound to a network device
 * that does not exist: no route, no packet and no listener works on it,
 * whatever a racing thread does, and without CAP_NET_RAW that cannot be undone
 * (socket(7), SO_BINDTODEVICE; Linux 5.7 for the unprivileged), but by a bind
 * that inet_bind() refuses.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include "call.h"
#include "inet.h"
#include "judge.h"
#include "make.h"

#define TYPE_MASK 0xf /* SOCK_TYPE_MASK in include/linux/net.h */

static const char withheld[] = "datagram sockets are withheld";

static bool is_tcp(const struct call *call)
{
	return call->type == SOCK_STREAM &&
	       (call->protocol == 0 || call->protocol == IPPROTO_TCP);
}

static struct answer refuse_kind(struct call *call, int error, const char *note)
{
	const struct policy_verdict verdict = {.rule = -1, .error = error};

	return call_refuse(call, &verdict,
			   call->domain == AF_UNIX ? TARGET_PATH : TARGET_OTHER,
			   NULL, 0, note);
}

static bool is_udp(const struct call *call)
{
	return call->type == SOCK_DGRAM &&
	       (call->protocol == 0 || call->protocol == IPPROTO_UDP);
}

static struct answer inet_socket(struct call *call)
{
	const bool allowed = inet_judge(call).allow;
	const enum network_mode network =
		(enum network_mode)call->sup->policy->network;

	if (network == NETWORK_FULL || network == NETWORK_ISOLATED ||
	    (allowed && (is_tcp(call) || is_udp(call))))
		return answer_continue();
	if (is_tcp(call))
		return call->report ? answer_error(0) : make_socket(call, true);
	/* Programs that try MPTCP or SCTP fall back to TCP on this. */
	if (call->type == SOCK_STREAM)
		return refuse_kind(call, EPROTONOSUPPORT, NULL);
	return refuse_kind(call, call->sup->policy->deny_errno, NULL);
}

struct answer socket_judged(struct call *call)
{
	switch (call->domain) {
	case AF_UNIX:
		if (call->sup->policy->unix_all ||
		    call->sup->policy->unix_dgram ||
		    (call->type != SOCK_DGRAM && call->type != SOCK_RAW))
			return answer_continue();
		return refuse_kind(call, call->sup->policy->deny_errno,
				   withheld);
	case AF_INET:
	case AF_INET6:
		return inet_socket(call);
	case AF_NETLINK:
		if (call->protocol == NETLINK_ROUTE)
			return answer_continue();
		break;
	default:
		break;
	}
	if (judge_kind(call->sup, OP_SOCKET, TARGET_OTHER).allow)
		return answer_continue();
	return refuse_kind(call, EAFNOSUPPORT, NULL);
}

static void read_registers(struct call *call)
{
	call->op = OP_SOCKET;
	call->domain = (int)call->req->data.args[0];
	call->type = (int)call->req->data.args[1] & TYPE_MASK;
	call->protocol = (int)call->req->data.args[2];
}

struct answer op_socket(struct call *call)
{
	struct answer answer;

	read_registers(call);
	answer = socket_judged(call);
	return answer.go_on && make_serves(call) ? make_socket(call, false)
						 : answer;
}

struct answer op_socketpair(struct call *call)
{
	read_registers(call);
	/* Nothing but AF_UNIX makes pairs; others keep their errno. */
	return call->domain == AF_UNIX ? socket_judged(call)
				       : answer_error(EOPNOTSUPP);
}

/* One that came from outside, AF_VSOCK say, is bound where the caller chose.
 * That it listens already is his choice, too. */
static bool may_listen(const struct call *call, struct policy_verdict *verdict)
{
	int listens = 0;
	socklen_t len = sizeof(listens);

	if (call->domain == AF_UNIX)
		return true;
	*verdict = judge_kind(call->sup, OP_LISTEN, TARGET_OTHER);
	return verdict->allow ||
	       (getsockopt(call->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens,
			   &len) == 0 &&
		listens);
}

/* The client's own listen() should go on: the kernel records who called it
 * (SO_PEERCRED of those who connect).  Should a thread put a TCP socket into
 * the descriptor's place meanwhile, that socket is jailed.  Where it might not
 * be, as it may exist or came from outside, we listen, and are recorded, with
 * the client's user and groups. */
static struct answer listen_other(struct call *call)
{
	struct policy_verdict verdict;
	bool changed;
	int error;

	if (!call->sup->mediates_inet)
		return answer_continue();
	if (!may_listen(call, &verdict))
		return call_refuse(call, &verdict, TARGET_OTHER, NULL, 0, NULL);
	if (client_act_as(&call->client, &changed) != 0)
		return call_uninspectable(call);
	error = listen(call->fd, (int)call->req->data.args[1]) == 0 ? 0 : errno;
	if (changed)
		client_act_as_self(call->sup);
	return answer_error(error);
}

struct answer op_listen(struct call *call)
{
	int error;

	call->op = OP_LISTEN;
	error = call_socket(call, (int)call->req->data.args[0]);
	if (error)
		return call_failed(call, error);
	return call->domain == AF_INET || call->domain == AF_INET6
		       ? inet_listen(call)
		       : listen_other(call);
}
