/* SPDX-License-Identifier: MIT */
/* test_policy.c - every decision, and the option that would change it.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "policy/policy.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define FULL		"--network full --unix-sockets=allowlist"
#define NAME(literal)	literal, sizeof(literal) - 1

static struct policy policy;

static int setup(void **state)
{
	(void)state;
	memset(&policy, 0x5a, sizeof(policy));
	policy_init(&policy);
	return 0;
}

static enum policy_error add_bytes(enum policy_effect effect, unsigned int ops,
				   enum rule_kind kind, const char *name,
				   size_t len)
{
	bool path = kind == RULE_NODE || kind == RULE_TREE;
	struct policy_rule rule = {
		.effect = (uint8_t)effect,
		.ops = (uint8_t)ops,
		.kind = (uint8_t)kind,
		.pin_len = path ? (uint32_t)len : 0,
	};

	return policy_add(&policy, &rule, name, len, "given");
}

static void add(enum policy_effect effect, unsigned int ops,
		enum rule_kind kind, const char *name)
{
	assert_int_equal(add_bytes(effect, ops, kind, name, strlen(name)),
			 POLICY_OK);
}

static struct policy_verdict decide(enum policy_op op, enum target_kind kind,
				    const char *name, size_t len)
{
	struct policy_request request = {
		.op = op, .kind = kind, .name = name, .len = len};

	return policy_decide(&policy, &request, NULL, NULL);
}

#define expect(op, kind, literal, allowed, by, errnum)                         \
	expect_at(decide(op, kind, NAME(literal)), allowed, by, errnum,        \
		  __LINE__)

static void expect_at(struct policy_verdict verdict, bool allowed, int by,
		      int error, int line)
{
	if (verdict.allow != allowed || verdict.rule != by ||
	    verdict.error != error)
		fail_msg("line %d: allow %d rule %d error %d", line,
			 verdict.allow, verdict.rule, verdict.error);
}

static void starts_with_nothing(void **state)
{
	(void)state;
	assert_int_equal(policy.network, NETWORK_NONE);
	assert_int_equal(policy.unix_all, 0);
	assert_int_equal(policy.deny_errno, EACCES);
	assert_int_equal(policy.rule_count, 0);
	expect(OP_CONNECT, TARGET_PATH, "/run/x", false, -1, EACCES);
	expect(OP_BIND, TARGET_PATH, "/run/x", false, -1, EACCES);
	expect(OP_SEND, TARGET_PATH, "/run/x", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_ABSTRACT, "x", false, -1, ECONNREFUSED);
	expect(OP_SEND, TARGET_ABSTRACT, "x", false, -1, ECONNREFUSED);
	expect(OP_BIND, TARGET_ABSTRACT, "x", false, -1, EACCES);
	expect(OP_BIND, TARGET_AUTOBIND, "", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_INET, "", false, -1, EACCES);
	expect(OP_BIND, TARGET_INET, "", false, -1, EACCES);
	expect(OP_SEND, TARGET_INET, "", false, -1, EACCES);
	expect(OP_LISTEN, TARGET_INET, "", false, -1, EACCES);
	expect(OP_SOCKET, TARGET_INET, "", false, -1, EACCES);
	expect(OP_SOCKET, TARGET_OTHER, "", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_OTHER, "", false, -1, EACCES);
	expect(OP_LISTEN, TARGET_PATH, "/run/x", true, -1, 0);
	expect(OP_LISTEN, TARGET_ABSTRACT, "x", true, -1, 0);
	expect(OP_LISTEN, TARGET_AUTOBIND, "", true, -1, 0);
}

static void node_is_exact(void **state)
{
	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_NODE, "/run/x");
	expect(OP_CONNECT, TARGET_PATH, "/run/x", true, 0, 0);
	expect(OP_SEND, TARGET_PATH, "/run/x", true, 0, 0);
	expect(OP_BIND, TARGET_PATH, "/run/x", true, 0, 0);
	expect(OP_CONNECT, TARGET_PATH, "/run/xy", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/run/", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/run", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/run/x/y", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/run/y", false, -1, EACCES);
	/* The same bytes as an abstract name are another name. */
	expect(OP_CONNECT, TARGET_ABSTRACT, "/run/x", false, -1, ECONNREFUSED);
	expect(OP_CONNECT, TARGET_INET, "/run/x", false, -1, EACCES);
}

