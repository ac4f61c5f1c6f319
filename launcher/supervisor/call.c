/* SPDX-License-Identifier: MIT */
/* call.c - what every mediated call needs: socket, address, refusal. */
#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "../../policy/expected.h"
#include "../clean.h"
#include "../resolver.h"
#include "ask.h"
#include "fetch.h"
#include "judge.h"
#include "log.h"
#include "settled.h"
#include "stack.h"
#include "who.h"
#include "worker.h"

static int socket_option(int fd, int option, int *value)
{
	socklen_t len = sizeof(*value);

	return getsockopt(fd, SOL_SOCKET, option, value, &len) == 0 ? 0 : errno;
}

int call_descriptor(struct call *call, int fd)
{
	call->fd = call->sup->made ? fetch_made(call, fd)
				   : client_fd(&call->client, fd);
	return call->fd < 0 ? -call->fd : 0;
}

int call_domain(struct call *call)
{
	return socket_option(call->fd, SO_DOMAIN, &call->domain);
}

int call_socket(struct call *call, int fd)
{
	const int error = call_descriptor(call, fd);

	return error ? error : call_domain(call);
}

int call_type(struct call *call)
{
	if (call->fd >= 0 && socket_option(call->fd, SO_TYPE, &call->type) != 0)
		call->type = 0;
	return call->type;
}

int call_address(struct call *call, uint64_t from, int len)
{
	int error;

	if (len < 0 || (size_t)len > sizeof(call->raw))
		return EINVAL;
	if (len > 0) {
		error = client_read(&call->client, from, call->raw,
				    (size_t)len);
		if (error)
			return error;
	}
	call->raw_len = (socklen_t)len;
	call->has_addr = true;
	addr_decode(&call->addr, call->raw, call->raw_len);
	/* Only now is it certain that all of it was this client's: a thread
	 * id may be somebody else's as soon as its thread has died. */
	return client_alive(&call->client) ? 0 : ESRCH;
}

/* What only the shim knows; it is the client's word. */
static void add_report(struct event *event, const struct report *report)
{
	event->layer = LAYER_SHIM;
	event->count = report->count ? report->count : 1;
	memcpy(event->host, report->host, sizeof(event->host));
	event->host[sizeof(event->host) - 1] = '\0';
}

static void describe(struct call *call, struct event *event)
{
	event->op = call->op;
	event->domain = call->domain;
	event->type = call_type(call);
	event->protocol = call->protocol;
	event->has_addr = call->has_addr;
	event->addr = call->addr;
	event->argv0[0] = event->resolved[0] = event->host[0] = '\0';
	event->hint[0] = '\0';
	event->stack.len = 0;
	event->count = 1;
	event->layer = LAYER_SUPERVISOR;
	if (call->report)
		add_report(event, call->report);
}

/* Without --audit no rule is of it. */
static bool is_audited(const struct supervisor *sup,
		       const struct policy_verdict *verdict)
{
	return verdict->allow && verdict->rule >= 0 &&
	       (unsigned int)verdict->rule >= sup->strict->rule_count;
}

static void explain(struct call *call, const struct policy_verdict *verdict,
		    struct policy_request *request, const char *note,
		    struct event *event)
{
	const struct policy *policy = call->sup->policy;
	const struct policy_verdict refused = {.rule = -1};

	describe(call, event);
	who_called(call, event);
	request->pid = event->pid;
	settled_find(request, &call->sup->started);
	event->verdict = *verdict;
	event->audit = is_audited(call->sup, verdict);
	if (event->audit)
		verdict = &refused;
	event->note = note;
	event->expected = expected_probe(request);
	event->settled = request->settled;
	event->scratch = request->scratch;
	event->rule =
		verdict->rule < 0
			? NULL
			: policy->arena + policy->rules[verdict->rule].given;
	if (request->kind == TARGET_PATH &&
	    request->len < sizeof(event->resolved)) {
		memcpy(event->resolved, request->name, request->len);
		event->resolved[request->len] = '\0';
	}
	/* No option helps where the policy is not the reason; a note about a
	 * kind of socket only explains the policy. */
	if (call->op == OP_RESOLVE)
		resolver_hint(call->sup->strict, event->hint,
			      sizeof(event->hint));
	else if (!note || call->op == OP_SOCKET)
		policy_hint(call->sup->strict, request, verdict, event->hint,
			    sizeof(event->hint));
}

static void request_of(struct call *call, const struct subject *subject,
		       struct policy_request *request)
{
	*request = (struct policy_request){
		.op = call->op,
		.kind = subject->kind,
		.name = subject->name ? subject->name : "",
		.len = subject->len,
		.inet = call->has_addr ? &call->addr : NULL,
		.type = call_type(call),
	};
}

