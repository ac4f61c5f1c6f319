/* SPDX-License-Identifier: MIT */
/* test_options_inet.c - options about IP addresses, and the proxies that the
 * environment names. */
#include "parse.h"

#include "policy/inet.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void assert_rule(unsigned int index, unsigned int kind, unsigned int ops,
			const char *text, const char *given)
{
	const struct policy *policy = &options->policy;
	const struct policy_rule *rule = &policy->rules[index];
	struct inet_range range;
	char buf[64];
	struct text shown;

	assert_true(index < policy->rule_count);
	assert_int_equal(rule->effect, EFFECT_ALLOW);
	assert_int_equal(rule->kind, kind);
	assert_int_equal(rule->ops, ops);
	assert_int_equal(rule->pin_len, 0);
	assert_true(inet_range_get(&range, policy_rule_name(policy, rule),
				   rule->name_len));
	text_open(&shown, buf, sizeof(buf));
	inet_range_text(&shown, &range);
	assert_string_equal(buf, text);
	assert_string_equal(policy->arena + rule->given, given);
}

static void network_modes(void **state)
{
	static const struct {
		const char *word;
		enum network_mode mode;
		int unix_all;
	} rows[] = {
		{"none", NETWORK_NONE, 0},
		{"isolated", NETWORK_ISOLATED, 0},
		{"host-loopback", NETWORK_LOOPBACK, 0},
		{"full", NETWORK_FULL, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char joined[64];

		snprintf(joined, sizeof(joined), "--network=%s", rows[i].word);
		ACCEPT(joined, "true");
		assert_int_equal(options->policy.network, rows[i].mode);
		assert_int_equal(options->policy.unix_all, rows[i].unix_all);
		/* The last one counts. */
		ACCEPT("--network=full", "--network=isolated", joined, "true");
		assert_int_equal(options->policy.network, rows[i].mode);
	}
#define WORDS_ARE "; use none, isolated, host-loopback or full"
	REFUSE("unknown value \"isolate\" for --network" WORDS_ARE,
	       "--network=isolate", "true");
	REFUSE("unknown value \"loopback\" for --network" WORDS_ARE,
	       "--network", "loopback", "true");
	REFUSE("unknown value \"none|isolated\" for --network" WORDS_ARE,
	       "--network", "none|isolated", "true");
	REFUSE("--network needs a value" WORDS_ARE, "--network");
#undef WORDS_ARE
}

static void grants_make_rules(void **state)
{
	(void)state;
	ACCEPT("--allow-connect", "10.0.0.0/8:80-90", "--allow-listen", "3000",
	       "--allow-udp=127.0.0.1:domain", "--allow-listen=[::1]:https",
	       "--allow-connect=[::ffff:127.0.0.1]:https", "--allow-listen",
	       "0.0.0.0:1", "--allow-udp", "*:*", "--allow-listen", "[::]:2",
	       "true");
	assert_int_equal(options->policy.network, NETWORK_NONE);
	assert_int_equal(options->policy.rule_count, 8);
#define RULE(i, kind, ops, ...) assert_rule(i, RULE_##kind, ops, __VA_ARGS__)
	RULE(0, TCP, OPS_CONNECT, "10.0.0.0/8:80-90", "10.0.0.0/8:80-90");
	RULE(1, TCP, OPS_LISTEN, "*:3000", "3000");
	RULE(2, UDP, OPS_CONNECT, "127.0.0.1:53", "127.0.0.1:domain");
	RULE(3, TCP, OPS_LISTEN, "[::1]:443", "[::1]:https");
	RULE(4, TCP, OPS_CONNECT, "127.0.0.1:443", "[::ffff:127.0.0.1]:https");
	RULE(5, TCP, OPS_LISTEN, "0.0.0.0/0:1", "0.0.0.0:1");
	RULE(6, UDP, OPS_CONNECT, "*:1-65535", "*:*");
	RULE(7, TCP, OPS_LISTEN, "*:2", "[::]:2");
	/* Between grants of sockets, in order. */
	ACCEPT("--allow-unix-socket", "@x", "--network", "host-loopback",
	       "--allow-connect", "10.0.0.1:1", "--deny-unix-socket", "sub",
	       "true");
	assert_int_equal(options->policy.network, NETWORK_LOOPBACK);
	assert_int_equal(options->policy.rule_count, 3);
	RULE(1, TCP, OPS_CONNECT, "10.0.0.1:1", "10.0.0.1:1");
}

#define NAMES_MAY_CHANGE                                                       \
	"it is no IP address; names are not accepted, because what they mean " \
	"may change, and those who run the name server choose it"
#define NO_PORT                                                                \
	"a port is missing; write ADDRESS:PORT, and an IPv6 address in "       \
	"brackets"
#define BAD_PORT                                                               \
	"a port is a number from 1 to 65535, a name in /etc/services, a "      \
	"range as 8000-8010, or * for all"

static void unusable_values_are_refused(void **state)
{
	(void)state;
	REFUSE("invalid value \"example.com:443\" for "
	       "--allow-connect: " NAMES_MAY_CHANGE,
	       "--allow-connect", "example.com:443", "true");
	REFUSE("invalid value \"localhost:53\" for "
	       "--allow-udp: " NAMES_MAY_CHANGE,
	       "--allow-udp=localhost:53", "true");
	REFUSE("invalid value \"localhost:3000\" for "
	       "--allow-listen: " NAMES_MAY_CHANGE,
	       "--allow-listen", "localhost:3000", "true");
	REFUSE("invalid value \"\" for --allow-connect: " NO_PORT,
	       "--allow-connect=", "true");
	REFUSE("invalid value \"10.0.0.1\" for --allow-udp: " NO_PORT,
	       "--allow-udp", "10.0.0.1", "true");
	REFUSE("invalid value \"0\" for --allow-listen: " BAD_PORT,
	       "--allow-listen", "0", "true");
	REFUSE("invalid value \"nosuchname\" for --allow-listen: " BAD_PORT,
	       "--allow-listen", "nosuchname", "true");
	REFUSE("invalid value \"\\x1b[m:80\" for "
	       "--allow-connect: " NAMES_MAY_CHANGE,
	       "--allow-connect", "\033[m:80", "true");
	REFUSE("invalid value \"0.0.0.0:80\" for --allow-connect: nothing is "
	       "reached at this address; use 127.0.0.1 or [::1], or 0.0.0.0/0 "
	       "or [::]/0 for all",
	       "--allow-connect", "0.0.0.0:80", "true");
	REFUSE("invalid value \"10.0.0.0/8:80\" for --allow-listen: listening "
	       "is at one address, or at all of them; leave out the length of "
	       "the prefix",
	       "--allow-listen", "10.0.0.0/8:80", "true");
	/* The first that is wrong. */
	REFUSE("invalid value \"x\" for --allow-udp: " NO_PORT, "--allow-udp",
	       "x", "--allow-connect", "y", "--network=isolated");

	REFUSE("--allow-connect needs an ADDR[/LEN]:PORT[-PORT]",
	       "--allow-connect");
	REFUSE("--allow-listen needs a [ADDR:]PORT[-PORT]", "--allow-listen");
	REFUSE("--allow-listen needs a value, not \"--\"; write "
	       "--allow-listen=-- if it is one",
	       "--allow-listen", "--", "true");
	REFUSE("--allow-proxy takes no value", "--allow-proxy=x", "true");
}

static void some_networks_need_no_grant(void **state)
{
#define ISOLATED                                                               \
	" and --network isolated exclude each other: no address outside can "  \
	"be reached from there; use --network none or host-loopback"
#define FULL " has no effect with --network full"
	static char connect_to[] = "--allow-connect=10.0.0.1:1";
	static char listen_at[] = "--allow-listen=1";
	static char udp[] = "--allow-udp=10.0.0.1:1";

	(void)state;
	REFUSE("--allow-connect" ISOLATED, "--network=isolated", connect_to,
	       "true");
	REFUSE("--allow-listen" ISOLATED, listen_at, connect_to,
	       "--network=isolated", "true");
	REFUSE("--allow-udp" ISOLATED, udp, "--network=isolated", "-q", "true");
	REFUSE("--allow-connect" ISOLATED, "--print-policy", connect_to,
	       "--network=isolated");
	NOTICE("notice: --allow-connect" FULL, "--network=full", connect_to,
	       "true");
	NOTICE("notice: --allow-listen" FULL, listen_at, connect_to,
	       "--network=full", "true");
	NOTICE("notice: --allow-udp" FULL, "--network=full",
	       "--unix-sockets=allowlist", udp, "true");
	ACCEPT("--network=full", udp, "-q", "true");
	/* It is the last network that counts. */
	ACCEPT("--network=isolated", connect_to, "--network=none", "true");
	ACCEPT("--network=full", connect_to, "--network=host-loopback", "true");
}

static void too_many_grants_are_refused(void **state)
{
	static char option[] = "--allow-connect", value[] = "10.0.0.1:80";
	static char udp[] = "--allow-udp", last[] = "10.0.0.1:81";
	char *words[2 * (POLICY_MAX_RULES + 1) + 3];
	int n = 0;

	(void)state;
	words[n++] = option; /* the program */
	for (int i = 0; i < POLICY_MAX_RULES; i++) {
		words[n++] = option;
		words[n++] = value;
	}
	words[n] = (char[]){"true"};
	words[n + 1] = NULL;
	assert_notice(words, "");
	assert_int_equal(options->policy.rule_count, POLICY_MAX_RULES);
	words[n] = udp;
	words[n + 1] = last;
	words[n + 2] = NULL;
	assert_refused(words, "sbx-run: cannot take \"10.0.0.1:81\": there are "
			      "more than 256 rules\n");
	/* Proxies come last. */
	setenv("HTTP_PROXY", "http://me:secret@127.0.0.1:3128", 1);
	words[n] = (char[]){"--allow-proxy"};
	words[n + 1] = NULL;
	assert_refused(words, "sbx-run: cannot take \"--allow-proxy, "
			      "HTTP_PROXY\": there are more than 256 rules\n");
	unsetenv("HTTP_PROXY");
}

/* ---- proxies ------------------------------------------------------------ */

static const char *const variables[] = {
	"HTTP_PROXY",  "http_proxy", "HTTPS_PROXY",
	"https_proxy", "ALL_PROXY",  "all_proxy",
};

static int without_proxies(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(variables); i++)
		unsetenv(variables[i]);
	return 0;
}