static void tree_ends_at_components(void **state)
{
	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_TREE, "/run/a");
	expect(OP_CONNECT, TARGET_PATH, "/run/a/x", true, 0, 0);
	expect(OP_CONNECT, TARGET_PATH, "/run/a/b/c/x", true, 0, 0);
	expect(OP_CONNECT, TARGET_PATH, "/run/ab", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/run/ab/x", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/run/a", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/run", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/x/run/a/x", false, -1, EACCES);
}

static void root_tree_is_everything(void **state)
{
	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_TREE, "/");
	expect(OP_CONNECT, TARGET_PATH, "/x", true, 0, 0);
	expect(OP_BIND, TARGET_PATH, "/run/a/x", true, 0, 0);
	expect(OP_CONNECT, TARGET_PATH, "/", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_ABSTRACT, "x", false, -1, ECONNREFUSED);
}

static void refuses_names_that_are_not_canonical(void **state)
{
	static const char *const names[] = {
		"",	    "x",       "run/x",	  "/..",     "/run/../etc/x",
		"/run/./x", "/run//x", "//",	  "/run/x/", "/run/..",
		"/run/.",   "./run/x", "//run/x",
	};
	static const char *const fine[] = {
		"/...", "/run/..x", "/run/x..", "/run/.x/.y", "/run/...",
	};

	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_TREE, "/");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		expect_at(decide(OP_CONNECT, TARGET_PATH, names[i],
				 strlen(names[i])),
			  false, -1, EACCES, (int)i);
	for (size_t i = 0; i < COUNT_OF(fine); i++)
		expect_at(decide(OP_CONNECT, TARGET_PATH, fine[i],
				 strlen(fine[i])),
			  true, 0, 0, (int)i);
	/* They must not slip past an exception either. */
	policy.unix_all = true;
	add(EFFECT_DENY, OPS_ALL, RULE_TREE, "/etc");
	expect(OP_CONNECT, TARGET_PATH, "/run/../etc/x", false, -1, EACCES);
}

static void one_direction_only(void **state)
{
	(void)state;
	add(EFFECT_ALLOW, OPS_CONNECT, RULE_NODE, "/run/c");
	add(EFFECT_ALLOW, OPS_BIND, RULE_NODE, "/run/b");
	expect(OP_CONNECT, TARGET_PATH, "/run/c", true, 0, 0);
	expect(OP_SEND, TARGET_PATH, "/run/c", true, 0, 0);
	expect(OP_BIND, TARGET_PATH, "/run/c", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/run/b", false, -1, EACCES);
	expect(OP_SEND, TARGET_PATH, "/run/b", false, -1, EACCES);
	expect(OP_BIND, TARGET_PATH, "/run/b", true, 1, 0);
}

static void deny_beats_allow(void **state)
{
	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_TREE, "/run");
	add(EFFECT_ALLOW, OPS_ALL, RULE_NODE, "/run/secret/x");
	add(EFFECT_DENY, OPS_ALL, RULE_TREE, "/run/secret");
	add(EFFECT_DENY, OPS_BIND, RULE_NODE, "/run/half");
	policy.deny_errno = ENOENT;
	expect(OP_CONNECT, TARGET_PATH, "/run/x", true, 0, 0);
	expect(OP_CONNECT, TARGET_PATH, "/run/secret/x", false, 2, ENOENT);
	expect(OP_CONNECT, TARGET_PATH, "/run/secret/a/b", false, 2, ENOENT);
	expect(OP_CONNECT, TARGET_PATH, "/run/secrets", true, 0, 0);
	expect(OP_CONNECT, TARGET_PATH, "/run/half", true, 0, 0);
	expect(OP_BIND, TARGET_PATH, "/run/half", false, 3, ENOENT);
	expect(OP_BIND, TARGET_PATH, "/run/half/x", false, 3, ENOENT);
	expect(OP_BIND, TARGET_PATH, "/run/halves", true, 0, 0);
}

