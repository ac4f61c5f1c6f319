/* SPDX-License-Identifier: MIT */
/* gate.c - the question behind every wrapped call: may it be made?
 *
 * The shim gives reasons; the kernel layer enforces.  So whatever is not
 * clearly refused by the policy is called through: a bad pointer, a wrong
 * family, a name that leads nowhere.  Then the error is the kernel's own.
 *
 * What happens, in this order, as cheap things come first:
 *	- copy and decode the address
 *	- does the policy restrict that kind of address at all?
 *	- was the same refused a moment ago?  (repeat.c)
 *	- does the socket use it?  (its own SO_DOMAIN counts, not the family
 *	  that was written into the address)
 *	- what does the policy say about the canonical name?
 *	- what shall the refused call return?  (report.c)
 */
#include "gate.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>

#include "init.h"
#include "memory.h"
#include "place.h"
#include "raw.h"
#include "repeat.h"
#include "report.h"
#include "withheld.h"

#define SHORT_NAME 512 /* on the stack of a signal handler */

static bool is_unix(const struct gate *gate)
{
	return gate->addr.kind == ADDR_PATH ||
	       gate->addr.kind == ADDR_ABSTRACT ||
	       gate->addr.kind == ADDR_AUTOBIND;
}

static bool is_inet(const struct gate *gate)
{
	return gate->addr.kind == ADDR_INET || gate->addr.kind == ADDR_INET6;
}

enum target_kind gate_target(const struct gate *gate)
{
	static const enum target_kind targets[] = {
		[ADDR_INVALID] = TARGET_OTHER,	   [ADDR_UNSPEC] = TARGET_OTHER,
		[ADDR_AUTOBIND] = TARGET_AUTOBIND, [ADDR_PATH] = TARGET_PATH,
		[ADDR_ABSTRACT] = TARGET_ABSTRACT, [ADDR_INET] = TARGET_INET,
		[ADDR_INET6] = TARGET_INET,	   [ADDR_OTHER] = TARGET_OTHER,
	};

	if (gate->op != OP_SOCKET)
		return targets[gate->addr.kind];
	if (gate->domain == AF_UNIX)
		return TARGET_PATH;
	return gate->domain == AF_INET || gate->domain == AF_INET6
		       ? TARGET_INET
		       : TARGET_OTHER;
}

/* The answer while nobody knows the policy yet, and to what has no name. */
static struct policy_verdict strictest(const struct policy *policy,
				       const struct gate *gate)
{
	bool probe = gate->addr.kind == ADDR_ABSTRACT && gate->op != OP_BIND;
	int error = policy ? policy->deny_errno : EACCES;

	return (struct policy_verdict){
		.rule = -1,
		.error = probe ? ECONNREFUSED : error,
	};
}

/* The kernel layer refuses to listen, not to bind.  Where there is none, who
 * binds a port is taken for somebody who will listen. */
static enum policy_op op_of(const struct gate *gate)
{
	const bool chosen = is_inet(gate) && gate->addr.port > 0;

	return gate->op == OP_BIND && chosen && report_alone() ? OP_LISTEN
							       : gate->op;
}

void gate_request(const struct gate *gate, const char *name, size_t len,
		  struct policy_request *request)
{
	*request = (struct policy_request){
		.op = gate->op,
		.kind = gate_target(gate),
		.name = name,
		.len = len,
		.inet = is_inet(gate) ? &gate->addr : NULL,
		.type = gate->type,
	};
}

static struct policy_verdict decide(const struct policy *policy,
				    const struct gate *gate, const char *name,
				    size_t len)
{
	struct policy_request request;

	gate_request(gate, name, len, &request);
	if (!policy)
		return strictest(policy, gate);
	request.op = op_of(gate);
	return policy_decide(policy, &request, NULL, NULL);
}

/* ---- names in the file system ------------------------------------------- */

