/* SPDX-License-Identifier: MIT */
/* fuzz_match.c - decisions against an oracle that compares components.
 *
 * Rules and questions are made of few short components, so that they meet.
 * Every question is also asked as every operation; a refusal must name the
 * option that would have allowed it.
 */
#include <errno.h>

#include "policy/inet.h"
#include "policy/policy.h"
#include "shown.h"

#define RULES_MAX 12
#define ASKED_MAX 8
#define NAME_SIZE 256

struct name {
	size_t len;
	char bytes[NAME_SIZE];
};

static struct policy policy;

static const char *const components[] = {
	"a",  "b", "ab", "a.", ".a", "...", "a b", "'", "\xff", "\x1b",
	"c*", "@", "-",	 "$a", "~",  "\n",  "..",  ".", "",
};

#define PLAIN 16 /* of them never make a name that is not canonical */

static void make_path(struct input *in, struct name *name, unsigned int choice)
{
	unsigned int depth = input_below(in, 5);

	name->len = 0;
	while (depth--) {
		const char *component = components[input_below(in, choice)];

		name->bytes[name->len++] = '/';
		memcpy(name->bytes + name->len, component, strlen(component));
		name->len += strlen(component);
	}
	if (name->len == 0)
		name->bytes[name->len++] = '/';
	name->bytes[name->len] = '\0';
}

static void make_abstract(struct input *in, struct name *name)
{
	static const char bytes[] = "ab*'\0\xff/@";

	name->len = input_below(in, 6);
	for (size_t i = 0; i < name->len; i++)
		name->bytes[i] = bytes[input_below(in, sizeof(bytes) - 1)];
	name->bytes[name->len] = '\0';
}

/* ---- the oracle: lists of components, no strings side by side ------------ */

struct parts {
	size_t count;
	struct name part[NAME_SIZE];
};

static void split(const char *bytes, size_t len, struct parts *out)
{
	out->count = 0;
	if (len < 2 || bytes[0] != '/')
		return; /* the root has none, neither has an abstract name */
	for (size_t i = 0; i < len; i++) {
		struct name *last = &out->part[out->count - (i > 0)];

		if (bytes[i] == '/')
			out->part[out->count++].len = 0;
		else
			last->bytes[last->len++] = bytes[i];
	}
}