#define GRANTS_NOTHING                                                         \
	"notice: --allow-proxy grants nothing: none of HTTP_PROXY, "           \
	"HTTPS_PROXY and ALL_PROXY names a proxy on this machine"
#define TAKES_NOTHING "notice: --allow-proxy takes nothing from "

static void every_variable_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(variables); i++) {
		char given[64];

		setenv(variables[i], "http://127.0.0.1:3128/", 1);
		ACCEPT("--allow-proxy", "true");
		snprintf(given, sizeof(given), "--allow-proxy, %s",
			 variables[i]);
		assert_int_equal(options->policy.rule_count, 1);
		assert_rule(0, RULE_TCP, OPS_CONNECT, "127.0.0.1:3128", given);
		/* Without the option none does, and twice is once. */
		ACCEPT("true");
		assert_int_equal(options->policy.rule_count, 0);
		ACCEPT("--allow-proxy", "--allow-proxy", "true");
		assert_int_equal(options->policy.rule_count, 1);
		unsetenv(variables[i]);
	}
	setenv("HTTP_PROXY", "localhost", 1);
	setenv("all_proxy", "socks5://[::1]", 1);
	ACCEPT("--allow-proxy", "--allow-connect", "10.0.0.1:1", "true");
	assert_int_equal(options->policy.rule_count, 4);
	RULE(0, TCP, OPS_CONNECT, "10.0.0.1:1", "10.0.0.1:1");
	RULE(1, TCP, OPS_CONNECT, "127.0.0.1:80", "--allow-proxy, HTTP_PROXY");
	RULE(2, TCP, OPS_CONNECT, "[::1]:80", "--allow-proxy, HTTP_PROXY");
	RULE(3, TCP, OPS_CONNECT, "[::1]:1080", "--allow-proxy, all_proxy");
	/* What is for other purposes. */
	setenv("no_proxy", "http://127.0.0.1:1", 1);
	setenv("FTP_PROXY", "http://127.0.0.1:2", 1);
	ACCEPT("--allow-proxy", "true");
	assert_int_equal(options->policy.rule_count, 3);
	unsetenv("no_proxy");
	unsetenv("FTP_PROXY");
}