static void first_rule_decides(void **state)
{
	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_NODE, "/other");
	add(EFFECT_ALLOW, OPS_ALL, RULE_TREE, "/run");
	add(EFFECT_ALLOW, OPS_ALL, RULE_NODE, "/run/x");
	expect(OP_CONNECT, TARGET_PATH, "/run/x", true, 1, 0);
	add(EFFECT_DENY, OPS_ALL, RULE_NODE, "/run/x");
	add(EFFECT_DENY, OPS_ALL, RULE_TREE, "/run");
	expect(OP_CONNECT, TARGET_PATH, "/run/x", false, 3, EACCES);
}

static void unix_all_leaves_exceptions(void **state)
{
	(void)state;
	policy.unix_all = true;
	add(EFFECT_DENY, OPS_ALL, RULE_NODE, "/run/x");
	add(EFFECT_DENY, OPS_ALL, RULE_ABSTRACT, "x");
	expect(OP_CONNECT, TARGET_PATH, "/run/x", false, 0, EACCES);
	expect(OP_CONNECT, TARGET_ABSTRACT, "x", false, 1, ECONNREFUSED);
	expect(OP_BIND, TARGET_ABSTRACT, "x", false, 1, EACCES);
	expect(OP_CONNECT, TARGET_PATH, "/run/y", true, -1, 0);
	expect(OP_BIND, TARGET_PATH, "/run/y", true, -1, 0);
	expect(OP_BIND, TARGET_AUTOBIND, "", true, -1, 0);
	expect(OP_SEND, TARGET_ABSTRACT, "y", true, -1, 0);
	expect(OP_CONNECT, TARGET_INET, "", false, -1, EACCES);
	expect(OP_SOCKET, TARGET_OTHER, "", false, -1, EACCES);
}

static void network_full_leaves_unix_alone(void **state)
{
	(void)state;
	policy.network = NETWORK_FULL;
	expect(OP_CONNECT, TARGET_INET, "", true, -1, 0);
	expect(OP_LISTEN, TARGET_INET, "", true, -1, 0);
	expect(OP_SOCKET, TARGET_INET, "", true, -1, 0);
	expect(OP_SOCKET, TARGET_OTHER, "", true, -1, 0);
	expect(OP_CONNECT, TARGET_PATH, "/run/x", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_ABSTRACT, "x", false, -1, ECONNREFUSED);
}

static void abstract_names_are_bytes(void **state)
{
	(void)state;
	assert_int_equal(
		add_bytes(EFFECT_ALLOW, OPS_ALL, RULE_ABSTRACT, NAME("a\0b")),
		POLICY_OK);
	assert_int_equal(add_bytes(EFFECT_ALLOW, OPS_ALL, RULE_ABSTRACT_PREFIX,
				   NAME("p\0")),
			 POLICY_OK);
	expect(OP_CONNECT, TARGET_ABSTRACT, "a\0b", true, 0, 0);
	expect(OP_BIND, TARGET_ABSTRACT, "a\0b", true, 0, 0);
	expect(OP_CONNECT, TARGET_ABSTRACT, "a", false, -1, ECONNREFUSED);
	expect(OP_CONNECT, TARGET_ABSTRACT, "a\0c", false, -1, ECONNREFUSED);
	expect(OP_CONNECT, TARGET_ABSTRACT, "a\0b\0", false, -1, ECONNREFUSED);
	expect(OP_CONNECT, TARGET_ABSTRACT, "p\0", true, 1, 0);
	expect(OP_CONNECT, TARGET_ABSTRACT, "p\0\0x", true, 1, 0);
	expect(OP_CONNECT, TARGET_ABSTRACT, "p", false, -1, ECONNREFUSED);
	expect(OP_CONNECT, TARGET_ABSTRACT, "px", false, -1, ECONNREFUSED);
	expect(OP_CONNECT, TARGET_PATH, "/p", false, -1, EACCES);
}

