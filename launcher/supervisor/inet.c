/* SPDX-License-Identifier: MIT */
/* inet.c - TCP and UDP: judged by address, performed from our own copy.
 *
 * Theory of operation
 *
 * What is connected, bound or made to listen is the socket that was fetched,
 * and the address is our copy of it, so no thread can change what was judged.
 *
 * listen(2) has no address: the socket has one, and it may change.  A socket
 * that is bound to a port at every address has a particular one while it is
 * being connected, and loses it when that fails.  All that changes a socket's
 * address is done here, so listen() is performed while nothing else is under
 * way on that socket: binds take a lock, and connects, which may last, leave
 * the socket's inode in a list.
 */
#include "inet.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../policy/inet.h"
#include "device.h"
#include "judge.h"
#include "worker.h"

/* ---- what was asked for ------------------------------------------------- */

static bool has_ip(const struct addr *addr)
{
	return addr->kind == ADDR_INET || addr->kind == ADDR_INET6;
}

struct policy_verdict inet_judge(struct call *call)
{
	const struct policy_request request = {
		.op = call->op,
		.kind = TARGET_INET,
		.inet = &call->addr,
		.type = call_type(call),
	};

	return policy_decide(call->sup->policy, &request, NULL, NULL);
}

void inet_aim(struct call *call)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct addr reached;

	if (!has_ip(&call->addr))
		return;
	inet_reached(&reached, &call->addr);
	if (memcmp(reached.ip, call->addr.ip, sizeof(reached.ip)) == 0)
		return;
	if (call->addr.kind == ADDR_INET) {
		memcpy(&in, call->raw, sizeof(in));
		memcpy(&in.sin_addr, reached.ip, sizeof(in.sin_addr));
		memcpy(call->raw, &in, sizeof(in));
	} else if (reached.kind == ADDR_INET6) {
		memcpy(&in6, call->raw,
		       offsetof(struct sockaddr_in6, sin6_scope_id));
		memcpy(&in6.sin6_addr, reached.ip, sizeof(in6.sin6_addr));
		memcpy(call->raw, &in6,
		       offsetof(struct sockaddr_in6, sin6_scope_id));
	} else if (reached.ip[0] == 127) {
		/* ::ffff:0.0.0.0 is 127.0.0.1, which others are already. */
		memcpy(call->raw + offsetof(struct sockaddr_in6, sin6_addr) +
			       12,
		       reached.ip, 4);
	}
}

static bool agreed(struct call *call, struct policy_verdict *verdict)
{
	const struct subject subject = {.kind = TARGET_INET};

	return call_agreed(call, verdict, &subject);
}

static struct answer refuse(struct call *call,
			    const struct policy_verdict *verdict,
			    const char *note)
{
	return call_refuse(call, verdict, TARGET_INET, NULL, 0, note);
}

/* What is granted, but not by this device. */
static struct answer refuse_device(struct call *call, const char *note)
{
	const struct policy_verdict verdict = policy_refusal(call->sup->policy);

	return refuse(call, &verdict, note);
}

/* ---- one thing at a time ------------------------------------------------ */

static struct {
	pthread_mutex_t lock;
	struct connecting {
		ino_t socket;
		enum device_use use;
	} connecting[WORKERS_MAX];
} sockets = {.lock = PTHREAD_MUTEX_INITIALIZER};

static ino_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

/* With the lock held. */
static bool is_connecting(ino_t socket)
{
	for (int i = 0; i < WORKERS_MAX; i++)
		if (sockets.connecting[i].socket == socket)
			return true;
	return false;
}

/* With the lock held: one binds to a device, the other may not be bound. */
static bool is_disputed(ino_t socket, enum device_use use)
{
	for (int i = 0; i < WORKERS_MAX; i++) {
		const struct connecting *other = &sockets.connecting[i];

		if (other->socket == socket && other->use != use &&
		    other->use != DEVICE_OF_NOTHING && use != DEVICE_OF_NOTHING)
			return true;
	}
	return false;
}

/* Every worker has at most one connect under way.  Returns NULL if another one
 * on that socket must have ended before. */
