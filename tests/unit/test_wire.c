/* SPDX-License-Identifier: MIT */
/* test_wire.c - a policy survives the environment, damage does not.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/inet.h"
#include "policy/wire.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define NAME(literal)	literal, sizeof(literal) - 1

static struct policy policy;
static struct policy decoded;
static char text[WIRE_TEXT_MAX];

static void add_rule(enum policy_effect effect, unsigned int ops,
		     enum rule_kind kind, uint32_t pin_len, const char *name,
		     size_t len, const char *given)
{
	struct policy_rule rule = {
		.effect = (uint8_t)effect,
		.ops = (uint8_t)ops,
		.kind = (uint8_t)kind,
		.pin_len = pin_len,
	};

	assert_int_equal(policy_add(&policy, &rule, name, len, given),
			 POLICY_OK);
}

static int setup(void **state)
{
	(void)state;
	memset(&decoded, 0x5a, sizeof(decoded));
	policy_init(&policy);
	policy.network = NETWORK_FULL;
	policy.unix_all = true;
	policy.unix_private = true;
	policy.asks = true;
	policy.deny_errno = ECONNREFUSED;
	add_rule(EFFECT_ALLOW, OPS_ALL, RULE_TREE, 4, NAME("/run"), "../run");
	add_rule(EFFECT_DENY, OPS_BIND, RULE_NODE, 4, NAME("/run/a/s\xff"),
		 "a/s\xff");
	add_rule(EFFECT_ALLOW, OPS_CONNECT, RULE_ABSTRACT, 0, NAME("a\0b"),
		 "@a");
	add_rule(EFFECT_ALLOW, OPS_BIND, RULE_ABSTRACT_PREFIX, 0, NAME(""),
		 "@*");
	add_rule(EFFECT_ALLOW, OPS_ALL, RULE_TREE, 1, NAME("/"), "");
	add_rule(EFFECT_ALLOW, OPS_CONNECT | OPS_LISTEN, RULE_TCP, 0,
		 NAME("\4\x8\xa\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\xff\xff"),
		 "10.0.0.0/8:*");
	return 0;
}

static bool is_same_bytes(const struct policy *a, uint32_t a_at,
			  const struct policy *b, uint32_t b_at, size_t len)
{
	return memcmp(a->arena + a_at, b->arena + b_at, len + 1) == 0;
}

static bool is_same(const struct policy *a, const struct policy *b)
{
	if (a->network != b->network || a->unix_all != b->unix_all ||
	    a->unix_dgram != b->unix_dgram ||
	    a->unix_private != b->unix_private || a->asks != b->asks ||
	    a->deny_errno != b->deny_errno || a->rule_count != b->rule_count ||
	    a->arena_used != b->arena_used)
		return false;
	for (uint32_t i = 0; i < a->rule_count; i++) {
		const struct policy_rule *x = &a->rules[i];
		const struct policy_rule *y = &b->rules[i];

		if (x->effect != y->effect || x->ops != y->ops ||
		    x->kind != y->kind || x->name_len != y->name_len ||
		    x->pin_len != y->pin_len || x->given_len != y->given_len ||
		    !is_same_bytes(a, x->name, b, y->name, x->name_len) ||
		    !is_same_bytes(a, x->given, b, y->given, x->given_len))
			return false;
	}
	return true;
}

static bool is_strictest(const struct policy *p)
{
	return p->network == NETWORK_NONE && !p->unix_all &&
	       p->deny_errno == EACCES && p->rule_count == 0 &&
	       p->arena_used == 0;
}

static int encode(void)
{
	int len = wire_encode(&policy, text, sizeof(text));

	assert_true(len > 0);
	assert_int_equal(len, strlen(text));
	return len;
}

/* From a block of exactly its size, so that ASan sees a byte read too far. */
static int decode(const char *wire)
{
	char *copy = wire ? strdup(wire) : NULL;
	int result;

	memset(&decoded, 0x5a, 64);
	result = wire_decode(copy, &decoded);
	free(copy);
	return result;
}

static void expect_rejected(const char *wire)
{
	if (decode(wire) != -1)
		fail_msg("accepted: %s", wire);
	assert_true(is_strictest(&decoded));
}

static void comes_back_equal(void **state)
{
	(void)state;
	encode();
	assert_int_equal(decode(text), 0);
	assert_true(is_same(&policy, &decoded));
	policy_init(&policy);
	encode();
	assert_int_equal(decode(text), 0);
	assert_true(is_same(&policy, &decoded));
	assert_true(is_strictest(&decoded));
}