static void unusable_proxies_grant_nothing(void **state)
{
	static const struct {
		const char *url, *why;
	} rows[] = {
		{"", "it is empty"},
		{"ftp://127.0.0.1:80", "its scheme is not http, https, socks4, "
				       "socks4a, socks5 or socks5h"},
		{"http://proxy.example:3128",
		 "its host is not localhost, 127.0.0.0/8 or [::1]"},
		{"http://127.0.0.1:0", "its port is no number from 1 to 65535"},
	};
	char lines[512];

	(void)state;
	NOTICE(GRANTS_NOTHING, "--allow-proxy", "true");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		setenv("https_proxy", rows[i].url, 1);
		snprintf(lines, sizeof(lines),
			 "sbx-run: " TAKES_NOTHING "https_proxy: %s\n"
			 "sbx-run: " GRANTS_NOTHING "\n",
			 rows[i].why);
		assert_notice(WORDS("--allow-proxy", "true"), lines);
		assert_int_equal(options->policy.rule_count, 0);
		ACCEPT("-q", "--allow-proxy", "true");
		ACCEPT("--allow-proxy", "-q", "true");
		/* Nothing is said of what was not asked for. */
		ACCEPT("true");
	}
	/* One that is usable is enough, and the others are named. */
	setenv("HTTP_PROXY", "localhost:3128", 1);
	NOTICE(TAKES_NOTHING "https_proxy: its port is no number from 1 to "
			     "65535",
	       "--allow-proxy", "true");
	assert_int_equal(options->policy.rule_count, 2);
}