static struct connecting *begin_connect(ino_t socket, enum device_use use)
{
	struct connecting *place = sockets.connecting;

	pthread_mutex_lock(&sockets.lock);
	if (is_disputed(socket, use)) {
		place = NULL;
	} else {
		while (place->socket)
			place++;
		*place = (struct connecting){socket, use};
	}
	pthread_mutex_unlock(&sockets.lock);
	return place;
}

static void end_connect(struct connecting *place)
{
	pthread_mutex_lock(&sockets.lock);
	place->socket = 0;
	pthread_mutex_unlock(&sockets.lock);
}

/* ---- connect ------------------------------------------------------------ */

/* Beyond the loopback of its own network namespace nothing is reached, which
 * the kernel says by itself. */
static struct answer lead_nowhere(struct call *call, struct answer answer)
{
	const struct policy_verdict verdict = {
		.rule = -1,
		.error = answer.error,
	};

	if (call->sup->policy->network != NETWORK_ISOLATED ||
	    (answer.error != ENETUNREACH && answer.error != EHOSTUNREACH) ||
	    !has_ip(&call->addr))
		return answer;
	return refuse(call, &verdict, NULL);
}

struct answer inet_perform(struct call *call, inet_act_fn *act, void *arg)
{
	const enum device_use use = device_use(call);
	struct connecting *place;
	struct answer answer;

	if (use == DEVICE_OF_NOTHING && call->op != OP_CONNECT)
		return act(call, arg);
	place = begin_connect(inode_of(call->fd), use);
	if (!place)
		return answer_error(EALREADY);
	answer = device_leads_away(call, use)
			 ? refuse_device(call,
					 "this socket is bound to a device")
			 : act(call, arg);
	end_connect(place);
	return answer;
}

static struct answer connect_it(struct call *call, void *unused)
{
	(void)unused;
	return connect_as_is(call);
}

static struct answer perform_connect(struct call *call)
{
	if (call->report)
		return answer_error(0);
	inet_aim(call);
	return lead_nowhere(call, inet_perform(call, connect_it, NULL));
}

struct answer inet_connect(struct call *call)
{
	const bool inet6 = call->domain == AF_INET6;
	struct policy_verdict verdict;

	if (call->addr.kind == ADDR_UNSPEC)
		return perform_connect(call);
	if (call->addr.kind == ADDR_INVALID)
		return answer_error(EINVAL);
	/* udpv6_connect() takes an IPv4 address, tcp_v6_connect() does not. */
	if (call->addr.kind != (inet6 ? ADDR_INET6 : ADDR_INET) &&
	    (!inet6 || call->addr.kind != ADDR_INET ||
	     call_type(call) == SOCK_STREAM))
		return answer_error(EAFNOSUPPORT);
	verdict = inet_judge(call);
	return agreed(call, &verdict) ? perform_connect(call)
				      : refuse(call, &verdict, NULL);
}

/* ---- bind --------------------------------------------------------------- */

/* inet_bind() takes an address without family for one of IPv4 if it is none. */
static void decode_for_bind(struct call *call)
{
	const sa_family_t family = AF_INET;

	if (call->addr.kind != ADDR_UNSPEC || call->domain != AF_INET ||
	    call->raw_len < sizeof(struct sockaddr_in))
		return;
	memcpy(call->raw, &family, sizeof(family));
	addr_decode(&call->addr, call->raw, call->raw_len);
}

struct answer inet_bind(struct call *call)
{
	struct policy_verdict verdict;
	int error;

	decode_for_bind(call);
	if (call->addr.kind == ADDR_INVALID)
		return answer_error(EINVAL);
	if (!has_ip(&call->addr))
		return answer_error(EAFNOSUPPORT);
	verdict = inet_judge(call);
	if (!verdict.allow)
		return refuse(call, &verdict, NULL);
	if (device_is_bound(call))
		return refuse_device(call, NULL);
	if (call->report)
		return answer_error(0);
	pthread_mutex_lock(&sockets.lock);
	error = bind_as_is(call);
	pthread_mutex_unlock(&sockets.lock);
	/* An IPv6 address must be of the device that a socket is bound to,
	 * and a jailed one is bound to none that exists (make.c). */
	if (error == ENODEV && !policy_mediates(call->sup->policy, SOCK_STREAM))
		return refuse_device(call, NULL);
	return answer_error(error);
}