/* The format is a contract: an older shim must read or reject it. */
static void format_is_as_documented(void **state)
{
	(void)state;
	policy_init(&policy);
	add_rule(EFFECT_ALLOW, OPS_ALL, RULE_NODE, 1, NAME("/x"), "x");
	encode();
	assert_string_equal(text, "1.92382b90."
				  "AAANAAAAAQAAAAALAAIAAAABAAAAAQAAAC94eA");
}

static void every_tail_length(void **state)
{
	char given[8] = "";

	(void)state;
	for (size_t len = 0; len < sizeof(given) - 1; len++) {
		policy_init(&policy);
		add_rule(EFFECT_ALLOW, OPS_ALL, RULE_NODE, 1, NAME("/x"),
			 given);
		encode();
		assert_int_equal(decode(text), 0);
		assert_true(is_same(&policy, &decoded));
		given[len] = '\xff';
	}
}

static void largest_policy_fits(void **state)
{
	char name[300];

	(void)state;
	policy_init(&policy);
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	for (int i = 0; i < POLICY_MAX_RULES; i++)
		add_rule(EFFECT_ALLOW, OPS_ALL, RULE_NODE, 1, name, 247,
			 "1234567");
	assert_int_equal(policy.rule_count, POLICY_MAX_RULES);
	assert_int_equal(policy.arena_used, POLICY_ARENA_SIZE);
	encode();
	assert_int_equal(decode(text), 0);
	assert_true(is_same(&policy, &decoded));
}

static void too_small_a_buffer(void **state)
{
	int len = encode();
	char *exact = malloc((size_t)len + 1);

	(void)state;
	assert_non_null(exact);
	for (int size = 0; size <= len; size++)
		assert_int_equal(wire_encode(&policy, exact, (size_t)size), -1);
	assert_int_equal(wire_encode(&policy, exact, (size_t)len + 1), len);
	assert_string_equal(exact, text);
	free(exact);
}

static void missing_or_foreign(void **state)
{
	static const char *const foreign[] = {
		"",
		"1",
		"1.",
		"1.00000000",
		"1.00000000.",
		".",
		"garbage",
		"1.00000000.AAAA",
		"\xff\xff\xff\xff",
	};

	(void)state;
	expect_rejected(NULL);
	for (size_t i = 0; i < COUNT_OF(foreign); i++)
		expect_rejected(foreign[i]);
	encode();
	text[0] = '2';
	expect_rejected(text);
	text[0] = '0';
	expect_rejected(text);
}

/* Whatever one byte becomes, the policy is refused or the same. */
static void single_byte_corruption(void **state)
{
	int len = encode();
	int accepted = 0;

	(void)state;
	for (int i = 0; i < len; i++) {
		char original = text[i];

		for (int byte = 0; byte < 256; byte++) {
			if ((char)byte == original)
				continue;
			text[i] = (char)byte;
			if (decode(text) == 0) {
				accepted++;
				assert_true(is_same(&policy, &decoded));
			} else {
				assert_true(is_strictest(&decoded));
			}
		}
		text[i] = original;
	}
	/* A CRC-32 finds every change of one byte. */
	assert_int_equal(accepted, 0);
	assert_int_equal(decode(text), 0);
}

static void truncated_or_extended(void **state)
{
	int len = encode();

	(void)state;
	for (int i = 0; i < len; i++) {
		char original = text[i];

		text[i] = '\0';
		expect_rejected(text);
		text[i] = original;
	}
	strcpy(text + len, "A");
	expect_rejected(text);
	strcpy(text + len, "=");
	expect_rejected(text);
}

/* ---- payloads that an attacker made, with the right CRC ----------------- */

static unsigned char payload[256];
static size_t payload_len;