static void may_bind_abstract(void **state)
{
	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_TREE, "/run");
	add(EFFECT_ALLOW, OPS_CONNECT, RULE_ABSTRACT_PREFIX, "");
	add(EFFECT_DENY, OPS_ALL, RULE_ABSTRACT, "a");
	assert_false(policy_may_bind_abstract(&policy));
	policy.asks = true;
	assert_true(policy_may_bind_abstract(&policy));
	policy.asks = false;
	policy.unix_private = true;
	assert_true(policy_may_bind_abstract(&policy));
	policy.unix_private = false;
	add(EFFECT_ALLOW, OPS_BIND, RULE_ABSTRACT, "b");
	assert_true(policy_may_bind_abstract(&policy));
}

static void autobind_needs_every_name(void **state)
{
	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_ABSTRACT_PREFIX, "a");
	add(EFFECT_ALLOW, OPS_CONNECT, RULE_ABSTRACT_PREFIX, "");
	expect(OP_BIND, TARGET_AUTOBIND, "", false, -1, EACCES);
	add(EFFECT_ALLOW, OPS_BIND, RULE_ABSTRACT_PREFIX, "");
	expect(OP_BIND, TARGET_AUTOBIND, "", true, 2, 0);
	expect(OP_BIND, TARGET_ABSTRACT, "", true, 2, 0);
	expect(OP_BIND, TARGET_ABSTRACT, "z", true, 2, 0);
	expect(OP_BIND, TARGET_PATH, "/z", false, -1, EACCES);
	add(EFFECT_DENY, OPS_BIND, RULE_ABSTRACT_PREFIX, "");
	expect(OP_BIND, TARGET_AUTOBIND, "", false, 3, EACCES);
}

static void private_names_may_be_bound(void **state)
{
	(void)state;
	policy.unix_private = true;
	expect(OP_BIND, TARGET_AUTOBIND, "", true, -1, 0);
	expect(OP_BIND, TARGET_ABSTRACT, "z", true, -1, 0);
	expect(OP_BIND, TARGET_PATH, "/z", false, -1, EACCES);
	expect(OP_CONNECT, TARGET_ABSTRACT, "z", false, -1, ECONNREFUSED);
	add(EFFECT_DENY, OPS_BIND, RULE_ABSTRACT, "z");
	expect(OP_BIND, TARGET_ABSTRACT, "z", false, 0, EACCES);
	expect(OP_BIND, TARGET_ABSTRACT, "zz", true, -1, 0);
}

/* A matcher that claims rule *ctx and records which rules it was asked. */
struct asked {
	unsigned int claim;
	unsigned int rules;
};

static bool match_one(const struct policy *p, unsigned int rule,
		      const struct policy_request *request, void *ctx)
{
	struct asked *asked = ctx;

	assert_ptr_equal(p, &policy);
	assert_int_equal(request->kind, TARGET_PATH);
	asked->rules |= 1U << rule;
	return rule == asked->claim;
}

