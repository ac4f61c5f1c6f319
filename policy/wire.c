/* SPDX-License-Identifier: MIT */
/* wire.c - a compiled policy as one environment string.
 *
 * The text is "1.CCCCCCCC.PAYLOAD": the version, the CRC-32 (IEEE 802.3) of
 * the text PAYLOAD in lower-case hex, and base64url without padding of
 *
 *	u8 network, u8 unix flags, u32 deny_errno, u32 rule_count
 *	rule_count times:
 *		u8 effect, u8 ops, u8 kind
 *		u32 name_len, u32 pin_len, u32 given_len
 *		name, given
 *
 * with little-endian numbers.  There are no offsets: the decoder lays out its
 * own arena, so a hostile text has little to lie about.  The CRC covers the
 * encoded text, so it is checked before anything else is looked at.
 */
#include "wire.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "inet.h"

#define MAX_ERRNO     4095 /* include/linux/err.h */
#define ABSTRACT_MAX  107  /* sun_path without the leading NUL */
#define CRC_DIGITS    8
#define FLAG_ALL      1
#define FLAG_DGRAM    2
#define FLAG_PRIVATE  4
#define FLAG_ASKS     8
#define FLAGS_KNOWN   15
#define CRC_OFFSET    2 /* after "1." */
#define PAYLOAD_START (CRC_OFFSET + CRC_DIGITS + 1)

_Static_assert(WIRE_VERSION == 1, "the version is one digit of the text");

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz"
			     "0123456789-_";

static uint32_t crc32(const char *bytes, size_t len)
{
	static const uint32_t nibbles[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)bytes[i];
		crc = crc >> 4 ^ nibbles[crc & 15];
		crc = crc >> 4 ^ nibbles[crc & 15];
	}
	return ~crc;
}

/* ---- writing ------------------------------------------------------------ */

struct writer {
	char *buf;
	size_t size;
	size_t len;
	uint32_t bits; /* not yet written, below the top of their count */
	unsigned int bit_count;
	bool full;
};

static void put_digit(struct writer *out, uint32_t value)
{
	/* The last byte is for the terminator. */
	if (out->len + 1 >= out->size) {
		out->full = true;
		return;
	}
	out->buf[out->len++] = base64[value & 63];
}

static void put_byte(struct writer *out, unsigned char byte)
{
	out->bits = out->bits << 8 | byte;
	out->bit_count += 8;
	while (out->bit_count >= 6) {
		out->bit_count -= 6;
		put_digit(out, out->bits >> out->bit_count);
	}
}

static void put_u32(struct writer *out, uint32_t value)
{
	for (int shift = 0; shift < 32; shift += 8)
		put_byte(out, (unsigned char)(value >> shift));
}

static void put_bytes(struct writer *out, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put_byte(out, (unsigned char)bytes[i]);
}

static void put_rule(struct writer *out, const struct policy *policy,
		     const struct policy_rule *rule)
{
	put_byte(out, rule->effect);
	put_byte(out, rule->ops);
	put_byte(out, rule->kind);
	put_u32(out, rule->name_len);
	put_u32(out, rule->pin_len);
	put_u32(out, rule->given_len);
	put_bytes(out, policy->arena + rule->name, rule->name_len);
	put_bytes(out, policy->arena + rule->given, rule->given_len);
}

static unsigned char policy_flags(const struct policy *policy)
{
	return (unsigned char)((policy->unix_all ? FLAG_ALL : 0) |
			       (policy->unix_dgram ? FLAG_DGRAM : 0) |
			       (policy->unix_private ? FLAG_PRIVATE : 0) |
			       (policy->asks ? FLAG_ASKS : 0));
}

static void put_policy(struct writer *out, const struct policy *policy)
{
	put_byte(out, policy->network);
	put_byte(out, policy_flags(policy));
	put_u32(out, (uint32_t)policy->deny_errno);
	put_u32(out, policy->rule_count);
	for (uint32_t i = 0; i < policy->rule_count; i++)
		put_rule(out, policy, &policy->rules[i]);
	if (out->bit_count > 0)
		put_digit(out, out->bits << (6 - out->bit_count));
}

static void write_crc(char *text, uint32_t crc)
{
	static const char hex[] = "0123456789abcdef";

	for (int i = 0; i < CRC_DIGITS; i++)
		text[i] = hex[crc >> (28 - 4 * i) & 15];
}

int wire_encode(const struct policy *policy, char *buf, size_t size)
{
	struct writer out = {.buf = buf, .size = size, .len = PAYLOAD_START};

	if (size <= PAYLOAD_START || size > INT_MAX)
		return -1;
	put_policy(&out, policy);
	if (out.full)
		return -1;
	buf[out.len] = '\0';
	memcpy(buf, "1.", CRC_OFFSET);
	write_crc(buf + CRC_OFFSET,
		  crc32(buf + PAYLOAD_START, out.len - PAYLOAD_START));
	buf[PAYLOAD_START - 1] = '.';
	return (int)out.len;
}

/* ---- reading ------------------------------------------------------------ */

struct reader {
	const char *at; /* NUL-terminated */
	uint32_t bits;
	unsigned int bit_count;
	bool bad; /* ran out, or not base64url; stays */
};

static uint32_t get_digit(struct reader *in)
{
	const char *found = memchr(base64, *in->at, sizeof(base64) - 1);

	if (!found) {
		in->bad = true;
		return 0;
	}
	in->at++;
	return (uint32_t)(found - base64);
}

