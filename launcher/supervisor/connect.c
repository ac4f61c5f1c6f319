/* SPDX-License-Identifier: MIT */
/* connect.c - judge a connect, and perform it for the client.
 *
 * The client's own call is not let through: between our look and the kernel's,
 * its threads could change the address, the descriptor or the path.  What is
 * connected is the socket that was fetched, to the node that is held.
 *
 * The exception is tier landlock: there the kernel refuses whatever the policy
 * does not grant, so a call that it would allow may go on.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../clean.h"
#include "around.h"
#include "call.h"
#include "inet.h"
#include "judge.h"
#include "network.h"
#include "resolve.h"
#include "worker.h"

/* Returns 0 or the errno value that the client gets. */
static int connect_patiently(struct call *call, const struct sockaddr *addr,
			     socklen_t len)
{
	int error;

	for (;;) {
		if (connect(call->fd, addr, len) == 0)
			return 0;
		if (errno != EINTR)
			return errno;
		error = call_interrupted(call);
		if (error)
			return error;
	}
}

/* Up to Linux 6.16 an answer that comes right when a signal does may be lost
 * and the call restarted: it then meets its own success.  The same thread
 * asking for the same socket within a moment is taken for that. */
#define RESTART_MS	 5
#define RESTARTS_TRACKED 64

struct success {
	pid_t tid;
	ino_t socket;
	struct timespec at;
};

static int forgive_restart(pid_t tid, ino_t socket, int error)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct success table[RESTARTS_TRACKED];
	struct success *last = &table[(unsigned int)tid % RESTARTS_TRACKED];
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&lock);
	if (error == EISCONN && last->tid == tid && last->socket == socket &&
	    (now.tv_sec - last->at.tv_sec) * 1000 +
			    (now.tv_nsec - last->at.tv_nsec) / 1000000 <
		    RESTART_MS)
		error = 0;
	memset(last, 0, sizeof(*last));
	if (error == 0)
		*last = (struct success){tid, socket, now};
	pthread_mutex_unlock(&lock);
	return error;
}

static int connect_once(struct call *call, const struct sockaddr *addr,
			socklen_t len)
{
	const int error = connect_patiently(call, addr, len);
	struct stat st;

	if (!call->sup->restarts || (error != 0 && error != EISCONN) ||
	    fstat(call->fd, &st) != 0)
		return error;
	return forgive_restart(call->client.tid, st.st_ino, error);
}

static const struct sockaddr *raw(const struct call *call)
{
	return (const struct sockaddr *)call->raw;
}

struct answer connect_as_is(struct call *call)
{
	bool changed;
	int error;

	if (call->report)
		return answer_error(0);
	if (client_act_as(&call->client, &changed) != 0)
		return call_uninspectable(call);
	error = connect_once(call, raw(call), call->raw_len);
	if (changed)
		client_act_as_self(call->sup);
	return answer_error(error);
}

/* Where the kernel enforces the same, the client connects by itself: then the
 * server sees the client, not us. */
static struct answer connect_granted(struct call *call,
				     const struct sockaddr *addr, socklen_t len,
				     bool kernel)
{
	if (call->explained)
		call->explained->kernel = kernel;
	if (call->report)
		return answer_error(0);
	return kernel ? answer_continue()
		      : answer_error(connect_once(call, addr, len));
}

static struct answer connect_node(struct call *call, int pin,
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
				  ? probe_ask(call->probe, call_type(call),
					      (struct sockaddr *)&addr, len)
				  : 0;

	if (call_fails(call, error))
		return answer_error(call->report ? 0 : error);
	if (call_agreed(call, &verdict, &subject))
		return connect_granted(call, (struct sockaddr *)&addr, len,
				       found->kernel &&
					       call_may_go_on(call->sup));
	return call_refuse(call, &verdict, TARGET_PATH, found->name, found->len,
			   found->note);
}

static struct answer connect_path(struct call *call)
{
	struct found found;
	struct answer answer;
	bool changed;
	int error = client_act_as(&call->client, &changed);
	int pin;

	if (error)
		return call_uninspectable(call);
	pin = resolve_pin(&call->client, call->addr.name, &found.st);
	if (pin < 0) {
		call_fails(call, -pin);
		/* The shim then makes the call, and gets this answer. */
		answer = answer_error(call->report ? 0 : -pin);
	} else {
		answer = connect_node(call, pin, &found);
		close(pin);
	}
	if (changed)
		client_act_as_self(call->sup);
	return answer;
}

static struct answer act(struct call *call, void *unused)
{
	(void)unused;
	return connect_as_is(call);
}

static struct answer connect_inside(struct call *call)
{
	if (call->report)
		return answer_error(0);
	return call_may_go_on(call->sup) && judge_kernel_knows_inside(call->sup)
		       ? answer_continue()
		       : around_perform(call, act, NULL);
}

static struct answer connect_abstract(struct call *call)
{
	const struct addr *addr = &call->addr;
	struct policy_verdict verdict =
		judge_abstract(call->sup, OP_CONNECT, call_type(call),
			       addr->name, addr->name_len);
	const struct subject subject = {TARGET_ABSTRACT, addr->name,
					addr->name_len, NULL, NULL};
	const int error = call_asks(call, &verdict)
				  ? probe_ask(call->probe, call_type(call),
					      raw(call), call->raw_len)
				  : 0;

	if (call_fails(call, error))
		return answer_error(call->report ? 0 : error);
	if (!network_is_ours(call))
		return network_refuse(call);
	if (call_agreed(call, &verdict, &subject))
		return verdict.inside ? connect_inside(call)
				      : connect_as_is(call);
	return call_refuse(call, &verdict, TARGET_ABSTRACT, addr->name,
			   addr->name_len, NULL);
}

static struct answer connect_unix(struct call *call)
{
	if (call->sup->policy->unix_all && call_may_go_on(call->sup))
		return call->report ? answer_error(0) : answer_continue();
	switch (call->addr.kind) {
	case ADDR_PATH:
		return connect_path(call);
	case ADDR_ABSTRACT:
		return connect_abstract(call);
	case ADDR_UNSPEC:
		return connect_as_is(call);
	case ADDR_INVALID:
	case ADDR_AUTOBIND:
	case ADDR_INET:
	case ADDR_INET6:
	case ADDR_OTHER:
		break;
	}
	return answer_error(EINVAL); /* as unix_stream_connect() */
}

struct answer connect_judged(struct call *call)
{
	struct policy_verdict verdict;

	switch (call->domain) {
	case AF_UNIX:
		return connect_unix(call);
	case AF_INET:
	case AF_INET6:
		return inet_connect(call);
	case AF_NETLINK: /* routing only, the filter sees to that */
		return connect_as_is(call);
	default:
		verdict = judge_kind(call->sup, OP_CONNECT, TARGET_OTHER);
		if (verdict.allow)
			return connect_as_is(call);
		return call_refuse(call, &verdict, TARGET_OTHER, NULL, 0, NULL);
	}
}

struct answer op_connect(struct call *call)
{
	int error;

	call->op = OP_CONNECT;
	/* The order of __sys_connect() in net/socket.c. */
	error = call_descriptor(call, (int)call->req->data.args[0]);
	if (!error)
		error = call_address(call, call->req->data.args[1],
				     (int)call->req->data.args[2]);
	if (!error)
		error = call_domain(call);
	return error ? call_failed(call, error) : connect_judged(call);
}