static void asks_the_matcher_for_fitting_path_rules(void **state)
{
	struct asked asked = {.claim = 3};
	struct policy_request request = {
		.op = OP_CONNECT, .kind = TARGET_PATH, .name = "", .len = 0};
	struct policy_verdict verdict;

	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_NODE, "/a");
	add(EFFECT_ALLOW, OPS_BIND, RULE_NODE, "/b");
	add(EFFECT_ALLOW, OPS_ALL, RULE_ABSTRACT, "c");
	add(EFFECT_ALLOW, OPS_ALL, RULE_TREE, "/d");
	add(EFFECT_DENY, OPS_ALL, RULE_TREE, "/e");
	verdict = policy_decide(&policy, &request, match_one, &asked);
	expect_at(verdict, true, 3, 0, __LINE__);
	assert_int_equal(asked.rules, 1U << 0 | 1U << 3 | 1U << 4);
	asked.claim = 4;
	verdict = policy_decide(&policy, &request, match_one, &asked);
	expect_at(verdict, false, 4, EACCES, __LINE__);
}

static void names_are_kept(void **state)
{
	const struct policy_rule *rule = policy.rules;

	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_NODE, "/run/x");
	assert_int_equal(
		add_bytes(EFFECT_DENY, OPS_BIND, RULE_ABSTRACT, NAME("a\0b")),
		POLICY_OK);
	assert_string_equal(policy_rule_name(&policy, rule), "/run/x");
	assert_int_equal(rule->name_len, 6);
	assert_int_equal(rule->pin_len, 6);
	assert_string_equal(policy.arena + rule->given, "given");
	assert_int_equal(rule->given_len, 5);
	rule++;
	assert_memory_equal(policy_rule_name(&policy, rule), "a\0b", 4);
	assert_int_equal(rule->name_len, 3);
	assert_int_equal(rule->effect, EFFECT_DENY);
	assert_int_equal(rule->ops, OPS_BIND);
	assert_int_equal(rule->kind, RULE_ABSTRACT);
	assert_string_equal(policy.arena + rule->given, "given");
	assert_int_equal(policy.arena_used, 6 + 1 + 3 + 1 + 2 * 6);
}

static void refuses_empty_names(void **state)
{
	(void)state;
	assert_int_equal(add_bytes(EFFECT_ALLOW, OPS_ALL, RULE_NODE, "", 0),
			 POLICY_EMPTY);
	assert_int_equal(add_bytes(EFFECT_ALLOW, OPS_ALL, RULE_TREE, "", 0),
			 POLICY_EMPTY);
	assert_int_equal(add_bytes(EFFECT_ALLOW, OPS_ALL, RULE_ABSTRACT, "", 0),
			 POLICY_EMPTY);
	assert_int_equal(policy.rule_count, 0);
	assert_int_equal(policy.arena_used, 0);
}

static struct policy before;

static void refuses_too_many_rules(void **state)
{
	(void)state;
	for (int i = 0; i < POLICY_MAX_RULES; i++)
		add(EFFECT_ALLOW, OPS_ALL, RULE_NODE, "/x");
	before = policy;
	assert_int_equal(add_bytes(EFFECT_ALLOW, OPS_ALL, RULE_NODE, "/y", 2),
			 POLICY_TOO_MANY_RULES);
	assert_memory_equal(&before, &policy, sizeof(policy));
}

static void refuses_what_the_arena_cannot_hold(void **state)
{
	static char name[POLICY_ARENA_SIZE + 8];
	/* Terminators, and "given" with its own. */
	const size_t fits = POLICY_ARENA_SIZE - 1 - 6;

	(void)state;
	memset(name, 'x', sizeof(name));
	before = policy;
	for (size_t len = fits + 1; len < fits + 8; len++)
		assert_int_equal(
			add_bytes(EFFECT_ALLOW, OPS_ALL, RULE_NODE, name, len),
			POLICY_TOO_LONG);
	assert_int_equal(
		add_bytes(EFFECT_ALLOW, OPS_ALL, RULE_NODE, name, sizeof(name)),
		POLICY_TOO_LONG);
	assert_memory_equal(&before, &policy, sizeof(policy));
	assert_int_equal(
		add_bytes(EFFECT_ALLOW, OPS_ALL, RULE_NODE, name, fits),
		POLICY_OK);
	assert_int_equal(policy.arena_used, POLICY_ARENA_SIZE);
	before = policy;
	assert_int_equal(add_bytes(EFFECT_ALLOW, OPS_ALL, RULE_NODE, "/", 1),
			 POLICY_TOO_LONG);
	assert_memory_equal(&before, &policy, sizeof(policy));
}