/* ---- listen ------------------------------------------------------------- */

/* Where the socket is bound, into the call; as long as it is bound nowhere,
 * listening would bind it to a port of the kernel's choice. */
static int read_name(struct call *call)
{
	socklen_t len = sizeof(call->raw);

	if (getsockname(call->fd, (struct sockaddr *)call->raw, &len) != 0)
		return errno;
	call->raw_len = len;
	call->has_addr = true;
	addr_decode(&call->addr, call->raw, len);
	return has_ip(&call->addr) ? 0 : EINVAL;
}

static int bind_anywhere(struct call *call)
{
	const sa_family_t family = (sa_family_t)call->domain;

	memset(call->raw, 0, sizeof(call->raw));
	memcpy(call->raw, &family, sizeof(family));
	call->raw_len = call->domain == AF_INET ? sizeof(struct sockaddr_in)
						: sizeof(struct sockaddr_in6);
	return bind_as_is(call);
}

static int find_name(struct call *call)
{
	int error = read_name(call);

	if (error || call->addr.port != 0)
		return error;
	error = bind_anywhere(call);
	return error ? error : read_name(call);
}

static int tcp_state(int fd)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0
		       ? info.tcpi_state
		       : -1;
}

static bool same_address(const struct addr *a, const struct addr *b)
{
	return a->kind == b->kind && a->port == b->port &&
	       memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

/* With the lock held: what was judged is what listens.  A closed socket keeps
 * its address; one that listens may be shut down by the client and lose it, so
 * its backlog is left as it is (inet_shutdown() in net/ipv4/af_inet.c). */
static struct answer listen_here(struct call *call, const struct addr *granted,
				 struct policy_verdict *verdict)
{
	const int state = tcp_state(call->fd);
	struct addr judged;
	int error;

	if (state == TCP_LISTEN)
		return answer_error(0);
	if (state != TCP_CLOSE || is_connecting(inode_of(call->fd)))
		return answer_error(EINVAL);
	error = find_name(call);
	if (error)
		return answer_error(error);
	*verdict = inet_judge(call);
	verdict->allow |= same_address(granted, &call->addr);
	if (!verdict->allow)
		return answer_error(verdict->error);
	judged = call->addr;
	if (listen(call->fd, (int)call->req->data.args[1]) != 0)
		return answer_error(errno);
	if (read_name(call) == 0 && same_address(&judged, &call->addr))
		return answer_error(0);
	shutdown(call->fd, SHUT_RDWR);
	return answer_error(EACCES);
}

static struct answer listen_locked(struct call *call,
				   const struct addr *granted,
				   struct policy_verdict *verdict)
{
	struct answer answer;

	*verdict = (struct policy_verdict){.allow = true, .rule = -1};
	pthread_mutex_lock(&sockets.lock);
	answer = listen_here(call, granted, verdict);
	pthread_mutex_unlock(&sockets.lock);
	return answer;
}

/* A person who is asked may take long, so nothing is locked meanwhile: what
 * was granted is the address, should the socket still have it. */
struct answer inet_listen(struct call *call)
{
	struct addr granted = {.kind = ADDR_INVALID};
	struct policy_verdict verdict;
	struct answer answer;

	if (call_type(call) != SOCK_STREAM)
		return answer_error(EOPNOTSUPP);
	if (call->report)
		return answer_error(0);
	answer = listen_locked(call, &granted, &verdict);
	if (verdict.allow) {
		if (!answer.error && call->has_addr)
			agreed(call, &verdict); /* for the log */
		return answer;
	}
	granted = call->addr;
	if (agreed(call, &verdict))
		answer = listen_locked(call, &granted, &verdict);
	return verdict.allow ? answer : refuse(call, &verdict, NULL);
}