/* Few names are that long, and few stacks that small; not both at once. */
__attribute__((noinline)) static struct policy_verdict
decide_long(const struct policy *policy, const struct gate *gate,
	    const struct place *place, int fd)
{
	char name[PLACE_TEXT_MAX];
	size_t len = place_name(place, fd, name, sizeof(name));

	return len > 0 ? decide(policy, gate, name, len)
		       : strictest(policy, gate);
}

__attribute__((noinline)) static struct policy_verdict
decide_pinned(const struct policy *policy, const struct gate *gate,
	      const struct place *place, int fd)
{
	char name[SHORT_NAME];
	size_t len = place_name(place, fd, name, sizeof(name));

	return len > 0 ? decide(policy, gate, name, len)
		       : decide_long(policy, gate, place, fd);
}

/* Return: false if the path leads nowhere, which the kernel says best */
static bool decide_path(const struct policy *policy, const struct gate *gate,
			const struct place *place, struct stat *st,
			struct policy_verdict *verdict)
{
	int fd = path_pin(place->path, st);

	if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM) {
		*verdict = strictest(policy, gate);
		return true;
	}
	if (fd < 0)
		return false;
	*verdict = decide_pinned(policy, gate, place, fd);
	raw(SYS_close, fd);
	return true;
}

/* ---- refusing ----------------------------------------------------------- */

static int refuse(const struct gate *gate, const struct policy_verdict *verdict,
		  const struct stat *st)
{
	uint64_t key = repeat_key(gate, st);
	int error = report_refused(gate, verdict, 1 + repeat_take(key));

	repeat_store(key, error);
	return error;
}

static bool was_refused(const struct gate *gate, const struct stat *st,
			int *error)
{
	uint32_t count;

	if (!repeat_find(repeat_key(gate, st), error, &count))
		return false;
	if (count > 0)
		report_repeated(gate, count);
	return true;
}

/* ---- addresses ---------------------------------------------------------- */

static bool read_address(struct gate *gate, const void *address, size_t len)
{
	if (len > sizeof(gate->bytes) ||
	    !memory_read(gate->bytes, address, len))
		return false;
	gate->len = (uint32_t)len;
	addr_decode(&gate->addr, gate->bytes, len);
	return true;
}

static bool is_restricted(const struct policy *policy, const struct gate *gate)
{
	if (gate->addr.kind == ADDR_AUTOBIND && gate->op != OP_BIND)
		return false;
	if (is_unix(gate))
		return !policy || !policy->unix_all || policy->rule_count > 0;
	return is_inet(gate) && policy && policy->network != NETWORK_FULL &&
	       policy->network != NETWORK_ISOLATED;
}

static int socket_option(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	raw(SYS_getsockopt, fd, SOL_SOCKET, option, &value, &len);
	return value;
}

/* Asked for once, and never for what is granted. */
static int type_of(struct gate *gate)
{
	if (gate->type == 0)
		gate->type = socket_option(gate->fd, SO_TYPE);
	return gate->type;
}

/* Does the kernel use an address of this kind on this socket? */
static bool is_used(struct gate *gate)
{
	gate->domain = socket_option(gate->fd, SO_DOMAIN);
	if (is_unix(gate) ? gate->domain != AF_UNIX
			  : gate->domain != AF_INET6 &&
				    gate->domain != gate->addr.family)
		return false;
	/* A stream knows where it goes (send(2)); MSG_FASTOPEN, which makes
	 * it connect, is left to the kernel layer. */
	return gate->op != OP_SEND || (type_of(gate) != SOCK_STREAM &&
				       type_of(gate) != SOCK_SEQPACKET);
}

/* An abstract name has no inode that tells who holds it: somebody inside may
 * have bound it since it was refused. */
static bool may_be_bound(const struct policy *policy, const struct gate *gate)
{
	const struct policy_request bind = {
		.op = OP_BIND,
		.kind = TARGET_ABSTRACT,
		.name = gate->addr.name,
		.len = gate->addr.name_len,
	};

	return policy && gate->addr.kind == ADDR_ABSTRACT &&
	       policy_decide(policy, &bind, NULL, NULL).allow;
}

