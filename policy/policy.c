/* SPDX-License-Identifier: MIT */
/* policy.c - what a sandbox may reach: rules, requests and verdicts.  */
#include "policy.h"

#include <errno.h>
#include <string.h>

#include "inet.h"

void policy_init(struct policy *policy)
{
	/* Rules and arena are meaningless beyond their counts; not touching
	 * them spares every process 18 pages. */
	policy->network = NETWORK_NONE;
	policy->unix_all = false;
	policy->unix_dgram = false;
	policy->unix_private = false;
	policy->asks = false;
	policy->deny_errno = EACCES;
	policy->rule_count = 0;
	policy->arena_used = 0;
}

static uint32_t append_name(struct policy *policy, const char *name, size_t len)
{
	uint32_t offset = policy->arena_used;

	memcpy(policy->arena + offset, name, len);
	policy->arena[offset + len] = '\0';
	policy->arena_used += (uint32_t)len + 1;
	return offset;
}

enum policy_error policy_add(struct policy *policy,
			     const struct policy_rule *rule, const char *name,
			     size_t name_len, const char *given)
{
	size_t given_len = strlen(given);
	size_t room = sizeof(policy->arena) - policy->arena_used;
	struct policy_rule *added;

	if (name_len == 0 && rule->kind != RULE_ABSTRACT_PREFIX)
		return POLICY_EMPTY;
	if (policy->rule_count >= POLICY_MAX_RULES)
		return POLICY_TOO_MANY_RULES;
	if (name_len >= room || given_len >= room - name_len - 1)
		return POLICY_TOO_LONG;

	added = &policy->rules[policy->rule_count++];
	*added = *rule;
	added->name = append_name(policy, name, name_len);
	added->name_len = (uint32_t)name_len;
	added->given = append_name(policy, given, given_len);
	added->given_len = (uint32_t)given_len;
	return POLICY_OK;
}

const char *policy_error_text(enum policy_error error)
{
	static const char *const texts[] = {
		[POLICY_OK] = "no error",
		[POLICY_TOO_MANY_RULES] = "there are more than 256 rules",
		[POLICY_TOO_LONG] = "the names of all rules exceed 64 KiB",
		[POLICY_EMPTY] = "the name is empty",
	};

	_Static_assert(POLICY_MAX_RULES == 256 && POLICY_ARENA_SIZE == 65536,
		       "the texts name the limits");
	return texts[error];
}

const char *policy_network_name(enum network_mode network)
{
	static const char *const names[] = {
		[NETWORK_NONE] = "none",
		[NETWORK_ISOLATED] = "isolated",
		[NETWORK_LOOPBACK] = "host-loopback",
		[NETWORK_FULL] = "full",
	};

	return names[network];
}

const char *policy_op_name(enum policy_op op)
{
	static const char *const names[] = {
		[OP_CONNECT] = "connect", [OP_BIND] = "bind",
		[OP_LISTEN] = "listen",	  [OP_SEND] = "send",
		[OP_SOCKET] = "socket",	  [OP_RESOLVE] = "resolve",
	};

	return (unsigned int)op < OP_COUNT ? names[op] : "unknown";
}

/* Absolute, no empty, "." or ".." component, no slash at the end but "/". */
static bool is_canonical(const char *name, size_t len)
{
	size_t start = 1;

	if (len == 0 || name[0] != '/')
		return false;
	for (size_t i = 1; i <= len && len > 1; i++) {
		size_t size = i - start;

		if (i < len && name[i] != '/')
			continue;
		if (size == 0 ||
		    (size <= 2 && name[start] == '.' && name[i - 1] == '.'))
			return false;
		start = i + 1;
	}
	return true;
}

static bool starts_with(const struct policy_request *request, const char *name,
			size_t len)
{
	return request->len >= len && memcmp(request->name, name, len) == 0;
}

static bool is_beneath(const struct policy_request *request, const char *name,
		       size_t len)
{
	/* "/" is the one directory whose name ends with the separator. */
	if (len == 1)
		return request->len > 1 && request->name[0] == '/';
	return request->len > len + 1 && request->name[len] == '/' &&
	       starts_with(request, name, len);
}