static void says_its_errors(void **state)
{
	static const enum policy_error errors[] = {
		POLICY_OK,
		POLICY_TOO_MANY_RULES,
		POLICY_TOO_LONG,
		POLICY_EMPTY,
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(errors); i++) {
		const char *text = policy_error_text(errors[i]);

		assert_non_null(text);
		assert_true(strlen(text) > 0);
		assert_true(text[strlen(text) - 1] != '.');
	}
	assert_string_equal(policy_op_name(OP_CONNECT), "connect");
	assert_string_equal(policy_op_name(OP_BIND), "bind");
	assert_string_equal(policy_op_name(OP_LISTEN), "listen");
	assert_string_equal(policy_op_name(OP_SEND), "send");
	assert_string_equal(policy_op_name(OP_SOCKET), "socket");
	assert_string_equal(policy_op_name(OP_COUNT), "unknown");
}

/* ---- hints -------------------------------------------------------------- */

#define expect_hint(op, kind, literal, text)                                   \
	expect_hint_at(op, kind, NAME(literal), text, __LINE__)

static void expect_hint_at(enum policy_op op, enum target_kind kind,
			   const char *name, size_t len, const char *text,
			   int line)
{
	struct policy_request request = {
		.op = op, .kind = kind, .name = name, .len = len};
	struct policy_verdict verdict =
		policy_decide(&policy, &request, NULL, NULL);
	char buf[512];

	memset(buf, '#', sizeof(buf));
	assert_ptr_equal(
		policy_hint(&policy, &request, &verdict, buf, sizeof(buf)),
		buf);
	if (strcmp(buf, text) != 0)
		fail_msg("line %d: %s\nexpected: %s", line, buf, text);
}

static void hints_name_the_option(void **state)
{
	(void)state;
	expect_hint(OP_CONNECT, TARGET_PATH, "/run/x",
		    "--allow-unix-socket /run/x");
	expect_hint(OP_SEND, TARGET_PATH, "/run/x",
		    "--allow-unix-socket /run/x");
	expect_hint(OP_BIND, TARGET_PATH, "/run/x",
		    "--allow-unix-socket /run/x");
	expect_hint(OP_CONNECT, TARGET_ABSTRACT, "x", "--allow-unix-socket @x");
	expect_hint(OP_BIND, TARGET_ABSTRACT, "x", "--allow-unix-socket @x");
	expect_hint(OP_BIND, TARGET_AUTOBIND, "", "--private-sockets");
	expect_hint(OP_CONNECT, TARGET_INET, "", FULL);
	expect_hint(OP_SOCKET, TARGET_OTHER, "", FULL);
	expect_hint(OP_LISTEN, TARGET_PATH, "/run/x", "");
}

static void hints_for_ip_leave_unix_alone(void **state)
{
	(void)state;
	policy.unix_all = true;
	expect_hint(OP_SOCKET, TARGET_OTHER, "", "--network full");
}

static void expect_bind_hint(const char *name, size_t settled, bool scratch,
			     const char *want)
{
	const struct policy_request request = {
		.op = OP_BIND,
		.kind = name[0] == '/' ? TARGET_PATH : TARGET_ABSTRACT,
		.name = name,
		.len = strlen(name),
		.settled = settled,
		.scratch = scratch,
		.pid = 4711,
	};
	const struct policy_verdict verdict =
		policy_decide(&policy, &request, NULL, NULL);
	char buf[512];

	policy_hint(&policy, &request, &verdict, buf, sizeof(buf));
	assert_string_equal(buf, want);
}

