/* SPDX-License-Identifier: MIT */
/* inet.c - which IP addresses and ports a rule is about.  */
#include "inet.h"

#include <string.h>

#define IPV4_BITS 32
#define IPV6_BITS 128
#define MAPPED	  12 /* bytes before an IPv4 address in an IPv6 one */

static const uint8_t mapped[MAPPED] = {[10] = 0xff, [11] = 0xff};

void inet_range_put(const struct inet_range *range, char *bytes)
{
	*bytes++ = (char)range->family;
	*bytes++ = (char)range->bits;
	memcpy(bytes, range->ip, sizeof(range->ip));
	bytes += sizeof(range->ip);
	*bytes++ = (char)(range->low >> 8);
	*bytes++ = (char)range->low;
	*bytes++ = (char)(range->high >> 8);
	*bytes = (char)range->high;
}

static unsigned int max_bits(unsigned int family)
{
	return family == INET_V4   ? IPV4_BITS
	       : family == INET_V6 ? IPV6_BITS
				   : 0;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	const unsigned int whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, whole) == 0 &&
	       (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static bool is_mapped(const uint8_t *ip)
{
	return memcmp(ip, mapped, sizeof(mapped)) == 0;
}

/* Nothing beyond the prefix is set, and IPv4 within IPv6 is IPv4, so equal
 * ranges have equal bytes. */
static bool is_tidy(const struct inet_range *range)
{
	static const uint8_t zero[sizeof(range->ip)];
	uint8_t rest[sizeof(range->ip)];
	const unsigned int whole = range->bits / 8, part = range->bits % 8;

	memcpy(rest, range->ip, sizeof(rest));
	memset(rest, 0, whole);
	if (part)
		rest[whole] &= (uint8_t)(0xff >> part);
	return memcmp(rest, zero, sizeof(rest)) == 0 &&
	       (range->family != INET_V6 || !is_mapped(range->ip));
}

bool inet_range_get(struct inet_range *range, const char *bytes, size_t len)
{
	const uint8_t *at = (const uint8_t *)bytes;

	if (len != INET_RANGE_SIZE)
		return false;
	range->family = at[0];
	range->bits = at[1];
	memcpy(range->ip, at + 2, sizeof(range->ip));
	at += 2 + sizeof(range->ip);
	range->low = (uint16_t)(at[0] << 8 | at[1]);
	range->high = (uint16_t)(at[2] << 8 | at[3]);
	return (range->family == INET_ANY || range->family == INET_V4 ||
		range->family == INET_V6) &&
	       range->bits <= max_bits(range->family) && is_tidy(range) &&
	       range->low > 0 && range->low <= range->high;
}

void inet_range_text(struct text *text, const struct inet_range *range)
{
	const bool v6 = range->family == INET_V6;
	struct addr addr = {.kind = v6 ? ADDR_INET6 : ADDR_INET};

	memcpy(addr.ip, range->ip, sizeof(addr.ip));
	if (range->family == INET_ANY) {
		text_string(text, "*");
	} else {
		text_string(text, v6 ? "[" : "");
		addr_append_ip(text, &addr);
		text_string(text, v6 ? "]" : "");
		if (range->bits < max_bits(range->family)) {
			text_string(text, "/");
			text_number(text, range->bits);
		}
	}
	text_string(text, ":");
	text_number(text, range->low);
	if (range->high != range->low) {
		text_string(text, "-");
		text_number(text, range->high);
	}
}

static bool is_unspecified(const struct addr *addr)
{
	static const uint8_t zero[sizeof(addr->ip)];

	return memcmp(addr->ip, zero, addr->kind == ADDR_INET ? 4 : 16) == 0;
}

void inet_plain(struct addr *plain, const struct addr *addr)
{
	*plain = *addr;
	if (addr->kind != ADDR_INET6 || !is_mapped(addr->ip))
		return;
	plain->kind = ADDR_INET;
	memset(plain->ip, 0, sizeof(plain->ip));
	memcpy(plain->ip, addr->ip + MAPPED, sizeof(addr->ip) - MAPPED);
}

void inet_reached(struct addr *reached, const struct addr *addr)
{
	inet_plain(reached, addr);
	if (!is_unspecified(reached))
		return;
	if (reached->kind == ADDR_INET)
		reached->ip[0] = 127, reached->ip[3] = 1;
	else
		reached->ip[15] = 1;
}

bool inet_is_loopback(const struct addr *addr)
{
	static const uint8_t one[16] = {[15] = 1};
	struct addr plain;

	inet_plain(&plain, addr);
	if (plain.kind == ADDR_INET)
		return plain.ip[0] == 127;
	return plain.kind == ADDR_INET6 &&
	       memcmp(plain.ip, one, sizeof(one)) == 0;
}

static bool has_port(const struct inet_range *range, const struct addr *addr)
{
	return addr->port >= range->low && addr->port <= range->high;
}

static bool has_plain(const struct inet_range *range, const struct addr *addr)
{
	if (!has_port(range, addr))
		return false;
	if (range->family == INET_ANY)
		return addr->kind == ADDR_INET || addr->kind == ADDR_INET6;
	return addr->kind ==
		       (range->family == INET_V4 ? ADDR_INET : ADDR_INET6) &&
	       same_bits(range->ip, addr->ip, range->bits);
}

bool inet_range_has(const struct inet_range *range, const struct addr *addr)
{
	struct addr reached;

	inet_reached(&reached, addr);
	return has_plain(range, &reached);
}

/* Whoever listens at no particular address is reached at all; at the one of
 * IPv6 mostly by IPv4, too (ipv6(7), IPV6_V6ONLY). */
bool inet_range_hears(const struct inet_range *range, const struct addr *addr)
{
	struct addr plain;

	inet_plain(&plain, addr);
	if (!is_unspecified(&plain))
		return has_plain(range, &plain);
	if (!has_port(range, &plain) || range->bits > 0)
		return false;
	if (plain.kind == ADDR_INET)
		return range->family != INET_V6;
	return plain.kind == ADDR_INET6 && range->family == INET_ANY;
}

bool inet_range_stays_home(const struct inet_range *range)
{
	static const uint8_t loopback4[4] = {127}, loopback6[16] = {[15] = 1};
	const unsigned int bits = range->bits;

	if (bits == 0)
		return false;
	return range->family == INET_V4
		       ? same_bits(range->ip, loopback4, bits < 8 ? bits : 8)
		       : same_bits(range->ip, loopback6, bits);
}