bool policy_match_text(const struct policy *policy, unsigned int rule,
		       const struct policy_request *request, void *ctx)
{
	const struct policy_rule *entry = &policy->rules[rule];
	const char *name = policy_rule_name(policy, entry);

	(void)ctx;
	/* What was missing at start may have become a directory. */
	if ((entry->kind == RULE_TREE || entry->effect == EFFECT_DENY) &&
	    is_beneath(request, name, entry->name_len))
		return true;
	return entry->kind != RULE_TREE && request->len == entry->name_len &&
	       starts_with(request, name, entry->name_len);
}

static bool match_abstract(const struct policy *policy,
			   const struct policy_rule *rule,
			   const struct policy_request *request)
{
	const char *name = policy_rule_name(policy, rule);

	if (rule->kind == RULE_ABSTRACT && request->len != rule->name_len)
		return false;
	return policy_rule_is_abstract(rule) &&
	       starts_with(request, name, rule->name_len);
}

static bool rule_covers(const struct policy *policy, unsigned int index,
			const struct policy_request *request,
			policy_match_fn *match, void *ctx)
{
	const struct policy_rule *rule = &policy->rules[index];

	switch (request->kind) {
	case TARGET_PATH:
		return (rule->kind == RULE_NODE || rule->kind == RULE_TREE) &&
		       match(policy, index, request, ctx);
	case TARGET_ABSTRACT:
		return match_abstract(policy, rule, request);
	case TARGET_AUTOBIND:
		/* The kernel may pick any name, so only a rule for all. */
		return rule->kind == RULE_ABSTRACT_PREFIX &&
		       rule->name_len == 0;
	case TARGET_INET:
	case TARGET_OTHER:
		break;
	}
	return false;
}

/* The first rule of one effect that covers the request, or -1. */
static int find_rule(const struct policy *policy, enum policy_effect effect,
		     const struct policy_request *request,
		     policy_match_fn *match, void *ctx)
{
	for (unsigned int i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->effect == effect &&
		    (rule->ops & (1U << request->op)) != 0 &&
		    rule_covers(policy, i, request, match, ctx))
			return (int)i;
	}
	return -1;
}

/* ---- IP ----------------------------------------------------------------- */

static enum rule_kind kind_for(int type)
{
	return type == SOCK_DGRAM ? RULE_UDP : RULE_TCP;
}

bool policy_mediates(const struct policy *policy, int type)
{
	if (policy->network == NETWORK_LOOPBACK && type == SOCK_STREAM)
		return true;
	if (policy->asks && type == SOCK_STREAM)
		return policy->network == NETWORK_NONE;
	for (unsigned int i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].kind == kind_for(type))
			return policy->network == NETWORK_NONE ||
			       policy->network == NETWORK_LOOPBACK;
	return false;
}

bool policy_stays_home(const struct policy *policy)
{
	struct inet_range range;

	if (policy->network == NETWORK_LOOPBACK || policy->asks)
		return true;
	for (unsigned int i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if ((rule->kind == RULE_TCP || rule->kind == RULE_UDP) &&
		    (rule->ops & OPS_CONNECT) &&
		    inet_range_get(&range, policy_rule_name(policy, rule),
				   rule->name_len) &&
		    inet_range_stays_home(&range))
			return true;
	}
	return false;
}

static bool covers_inet(const struct policy *policy,
			const struct policy_rule *rule,
			const struct policy_request *request)
{
	struct inet_range range;

	if (rule->kind != kind_for(request->type) ||
	    !(rule->ops & (1U << request->op)) ||
	    !inet_range_get(&range, policy_rule_name(policy, rule),
			    rule->name_len))
		return false;
	return request->op == OP_LISTEN
		       ? inet_range_hears(&range, request->inet)
		       : inet_range_has(&range, request->inet);
}

static int find_inet_rule(const struct policy *policy,
			  const struct policy_request *request)
{
	for (unsigned int i = 0; i < policy->rule_count; i++)
		if (covers_inet(policy, &policy->rules[i], request))
			return (int)i;
	return -1;
}

