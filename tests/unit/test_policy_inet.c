/* SPDX-License-Identifier: MIT */
/* test_policy_inet.c - every decision about TCP and UDP, in every network
 * mode, and the option that would change it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/inet.h"
#include "policy/policy.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define FULL		"--network full --unix-sockets=allowlist"
#define TCP		SOCK_STREAM
#define UDP		SOCK_DGRAM

static struct policy policy;

static int setup(void **state)
{
	(void)state;
	memset(&policy, 0x5a, sizeof(policy));
	policy_init(&policy);
	return 0;
}

static void grant(enum rule_kind kind, unsigned int ops, const char *given)
{
	const struct policy_rule rule = {
		.effect = EFFECT_ALLOW,
		.ops = (uint8_t)ops,
		.kind = (uint8_t)kind,
	};
	struct inet_range range;
	char bytes[INET_RANGE_SIZE];

	assert_null(inet_parse(&range, given,
			       ops == OPS_LISTEN ? INET_LISTEN : INET_CONNECT,
			       NULL));
	inet_range_put(&range, bytes);
	assert_int_equal(
		policy_add(&policy, &rule, bytes, sizeof(bytes), given),
		POLICY_OK);
}

/* "1.2.3.4:80", "[::1]:80" */
static struct addr address(const char *text)
{
	const bool v6 = text[0] == '[';
	struct addr addr = {.kind = v6 ? ADDR_INET6 : ADDR_INET};
	char ip[64];
	int port;

	assert_int_equal(
		sscanf(text, v6 ? "[%63[^]]]:%d" : "%63[^:]:%d", ip, &port), 2);
	addr.port = (uint16_t)port;
	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, ip, addr.ip), 1);
	return addr;
}

static struct policy_verdict decide(enum policy_op op, int type,
				    const struct addr *addr)
{
	const struct policy_request request = {
		.op = op, .kind = TARGET_INET, .inet = addr, .type = type};

	return policy_decide(&policy, &request, NULL, NULL);
}

#define DEFAULT (-1) /* allowed without a rule */
#define REFUSED (-2)

static void expect_at(int line, enum policy_op op, int type, const char *text,
		      int rule)
{
	const struct addr addr = address(text);
	const struct policy_verdict v = decide(op, type, &addr);

	if (v.allow != (rule != REFUSED) ||
	    v.rule != (rule == REFUSED ? -1 : rule) ||
	    v.error != (v.allow ? 0 : policy.deny_errno))
		fail_msg("line %d: allow %d rule %d error %d", line, v.allow,
			 v.rule, v.error);
}

#define EXPECT(op, type, text, rule)                                           \
	expect_at(__LINE__, OP_##op, type, text, rule)

static void expect_socket(int type, bool allowed)
{
	assert_int_equal(decide(OP_SOCKET, type, NULL).allow, allowed);
}

static void none_allows_nothing(void **state)
{
	static const char *const all[] = {
		"127.0.0.1:80", "10.0.0.1:80",		 "0.0.0.0:80",
		"[::1]:80",	"[::ffff:127.0.0.1]:80", "[::]:80"};

	(void)state;
	policy.deny_errno = EPERM;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		EXPECT(CONNECT, TCP, all[i], REFUSED);
		EXPECT(LISTEN, TCP, all[i], REFUSED);
		EXPECT(SEND, TCP, all[i], REFUSED);
		EXPECT(CONNECT, UDP, all[i], REFUSED);
		EXPECT(SEND, UDP, all[i], REFUSED);
		EXPECT(BIND, UDP, all[i], REFUSED);
		EXPECT(BIND, TCP, all[i], DEFAULT); /* reaches nobody */
		EXPECT(BIND, SOCK_RAW, all[i], REFUSED);
		EXPECT(CONNECT, SOCK_RAW, all[i], REFUSED);
	}
	expect_socket(TCP, false);
	expect_socket(UDP, false);
	assert_false(policy_mediates(&policy, TCP));
	assert_false(policy_mediates(&policy, UDP));
}

static void full_and_isolated_allow_all(void **state)
{
	static const enum network_mode modes[] = {NETWORK_FULL,
						  NETWORK_ISOLATED};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		policy.network = (uint8_t)modes[i];
		EXPECT(CONNECT, TCP, "10.0.0.1:80", DEFAULT);
		EXPECT(LISTEN, TCP, "0.0.0.0:80", DEFAULT);
		EXPECT(SEND, UDP, "[2001:db8::1]:53", DEFAULT);
		EXPECT(BIND, UDP, "[::]:53", DEFAULT);
		expect_socket(TCP, true);
		expect_socket(UDP, true);
		assert_false(policy_mediates(&policy, TCP));
		grant(RULE_TCP, OPS_CONNECT, "10.0.0.1:80");
		assert_false(policy_mediates(&policy, TCP));
	}
}

