/* SPDX-License-Identifier: MIT */
/* test_options_sockets.c - options that say which sockets are granted.  */
#include "parse.h"
#include "launcher/option_table.h"

#include <stdlib.h>

static const char *here(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s%s", dir, name);
	return path;
}

static void assert_rule(unsigned int index, unsigned int effect,
			unsigned int ops, unsigned int kind, const char *name,
			const char *given)
{
	const struct policy *policy = &options->policy;
	const struct policy_rule *rule = &policy->rules[index];

	assert_true(index < policy->rule_count);
	assert_int_equal(rule->effect, effect);
	assert_int_equal(rule->ops, ops);
	assert_int_equal(rule->kind, kind);
	assert_string_equal(policy_rule_name(policy, rule), name);
	assert_string_equal(policy->arena + rule->given, given);
}

static void defaults_are_the_strictest(void **state)
{
	(void)state;
	ACCEPT("true");
	assert_int_equal(options->policy.network, NETWORK_NONE);
	assert_int_equal(options->policy.unix_all, 0);
	assert_int_equal(options->policy.unix_private, 0);
	assert_int_equal(options->policy.deny_errno, EACCES);
	assert_int_equal(options->policy.rule_count, 0);
	assert_int_equal(options->action, ACTION_RUN);
	assert_int_equal(options->backstop, BACKSTOP_AUTO);
	assert_false(options->unix_allowlist);
	assert_false(options->no_shim);
	assert_false(options->quiet);
	assert_int_equal(options->log.target, LOG_NOWHERE);
	assert_true(options->keep_caps == 0);
}