/* What a program binds under a name of its own making is for itself. */
static void hints_for_names_that_change(void **state)
{
	(void)state;
	expect_bind_hint("/tmp/app.sock", 4, true,
			 "--allow-unix-socket /tmp/app.sock");
	expect_bind_hint("/tmp/app.4711", 4, true, "--private-sockets=/tmp");
	expect_bind_hint("/tmp/app.4712", 4, true,
			 "--allow-unix-socket /tmp/app.4712");
	expect_bind_hint("/tmp/pymp-s99jidv3/l", 4, false,
			 "--private-sockets=/tmp");
	/* A directory made by the run, in one for temporary files or not. */
	expect_bind_hint("/tmp/build/app.sock", 4, true,
			 "--private-sockets=/tmp");
	expect_bind_hint("/home/me/build/app.sock", 8, false,
			 "--allow-unix-socket /home/me/build/app.sock");
	/* What was there before is called so again. */
	expect_bind_hint("/tmp/pymp-s99jidv3/l", 18, false,
			 "--allow-unix-socket /tmp/pymp-s99jidv3/l");
	expect_bind_hint("/tmp/pymp-s99jidv3/l", 0, false,
			 "--allow-unix-socket /tmp/pymp-s99jidv3/l");
	expect_bind_hint("/it's/4711", 5, false,
			 "--private-sockets='/it'\\''s'");
	expect_bind_hint("/x1y2z3", 1, true, "--allow-unix-socket /x1y2z3");
	expect_bind_hint("app", 0, false, "--allow-unix-socket @app");
	expect_bind_hint("/tmp/app-4711" + 1, 0, false, "--private-sockets");
	expect_bind_hint("app-x1y2z3", 0, false, "--private-sockets");
}

static void hints_name_the_missing_direction(void **state)
{
	(void)state;
	add(EFFECT_ALLOW, OPS_BIND, RULE_TREE, "/b");
	add(EFFECT_ALLOW, OPS_CONNECT, RULE_NODE, "/c");
	add(EFFECT_ALLOW, OPS_BIND, RULE_ABSTRACT, "b");
	expect_hint(OP_CONNECT, TARGET_PATH, "/b/x",
		    "--allow-unix-connect /b/x");
	expect_hint(OP_SEND, TARGET_PATH, "/b/x", "--allow-unix-connect /b/x");
	expect_hint(OP_BIND, TARGET_PATH, "/c", "--allow-unix-bind /c");
	expect_hint(OP_CONNECT, TARGET_ABSTRACT, "b",
		    "--allow-unix-connect @b");
	expect_hint(OP_CONNECT, TARGET_PATH, "/c", "");
	expect_hint(OP_BIND, TARGET_PATH, "/b/x", "");
}

static void hints_lift_an_exception(void **state)
{
	(void)state;
	add(EFFECT_ALLOW, OPS_ALL, RULE_TREE, "/run");
	add(EFFECT_DENY, OPS_ALL, RULE_NODE, "/run/x");
	expect_hint(OP_CONNECT, TARGET_PATH, "/run/x",
		    "without --deny-unix-socket given");
}