static uint8_t get_byte(struct reader *in)
{
	while (in->bit_count < 8 && !in->bad) {
		in->bits = in->bits << 6 | get_digit(in);
		in->bit_count += 6;
	}
	if (in->bad)
		return 0;
	in->bit_count -= 8;
	return (uint8_t)(in->bits >> in->bit_count);
}

static uint32_t get_u32(struct reader *in)
{
	uint32_t value = 0;

	for (int shift = 0; shift < 32; shift += 8)
		value |= (uint32_t)get_byte(in) << shift;
	return value;
}

/* Nothing follows, and the bits that fill up the last digit are zero. */
static bool is_finished(const struct reader *in)
{
	return !in->bad && *in->at == '\0' && in->bit_count < 6 &&
	       (in->bits & ((1U << in->bit_count) - 1)) == 0;
}

static bool get_name(struct reader *in, struct policy *policy, uint32_t len,
		     uint32_t *offset)
{
	uint32_t used = policy->arena_used;

	if (len >= sizeof(policy->arena) - used)
		return false;
	for (uint32_t i = 0; i < len && !in->bad; i++)
		policy->arena[used + i] = (char)get_byte(in);
	policy->arena[used + len] = '\0';
	policy->arena_used = used + len + 1;
	*offset = used;
	return !in->bad;
}

static bool has_nul(const char *bytes, size_t len)
{
	return memchr(bytes, '\0', len) != NULL;
}

static bool is_path_valid(const char *name, const struct policy_rule *rule)
{
	bool boundary = rule->pin_len <= 1 || rule->pin_len == rule->name_len ||
			name[rule->pin_len] == '/';

	return name[0] == '/' && rule->name_len < PATH_MAX &&
	       !has_nul(name, rule->name_len) && boundary &&
	       (rule->kind == RULE_NODE || rule->pin_len == rule->name_len);
}

static bool is_range_valid(const char *name, const struct policy_rule *rule)
{
	struct inet_range range;

	return inet_range_get(&range, name, rule->name_len);
}

static unsigned int ops_of(const struct policy_rule *rule)
{
	if (rule->kind == RULE_TCP)
		return OPS_CONNECT | OPS_LISTEN;
	return rule->kind == RULE_UDP ? OPS_CONNECT : OPS_ALL;
}

static bool is_rule_valid(const struct policy *policy,
			  const struct policy_rule *rule)
{
	const char *name = policy_rule_name(policy, rule);

	if (rule->effect > EFFECT_DENY || rule->ops == 0 ||
	    (rule->ops & ~ops_of(rule)) != 0 ||
	    rule->pin_len > rule->name_len ||
	    has_nul(policy->arena + rule->given, rule->given_len))
		return false;
	switch (rule->kind) {
	case RULE_NODE:
	case RULE_TREE:
		return is_path_valid(name, rule);
	case RULE_ABSTRACT:
		return rule->name_len > 0 && rule->name_len <= ABSTRACT_MAX;
	case RULE_ABSTRACT_PREFIX:
		return rule->name_len <= ABSTRACT_MAX;
	case RULE_TCP:
	case RULE_UDP:
		return rule->effect == EFFECT_ALLOW && rule->pin_len == 0 &&
		       is_range_valid(name, rule);
	default:
		return false;
	}
}

static bool get_rule(struct reader *in, struct policy *policy)
{
	struct policy_rule *rule = &policy->rules[policy->rule_count];

	memset(rule, 0, sizeof(*rule));
	rule->effect = get_byte(in);
	rule->ops = get_byte(in);
	rule->kind = get_byte(in);
	rule->name_len = get_u32(in);
	rule->pin_len = get_u32(in);
	rule->given_len = get_u32(in);
	if (in->bad || !get_name(in, policy, rule->name_len, &rule->name) ||
	    !get_name(in, policy, rule->given_len, &rule->given) ||
	    !is_rule_valid(policy, rule))
		return false;
	policy->rule_count++;
	return true;
}

static bool get_policy(struct reader *in, struct policy *policy)
{
	uint8_t flags;
	uint32_t error;
	uint32_t count;

	policy->network = get_byte(in);
	flags = get_byte(in);
	error = get_u32(in);
	count = get_u32(in);
	if (in->bad || policy->network > NETWORK_FULL || flags > FLAGS_KNOWN ||
	    error == 0 || error > MAX_ERRNO || count > POLICY_MAX_RULES)
		return false;
	policy->unix_all = (flags & FLAG_ALL) != 0;
	policy->unix_dgram = (flags & FLAG_DGRAM) != 0;
	policy->unix_private = (flags & FLAG_PRIVATE) != 0;
	policy->asks = (flags & FLAG_ASKS) != 0;
	policy->deny_errno = (int32_t)error;
	while (policy->rule_count < count)
		if (!get_rule(in, policy))
			return false;
	return is_finished(in);
}

static bool is_intact(const char *text)
{
	char crc[CRC_DIGITS];
	size_t len = strnlen(text, WIRE_TEXT_MAX);

	if (len <= PAYLOAD_START || len >= WIRE_TEXT_MAX ||
	    memcmp(text, "1.", CRC_OFFSET) != 0 ||
	    text[PAYLOAD_START - 1] != '.')
		return false;
	write_crc(crc, crc32(text + PAYLOAD_START, len - PAYLOAD_START));
	return memcmp(text + CRC_OFFSET, crc, sizeof(crc)) == 0;
}

int wire_decode(const char *text, struct policy *policy)
{
	struct reader in = {.bits = 0};

	policy_init(policy);
	if (!text || !is_intact(text))
		return -1;
	in.at = text + PAYLOAD_START;
	if (get_policy(&in, policy))
		return 0;
	policy_init(policy);
	return -1;
}