static void host_loopback(void **state)
{
	(void)state;
	policy.network = NETWORK_LOOPBACK;
	EXPECT(CONNECT, TCP, "127.0.0.1:1", DEFAULT);
	EXPECT(CONNECT, TCP, "127.255.255.255:65535", DEFAULT);
	EXPECT(CONNECT, TCP, "[::1]:80", DEFAULT);
	EXPECT(CONNECT, TCP, "[::ffff:127.0.0.1]:80", DEFAULT);
	/* No address is the loopback to who connects, and all to who hears. */
	EXPECT(CONNECT, TCP, "0.0.0.0:80", DEFAULT);
	EXPECT(CONNECT, TCP, "[::]:80", DEFAULT);
	EXPECT(CONNECT, TCP, "[::ffff:0.0.0.0]:80", DEFAULT);
	EXPECT(LISTEN, TCP, "127.0.0.1:80", DEFAULT);
	EXPECT(LISTEN, TCP, "[::1]:80", DEFAULT);
	EXPECT(LISTEN, TCP, "[::ffff:127.0.0.1]:80", DEFAULT);
	EXPECT(LISTEN, TCP, "0.0.0.0:80", REFUSED);
	EXPECT(LISTEN, TCP, "[::]:80", REFUSED);
	EXPECT(LISTEN, TCP, "[::ffff:0.0.0.0]:80", REFUSED);
	EXPECT(CONNECT, TCP, "126.255.255.255:80", REFUSED);
	EXPECT(CONNECT, TCP, "128.0.0.1:80", REFUSED);
	EXPECT(CONNECT, TCP, "[::2]:80", REFUSED);
	EXPECT(CONNECT, TCP, "[::127.0.0.1]:80", REFUSED);
	EXPECT(CONNECT, TCP, "[::ffff:10.0.0.1]:80", REFUSED);
	/* UDP needs a grant. */
	EXPECT(SEND, UDP, "127.0.0.1:53", REFUSED);
	EXPECT(BIND, UDP, "127.0.0.1:0", REFUSED);
	expect_socket(TCP, true);
	expect_socket(UDP, false);
	/* More may be granted. */
	grant(RULE_TCP, OPS_CONNECT, "10.0.0.0/8:80");
	grant(RULE_UDP, OPS_CONNECT, "127.0.0.1:53");
	EXPECT(CONNECT, TCP, "10.0.0.1:80", 0);
	EXPECT(CONNECT, TCP, "127.0.0.1:80", DEFAULT);
	EXPECT(SEND, UDP, "127.0.0.1:53", 1);
	EXPECT(SEND, UDP, "127.0.0.1:54", REFUSED);
	expect_socket(UDP, true);
}

static void exact_grants(void **state)
{
	(void)state;
	grant(RULE_TCP, OPS_CONNECT, "10.0.0.0/8:80-90");
	grant(RULE_TCP, OPS_CONNECT, "10.0.0.1:85");
	grant(RULE_TCP, OPS_LISTEN, "127.0.0.1:3000");
	grant(RULE_TCP, OPS_CONNECT, "[::1]:*");
	EXPECT(CONNECT, TCP, "10.0.0.1:85", 0); /* the first decides */
	EXPECT(SEND, TCP, "10.0.0.1:85", 0);
	EXPECT(CONNECT, TCP, "10.255.0.1:80", 0);
	EXPECT(CONNECT, TCP, "10.255.0.1:79", REFUSED);
	EXPECT(CONNECT, TCP, "10.255.0.1:91", REFUSED);
	EXPECT(CONNECT, TCP, "11.0.0.1:80", REFUSED);
	EXPECT(CONNECT, TCP, "[::ffff:10.0.0.1]:80", 0);
	EXPECT(CONNECT, TCP, "[::]:7", 3);
	EXPECT(CONNECT, TCP, "0.0.0.0:7", REFUSED);
	EXPECT(LISTEN, TCP, "10.0.0.1:85", REFUSED);
	EXPECT(LISTEN, TCP, "127.0.0.1:3000", 2);
	EXPECT(LISTEN, TCP, "[::ffff:127.0.0.1]:3000", 2);
	EXPECT(LISTEN, TCP, "0.0.0.0:3000", REFUSED);
	EXPECT(LISTEN, TCP, "127.0.0.1:3001", REFUSED);
	EXPECT(CONNECT, TCP, "127.0.0.1:3000", REFUSED);
	EXPECT(BIND, TCP, "0.0.0.0:1", DEFAULT);
	expect_socket(TCP, true);
	expect_socket(UDP, false);
	expect_socket(SOCK_RAW, false);
	expect_socket(SOCK_SEQPACKET, false);
	/* A type with flags is none; callers leave them out. */
	expect_socket(TCP | SOCK_CLOEXEC, false);
	EXPECT(SEND, UDP, "10.0.0.1:80", REFUSED);
	/* No address is in no range. */
	assert_false(decide(OP_CONNECT, TCP, NULL).allow);
	assert_false(decide(OP_CONNECT, TCP,
			    &(struct addr){.kind = ADDR_OTHER, .port = 80})
			     .allow);
}