static void hints_are_quoted(void **state)
{
	(void)state;
#define PATH_HINT(name, text)                                                  \
	expect_hint(OP_CONNECT, TARGET_PATH, name, "--allow-unix-socket " text)
	PATH_HINT("/Az09_@%+=:,.x-", "/Az09_@%+=:,.x-");
	PATH_HINT("/~", "'/~'");
	PATH_HINT("/a b", "'/a b'");
	PATH_HINT("/it's", "'/it'\\''s'");
	PATH_HINT("/$(reboot)`;&|", "'/$(reboot)`;&|'");
	PATH_HINT("/back\\slash", "'/back\\slash'");
	PATH_HINT("/\xc3\xa9", "'/\xc3\xa9'");
	PATH_HINT("/a\nb", "$'/a\\012b'");
	PATH_HINT("/\033]0;x\007'\\", "$'/\\033]0;x\\007\\'\\\\'");
	PATH_HINT("/\xff", "$'/\\377'");
	PATH_HINT("/\xc3", "$'/\\303'");
	PATH_HINT("/\xc0\xaf", "$'/\\300\\257'");
	PATH_HINT("/\xed\xa0\x80", "$'/\\355\\240\\200'");
	PATH_HINT("/\xf4\x90\x80\x80", "$'/\\364\\220\\200\\200'");
	PATH_HINT("/\xc2\x9bx", "$'/\\302\\233x'");
	PATH_HINT("/\xe2\x80\xae"
		  "x\xc3\xa9",
		  "$'/\\342\\200\\256x\xc3\xa9'");
	PATH_HINT("/\n!1", "$'/\\012\\0411'");
	PATH_HINT("/!1", "'/!1'");
	PATH_HINT("/\x7f", "$'/\\177'");
#undef PATH_HINT
}

static void hints_for_unwritable_abstract_names(void **state)
{
	(void)state;
#define ABSTRACT_HINT(name, text)                                              \
	expect_hint(OP_CONNECT, TARGET_ABSTRACT, name, text)
	ABSTRACT_HINT("a b", "--allow-unix-socket '@a b'");
	ABSTRACT_HINT("a*b", "--allow-unix-socket '@a*b'");
	ABSTRACT_HINT("a*", "--allow-unix-socket '@a**'");
	ABSTRACT_HINT("*", "--allow-unix-socket '@**'");
	ABSTRACT_HINT("a\0b", "--allow-unix-socket '@a*'");
	ABSTRACT_HINT("\0b", "");
	ABSTRACT_HINT("", "");
	expect_hint(OP_BIND, TARGET_ABSTRACT, "\0b", "--private-sockets");
#undef ABSTRACT_HINT
}

static void hint_is_whole_or_empty(void **state)
{
	static const char whole[] = "--allow-unix-socket '/a b'";
	struct policy_request request = {
		.op = OP_CONNECT, .kind = TARGET_PATH, NAME("/a b")};
	struct policy_verdict verdict =
		policy_decide(&policy, &request, NULL, NULL);
	char buf[64];

	(void)state;
	for (size_t size = 0; size < sizeof(buf); size++) {
		memset(buf, '#', sizeof(buf));
		policy_hint(&policy, &request, &verdict, buf, size);
		if (size > 0)
			assert_string_equal(buf,
					    size < sizeof(whole) ? "" : whole);
		assert_int_equal(buf[size], '#');
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(starts_with_nothing),
		TEST(node_is_exact),
		TEST(tree_ends_at_components),
		TEST(root_tree_is_everything),
		TEST(refuses_names_that_are_not_canonical),
		TEST(one_direction_only),
		TEST(deny_beats_allow),
		TEST(first_rule_decides),
		TEST(unix_all_leaves_exceptions),
		TEST(network_full_leaves_unix_alone),
		TEST(abstract_names_are_bytes),
		TEST(may_bind_abstract),
		TEST(autobind_needs_every_name),
		TEST(private_names_may_be_bound),
		TEST(asks_the_matcher_for_fitting_path_rules),
		TEST(names_are_kept),
		TEST(refuses_empty_names),
		TEST(refuses_too_many_rules),
		TEST(refuses_what_the_arena_cannot_hold),
		TEST(says_its_errors),
		TEST(hints_name_the_option),
		TEST(hints_for_ip_leave_unix_alone),
		TEST(hints_for_names_that_change),
		TEST(hints_name_the_missing_direction),
		TEST(hints_lift_an_exception),
		TEST(hints_are_quoted),
		TEST(hints_for_unwritable_abstract_names),
		TEST(hint_is_whole_or_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