/* The same call to the same target, and the same type of socket: then its
 * family is not asked for again, for whatever it is, the call fails.
 *
 * Return: whether @error says all; it is 0 where the path leads nowhere now
 */
static bool recall(const struct policy *policy, struct gate *gate,
		   const struct place *place, int *error)
{
	bool named = gate->addr.kind == ADDR_PATH;
	struct stat st;

	/* What bind() would make may exist by now, so every refusal of it is
	 * asked about anew. */
	if ((named && gate->op == OP_BIND) || !repeat_any() ||
	    may_be_bound(policy, gate))
		return false;
	*error = 0;
	if (named && raw(SYS_newfstatat, AT_FDCWD, place->path, &st, 0) < 0)
		return true;
	type_of(gate);
	return was_refused(gate, named ? &st : NULL, error);
}

static int judge_path(const struct policy *policy, struct gate *gate,
		      const struct place *place)
{
	struct policy_verdict verdict;
	struct stat st = {0};

	if (!decide_path(policy, gate, place, &st, &verdict) || verdict.allow)
		return 0;
	type_of(gate);
	return gate->op == OP_BIND ? report_refused(gate, &verdict, 1)
				   : refuse(gate, &verdict, &st);
}

/* What has all that matters in the call itself. */
static int judge_other(const struct policy *policy, struct gate *gate)
{
	struct policy_verdict verdict;

	if (is_inet(gate))
		type_of(gate);
	verdict = decide(policy, gate, gate->addr.name, gate->addr.name_len);
	if (verdict.allow)
		return 0;
	type_of(gate);
	return refuse(gate, &verdict, NULL);
}

static int judge(const struct policy *policy, struct gate *gate)
{
	bool named = gate->addr.kind == ADDR_PATH;
	struct place place;
	int error;

	if (named && !place_of(gate, &place))
		return 0;
	if (recall(policy, gate, &place, &error))
		return error;
	if (!is_used(gate))
		return 0;
	return named ? judge_path(policy, gate, &place)
		     : judge_other(policy, gate);
}

/* A thread that is cancelled in between would leave its pin open, and bind()
 * is no cancellation point at all. */
static int judge_uncancelled(const struct policy *policy, struct gate *gate)
{
	int state;
	int error;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	error = judge(policy, gate);
	pthread_setcancelstate(state, NULL);
	return error;
}

static int ask_address(const struct policy *policy, enum policy_op op, int fd,
		       const void *address, size_t len)
{
	struct gate gate = {.op = op, .fd = fd};
	int saved = errno;
	int error = 0;

	if (read_address(&gate, address, len) && is_restricted(policy, &gate))
		error = judge_uncancelled(policy, &gate);
	errno = saved;
	return error;
}

int gate_address(enum policy_op op, int fd, const void *address, size_t len)
{
	const struct policy *policy = init_policy();

	return init_settings()->enforced
		       ? 0
		       : ask_address(policy, op, fd, address, len);
}

/* The kernel's scopes say EPERM where a program expects ECONNREFUSED. */
int gate_failed(enum policy_op op, int fd, const void *address, size_t len)
{
	int error;

	if (!init_settings()->enforced || (errno != EACCES && errno != EPERM))
		return -1;
	error = ask_address(init_policy(), op, fd, address, len);
	if (error)
		errno = error;
	return -1;
}

/* ---- sockets ------------------------------------------------------------ */

int gate_socket(int domain, int type, int protocol)
{
	const struct policy *policy = init_policy();
	struct policy_verdict verdict = {.rule = -1};
	struct gate gate = {
		.op = OP_SOCKET,
		.fd = -1,
		.domain = domain,
		.type = type & WITHHELD_TYPE_MASK,
		.protocol = protocol,
	};
	int saved = errno;
	int error;

	verdict.error = withheld(policy, domain, type, protocol);
	if (verdict.error == 0)
		return 0;
	if (!was_refused(&gate, NULL, &error))
		error = refuse(&gate, &verdict, NULL);
	errno = saved;
	return error;
}