static bool is_host_loopback(const struct policy *policy,
			     const struct policy_request *request)
{
	struct addr reached = *request->inet;

	if (policy->network != NETWORK_LOOPBACK || request->type != SOCK_STREAM)
		return false;
	if (request->op != OP_LISTEN)
		inet_reached(&reached, request->inet);
	return inet_is_loopback(&reached);
}

static bool is_inet(const struct addr *addr)
{
	return addr && (addr->kind == ADDR_INET || addr->kind == ADDR_INET6);
}

/* Sets *@rule, and returns whether it is allowed. */
static bool allows_inet(const struct policy *policy,
			const struct policy_request *request, int *rule)
{
	*rule = -1;
	if (policy->network == NETWORK_FULL ||
	    policy->network == NETWORK_ISOLATED)
		return true;
	/* Whatever becomes of it later. */
	if (request->op == OP_BIND && request->type == SOCK_STREAM)
		return true;
	if ((request->type != SOCK_STREAM && request->type != SOCK_DGRAM) ||
	    !policy_mediates(policy, request->type))
		return false;
	if (request->op == OP_SOCKET)
		return true;
	if (!is_inet(request->inet))
		return false;
	/* Binding sends nothing, but where it is bound UDP hears. */
	if (request->op == OP_BIND)
		return request->inet->port == 0;
	if (is_host_loopback(policy, request))
		return true;
	*rule = find_inet_rule(policy, request);
	return *rule >= 0;
}

/* ---- the decision ------------------------------------------------------- */

static bool is_unix(const struct policy_request *request)
{
	return request->kind == TARGET_PATH ||
	       request->kind == TARGET_ABSTRACT ||
	       request->kind == TARGET_AUTOBIND;
}

static struct policy_verdict allowed(int rule)
{
	return (struct policy_verdict){.allow = true, .rule = rule};
}

static struct policy_verdict refused(const struct policy *policy,
				     const struct policy_request *request,
				     int rule)
{
	bool probe = request->kind == TARGET_ABSTRACT &&
		     (request->op == OP_CONNECT || request->op == OP_SEND);

	return (struct policy_verdict){
		.rule = rule,
		.error = probe ? ECONNREFUSED : policy->deny_errno,
	};
}

/* Outsiders could connect to such a name, but nobody inside to theirs. */
static bool is_private_name(const struct policy *policy,
			    const struct policy_request *request)
{
	return policy->unix_private && request->op == OP_BIND &&
	       request->kind != TARGET_PATH;
}

struct policy_verdict policy_decide(const struct policy *policy,
				    const struct policy_request *request,
				    policy_match_fn *match, void *ctx)
{
	int rule;

	if (request->kind == TARGET_INET)
		return allows_inet(policy, request, &rule)
			       ? allowed(rule)
			       : refused(policy, request, -1);
	if (!is_unix(request))
		return policy->network == NETWORK_FULL
			       ? allowed(-1)
			       : refused(policy, request, -1);
	if (request->op == OP_LISTEN)
		return allowed(-1);
	if (!match || match == policy_match_text) {
		/* A name with ".." could lead past a rule that it misses. */
		if (request->kind == TARGET_PATH &&
		    !is_canonical(request->name, request->len))
			return refused(policy, request, -1);
		match = policy_match_text;
	}
	rule = find_rule(policy, EFFECT_DENY, request, match, ctx);
	if (rule >= 0)
		return refused(policy, request, rule);
	rule = find_rule(policy, EFFECT_ALLOW, request, match, ctx);
	if (rule >= 0 || policy->unix_all || is_private_name(policy, request))
		return allowed(rule);
	return refused(policy, request, -1);
}

bool policy_may_bind_abstract(const struct policy *policy)
{
	bool granted = false;

	for (unsigned int i = 0; i < policy->rule_count && !granted; i++)
		granted = policy_rule_is_abstract(&policy->rules[i]) &&
			  policy->rules[i].effect == EFFECT_ALLOW &&
			  (policy->rules[i].ops & OPS_BIND);
	return granted || policy->unix_private || policy->asks;
}
