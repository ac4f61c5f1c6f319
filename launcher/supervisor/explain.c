/* SPDX-License-Identifier: MIT */
/* explain.c - judge calls that nobody made: --explain.
 *
 * Theory of operation
 *
 * The decisions are those of the supervisor, taken by the same functions: a
 * call is put together from what was asked for, and judged as if the shim had
 * told of it, so that nothing is performed.  What it looks at is real: a
 * process that has the rights of the command, and the files as they are now.
 *
 * A call that fails for a reason of its own, such as a missing file, is judged
 * all the same.  Where a file is missing its name decides, as the policy means
 * it once the file is there.
 */
#include "explain.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../policy/inet.h"
#include "../../policy/path.h"
#include "../backstop/caps.h"
#include "../backstop/netns.h"
#include "../clean.h"
#include "../diag.h"
#include "inet.h"

static struct supervisor sup;
static struct probe probe;
static pid_t client = -1;

/* ---- somebody to judge for ---------------------------------------------- */

static _Noreturn void be_client(uint64_t keep_caps, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    caps_apply(keep_caps) != 0 || write(ready, "", 1) != 1)
		_exit(EXIT_SBX);
	for (;;)
		pause();
}

static void start_client(uint64_t keep_caps)
{
	int pair[2];
	char byte;

	if (pipe(pair) != 0)
		die_errno("cannot make a pipe");
	client = fork();
	if (client < 0)
		die_errno("cannot fork");
	if (client == 0)
		be_client(keep_caps, pair[1]);
	close(pair[1]);
	if (read(pair[0], &byte, 1) != 1)
		die("cannot take on the rights of a command");
	close(pair[0]);
}

void explain_begin(const struct supervisor_config *config)
{
	if (config->policy->network == NETWORK_ISOLATED)
		netns_enter();
	start_client(config->keep_caps);
	supervisor_init(&sup, config);
	sup.listener = -1;
	probe_init(&probe);
}

void explain_end(void)
{
	probe_close(&probe);
	kill(client, SIGKILL);
	waitpid(client, NULL, 0);
}

/* ---- what it might call ------------------------------------------------- */

static void make_call(struct call *call, const struct target *target, int type,
		      struct explanation *explanation)
{
	static const struct report asks = {.fd = -1, .count = 1};
	static struct client_cache cache;

	*call = (struct call){
		.sup = &sup,
		.probe = &probe,
		.report = &asks,
		.explained = explanation,
		.client = {.sup = &sup, .cache = &cache, .tid = client},
		.op = target->op,
		.fd = -1,
		.domain = target->domain,
		.type = type,
		.raw_len = target->len,
		.has_addr = true,
	};
	memcpy(call->raw, target->raw, target->len);
	addr_decode(&call->addr, call->raw, call->raw_len);
}

/* Whatever may be done with a socket, it must exist. */
static void judge_socket(struct call *asked)
{
	static struct explanation socket;
	struct explanation *explanation = asked->explained;
	struct call call = *asked;

	memset(&socket, 0, sizeof(socket));
	call.explained = &socket;
	call.op = OP_SOCKET;
	call.has_addr = false;
	call.raw_len = 0;
	memset(&call.addr, 0, sizeof(call.addr));
	socket_judged(&call);
	if (!socket.judged || socket.event.verdict.allow)
		return;
	if (explanation->event.verdict.allow)
		*explanation = socket;
	explanation->event.verdict.error = socket.event.verdict.error;
	explanation->fails = 0;
}

static struct answer judge_listen(struct call *call)
{
	const struct subject subject = {.kind = TARGET_INET};
	struct policy_verdict verdict;

	if (call->domain == AF_UNIX)
		return answer_continue();
	verdict = inet_judge(call);
	if (call_agreed(call, &verdict, &subject))
		return answer_continue();
	return call_refuse(call, &verdict, TARGET_INET, NULL, 0, NULL);
}

/* The name of a file that is not there: only its name can be judged. */
static void judge_name(struct call *call)
{
	static struct path_name name;
	struct policy_request request = {
		.op = call->op,
		.kind = TARGET_PATH,
		.name = name.text,
	};
	struct policy_verdict verdict;
	struct subject subject;

	if (path_canonical(call->addr.name, &name) != 0)
		return;
	request.len = name.len;
	verdict = policy_decide(sup.policy, &request, NULL, NULL);
	subject =
		(struct subject){TARGET_PATH, name.text, name.len, NULL, NULL};
	if (!call_agreed(call, &verdict, &subject))
		call_refuse(call, &verdict, TARGET_PATH, name.text, name.len,
			    NULL);
}

/* A name may be bound once; whoever has it does not refuse a connect. */
static void see_owner(struct call *call)
{
	const struct sockaddr *name = (const struct sockaddr *)call->raw;

	if (call->explained->event.verdict.allow &&
	    call->addr.kind == ADDR_ABSTRACT &&
	    probe_ask(&probe, SOCK_STREAM, name, call->raw_len) != ECONNREFUSED)
		call->explained->fails = EADDRINUSE;
}

static struct answer judge_operation(struct call *call)
{
	switch (call->op) {
	case OP_CONNECT:
		return connect_judged(call);
	case OP_BIND:
		return bind_judged(call);
	case OP_SEND:
		return send_judged(call);
	case OP_LISTEN:
		return judge_listen(call);
	case OP_SOCKET:
	case OP_RESOLVE:
	case OP_COUNT:
		break;
	}
	return answer_error(EOPNOTSUPP);
}

static void judge(struct call *call)
{
	struct explanation *explanation = call->explained;
	const struct answer answer = judge_operation(call);

	/* What ends before it is judged is not allowed for that. */
	if (answer.error && !explanation->judged && !explanation->fails) {
		explanation->fails = answer.error;
		explanation->event.verdict.allow = false;
		explanation->event.verdict.error = answer.error;
		explanation->event.note = "it cannot be judged";
	}
	if (call->op == OP_BIND)
		see_owner(call);
	if (call->addr.kind == ADDR_PATH && explanation->fails &&
	    !explanation->judged)
		judge_name(call);
}

/* Its own network ends at the loopback. */
static void see_nobody(const struct call *call)
{
	struct explanation *explanation = call->explained;

	explanation->kernel = true;
	if ((call->op == OP_CONNECT || call->op == OP_SEND) &&
	    !inet_is_loopback(&call->addr))
		explanation->fails = ENETUNREACH;
}

static void explain_typed(const struct target *target, int type,
			  struct explanation *explanation)
{
	static struct call call; /* large */

	memset(explanation, 0, sizeof(*explanation));
	make_call(&call, target, type, explanation);
	explanation->event.op = target->op;
	explanation->event.domain = target->domain;
	explanation->event.type = type;
	explanation->event.addr = call.addr;
	explanation->event.has_addr = true;
	explanation->event.verdict.allow = true;
	explanation->event.verdict.rule = -1;
	judge(&call);
	judge_socket(&call);
	if (sup.policy->network == NETWORK_ISOLATED &&
	    target->domain != AF_UNIX)
		see_nobody(&call);
}

/* A program connects the kind of socket that the server has. */
void explain_call(const struct target *target, struct explanation *explanation)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};

	if (target->type) {
		explain_typed(target, target->type, explanation);
		return;
	}
	if (target->op == OP_SEND) {
		explain_typed(target, SOCK_DGRAM, explanation);
		return;
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		explain_typed(target, types[i], explanation);
		if (explanation->fails != EPROTOTYPE)
			return;
	}
}
