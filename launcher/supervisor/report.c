/* SPDX-License-Identifier: MIT */
/* report.c - the shim's side channel: judged like a call, never acted on.
 *
 * All of a report is the client's word.  It can make the log say something
 * about the client itself, marked as advisory; it opens nothing.  Only what is
 * to be published is acted on (publish.c), and judged as a call of its own.
 */
#include <errno.h>
#include <string.h>

#include "../../policy/report.h"
#include "../resolver.h"
#include "call.h"
#include "log.h"

static int read_report(struct call *call, struct report *report)
{
	int error;

	if (call->req->data.args[3] != sizeof(*report))
		return EINVAL;
	error = client_read(&call->client, call->req->data.args[2], report,
			    sizeof(*report));
	if (error)
		return error;
	if (report->version != REPORT_VERSION || report->op >= OP_COUNT ||
	    report->addr_len > sizeof(report->addr))
		return EINVAL;
	return client_alive(&call->client) ? 0 : ESRCH;
}

static int fetch(struct call *call, const struct report *report)
{
	call->op = (enum policy_op)report->op;
	call->domain = report->domain;
	call->type = report->type;
	call->protocol = report->protocol;
	if (report->fd >= 0) {
		const int error = call_socket(call, report->fd);

		if (error)
			return error;
	}
	memcpy(call->raw, report->addr, report->addr_len);
	call->raw_len = report->addr_len;
	call->has_addr = report->addr_len > 0;
	addr_decode(&call->addr, call->raw, call->raw_len);
	return 0;
}

/* It failed for want of network only if we refused something to it.  Where one
 * nameserver could be asked, that another one could not be is no answer about
 * the name, and told as what it is. */
static struct answer resolve_judged(struct call *call)
{
	struct log *log = call->sup->log;
	const struct policy_verdict verdict = policy_refusal(call->sup->policy);
	const char *host = call->report->host;
	const bool named = host[0] != '\0' &&
			   memchr(host, '\0', sizeof(call->report->host));

	call->domain = AF_UNSPEC;
	call->type = call->protocol = 0;
	call->has_addr = false;
	if (named && log_lookup_refused(log, call->client.tid) &&
	    !resolver_may_answer(call->sup->policy) && !resolver_knows(host))
		return call_refuse(call, &verdict, TARGET_OTHER, NULL, 0, NULL);
	log_lookup_ends(log, call->client.tid);
	return answer_error(0);
}

static struct answer lookup(struct call *call)
{
	if (call->req->data.args[2] != 0)
		log_lookup_begins(call->sup->log, call->client.tid);
	else
		log_lookup_ends(call->sup->log, call->client.tid);
	return answer_error(0);
}

static struct answer judged(struct call *call)
{
	switch (call->op) {
	case OP_CONNECT:
		return connect_judged(call);
	case OP_SEND:
		return send_judged(call);
	case OP_BIND:
		return bind_judged(call);
	case OP_SOCKET:
		return socket_judged(call);
	case OP_RESOLVE:
		return resolve_judged(call);
	case OP_LISTEN:
	case OP_COUNT:
		break;
	}
	return answer_error(0);
}

/* The errno of a refusal is the result of a successful prctl(2). */
static struct answer as_value(const struct answer *answer)
{
	if (answer->go_on || answer->error > 4095)
		return (struct answer){.value = 0};
	return (struct answer){.value = answer->error};
}

struct answer op_report(struct call *call)
{
	struct report report;
	struct answer answer;
	int error;

	switch (call->req->data.args[1]) {
	case REPORT_HELLO:
		atomic_store(call->sup->shim_seen, true);
		return answer_error(0);
	case REPORT_PUBLISH:
		return op_publish(call);
	case REPORT_LOOKUP:
		return lookup(call);
	case REPORT_REFUSED:
	case REPORT_REPEATED:
		break;
	default:
		return answer_error(EINVAL);
	}
	error = read_report(call, &report);
	if (error)
		return answer_error(error);
	call->report = &report;
	error = fetch(call, &report);
	answer = error ? answer_error(error) : judged(call);
	call->report = NULL;
	return error ? answer : as_value(&answer);
}