static bool same(const struct name *a, const struct name *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool is_canonical(const struct parts *parts)
{
	static const struct name bad[] = {{0, ""}, {1, "."}, {2, ".."}};

	for (size_t i = 0; i < parts->count; i++)
		for (size_t j = 0; j < COUNT_OF(bad); j++)
			if (same(&parts->part[i], &bad[j]))
				return false;
	return true;
}

static bool path_covered(const struct policy_rule *rule,
			 const struct policy_request *request)
{
	static struct parts mine, asked;

	split(policy.arena + rule->name, rule->name_len, &mine);
	split(request->name, request->len, &asked);
	for (size_t i = 0; i < mine.count; i++)
		if (i >= asked.count || !same(&mine.part[i], &asked.part[i]))
			return false;
	if (asked.count == mine.count)
		return rule->kind == RULE_NODE;
	return rule->kind == RULE_TREE || rule->effect == EFFECT_DENY;
}

static bool abstract_covered(const struct policy_rule *rule,
			     const struct policy_request *request)
{
	if (rule->kind != RULE_ABSTRACT && rule->kind != RULE_ABSTRACT_PREFIX)
		return false;
	for (size_t i = 0; i < rule->name_len; i++)
		if (i >= request->len ||
		    request->name[i] != policy.arena[rule->name + i])
			return false;
	return rule->kind == RULE_ABSTRACT_PREFIX ||
	       request->len == rule->name_len;
}

/* One of few ports, and of few addresses: they meet.  The last byte of an IPv4
 * address says which it is, and a prefix leaves it out. */
static const uint8_t ips[][4] = {
	{127, 0, 0, 1},
	{127, 0, 0, 2},
	{10, 0, 0, 1},
	{0, 0, 0, 0},
};

static bool in_loopback(const struct policy_request *request)
{
	const uint8_t *ip = request->inet->ip;

	return ip[0] == 127 || (request->op != OP_LISTEN && ip[0] == 0);
}

static bool inet_covered(const struct policy_rule *rule,
			 const struct policy_request *request)
{
	const uint8_t *range = (const uint8_t *)policy.arena + rule->name;
	const uint8_t *ip = request->inet->ip;
	const bool listens = request->op == OP_LISTEN;
	const unsigned int wanted = listens ? OPS_LISTEN : OPS_CONNECT;

	if (request->op == OP_BIND || request->op == OP_RESOLVE ||
	    !(rule->ops & wanted) ||
	    rule->kind != (request->type == SOCK_DGRAM ? RULE_UDP : RULE_TCP) ||
	    request->inet->port < range[19] || request->inet->port > range[21])
		return false;
	if (ip[0] == 0) /* all of them, or 127.0.0.1 */
		ip = listens ? NULL : ips[0];
	if (!ip)
		return range[1] == 0;
	/* A prefix is of no or of 8 bits, or all there are. */
	return range[1] == 0 ||
	       (ip[0] == range[2] && (range[1] == 8 || ip[3] == range[5]));
}

static bool mediated(int type)
{
	if (policy.network == NETWORK_LOOPBACK && type == SOCK_STREAM)
		return true;
	for (unsigned int i = 0; i < policy.rule_count; i++)
		if (policy.rules[i].kind ==
		    (type == SOCK_DGRAM ? RULE_UDP : RULE_TCP))
			return true;
	return false;
}

static bool inet_allowed(const struct policy_request *request, int *rule)
{
	const bool udp = request->type == SOCK_DGRAM;

	if (policy.network == NETWORK_FULL ||
	    policy.network == NETWORK_ISOLATED)
		return true;
	if (request->op == OP_BIND && !udp)
		return true;
	if (!mediated(request->type))
		return false;
	if (request->op == OP_SOCKET)
		return true;
	if (request->op == OP_BIND)
		return request->inet->port == 0;
	if (policy.network == NETWORK_LOOPBACK && !udp && in_loopback(request))
		return true;
	for (int i = (int)policy.rule_count - 1; i >= 0; i--)
		if (policy.rules[i].kind >= RULE_TCP &&
		    inet_covered(&policy.rules[i], request))
			*rule = i;
	return *rule >= 0;
}

static bool covered(const struct policy_rule *rule,
		    const struct policy_request *request)
{
	const unsigned int wanted =
		request->op == OP_BIND ? OPS_BIND : OPS_CONNECT;

	if (!(rule->ops & wanted))
		return false;
	switch (request->kind) {
	case TARGET_PATH:
		return rule->kind <= RULE_TREE && path_covered(rule, request);
	case TARGET_ABSTRACT:
		return abstract_covered(rule, request);
	case TARGET_AUTOBIND:
		return rule->kind == RULE_ABSTRACT_PREFIX && !rule->name_len;
	case TARGET_INET:
	case TARGET_OTHER:
		break;
	}
	return false;
}

static struct policy_verdict expected(const struct policy_request *request)
{
	static struct parts parts;
	struct policy_verdict v = {.rule = -1};
	int first[2] = {-1, -1};

	for (int i = (int)policy.rule_count - 1; i >= 0; i--)
		if (covered(&policy.rules[i], request))
			first[policy.rules[i].effect] = i;
	v.error = policy.deny_errno;
	if (request->kind == TARGET_INET) {
		v.allow = inet_allowed(request, &v.rule);
	} else if (request->kind == TARGET_OTHER) {
		v.allow = policy.network == NETWORK_FULL;
	} else if (request->op == OP_LISTEN) {
		v.allow = true;
	} else if (request->kind == TARGET_PATH &&
		   (split(request->name, request->len, &parts),
		    !is_canonical(&parts))) {
		v.allow = false;
	} else {
		v.allow = first[EFFECT_DENY] < 0 &&
			  (first[EFFECT_ALLOW] >= 0 || policy.unix_all ||
			   (policy.unix_private && request->op == OP_BIND &&
			    request->kind != TARGET_PATH));
		v.rule = first[first[EFFECT_DENY] < 0 ? EFFECT_ALLOW
						      : EFFECT_DENY];
		if (request->kind == TARGET_ABSTRACT && request->op != OP_BIND)
			v.error = ECONNREFUSED;
	}
	if (v.allow)
		v.error = 0;
	return v;
}

/* ---- hints ----------------------------------------------------------------
 */

/* Do as the hint says: the same policy and the option that it names. */
static void follow(const char *option, const char *word,
		   const struct policy_request *request)
{
	static struct policy more;
	struct policy_rule rule = {.effect = EFFECT_ALLOW, .kind = RULE_NODE};
	char name[NAME_SIZE * 4];
	size_t len = shown_shell_word(word, name);
	const char *bytes = name;

	more = policy;
	rule.ops = strstr(option, "socket")    ? OPS_ALL
		   : strstr(option, "connect") ? OPS_CONNECT
					       : OPS_BIND;
	if (request->kind != TARGET_PATH) {
		require(len > 1 && name[0] == '@');
		bytes++;
		len--;
		rule.kind = RULE_ABSTRACT;
		if (bytes[len - 1] == '*') {
			rule.kind = RULE_ABSTRACT_PREFIX;
			len--;
		}
	}
	require(!memchr(bytes, '\0', len));
	/* No more is suggested than has to be: NUL cannot be written. */
	if (request->kind == TARGET_ABSTRACT)
		require(len == strnlen(request->name, request->len));
	require(policy_add(&more, &rule, bytes, len, "") == POLICY_OK);
	require(policy_decide(&more, request, NULL, NULL).allow);
}

/* The same with the address that the hint names. */
static void follow_inet(const char *option, const char *word,
			const struct policy_request *request)
{
	static struct policy more;
	const bool listens = !strcmp(option, "--allow-listen");
	struct policy_rule rule = {
		.kind = !strcmp(option, "--allow-udp") ? RULE_UDP : RULE_TCP,
		.ops = listens ? OPS_LISTEN : OPS_CONNECT,
	};
	char name[NAME_SIZE], bytes[INET_RANGE_SIZE];
	struct inet_range range;

	name[shown_shell_word(word, name)] = '\0';
	require(!inet_parse(&range, name, listens ? INET_LISTEN : INET_CONNECT,
			    NULL));
	/* No more is suggested than has to be. */
	require(range.low == range.high && range.low == request->inet->port);
	require(range.bits ==
		(range.family == INET_V4 && request->inet->ip[0] == 0 && listens
			 ? 0
			 : 32));
	inet_range_put(&range, bytes);
	more = policy;
	require(policy_add(&more, &rule, bytes, sizeof(bytes), "") ==
		POLICY_OK);
	require(policy_decide(&more, request, NULL, NULL).allow);
}

/* The same policy with private names. */
static void make_private(const struct policy_request *request)
{
	static struct policy more;

	more = policy;
	more.unix_private = true;
	require(policy_decide(&more, request, NULL, NULL).allow);
}

static void check_hint(const struct policy_request *request,
		       const struct policy_verdict *verdict)
{
	static struct parts parts;
	char hint[1024];
	char *word;

	policy_hint(&policy, request, verdict, hint, sizeof(hint));
	require(shown_safe(hint, strlen(hint)));
	if (verdict->allow || hint[0] == '\0') {
		require(hint[0] == '\0');
		return;
	}
	if (!strncmp(hint, "--network full", 14))
		return;
	if (!strcmp(hint, "--allow-unix-dgram")) {
		require(request->kind == TARGET_PATH &&
			request->op == OP_SOCKET);
		return;
	}
	if (!strcmp(hint, "--private-sockets")) {
		make_private(request);
		return;
	}
	word = strchr(hint, ' ');
	require(word != NULL);
	*word++ = '\0';
	if (!strcmp(hint, "without")) {
		require(policy.rules[verdict->rule].effect == EFFECT_DENY);
		return;
	}
	if (request->kind == TARGET_INET) {
		follow_inet(hint, word, request);
		return;
	}
	require(!strncmp(hint, "--allow-unix-", 13));
	split(request->name, request->len, &parts);
	/* A path that is not canonical is refused whatever is granted. */
	if (request->kind != TARGET_PATH || is_canonical(&parts))
		follow(hint, word, request);
}

/* ---- the harness ----------------------------------------------------------
 */

/* Of one address, of those that begin as it does, or of all; ports 0 to 3. */
static void add_range(struct input *in)
{
	static const uint8_t lengths[] = {32, 8, 0};
	struct policy_rule rule = {
		.ops = input_byte(in) & 1 ? OPS_LISTEN : OPS_CONNECT,
		.kind = input_byte(in) & 1 ? RULE_UDP : RULE_TCP,
	};
	uint8_t bytes[INET_RANGE_SIZE] = {INET_V4, 0};
	const uint8_t *ip = ips[input_below(in, 3)];

	bytes[1] = lengths[input_below(in, COUNT_OF(lengths))];
	memcpy(bytes + 2, ip, bytes[1] / 8);
	bytes[19] = (uint8_t)(1 + input_below(in, 3));
	bytes[21] = (uint8_t)(bytes[19] + input_below(in, 2));
	require(policy_add(&policy, &rule, (char *)bytes, sizeof(bytes), "x") ==
		POLICY_OK);
}

static void make_rules(struct input *in)
{
	static const uint8_t ops[] = {OPS_ALL, OPS_CONNECT, OPS_BIND};
	unsigned int count = input_below(in, RULES_MAX + 1);
	struct name name, given;

	policy_init(&policy);
	policy.network = (uint8_t)input_below(in, NETWORK_FULL + 1);
	policy.unix_all = input_below(in, 8) == 0;
	policy.deny_errno = 1 + (int)input_below(in, 133);
	while (count--) {
		struct policy_rule rule = {
			.effect = input_below(in, 3) == 0,
			.ops = ops[input_below(in, COUNT_OF(ops))],
			.kind = (uint8_t)input_below(in, 5),
		};
		enum policy_error error;

		if (rule.kind == RULE_TCP) {
			add_range(in);
			continue;
		}
		if (rule.kind <= RULE_TREE)
			make_path(in, &name, PLAIN);
		else
			make_abstract(in, &name);
		make_path(in, &given, PLAIN);
		error = policy_add(&policy, &rule, name.bytes, name.len,
				   given.bytes);
		require((error == POLICY_OK) ==
			(name.len > 0 || rule.kind == RULE_ABSTRACT_PREFIX));
	}
	policy.unix_private = input_below(in, 4) == 0;
}

static void ask(struct policy_request *request)
{
	for (int op = 0; op < OP_COUNT; op++) {
		struct policy_verdict got, want;

		request->op = (enum policy_op)op;
		/* Names are for what has one. */
		if ((op == OP_SOCKET || op == OP_RESOLVE) &&
		    request->kind != TARGET_INET &&
		    request->kind != TARGET_OTHER)
			continue;
		got = policy_decide(&policy, request, NULL, NULL);
		want = expected(request);
		require(got.allow == want.allow && got.rule == want.rule &&
			got.error == want.error);
		check_hint(request, &got);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = input_open(data, size);

	make_rules(&in);
	for (int i = 0; i < ASKED_MAX && in.left > 0; i++) {
		struct policy_request request = {
			.kind = (enum target_kind)input_below(&in, 5),
		};
		struct addr addr = {.kind = ADDR_INET};
		struct name name = {0};
		char *exact;

		if (request.kind == TARGET_INET) {
			const unsigned int what = input_byte(&in);

			memcpy(addr.ip, ips[what & 3], 4);
			addr.port = (uint16_t)(what >> 2 & 7);
			request.inet = &addr;
			request.type = what & 32 ? SOCK_DGRAM : SOCK_STREAM;
		}
		if (request.kind == TARGET_PATH)
			make_path(&in, &name, COUNT_OF(components));
		else if (request.kind == TARGET_ABSTRACT)
			make_abstract(&in, &name);
		exact = malloc(name.len + 1);
		memcpy(exact, name.bytes, name.len + 1);
		request.name = exact;
		request.len = name.len;
		ask(&request);
		free(exact);
	}
	return 0;
}
