/* SPDX-License-Identifier: MIT */
/* hint.c - the option that would allow a refused request.  */
#include "policy.h"

#include <string.h>

#include "changing.h"
#include "inet.h"
#include "quote.h"
#include "text.h"

/* "@", an abstract name and "*". */
#define WORD_MAX 256

/* Whoever binds a name that cannot be granted wants to reach itself. */
static const char private_names[] = "--private-sockets";

/* Whether an allow rule covers the request if it were for another op. */
static bool is_covered_for(const struct policy *policy,
			   const struct policy_request *request,
			   enum policy_op op)
{
	struct policy_request other = *request;
	struct policy_verdict verdict;

	other.op = op;
	verdict = policy_decide(policy, &other, NULL, NULL);
	return verdict.allow;
}

/* A name that is granted in one direction lacks only the other one. */
static const char *missing_option(const struct policy *policy,
				  const struct policy_request *request)
{
	if (request->op == OP_BIND)
		return is_covered_for(policy, request, OP_CONNECT)
			       ? "--allow-unix-bind "
			       : "--allow-unix-socket ";
	return is_covered_for(policy, request, OP_BIND)
		       ? "--allow-unix-connect "
		       : "--allow-unix-socket ";
}

static void append_path(struct text *text, const struct policy *policy,
			const struct policy_request *request)
{
	const size_t scratch = changing_scratch(request, NULL, NULL);

	if (request->len == 0)
		return;
	if (scratch > 0) {
		text_string(text, private_names);
		text_string(text, "=");
		quote_shell(text, request->name, scratch);
		return;
	}
	text_string(text, missing_option(policy, request));
	quote_shell(text, request->name, request->len);
}

/*
 * An argument cannot hold NUL, and a "*" at its end means a prefix.  Such a
 * name is covered by its longest prefix that can be written; an empty prefix
 * would grant every abstract name and is not worth suggesting, but private
 * names are.
 */
static void append_abstract(struct text *text, const char *option,
			    const struct policy_request *request)
{
	const char *nul = memchr(request->name, '\0', request->len);
	size_t len = nul ? (size_t)(nul - request->name) : request->len;
	char buf[WORD_MAX];
	struct text word;

	if (len == 0 || changing_scratch(request, NULL, NULL) > 0) {
		if (request->op == OP_BIND)
			text_string(text, private_names);
		return;
	}
	text_open(&word, buf, sizeof(buf));
	text_string(&word, "@");
	text_bytes(&word, request->name, len);
	if (nul || request->name[len - 1] == '*')
		text_string(&word, "*");
	if (text_length(&word) < 0)
		return;
	text_string(text, option);
	quote_shell(text, buf, word.len);
}

/* Linux picks ports from here for those who do not (ip(7),
 * ip_local_port_range): the next one will be another. */
#define EPHEMERAL_LOW  32768
#define EPHEMERAL_HIGH 60999

static bool is_listening(const struct policy_request *request)
{
	return request->op == OP_LISTEN || request->op == OP_BIND;
}

/* The address as it is reached, and the port, or those that it was one of. */
static void append_range(struct text *text,
			 const struct policy_request *request)
{
	struct addr addr = *request->inet;
	struct inet_range range = {.low = addr.port, .high = addr.port};
	char buf[WORD_MAX];
	struct text word;

	if (!is_listening(request))
		inet_reached(&addr, request->inet);
	else if (addr.port >= EPHEMERAL_LOW && addr.port <= EPHEMERAL_HIGH)
		range.low = EPHEMERAL_LOW, range.high = EPHEMERAL_HIGH;
	range.family = addr.kind == ADDR_INET ? INET_V4 : INET_V6;
	range.bits = addr.kind == ADDR_INET ? 32 : 128;
	memcpy(range.ip, addr.ip, sizeof(range.ip));
	text_open(&word, buf, sizeof(buf));
	inet_range_text(&word, &range);
	quote_shell(text, buf, word.len);
}

/* Sockets of AF_UNIX are another matter, and stay as they are. */
static void append_full(struct text *text, const struct policy *policy)
{
	text_string(text, "--network full");
	if (!policy->unix_all)
		text_string(text, " --unix-sockets=allowlist");
}

static void append_inet(struct text *text, const struct policy *policy,
			const struct policy_request *request)
{
	const bool stream = request->type == SOCK_STREAM;
	const bool named = request->inet && request->inet->port > 0 &&
			   (request->inet->kind == ADDR_INET ||
			    request->inet->kind == ADDR_INET6);
	const char *option = NULL;

	if (named && is_listening(request) && stream)
		option = "--allow-listen ";
	else if (named && request->op == OP_CONNECT && stream)
		option = "--allow-connect ";
	else if (named && request->type == SOCK_DGRAM &&
		 (request->op == OP_CONNECT || request->op == OP_SEND))
		option = "--allow-udp ";
	if (!option) {
		append_full(text, policy);
		return;
	}
	/* No address outside can be granted to a network of its own. */
	if (policy->network == NETWORK_ISOLATED)
		text_string(text, "--network none ");
	text_string(text, option);
	append_range(text, request);
}

static void append_allow(struct text *text, const struct policy *policy,
			 const struct policy_request *request)
{
	switch (request->kind) {
	case TARGET_PATH:
		/* Datagram sockets: the only kind that is withheld. */
		if (request->op == OP_SOCKET) {
			text_string(text, "--allow-unix-dgram");
			return;
		}
		append_path(text, policy, request);
		break;
	case TARGET_ABSTRACT:
		append_abstract(text, missing_option(policy, request), request);
		break;
	case TARGET_AUTOBIND: /* is for bind(2) alone */
		if (request->op == OP_BIND)
			text_string(text, private_names);
		break;
	case TARGET_INET:
		append_inet(text, policy, request);
		break;
	case TARGET_OTHER:
		append_full(text, policy);
		break;
	}
}

const char *policy_hint(const struct policy *policy,
			const struct policy_request *request,
			const struct policy_verdict *verdict, char *buf,
			size_t size)
{
	struct text text;

	text_open(&text, buf, size);
	if (verdict->allow)
		return buf;
	if (verdict->rule >= 0) {
		const struct policy_rule *rule = &policy->rules[verdict->rule];

		text_string(&text, "without --deny-unix-socket ");
		quote_shell(&text, policy->arena + rule->given,
			    rule->given_len);
	} else {
		append_allow(&text, policy, request);
	}
	/* Half an option would grant something else. */
	if (text.full && size > 0)
		buf[0] = '\0';
	return buf;
}
