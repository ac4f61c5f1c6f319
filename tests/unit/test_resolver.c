/* SPDX-License-Identifier: MIT */
/* test_resolver.c - resolv.conf and hosts, and the option that follows.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "launcher/resolver.h"
#include "policy/inet.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define FULL		"--network full --unix-sockets=allowlist"

static struct policy policy;

static int setup(void **state)
{
	(void)state;
	policy_init(&policy);
	return 0;
}

static void allow(enum rule_kind kind, const char *given)
{
	const struct policy_rule rule = {
		.effect = EFFECT_ALLOW,
		.ops = OPS_CONNECT,
		.kind = (uint8_t)kind,
	};
	struct inet_range range;
	char bytes[INET_RANGE_SIZE];

	assert_null(inet_parse(&range, given, INET_CONNECT, NULL));
	inet_range_put(&range, bytes);
	assert_int_equal(
		policy_add(&policy, &rule, bytes, sizeof(bytes), given),
		POLICY_OK);
}

static void expect(const char *conf, const char *want)
{
	char text[4096], hint[256];
	struct resolver resolver;

	snprintf(text, sizeof(text), "%s", conf);
	resolver_parse(&resolver, text);
	resolver_advise(&resolver, &policy, hint, sizeof(hint));
	if (strcmp(hint, want) != 0)
		fail_msg("%s: got %s, want %s", conf, hint, want);
}

static void the_first_usable_server_is_named(void **state)
{
	static const struct {
		const char *conf, *hint;
	} rows[] = {
		{"nameserver 10.0.0.2\n", "--allow-udp 10.0.0.2:53"},
		{"# a comment\nsearch x\n\nnameserver\t10.0.0.2 # x\n"
		 "nameserver 10.0.0.3\n",
		 "--allow-udp 10.0.0.2:53"},
		{"nameserver 127.0.0.53", "--allow-udp 127.0.0.53:53"},
		{"nameserver 10.2\r\n", "--allow-udp 10.0.0.2:53"},
		{"nameserver 2001:db8::1\n", "--allow-udp '[2001:db8::1]:53'"},
		{"nameserver fe80::1%eth0\nnameserver 10.0.0.2\n",
		 "--allow-udp 10.0.0.2:53"},
		{"nameserver fe80::1\nnameserver ::ffff:10.0.0.2\n",
		 "--allow-udp 10.0.0.2:53"},
		{"nameserver 0.0.0.0\n", "--allow-udp 127.0.0.1:53"},
		{"nameserver 10.0.0.2\noptions ndots:2 use-vc\n",
		 "--allow-connect 10.0.0.2:53"},
		{"options use-vc\nnameserver 10.0.0.2\n",
		 "--allow-connect 10.0.0.2:53"},
		{"", FULL},
		{"nameserver\n", FULL},
		{"nameserver dns.example\n", FULL},
		{"nameservers 10.0.0.2\n", FULL},
		{"#nameserver 10.0.0.2\n", FULL},
		{"nameserver fe80::1%eth0\n", FULL},
		/* libc's resolvers look at three. */
		{"nameserver 10.0.0.1\nnameserver 10.0.0.2\n"
		 "nameserver 10.0.0.3\nnameserver 10.0.0.4\n",
		 "--allow-udp 10.0.0.1:53"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect(rows[i].conf, rows[i].hint);
}

static void expect_granted(const char *conf, bool want)
{
	char text[4096];
	struct resolver resolver;

	snprintf(text, sizeof(text), "%s", conf);
	resolver_parse(&resolver, text);
	assert_int_equal(resolver_granted(&resolver, &policy), want);
}

static void one_granted_server_is_enough(void **state)
{
	static const char three[] = "nameserver 10.0.0.1\n"
				    "nameserver 10.0.0.2\n"
				    "nameserver 10.0.0.3\n"
				    "nameserver 10.0.0.4\n";

	(void)state;
	expect_granted(three, false);
	expect_granted("", false);
	allow(RULE_TCP, "10.0.0.2:53");
	allow(RULE_UDP, "10.0.0.2:54");
	allow(RULE_UDP, "10.0.0.4:53");
	expect_granted(three, false);
	allow(RULE_UDP, "10.0.0.2:53");
	expect_granted(three, true);
	expect_granted("nameserver 10.0.0.1\noptions use-vc\n", false);
	expect_granted("nameserver 10.0.0.2\noptions use-vc\n", true);
	policy.network = NETWORK_LOOPBACK;
	expect_granted("nameserver 127.0.0.53\n", false);
	expect("nameserver 127.0.0.53\n", "--allow-udp 127.0.0.53:53");
	expect_granted("nameserver 127.0.0.1\noptions use-vc\n", true);
}

/* Grants of addresses and a network of its own do not go together. */
static void a_network_of_its_own_has_no_servers(void **state)
{
	(void)state;
	policy.network = NETWORK_ISOLATED;
	expect("nameserver 10.0.0.2\n", FULL);
	expect_granted("nameserver 10.0.0.2\n", false);
}

/* Lines without end, and more of everything than there is room for. */
static void hostile_files(void **state)
{
	static char text[65536];
	struct resolver resolver;

	(void)state;
	memset(text, 'n', sizeof(text) - 1);
	resolver_parse(&resolver, text);
	assert_int_equal(resolver.count, 0);
	memset(text, ' ', sizeof(text) - 1);
	resolver_parse(&resolver, text);
	assert_int_equal(resolver.count, 0);
	for (size_t i = 0; i + 21 < sizeof(text); i += 20)
		memcpy(text + i, "nameserver 10.0.0.2\n", 20);
	resolver_parse(&resolver, text);
	assert_int_equal(resolver.count, RESOLVER_SERVERS_MAX);
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)(1 + i * 7 % 255);
	resolver_parse(&resolver, text);
	assert_int_equal(resolver.count, 0);
}

static void hosts_are_listed_by_name(void **state)
{
	static const char file[] = "127.0.0.1\tlocalhost\n"
				   "# 10.0.0.1 commented\n"
				   "::1 ip6-localhost  Loop.Back # tail\n"
				   "10.0.0.9\n"
				   "10.0.0.2 a b c";
	static const struct {
		const char *host;
		bool listed;
	} rows[] = {
		{"localhost", true},
		{"LOCALHOST", true},
		{"ip6-localhost", true},
		{"loop.back", true},
		{"c", true},
		{"commented", false},
		{"tail", false},
		{"local", false},
		{"127.0.0.1", false},
		{"10.0.0.9", false},
		{"", false},
		{"\n", false},
		{"api.github.com", false},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		snprintf(text, sizeof(text), "%s", file);
		if (resolver_lists(text, rows[i].host) != rows[i].listed)
			fail_msg("\"%s\"", rows[i].host);
	}
	text[0] = '\0';
	assert_false(resolver_lists(text, "localhost"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_usable_server_is_named, setup),
		cmocka_unit_test_setup(one_granted_server_is_enough, setup),
		cmocka_unit_test_setup(a_network_of_its_own_has_no_servers,
				       setup),
		cmocka_unit_test(hostile_files),
		cmocka_unit_test(hosts_are_listed_by_name),
	};

	return cmocka_run_group_tests_name("resolver", tests, NULL, NULL);
}