static void path_options_make_rules(void **state)
{
	static const struct {
		const char *option;
		unsigned int effect, ops;
	} cases[] = {
		{"--allow-unix-socket", EFFECT_ALLOW, OPS_ALL},
		{"--allow-unix-connect", EFFECT_ALLOW, OPS_CONNECT},
		{"--allow-unix-bind", EFFECT_ALLOW, OPS_BIND},
		{"--deny-unix-socket", EFFECT_DENY, OPS_ALL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char option[64];
		char joined[128];

		snprintf(option, sizeof(option), "%s", cases[i].option);
		snprintf(joined, sizeof(joined), "%s=sub/../later", option);
		ACCEPT(option, "sub", joined, option, "@n", option, "@p*",
		       "true");
		assert_int_equal(options->policy.rule_count, 4);
		assert_rule(0, cases[i].effect, cases[i].ops, RULE_TREE,
			    here("/sub"), "sub");
		assert_rule(1, cases[i].effect, cases[i].ops, RULE_NODE,
			    here("/later"), "sub/../later");
		assert_rule(2, cases[i].effect, cases[i].ops, RULE_ABSTRACT,
			    "n", "@n");
		assert_rule(3, cases[i].effect, cases[i].ops,
			    RULE_ABSTRACT_PREFIX, "p", "@p*");
	}
}

static void rules_keep_their_order(void **state)
{
	(void)state;
	ACCEPT("--deny-unix-socket", "sub", "--allow-unix-bind", "x",
	       "--allow-unix-socket", "sub", "--allow-unix-socket=sub", "--",
	       "true");
	assert_int_equal(options->policy.rule_count, 4);
	assert_rule(0, EFFECT_DENY, OPS_ALL, RULE_TREE, here("/sub"), "sub");
	assert_rule(1, EFFECT_ALLOW, OPS_BIND, RULE_NODE, here("/x"), "x");
	assert_rule(2, EFFECT_ALLOW, OPS_ALL, RULE_TREE, here("/sub"), "sub");
	assert_rule(3, EFFECT_ALLOW, OPS_ALL, RULE_TREE, here("/sub"), "sub");
}

static void values_may_hold_equals_and_dashes(void **state)
{
	(void)state;
	ACCEPT("--allow-unix-socket=a=b", "--allow-unix-socket", "-x",
	       "--allow-unix-socket=--y", "--allow-unix-socket", "-", "true");
	assert_rule(0, EFFECT_ALLOW, OPS_ALL, RULE_NODE, here("/a=b"), "a=b");
	assert_rule(1, EFFECT_ALLOW, OPS_ALL, RULE_NODE, here("/-x"), "-x");
	assert_rule(2, EFFECT_ALLOW, OPS_ALL, RULE_NODE, here("/--y"), "--y");
	assert_rule(3, EFFECT_ALLOW, OPS_ALL, RULE_NODE, here("/-"), "-");
	assert_string_equal(options->command[0], "true");
}

static void unusable_paths_are_refused(void **state)
{
	static char long_path[5000];

	(void)state;
	REFUSE("invalid path \"\": the name is empty", "--allow-unix-socket",
	       "", "true");
	REFUSE("invalid path \"\": the name is empty",
	       "--deny-unix-socket=", "true");
	REFUSE("invalid path \"@\": the abstract name is empty",
	       "--allow-unix-connect", "@", "true");
	REFUSE("invalid path \"file/x\\x0a\": Not a directory",
	       "--allow-unix-bind", "file/x\n", "true");
	REFUSE("invalid path \"loop\": Too many levels of symbolic links",
	       "--allow-unix-socket", "loop", "true");
	/* The reason comes from the first that fails, before other errors. */
	REFUSE("invalid path \"loop/x\": Too many levels of symbolic links",
	       "--allow-unix-socket", "loop/x", "--nonsense");

	memset(long_path, 'a', sizeof(long_path) - 1);
	parse(WORDS("--allow-unix-socket", long_path, "true"));
	assert_int_equal(child.status, 125);
	assert_non_null(strstr(child.err, "\": File name too long\n"));
}

static void private_sockets_take_a_directory(void **state)
{
	(void)state;
	setenv("TMPDIR", here("/link"), 1);
	ACCEPT("--private-sockets", "--private-sockets=sub", "true");
	assert_int_equal(options->policy.unix_private, 1);
	assert_int_equal(options->policy.rule_count, 2);
	assert_rule(0, EFFECT_ALLOW, OPS_BIND, RULE_TREE, here("/sub"),
		    getenv("TMPDIR"));
	assert_rule(1, EFFECT_ALLOW, OPS_BIND, RULE_TREE, here("/sub"), "sub");

	setenv("TMPDIR", "", 1);
	NOTICE("notice: TMPDIR is empty; --private-sockets means /tmp",
	       "--private-sockets", "true");
	assert_rule(0, EFFECT_ALLOW, OPS_BIND, RULE_TREE, "/tmp", "/tmp");
	setenv("TMPDIR", "nowhere", 1);
	REFUSE("invalid path \"nowhere\" for --private-sockets: No such file "
	       "or directory; use --private-sockets=DIR",
	       "--private-sockets", "true");
	unsetenv("TMPDIR");
	ACCEPT("--private-sockets", "true");
	assert_rule(0, EFFECT_ALLOW, OPS_BIND, RULE_TREE, "/tmp", "/tmp");

#define BAD " for --private-sockets: "
	REFUSE("invalid path \"\"" BAD "the name is empty",
	       "--private-sockets=", "true");
	REFUSE("invalid path \"later\"" BAD "No such file or directory",
	       "--private-sockets=later", "true");
	REFUSE("invalid path \"file\"" BAD "Not a directory",
	       "--private-sockets=file", "true");
	REFUSE("invalid path \"@n\": an abstract name is no directory; "
	       "write \"./@n\" for a directory",
	       "--private-sockets=@n", "true");
#undef BAD
	NOTICE("notice: --private-sockets" FULL_EFFECT, "--private-sockets",
	       "--network=full", "true");
	NOTICE("notice: --private-sockets" ALL_EFFECT, "--private-sockets",
	       "--allow-all-unix-sockets", "true");
	REFUSE("--private-sockets needs the supervisor, which knows whose "
	       "socket is whose; drop --backstop=none",
	       "--private-sockets", "--backstop=none", "true");
}

static void too_many_grants_are_refused(void **state)
{
	static char names[POLICY_MAX_RULES + 1][16];
	static char program[] = "sbx-run";
	static char option[] = "--allow-unix-socket";
	char *words[2 * (POLICY_MAX_RULES + 1) + 2];
	int n = 0;

	(void)state;
	words[n++] = program;
	for (int i = 0; i <= POLICY_MAX_RULES; i++) {
		snprintf(names[i], sizeof(names[i]), "@%d", i);
		words[n++] = option;
		words[n++] = names[i];
	}
	words[n] = NULL;
	assert_refused(words, "sbx-run: invalid path \"@256\": "
			      "there are more than 256 rules\n");
}

static void network_modes(void **state)
{
	(void)state;
	ACCEPT("--network", "none", "true");
	assert_int_equal(options->policy.network, NETWORK_NONE);
	assert_int_equal(options->policy.unix_all, 0);
	ACCEPT("--network=full", "true");
	assert_int_equal(options->policy.network, NETWORK_FULL);
	assert_int_equal(options->policy.unix_all, 1);
	ACCEPT("--network=full", "--network", "none", "true");
	assert_int_equal(options->policy.network, NETWORK_NONE);
	assert_int_equal(options->policy.unix_all, 0);
	ACCEPT("--network=full", "--unix-sockets=allowlist",
	       "--allow-unix-socket", "x", "--deny-unix-socket", "sub", "true");
	assert_int_equal(options->policy.network, NETWORK_FULL);
	assert_int_equal(options->policy.unix_all, 0);
	assert_true(options->unix_allowlist);
	assert_int_equal(options->policy.rule_count, 2);

	REFUSE("unknown value \"host\" for --network; use none, isolated, "
	       "host-loopback or full",
	       "--network", "host", "true");
	REFUSE("unknown value \"\" for --network; use none, isolated, "
	       "host-loopback or full",
	       "--network=", "true");
	REFUSE("unknown value \"Full\" for --network; use none, isolated, "
	       "host-loopback or full",
	       "--network=Full", "true");
	REFUSE("unknown value \"none|full\" for --network; use none, isolated, "
	       "host-loopback or full",
	       "--network=none|full", "true");
	REFUSE("unknown value \"ful\" for --network; use none, isolated, "
	       "host-loopback or full",
	       "--network=ful", "true");
	REFUSE("unknown value \"\\x1b[m\" for --network; use none, isolated, "
	       "host-loopback or full",
	       "--network=\033[m", "true");
}

static void unix_socket_modes(void **state)
{
	(void)state;
	ACCEPT("--unix-sockets", "allowlist", "true");
	assert_true(options->unix_allowlist);
	assert_int_equal(options->policy.unix_all, 0);
	ACCEPT("--allow-all-unix-sockets", "true");
	assert_int_equal(options->policy.unix_all, 1);
	assert_int_equal(options->policy.network, NETWORK_NONE);
	ACCEPT("--allow-all-unix-sockets", "--network", "full", "true");
	assert_int_equal(options->policy.unix_all, 1);

	ACCEPT("--unix-sockets=allowlist", "true");
	assert_int_equal(options->policy.unix_dgram, 0);
	ACCEPT("--allow-unix-dgram", "true");
	assert_int_equal(options->policy.unix_dgram, 1);
	assert_int_equal(options->policy.unix_all, 0);

	REFUSE("unknown value \"all\" for --unix-sockets; use allowlist",
	       "--unix-sockets=all", "true");
	REFUSE("--allow-all-unix-sockets and --unix-sockets=allowlist exclude "
	       "each other; drop one of them",
	       "--allow-all-unix-sockets", "--unix-sockets=allowlist", "true");
	REFUSE("--allow-all-unix-sockets and --unix-sockets=allowlist exclude "
	       "each other; drop one of them",
	       "--unix-sockets=allowlist", "--network=full",
	       "--allow-all-unix-sockets", "true");
}

static void grants_without_effect_are_noticed(void **state)
{
	(void)state;
	NOTICE("notice: --allow-unix-socket" FULL_EFFECT, "--network", "full",
	       "--allow-unix-socket", "x", "true");
	assert_int_equal(options->policy.unix_all, 1);
	NOTICE("notice: --allow-unix-bind" FULL_EFFECT, "--allow-unix-bind",
	       "x", "--allow-unix-socket", "y", "--network=full", "true");
	NOTICE("notice: --allow-unix-connect" ALL_EFFECT,
	       "--allow-unix-connect", "x", "--allow-all-unix-sockets", "true");
	NOTICE("notice: --allow-unix-connect" ALL_EFFECT,
	       "--allow-unix-connect", "x", "--allow-all-unix-sockets",
	       "--network=full", "true");
	NOTICE("notice: --allow-unix-dgram" FULL_EFFECT, "--allow-unix-dgram",
	       "--network=full", "true");
	ACCEPT("--network", "full", "--allow-unix-socket", "x", "-q", "true");
	ACCEPT("--quiet", "--network", "full", "--allow-unix-socket", "x",
	       "true");
}

static void denials_without_effect_are_refused(void **state)
{
	(void)state;
	REFUSE("--deny-unix-socket" FULL_EFFECT, "--network", "full",
	       "--deny-unix-socket", "x", "true");
	REFUSE("--deny-unix-socket" FULL_EFFECT, "-q", "--allow-unix-socket",
	       "y", "--deny-unix-socket", "x", "--network=full", "true");
	REFUSE("--deny-unix-socket" ALL_EFFECT, "--deny-unix-socket", "x",
	       "--allow-all-unix-sockets", "true");
}

static void deny_errno_by_name(void **state)
{
	static const struct {
		const char *name;
		int value;
	} cases[] = {
		{"EACCES", EACCES},
		{"EPERM", EPERM},
		{"ECONNREFUSED", ECONNREFUSED},
		{"ENOENT", ENOENT},
		{"ENETUNREACH", ENETUNREACH},
		{"EHOSTUNREACH", EHOSTUNREACH},
		{"EADDRNOTAVAIL", EADDRNOTAVAIL},
		{"ETIMEDOUT", ETIMEDOUT},
	};
#define ERRNO_NAMES                                                            \
	"EACCES, EPERM, ECONNREFUSED, ENOENT, ENETUNREACH, EHOSTUNREACH, "     \
	"EADDRNOTAVAIL or ETIMEDOUT"

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char joined[64];

		snprintf(joined, sizeof(joined), "--deny-errno=%s",
			 cases[i].name);
		ACCEPT(joined, "true");
		assert_int_equal(options->policy.deny_errno, cases[i].value);
		ACCEPT("--deny-errno", joined + strlen("--deny-errno="),
		       "true");
		assert_int_equal(options->policy.deny_errno, cases[i].value);
	}
	REFUSE("unknown value \"EINPROGRESS\" for --deny-errno; "
	       "use " ERRNO_NAMES,
	       "--deny-errno", "EINPROGRESS", "true");
	REFUSE("unknown value \"eperm\" for --deny-errno; use " ERRNO_NAMES,
	       "--deny-errno", "eperm", "true");
	REFUSE("unknown value \"1\" for --deny-errno; use " ERRNO_NAMES,
	       "--deny-errno=1", "true");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_the_strictest),
		cmocka_unit_test(path_options_make_rules),
		cmocka_unit_test(rules_keep_their_order),
		cmocka_unit_test(values_may_hold_equals_and_dashes),
		cmocka_unit_test(unusable_paths_are_refused),
		cmocka_unit_test(private_sockets_take_a_directory),
		cmocka_unit_test(too_many_grants_are_refused),
		cmocka_unit_test(network_modes),
		cmocka_unit_test(unix_socket_modes),
		cmocka_unit_test(grants_without_effect_are_noticed),
		cmocka_unit_test(denials_without_effect_are_refused),
		cmocka_unit_test(deny_errno_by_name),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