static void tell(struct call *call, const struct policy_verdict *verdict,
		 const struct subject *subject)
{
	/* Large, so there is one for all workers. */
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct event event;
	struct policy_request request;
	char argv0[EVENT_ARGV0_MAX];
	struct stack stack;

	request_of(call, subject, &request);
	if (call->explained) {
		call->explained->judged = true;
		explain(call, verdict, &request, subject->note,
			&call->explained->event);
		return;
	}
	who_argument(call, argv0);
	stack_gather(call, &stack);
	pthread_mutex_lock(&lock);
	explain(call, verdict, &request, subject->note, &event);
	who_named(argv0, &event);
	stack_copy(&event.stack, &stack);
	if (call->op == OP_RESOLVE)
		log_lookup_failed(call->sup->log, &event);
	else
		log_event(call->sup->log, &event);
	pthread_mutex_unlock(&lock);
}

/* Only what an option could grant. */
static bool may_ask(const struct call *call, const struct subject *subject)
{
	return call->sup->ask && !call->quiet && !subject->note &&
	       (call->op == OP_CONNECT || call->op == OP_SEND ||
		call->op == OP_BIND || call->op == OP_LISTEN);
}

/* If the call has ended meanwhile it is nothing to write down. */
static bool ask_about(struct call *call, struct policy_verdict *verdict,
		      const struct subject *subject)
{
	struct policy_request request;
	struct event event;
	autoclose int dir = -1;
	int error;

	request_of(call, subject, &request);
	explain(call, verdict, &request, NULL, &event);
	if (subject->held)
		dir = judge_directory(&request, subject->held);
	if (ask_person(call->sup->ask, call, &event, dir, &error)) {
		*verdict = (struct policy_verdict){.allow = true, .rule = -1};
		return true;
	}
	if (error) {
		verdict->error = error;
		call->quiet = true;
	}
	return false;
}

static void tell_answer(struct call *call, const struct policy_verdict *verdict,
			const struct subject *subject)
{
	struct subject asked = *subject;

	asked.note = "allowed at the terminal";
	if (!call->report)
		tell(call, verdict, &asked);
}

bool call_agreed(struct call *call, struct policy_verdict *verdict,
		 const struct subject *subject)
{
	const bool wanted =
		(call->sup->log_allowed || is_audited(call->sup, verdict)) &&
		!call->report && !call->quiet;

	if (!verdict->allow && may_ask(call, subject)) {
		if (ask_about(call, verdict, subject))
			tell_answer(call, verdict, subject);
		return verdict->allow;
	}
	if (verdict->allow && (wanted || call->explained))
		tell(call, verdict, subject);
	return verdict->allow;
}

struct answer call_refuse(struct call *call,
			  const struct policy_verdict *verdict,
			  enum target_kind kind, const char *name, size_t len,
			  const char *note)
{
	const struct subject subject = {kind, name, len, note, NULL};

	if (!call->quiet)
		tell(call, verdict, &subject);
	return answer_error(verdict->error);
}

struct answer call_refuse_abstract(struct call *call, const char *note)
{
	const struct policy_verdict verdict = policy_refusal(call->sup->policy);

	return call_refuse(call, &verdict, TARGET_ABSTRACT, call->addr.name,
			   call->addr.name_len, note);
}

bool call_fails(struct call *call, int error)
{
	if (error && call->explained)
		call->explained->fails = error;
	return error && !call->explained;
}

bool call_may_go_on(const struct supervisor *sup)
{
	return !sup->mediates_inet || sup->inet_locked;
}

bool call_bind_may_go_on(const struct supervisor *sup)
{
	return sup->policy->network == NETWORK_NONE ? sup->inet_locked
						    : call_may_go_on(sup);
}

socklen_t call_held_address(struct sockaddr_un *addr, int pin)
{
	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(addr->sun_path, sizeof(addr->sun_path), "/proc/self/fd/%d",
		 pin);
	return sizeof(*addr);
}

bool call_has_send_timeout(const struct call *call)
{
	struct timeval tv = {0};
	socklen_t len = sizeof(tv);

	getsockopt(call->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, &len);
	return tv.tv_sec != 0 || tv.tv_usec != 0;
}

int call_interrupted(struct call *call)
{
	switch (worker_interruption(call->worker)) {
	case INTERRUPT_GONE:
		return ESRCH;
	case INTERRUPT_SIGNAL:
		/* sock_intr_errno() in include/net/sock.h */
		return call_has_send_timeout(call) ? EINTR : ERESTARTSYS;
	case INTERRUPT_OVERLOAD:
		return EAGAIN;
	case INTERRUPT_NONE:
		break;
	}
	return 0;
}

struct answer call_uninspectable(struct call *call)
{
	const struct policy_verdict verdict = policy_refusal(call->sup->policy);
	struct answer answer;

	/* A dead client hides nothing. */
	if (!client_alive(&call->client))
		return answer_error(ESRCH);
	if (call->foreign && fetch_answer(call, &answer))
		return answer;
	return call_refuse(call, &verdict, TARGET_PATH, NULL, 0,
			   call->foreign ? "this socket was not made by the "
					   "supervisor and cannot be fetched"
					 : "this program cannot be inspected");
}

struct answer call_failed(struct call *call, int error)
{
	return error == EACCES ? call_uninspectable(call) : answer_error(error);
}