static void listening_everywhere(void **state)
{
	(void)state;
	grant(RULE_TCP, OPS_LISTEN, "1");
	grant(RULE_TCP, OPS_LISTEN, "0.0.0.0:2");
	grant(RULE_TCP, OPS_LISTEN, "[::]:3");
	EXPECT(LISTEN, TCP, "0.0.0.0:1", 0);
	EXPECT(LISTEN, TCP, "[::]:1", 0);
	EXPECT(LISTEN, TCP, "10.0.0.1:1", 0);
	EXPECT(LISTEN, TCP, "0.0.0.0:2", 1);
	EXPECT(LISTEN, TCP, "10.0.0.1:2", 1);
	EXPECT(LISTEN, TCP, "[::]:2", REFUSED);
	EXPECT(LISTEN, TCP, "[::1]:2", REFUSED);
	EXPECT(LISTEN, TCP, "[::]:3", 2);
	EXPECT(LISTEN, TCP, "0.0.0.0:3", 2);
	EXPECT(CONNECT, TCP, "10.0.0.1:1", REFUSED);
}

/* What is sent is judged, and what is heard where nobody chose the port. */
static void udp(void **state)
{
	(void)state;
	grant(RULE_UDP, OPS_CONNECT, "10.0.0.53:53");
	EXPECT(CONNECT, UDP, "10.0.0.53:53", 0);
	EXPECT(SEND, UDP, "10.0.0.53:53", 0);
	EXPECT(SEND, UDP, "[::ffff:10.0.0.53]:53", 0);
	EXPECT(SEND, UDP, "10.0.0.53:54", REFUSED);
	EXPECT(SEND, UDP, "10.0.0.54:53", REFUSED);
	EXPECT(CONNECT, TCP, "10.0.0.53:53", REFUSED);
	EXPECT(BIND, UDP, "0.0.0.0:0", DEFAULT);
	EXPECT(BIND, UDP, "[::]:0", DEFAULT);
	EXPECT(BIND, UDP, "10.0.0.1:0", DEFAULT);
	EXPECT(BIND, UDP, "0.0.0.0:53", REFUSED);
	EXPECT(LISTEN, UDP, "0.0.0.0:53", REFUSED);
	expect_socket(UDP, true);
	expect_socket(TCP, false);
}

static void forged_rules_grant_nothing(void **state)
{
	struct policy_rule *rule = policy.rules;
	char *name;

	(void)state;
	grant(RULE_TCP, OPS_CONNECT, "*:*");
	EXPECT(CONNECT, TCP, "10.0.0.1:80", 0);
	name = policy.arena + rule->name;
	name[0] = 5; /* no family */
	EXPECT(CONNECT, TCP, "10.0.0.1:80", REFUSED);
	name[0] = INET_ANY;
	rule->name_len--;
	EXPECT(CONNECT, TCP, "10.0.0.1:80", REFUSED);
}

/* ---- hints -------------------------------------------------------------- */

static void expect_hint_at(int line, enum policy_op op, int type,
			   const char *text, const char *want)
{
	const struct addr addr = text ? address(text) : (struct addr){0};
	const struct policy_request request = {
		.op = op,
		.kind = TARGET_INET,
		.inet = text ? &addr : NULL,
		.type = type,
	};
	const struct policy_verdict v =
		policy_decide(&policy, &request, NULL, NULL);
	char buf[256];

	policy_hint(&policy, &request, &v, buf, sizeof(buf));
	if (strcmp(buf, want) != 0)
		fail_msg("line %d: %s\nexpected: %s", line, buf, want);
	/* Whole, or empty. */
	for (size_t size = 1; size <= strlen(want); size++) {
		policy_hint(&policy, &request, &v, buf, size);
		assert_string_equal(buf, "");
	}
}

