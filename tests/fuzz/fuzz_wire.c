/* SPDX-License-Identifier: MIT */
/* fuzz_wire.c - hostile policies in the environment.
 *
 * The first byte says how the rest becomes text: as it is, as text behind a
 * right checksum, or as the bytes that base64 and checksum protect.  The last
 * two are how a fuzzer gets past the checksum.
 */
#include <errno.h>

#include "fuzz.h"
#include "policy/wire.h"

enum form { FORM_TEXT, FORM_PAYLOAD, FORM_BYTES, FORM_COUNT };

static struct policy policy, again;
static char text[2 * WIRE_TEXT_MAX];
static char encoded[WIRE_TEXT_MAX];

/* CRC-32 of IEEE 802.3 from its polynomial, bit by bit. */
static uint32_t crc(const char *at)
{
	uint32_t sum = ~0U;

	for (; *at; at++) {
		sum ^= (uint8_t)*at;
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
	}
	return ~sum;
}

/* RFC 4648, section 5, without padding. */
static void base64url(const uint8_t *data, size_t size, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t n = 0;

	for (size_t bit = 0; bit < 8 * size; bit += 6) {
		unsigned int pair = (unsigned int)data[bit / 8] << 8;

		if (bit / 8 + 1 < size)
			pair |= data[bit / 8 + 1];
		out[n++] = digits[pair >> (10 - bit % 8) & 63];
	}
	out[n] = '\0';
}

static void make_text(enum form form, const uint8_t *data, size_t size)
{
	char *payload = text + (form == FORM_TEXT ? 0 : 11);
	char sum[9];

	if (form == FORM_BYTES) {
		base64url(data, size, payload);
	} else {
		memcpy(payload, data, size);
		payload[size] = '\0';
	}
	if (form == FORM_TEXT)
		return;
	snprintf(sum, sizeof(sum), "%08x", crc(payload));
	memcpy(text, "1.", 2);
	memcpy(text + 2, sum, 8);
	text[10] = '.';
}

static void check_name(uint32_t offset, uint32_t len)
{
	require(offset < policy.arena_used &&
		len < policy.arena_used - offset &&
		policy.arena[offset + len] == '\0');
}

/* Addresses: as inet.h has them, said once more. */
static void check_range(const struct policy_rule *rule)
{
	const uint8_t *b = (const uint8_t *)policy.arena + rule->name;

	require(rule->name_len == 22 && rule->pin_len == 0 &&
		rule->effect == EFFECT_ALLOW);
	require(!(rule->ops & ~(OPS_CONNECT | OPS_LISTEN)));
	require(rule->kind == RULE_TCP || !(rule->ops & OPS_LISTEN));
	require(b[0] == 0 || b[0] == 4 || b[0] == 6);
	require(b[1] <= (b[0] == 4 ? 32 : b[0] == 6 ? 128 : 0));
	for (int i = b[1]; i < 128; i++)
		require(!(b[2 + i / 8] & 128 >> i % 8));
	require(b[18] * 256 + b[19] > 0 &&
		b[18] * 256 + b[19] <= b[20] * 256 + b[21]);
}

static void check_rule(const struct policy_rule *rule)
{
	const char *name = policy.arena + rule->name;

	check_name(rule->name, rule->name_len);
	check_name(rule->given, rule->given_len);
	require(strlen(policy.arena + rule->given) == rule->given_len);
	require(rule->effect <= EFFECT_DENY && rule->ops != 0);
	require(rule->kind <= RULE_UDP && rule->pin_len <= rule->name_len);
	if (rule->kind == RULE_TCP || rule->kind == RULE_UDP) {
		check_range(rule);
		return;
	}
	require((rule->ops & ~OPS_ALL) == 0);
	if (rule->kind == RULE_ABSTRACT || rule->kind == RULE_ABSTRACT_PREFIX) {
		require(rule->name_len <= 107);
		return;
	}
	require(name[0] == '/' && strlen(name) == rule->name_len &&
		rule->name_len < 4096);
	/* The supervisor takes what follows the pin for a relative path. */
	require(rule->pin_len < 2 || name[rule->pin_len] == '\0' ||
		name[rule->pin_len] == '/');
}

static void check_policy(void)
{
	require(policy.network <= NETWORK_FULL && policy.unix_all <= 1);
	require(policy.deny_errno > 0 && policy.deny_errno < 4096);
	require(policy.rule_count <= POLICY_MAX_RULES &&
		policy.arena_used <= POLICY_ARENA_SIZE);
	for (uint32_t i = 0; i < policy.rule_count; i++)
		check_rule(&policy.rules[i]);
}

static void check_same(void)
{
	require(policy.network == again.network &&
		policy.unix_all == again.unix_all &&
		policy.deny_errno == again.deny_errno &&
		policy.rule_count == again.rule_count &&
		policy.arena_used == again.arena_used);
	require(memcmp(policy.rules, again.rules,
		       policy.rule_count * sizeof(policy.rules[0])) == 0);
	require(memcmp(policy.arena, again.arena, policy.arena_used) == 0);
}

/* A policy has one text, so what was accepted is what is written. */
static void check_round_trip(size_t small)
{
	const int len = wire_encode(&policy, encoded, sizeof(encoded));
	char *exact;

	require(len > 0 && strcmp(encoded, text) == 0);
	require(wire_decode(encoded, &again) == 0);
	check_same();
	exact = malloc((size_t)len + 1);
	require(exact && wire_encode(&policy, exact, (size_t)len + 1) == len);
	require(wire_encode(&policy, exact, small % (size_t)(len + 1)) == -1);
	free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = input_open(data, size);
	const enum form form = (enum form)input_below(&in, FORM_COUNT);
	char *exact;

	if (in.left > WIRE_TEXT_MAX)
		return 0;
	make_text(form, in.at, in.left);
	exact = strdup(text);
	memset(&policy, 0x5a, sizeof(policy));
	memset(&again, 0xa5, sizeof(again));
	if (wire_decode(exact, &policy) == 0) {
		check_policy();
		check_round_trip(size * 7);
	} else {
		require(policy.network == NETWORK_NONE && !policy.unix_all &&
			policy.deny_errno == EACCES && policy.rule_count == 0);
	}
	free(exact);
	return 0;
}