static void passwords_are_not_shown(void **state)
{
	static const char *const urls[] = {
		"http://me:secret@proxy.example:3128",
		"secret",
		"secret://127.0.0.1:80",
		"http://me:secret@127.0.0.1:secret",
		"http://me:secret@127.0.0.1:3128/secret",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		const struct policy *policy = &options->policy;

		setenv("http_proxy", urls[i], 1);
		parse(WORDS("--allow-proxy", "true"));
		assert_int_equal(child.status, 0);
		assert_null(strstr(child.err, "secret"));
		assert_null(
			memmem(policy->arena, policy->arena_used, "secret", 6));
		parse(WORDS("--allow-proxy", "--network=isolated", "true"));
		assert_int_equal(child.status, 125);
		assert_null(strstr(child.err, "secret"));
	}
}

static void proxies_and_networks(void **state)
{
	(void)state;
	setenv("HTTP_PROXY", "http://127.0.0.1:3128", 1);
	REFUSE("--allow-proxy" ISOLATED, "--allow-proxy", "--network=isolated",
	       "true");
	NOTICE("notice: --allow-proxy" FULL, "--allow-proxy", "--network=full",
	       "true");
	ACCEPT("--allow-proxy", "--network=host-loopback", "true");
	assert_int_equal(options->policy.rule_count, 1);
	unsetenv("HTTP_PROXY");
	REFUSE(GRANTS_NOTHING "\nsbx-run: --allow-proxy" ISOLATED,
	       "--allow-proxy", "--network=isolated", "true");
}

/* ---- --print-policy ----------------------------------------------------- */

static void print(void *arg)
{
	(void)arg;
	options_print_policy(options, stdout);
}

static void policies_are_printed(void **state)
{
	(void)state;
	setenv("HTTP_PROXY", "http://me:secret@127.0.0.1:3128", 1);
	ACCEPT("--network=host-loopback", "--allow-connect", "10.0.0.0/8:https",
	       "--allow-connect=[2001:db8::]/32:80-90", "--allow-listen",
	       "3000", "--allow-listen=0.0.0.0:80", "--allow-udp",
	       "127.0.0.53:53", "--allow-proxy", "true");
	child_run(&child, print, NULL);
	assert_string_equal(
		child.out,
		"network host-loopback\n"
		"unix-sockets allowlist\n"
		"deny-errno EACCES\n"
		"allow connect,send tcp 10.0.0.0/8:443 (given as "
		"10.0.0.0/8:https)\n"
		"allow connect,send tcp '[2001:db8::]/32:80-90'\n"
		"allow listen tcp '*:3000' (given as 3000)\n"
		"allow listen tcp 0.0.0.0/0:80 (given as 0.0.0.0:80)\n"
		"allow connect,send udp 127.0.0.53:53\n"
		"allow connect,send tcp 127.0.0.1:3128 (given as "
		"'--allow-proxy, HTTP_PROXY')\n");
	unsetenv("HTTP_PROXY");
	ACCEPT("--network=isolated", "true");
	child_run(&child, print, NULL);
	assert_string_equal(child.out, "network isolated\n"
				       "unix-sockets allowlist\n"
				       "deny-errno EACCES\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, without_proxies)
	static const struct CMUnitTest tests[] = {
		TEST(network_modes),
		TEST(grants_make_rules),
		TEST(unusable_values_are_refused),
		TEST(some_networks_need_no_grant),
		TEST(too_many_grants_are_refused),
		TEST(every_variable_counts),
		TEST(unusable_proxies_grant_nothing),
		TEST(passwords_are_not_shown),
		TEST(proxies_and_networks),
		TEST(policies_are_printed),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