#define HINT(op, type, text, want)                                             \
	expect_hint_at(__LINE__, OP_##op, type, text, want)

static void hints_name_exactly_the_address(void **state)
{
	(void)state;
	HINT(CONNECT, TCP, "10.0.0.1:80", "--allow-connect 10.0.0.1:80");
	HINT(CONNECT, TCP, "[2001:db8::1]:443",
	     "--allow-connect '[2001:db8::1]:443'");
	HINT(CONNECT, TCP, "[::ffff:10.0.0.1]:80",
	     "--allow-connect 10.0.0.1:80");
	HINT(CONNECT, TCP, "0.0.0.0:80", "--allow-connect 127.0.0.1:80");
	HINT(CONNECT, TCP, "[::]:80", "--allow-connect '[::1]:80'");
	HINT(CONNECT, TCP, "10.0.0.1:40000", "--allow-connect 10.0.0.1:40000");
	HINT(SEND, UDP, "10.0.0.1:53", "--allow-udp 10.0.0.1:53");
	HINT(CONNECT, UDP, "[::1]:53", "--allow-udp '[::1]:53'");
	HINT(LISTEN, TCP, "127.0.0.1:3000", "--allow-listen 127.0.0.1:3000");
	HINT(LISTEN, TCP, "0.0.0.0:3000", "--allow-listen 0.0.0.0:3000");
	HINT(LISTEN, TCP, "[::]:3000", "--allow-listen '[::]:3000'");
	/* The system will pick another one the next time (ip(7)). */
	HINT(LISTEN, TCP, "127.0.0.1:32767", "--allow-listen 127.0.0.1:32767");
	HINT(LISTEN, TCP, "127.0.0.1:32768",
	     "--allow-listen 127.0.0.1:32768-60999");
	HINT(LISTEN, TCP, "[::1]:60999", "--allow-listen '[::1]:32768-60999'");
	HINT(LISTEN, TCP, "127.0.0.1:61000", "--allow-listen 127.0.0.1:61000");
	/* What no option can name. */
	HINT(CONNECT, TCP, "10.0.0.1:0", FULL);
	HINT(BIND, UDP, "0.0.0.0:53", FULL);
	HINT(CONNECT, SOCK_RAW, "10.0.0.1:80", FULL);
	HINT(SOCKET, UDP, NULL, FULL);
	HINT(RESOLVE, TCP, NULL, FULL);
	HINT(BIND, TCP, "0.0.0.0:80", ""); /* is allowed */
}

/* Only the kernel refuses there, so that the verdict is not ours. */
static void hints_leave_the_isolated_network(void **state)
{
	const struct addr addr = address("10.0.0.1:80");
	const struct policy_request request = {.op = OP_CONNECT,
					       .kind = TARGET_INET,
					       .inet = &addr,
					       .type = TCP};
	const struct policy_verdict v = {.rule = -1, .error = ENETUNREACH};
	char buf[128];

	(void)state;
	policy.network = NETWORK_ISOLATED;
	policy_hint(&policy, &request, &v, buf, sizeof(buf));
	assert_string_equal(buf, "--network none --allow-connect 10.0.0.1:80");
}

/* A hint taken at its word allows what was asked for. */
static void hints_keep_their_word(void **state)
{
	static const char *const all[] = {"10.0.0.1:80",
					  "0.0.0.0:80",
					  "[::]:80",
					  "[::1]:32768",
					  "[::ffff:10.0.0.1]:1",
					  "[::ffff:0.0.0.0]:50000",
					  "127.0.0.1:60999",
					  "[fe80::1]:65535"};
	static const struct {
		enum policy_op op;
		int type;
		enum rule_kind kind;
		unsigned int ops;
	} asked[] = {
		{OP_CONNECT, TCP, RULE_TCP, OPS_CONNECT},
		{OP_LISTEN, TCP, RULE_TCP, OPS_LISTEN},
		{OP_SEND, UDP, RULE_UDP, OPS_CONNECT},
	};
	char buf[128], *word, *quote;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all) * COUNT_OF(asked); i++) {
		const size_t a = i % COUNT_OF(asked);
		const struct addr addr = address(all[i / COUNT_OF(asked)]);
		const struct policy_request request = {.op = asked[a].op,
						       .kind = TARGET_INET,
						       .inet = &addr,
						       .type = asked[a].type};
		struct policy_verdict v;

		policy_init(&policy);
		v = policy_decide(&policy, &request, NULL, NULL);
		assert_false(v.allow);
		policy_hint(&policy, &request, &v, buf, sizeof(buf));
		word = strchr(buf, ' ') + 1;
		word += *word == '\'';
		quote = strchr(word, '\'');
		if (quote)
			*quote = '\0';
		grant(asked[a].kind, asked[a].ops, word);
		if (!policy_decide(&policy, &request, NULL, NULL).allow)
			fail_msg("%s does not allow it", buf);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	static const struct CMUnitTest tests[] = {
		TEST(none_allows_nothing),
		TEST(full_and_isolated_allow_all),
		TEST(host_loopback),
		TEST(exact_grants),
		TEST(listening_everywhere),
		TEST(udp),
		TEST(forged_rules_grant_nothing),
		TEST(hints_name_exactly_the_address),
		TEST(hints_leave_the_isolated_network),
		TEST(hints_keep_their_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
