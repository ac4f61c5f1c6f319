/* SPDX-License-Identifier: MIT */
/* test_home.c - which grants keep packets on this machine.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy/inet.h"
#include "policy/policy.h"

static struct policy policy;

static void grant(enum rule_kind kind, unsigned int ops, const char *given)
{
	const struct policy_rule rule = {
		.effect = EFFECT_ALLOW,
		.ops = (uint8_t)ops,
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

static bool stays(enum rule_kind kind, unsigned int ops, const char *given)
{
	policy_init(&policy);
	grant(kind, ops, given);
	return policy_stays_home(&policy);
}

static void knows_the_loopback(void **state)
{
	static const char *const home[] = {
		"127.0.0.1:80",	  "127.1.2.3:1-65535",	   "127.0.0.0/8:80",
		"126.0.0.0/7:80", "0.0.0.0/1:80",	   "[::1]:80",
		"[::]/1:80",	  "[::ffff:127.0.0.1]:80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(home) / sizeof(*home); i++) {
		assert_true(stays(RULE_TCP, OPS_CONNECT, home[i]));
		assert_true(stays(RULE_UDP, OPS_CONNECT, home[i]));
	}
}

static void knows_what_is_not(void **state)
{
	/* What is granted everywhere may leave by any device. */
	static const char *const elsewhere[] = {
		"128.0.0.1:80", "128.0.0.0/1:80", "126.0.0.1:80",
		"[::2]:80",	"*:80",		  "[2001:db8::]/32:1",
		"0.0.0.0/0:80", "[::]/0:80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		assert_false(stays(RULE_TCP, OPS_CONNECT, elsewhere[i]));
	assert_false(stays(RULE_TCP, OPS_LISTEN, "127.0.0.1:80"));
	policy_init(&policy);
	assert_false(policy_stays_home(&policy));
}

static void one_of_several_is_enough(void **state)
{
	(void)state;
	policy_init(&policy);
	grant(RULE_TCP, OPS_CONNECT, "*:443");
	assert_false(policy_stays_home(&policy));
	grant(RULE_UDP, OPS_CONNECT, "[::1]:53");
	assert_true(policy_stays_home(&policy));
}

static void host_loopback_does(void **state)
{
	(void)state;
	policy_init(&policy);
	policy.network = NETWORK_LOOPBACK;
	assert_true(policy_stays_home(&policy));
}

static void somebody_may_grant_it(void **state)
{
	(void)state;
	policy_init(&policy);
	policy.asks = true;
	assert_true(policy_stays_home(&policy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_loopback),
		cmocka_unit_test(knows_what_is_not),
		cmocka_unit_test(one_of_several_is_enough),
		cmocka_unit_test(host_loopback_does),
		cmocka_unit_test(somebody_may_grant_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