static uint32_t crc_of(const char *bytes)
{
	uint32_t crc = 0xffffffff;

	for (; *bytes; bytes++) {
		crc ^= (unsigned char)*bytes;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void seal(char *wire, const char *base64url)
{
	snprintf(wire, sizeof(text), "1.%08x.%s", crc_of(base64url), base64url);
}

static const char *forge(void)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	char base64url[512];
	size_t len = 0;

	for (size_t i = 0; i < payload_len * 8; i += 6) {
		unsigned int value = 0;

		for (size_t bit = i; bit < i + 6; bit++) {
			unsigned int byte = payload[bit / 8];

			value <<= 1;
			if (bit / 8 < payload_len)
				value |= byte >> (7 - bit % 8) & 1;
		}
		base64url[len++] = digits[value];
	}
	base64url[len] = '\0';
	seal(text, base64url);
	return text;
}

/* One node rule: network, flags, errno, count, effect, ops, kind, lengths,
 * name "/ab/c" pinned at "/ab", given "xy". */
static void start_payload(void)
{
	static const unsigned char sample[] = {
		1, 0, 13,  0,	0,   0,	  1,   0,   0,	 0, /* header */
		0, 3, 0, /* effect, ops, kind */
		5, 0, 0,   0,	3,   0,	  0,   0,   2,	 0,
		0, 0, '/', 'a', 'b', '/', 'c', 'x', 'y',
	};

	memset(payload, 0, sizeof(payload));
	memcpy(payload, sample, sizeof(sample));
	payload_len = sizeof(sample);
}

enum offset {
	AT_NETWORK,
	AT_FLAGS,
	AT_ERRNO,
	AT_COUNT = 6,
	AT_EFFECT = 10,
	AT_OPS,
	AT_KIND,
	AT_NAME_LEN,
	AT_PIN_LEN = 17,
	AT_GIVEN_LEN = 21,
	AT_NAME = 25,
	AT_GIVEN = 30,
};

static void forged_sample_is_accepted(void **state)
{
	(void)state;
	start_payload();
	assert_int_equal(decode(forge()), 0);
	assert_int_equal(decoded.rule_count, 1);
	assert_string_equal(policy_rule_name(&decoded, decoded.rules), "/ab/c");
	assert_int_equal(decoded.rules[0].pin_len, 3);
	assert_string_equal(decoded.arena + decoded.rules[0].given, "xy");
}

/* Every value of every byte: refused, or a policy within all bounds. */
static void forged_bytes_stay_in_bounds(void **state)
{
	(void)state;
	for (size_t at = 0; at < AT_NAME; at++) {
		for (unsigned int byte = 0; byte < 256; byte++) {
			const struct policy_rule *rule = decoded.rules;

			start_payload();
			payload[at] = (unsigned char)byte;
			if (decode(forge()) < 0) {
				assert_true(is_strictest(&decoded));
				continue;
			}
			assert_true(decoded.network <= NETWORK_FULL);
			assert_true(decoded.unix_all <= 1);
			assert_in_range(decoded.deny_errno, 1, 4095);
			assert_int_equal(decoded.rule_count, 1);
			assert_true(rule->effect <= EFFECT_DENY);
			assert_int_equal(rule->ops & ~OPS_ALL, 0);
			assert_true(rule->kind <= RULE_ABSTRACT_PREFIX);
			assert_int_equal(rule->name_len + rule->given_len, 7);
			assert_true(rule->pin_len <= rule->name_len);
			assert_int_equal(decoded.arena_used, 9);
		}
	}
}

static void forged_values_are_refused(void **state)
{
	static const struct {
		enum offset at;
		unsigned char value;
	} rows[] = {
		{AT_NETWORK, 4},       {AT_NETWORK, 255},
		{AT_FLAGS, 16},	       {AT_ERRNO, 0},
		{AT_ERRNO + 1, 16},    {AT_ERRNO + 3, 0x80},
		{AT_COUNT, 0},	       {AT_COUNT, 2},
		{AT_COUNT + 1, 1},     {AT_COUNT + 1, 255},
		{AT_COUNT + 3, 255},   {AT_EFFECT, 2},
		{AT_OPS, 0},	       {AT_OPS, 1 << OP_LISTEN},
		{AT_OPS, 255},	       {AT_KIND, 6},
		{AT_KIND, RULE_TREE},  {AT_KIND, 255},
		{AT_NAME_LEN, 0},      {AT_NAME_LEN, 4},
		{AT_NAME_LEN, 6},      {AT_NAME_LEN + 1, 1},
		{AT_NAME_LEN + 2, 1},  {AT_NAME_LEN + 3, 0x80},
		{AT_PIN_LEN, 2},       {AT_PIN_LEN, 6},
		{AT_PIN_LEN + 3, 255}, {AT_GIVEN_LEN, 1},
		{AT_GIVEN_LEN, 3},     {AT_GIVEN_LEN + 3, 255},
		{AT_NAME, 'x'},	       {AT_NAME, 0},
		{AT_NAME + 4, 0},      {AT_GIVEN, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		start_payload();
		payload[rows[i].at] = rows[i].value;
		if (decode(forge()) != -1)
			fail_msg("row %zu: byte %d as %d accepted", i,
				 rows[i].at, rows[i].value);
		assert_true(is_strictest(&decoded));
	}
}

/* A rule about addresses, with everything right. */
static void start_range(unsigned int kind, unsigned int ops)
{
	static const unsigned char range[INET_RANGE_SIZE] = {
		4, 8, 10, [18] = 0, 80, 1, 0};

	start_payload();
	payload[AT_OPS] = (unsigned char)ops;
	payload[AT_KIND] = (unsigned char)kind;
	payload[AT_NAME_LEN] = sizeof(range);
	payload[AT_PIN_LEN] = 0;
	payload[AT_GIVEN_LEN] = 2;
	memcpy(payload + AT_NAME, range, sizeof(range));
	memcpy(payload + AT_NAME + sizeof(range), "xy", 2);
	payload_len = AT_NAME + sizeof(range) + 2;
}

static void forged_ranges(void **state)
{
	static const struct {
		unsigned int at;
		unsigned char value;
	} rows[] = {
		{AT_EFFECT, EFFECT_DENY},
		{AT_OPS, OPS_BIND},
		{AT_OPS, OPS_ALL},
		{AT_OPS, 1 << OP_SOCKET},
		{AT_OPS, 0},
		{AT_NAME_LEN, 21},
		{AT_NAME_LEN, 23},
		{AT_PIN_LEN, 1},
		{AT_PIN_LEN, 22},
		{AT_NAME, 0},
		{AT_NAME, 5},
		{AT_NAME, 255},
		{AT_NAME + 1, 33},
		{AT_NAME + 1, 7 - 4},
		{AT_NAME + 3, 1},
		{AT_NAME + 17, 1},
		{AT_NAME + 18, 2},
		{AT_NAME + 19, 0},
		{AT_NAME + 20, 0},
	};

	(void)state;
	for (unsigned int kind = RULE_TCP; kind <= RULE_UDP; kind++) {
		start_range(kind, OPS_CONNECT);
		assert_int_equal(decode(forge()), 0);
		assert_int_equal(decoded.rules[0].name_len, INET_RANGE_SIZE);
		start_range(kind, OPS_LISTEN);
		assert_int_equal(decode(forge()), kind == RULE_TCP ? 0 : -1);
		for (size_t i = 0; i < COUNT_OF(rows); i++) {
			start_range(kind, OPS_CONNECT);
			payload[rows[i].at] = rows[i].value;
			if (decode(forge()) != -1)
				fail_msg("row %zu is accepted", i);
			assert_true(is_strictest(&decoded));
		}
	}
}

/* Every value of every byte of the range: what inet_range_get() says. */
static void forged_bytes_of_ranges(void **state)
{
	(void)state;
	for (size_t at = 0; at < INET_RANGE_SIZE; at++)
		for (unsigned int byte = 0; byte < 256; byte++) {
			struct inet_range range;
			bool good;

			start_range(RULE_UDP, OPS_CONNECT);
			payload[AT_NAME + at] = (unsigned char)byte;
			good = inet_range_get(&range, (char *)payload + AT_NAME,
					      INET_RANGE_SIZE);
			assert_int_equal(decode(forge()), good ? 0 : -1);
			assert_int_equal(decoded.rule_count, good);
			if (!good)
				assert_true(is_strictest(&decoded));
		}
}

static void forged_lengths_of_abstract_names(void **state)
{
	(void)state;
	for (unsigned int len = 0; len <= 120; len++) {
		for (int kind = RULE_ABSTRACT; kind <= RULE_ABSTRACT_PREFIX;
		     kind++) {
			bool fine = len <= 107 &&
				    (len > 0 || kind == RULE_ABSTRACT_PREFIX);

			start_payload();
			payload[AT_KIND] = (unsigned char)kind;
			payload[AT_NAME_LEN] = (unsigned char)len;
			payload[AT_PIN_LEN] = 0;
			payload[AT_GIVEN_LEN] = 0;
			payload_len = AT_NAME + len;
			assert_int_equal(decode(forge()), fine ? 0 : -1);
		}
	}
}

static void forged_paths_end_at_path_max(void **state)
{
	char name[PATH_MAX + 1];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	policy_init(&policy);
	add_rule(EFFECT_ALLOW, OPS_ALL, RULE_NODE, 1, name, PATH_MAX - 1, "");
	encode();
	assert_int_equal(decode(text), 0);
	policy_init(&policy);
	add_rule(EFFECT_ALLOW, OPS_ALL, RULE_NODE, 1, name, PATH_MAX, "");
	encode();
	expect_rejected(text);
}

/* Two rules that fit one by one; @room bytes are left for the second. */
static int decode_with_room(size_t room)
{
	static struct policy big;
	static char given[POLICY_ARENA_SIZE];
	struct policy_rule rule = {.ops = OPS_ALL, .kind = RULE_ABSTRACT};
	char name[107];

	memset(name, 'x', sizeof(name));
	memset(given, 'g', sizeof(given));
	given[POLICY_ARENA_SIZE - room - sizeof(name) - 2] = '\0';
	policy_init(&big);
	assert_int_equal(policy_add(&big, &rule, name, sizeof(name), given),
			 POLICY_OK);
	assert_int_equal(big.arena_used, POLICY_ARENA_SIZE - room);
	/* What the encoder is told: the same name once more. */
	big.rules[1] = big.rules[0];
	big.rules[1].given_len = 0;
	big.rule_count = 2;
	assert_true(wire_encode(&big, text, sizeof(text)) > 0);
	return decode(text);
}

static void forged_names_exceed_the_arena(void **state)
{
	(void)state;
	/* 107 bytes, and two terminators. */
	for (size_t room = 0; room < 109; room++) {
		assert_int_equal(decode_with_room(room), -1);
		assert_true(is_strictest(&decoded));
	}
	assert_int_equal(decode_with_room(109), 0);
	assert_int_equal(decoded.rule_count, 2);
	assert_int_equal(decoded.arena_used, POLICY_ARENA_SIZE);
}

static void every_errno(void **state)
{
	(void)state;
	for (int error = 1; error <= 4095; error++) {
		policy_init(&policy);
		policy.deny_errno = error;
		encode();
		assert_int_equal(decode(text), 0);
		assert_int_equal(decoded.deny_errno, error);
	}
	policy.deny_errno = 4096;
	encode();
	expect_rejected(text);
}

static void base64_has_one_spelling(void **state)
{
	static const char good[] = "AAANAAAAAQAAAAALAAIAAAABAAAAAQAAAC94eA";
	char bad[64];

	(void)state;
	seal(text, good);
	policy_init(&policy);
	add_rule(EFFECT_ALLOW, OPS_ALL, RULE_NODE, 1, NAME("/x"), "x");
	assert_int_equal(decode(text), 0);
	/* The last digit's low bits mean nothing and must be zero. */
	for (const char *tail = "BCDEFGHIJKLMNOP"; *tail; tail++) {
		strcpy(bad, good);
		bad[strlen(bad) - 1] = *tail;
		seal(text, bad);
		expect_rejected(text);
	}
	/* One digit too many, padding, the other alphabet, white space. */
	for (const char *extra = "A=+/ \n.\x80"; *extra; extra++) {
		strcpy(bad, good);
		bad[sizeof(good) - 1] = *extra;
		bad[sizeof(good)] = '\0';
		seal(text, bad);
		expect_rejected(text);
		strcpy(bad, good);
		if (*extra == 'A')
			continue;
		bad[5] = *extra;
		seal(text, bad);
		expect_rejected(text);
	}
}

static void endless_text(void **state)
{
	static char endless[WIRE_TEXT_MAX + 4096];

	(void)state;
	memset(endless, 'A', sizeof(endless) - 1);
	memcpy(endless, "1.00000000.", 11);
	expect_rejected(endless);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(comes_back_equal),
		TEST(format_is_as_documented),
		TEST(every_tail_length),
		TEST(largest_policy_fits),
		TEST(too_small_a_buffer),
		TEST(missing_or_foreign),
		TEST(single_byte_corruption),
		TEST(truncated_or_extended),
		TEST(forged_sample_is_accepted),
		TEST(forged_bytes_stay_in_bounds),
		TEST(forged_values_are_refused),
		TEST(forged_ranges),
		TEST(forged_bytes_of_ranges),
		TEST(forged_lengths_of_abstract_names),
		TEST(forged_paths_end_at_path_max),
		TEST(forged_names_exceed_the_arena),
		TEST(every_errno),
		TEST(base64_has_one_spelling),
		TEST(endless_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
