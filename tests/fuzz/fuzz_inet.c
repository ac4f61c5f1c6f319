/* SPDX-License-Identifier: MIT */
/* fuzz_inet.c - ranges of addresses and ports, as people write them and as
 * bytes; which addresses they have; and the URLs of proxies.
 *
 * The oracle for texts is inet_pton(3) and a grammar that is matched from the
 * other end; the one for addresses looks at one bit after the other.
 */
#include <arpa/inet.h>

#include "fuzz.h"
#include "launcher/proxy.h"
#include "policy/inet.h"

enum part { PART_CONNECT, PART_LISTEN, PART_BYTES, PART_PROXY, PART_COUNT };

/* ---- bits --------------------------------------------------------------- */

static bool bit(const uint8_t *ip, unsigned int i)
{
	return ip[i / 8] & (128 >> i % 8);
}

/* 4 or 6, and where the bits of it begin: IPv4 within IPv6 is IPv4. */
static unsigned int real(const struct addr *addr, const uint8_t **ip)
{
	*ip = addr->ip;
	if (addr->kind == ADDR_INET)
		return 4;
	for (unsigned int i = 0; i < 96; i++)
		if (bit(addr->ip, i) != (i >= 80))
			return 6;
	*ip = addr->ip + 12;
	return 4;
}

static bool is_zero(const uint8_t *ip, unsigned int family)
{
	for (unsigned int i = 0; i < (family == 4 ? 32 : 128); i++)
		if (bit(ip, i))
			return false;
	return true;
}

static bool covers(const struct inet_range *range, unsigned int family,
		   const uint8_t *ip)
{
	if (range->family == INET_ANY)
		return true;
	if (range->family != family)
		return false;
	for (unsigned int i = 0; i < range->bits; i++)
		if (bit(range->ip, i) != bit(ip, i))
			return false;
	return true;
}

static void check_addr(const struct inet_range *range, const struct addr *addr)
{
	static const uint8_t one4[] = {127, 0, 0, 1}, one6[16] = {[15] = 1};
	const uint8_t *ip;
	const unsigned int family = real(addr, &ip);
	const bool none = is_zero(ip, family);
	const bool port = addr->port >= range->low && addr->port <= range->high;
	const uint8_t *at = !none ? ip : family == 4 ? one4 : one6;

	require(inet_range_has(range, addr) ==
		(port && covers(range, family, at)));
	require(inet_range_hears(range, addr) ==
		(port && (!none ? covers(range, family, ip)
				: range->family == INET_ANY ||
					  (family == 4 && range->family == 4 &&
					   range->bits == 0))));
	require(inet_is_loopback(addr) ==
		(family == 4 ? ip[0] == 127 : !memcmp(ip, one6, 16)));
}

/* ---- a range ------------------------------------------------------------ */

static void check_same(const struct inet_range *a, const struct inet_range *b)
{
	require(a->family == b->family && a->bits == b->bits &&
		a->low == b->low && a->high == b->high &&
		memcmp(a->ip, b->ip, sizeof(a->ip)) == 0);
}

/* It has its bounds, and is the same as bytes and as text. */
static void check_range(const struct inet_range *range, enum inet_form form)
{
	const unsigned int most = range->family == INET_V4   ? 32
				  : range->family == INET_V6 ? 128
							     : 0;
	char bytes[INET_RANGE_SIZE], buf[64];
	struct inet_range again;
	const char *why;
	struct text text;

	require(range->low > 0 && range->low <= range->high &&
		range->bits <= most);
	for (unsigned int i = range->bits; i < 128; i++)
		require(!bit(range->ip, i));
	inet_range_put(range, bytes);
	require(inet_range_get(&again, bytes, sizeof(bytes)));
	check_same(range, &again);
	text_open(&text, buf, sizeof(buf));
	inet_range_text(&text, range);
	require(text_length(&text) > 0);
	why = inet_parse(&again, buf, form, NULL);
	if (why) /* a single address at which nothing is, only forged */
		require(form == INET_CONNECT && range->bits == most &&
			is_zero(range->ip, range->family));
	else
		check_same(range, &again);
}

static void check_addresses(const struct inet_range *range, struct input *in)
{
	for (int i = 0; i < 6; i++) {
		struct addr addr = {.kind = input_byte(in) & 1 ? ADDR_INET6
							       : ADDR_INET};
		const unsigned int how = input_byte(in);
		const unsigned int bits = addr.kind == ADDR_INET ? 32 : 128;
		uint8_t *ip = addr.ip;

		/* Near the range, within IPv6, or anywhere. */
		if (how & 1)
			memcpy(ip, range->ip, bits / 8);
		if (how & 2 && addr.kind == ADDR_INET6) {
			memset(ip, 0, 10);
			memset(ip + 10, 0xff, 2);
			memcpy(ip + 12, range->ip, 4);
		}
		for (unsigned int n = how >> 2 & 3; n > 0; n--) {
			const unsigned int at = input_byte(in) % bits;

			ip[at / 8] ^= (uint8_t)(128 >> at % 8);
		}
		addr.port = (uint16_t)(range->low + (how >> 4) - 8);
		if (how & 16)
			addr.port = (uint16_t)input_u32(in);
		check_addr(range, &addr);
	}
}

/* ---- what a person writes ----------------------------------------------- */

static uint16_t service(const char *name)
{
	require(*name && strlen(name) < 64);
	return strcmp(name, "web") == 0 ? 80 : strcmp(name, "a-b") == 0 ? 7 : 0;
}

/* A number without sign or blank, of at most five digits; -1: none. */
static long number(const char *word, size_t len)
{
	long value = 0;

	if (len < 1 || len > 5)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return -1;
		value = value * 10 + word[i] - '0';
	}
	return value;
}

static long port_of(const char *word, size_t len)
{
	long value = number(word, len);

	if (len == 3 && !memcmp(word, "web", 3))
		return 80;
	if (len == 3 && !memcmp(word, "a-b", 3))
		return 7;
	return value > 0 && value < 65536 ? value : -1;
}

static bool ports_fit(const char *text, const struct inet_range *range)
{
	const size_t len = strlen(text);

	if (!strcmp(text, "*"))
		return range->low == 1 && range->high == 65535;
	if (port_of(text, len) > 0)
		return range->low == port_of(text, len) &&
		       range->high == range->low;
	for (size_t i = 1; i + 1 < len; i++)
		if (text[i] == '-' && port_of(text, i) == range->low &&
		    port_of(text + i + 1, len - i - 1) == range->high)
			return true;
	return false;
}

/* Is @ip, of whatever family, what the text before the port says? */
static bool address_fits(char *text, const struct inet_range *range)
{
	const bool v6 = text[0] == '[';
	struct addr addr = {.kind = v6 ? ADDR_INET6 : ADDR_INET};
	char *slash = strrchr(text, '/'), *end = text + strlen(text) - 1;
	const uint8_t *ip;
	unsigned int family;
	long bits = -1;

	if (!strcmp(text, "*"))
		return range->family == INET_ANY;
	if (slash) {
		bits = number(slash + 1, strlen(slash + 1));
		if (bits < 0)
			return false;
		*slash = '\0';
		end = slash - 1;
	}
	if (v6) {
		if (end <= text || *end != ']')
			return false;
		*end = '\0';
		text++;
	}
	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, addr.ip) != 1)
		return false;
	family = real(&addr, &ip);
	if (bits >= 0 && v6 && family == 4)
		bits -= 96;
	if (range->family == INET_ANY || range->bits == 0) /* all of them */
		return is_zero(ip, family) &&
		       (range->family == INET_ANY ? family == 6
						  : range->family == family);
	return range->family == family &&
	       memcmp(range->ip, ip, family == 4 ? 4 : 16) == 0 &&
	       range->bits == (bits >= 0     ? bits
			       : family == 4 ? 32
					     : 128);
}

static void check_text(const char *given, enum inet_form form, struct input *in)
{
	struct inet_range range;
	const char *why, *colon = strrchr(given, ':');
	char *address;

	memset(&range, 0xa5, sizeof(range));
	why = inet_parse(&range, given, form, service);
	if (why) {
		require(strlen(why) > 10);
		return;
	}
	require(colon || form == INET_LISTEN);
	require(ports_fit(colon ? colon + 1 : given, &range));
	address = colon ? strndup(given, (size_t)(colon - given)) : strdup("*");
	require(address && address_fits(address, &range));
	free(address);
	check_range(&range, form);
	check_addresses(&range, in);
}

/* ---- proxies ------------------------------------------------------------ */

/* Whatever it says, what is granted is one port of the loopback, and digits
 * of the URL or a default. */
static void check_proxy(const char *url)
{
	struct inet_range ranges[PROXY_RANGES_MAX];
	unsigned int count = 99;
	const enum proxy_use use = proxy_parse(url, ranges, &count);
	char digits[16];

	require(strlen(proxy_use_text(use)) > 5);
	require((count > 0) == (use == PROXY_USABLE) &&
		count <= PROXY_RANGES_MAX);
	require((use == PROXY_EMPTY) == (*url == '\0'));
	for (unsigned int i = 0; i < count; i++) {
		const struct inet_range *range = &ranges[i];
		struct addr addr = {.kind = range->family == INET_V6
						    ? ADDR_INET6
						    : ADDR_INET};

		require(range->low == range->high && range->low > 0);
		require(range->bits == (range->family == INET_V6 ? 128 : 32));
		memcpy(addr.ip, range->ip, sizeof(addr.ip));
		require(inet_is_loopback(&addr));
		snprintf(digits, sizeof(digits), "%u", range->low);
		require(range->low == 80 || range->low == 443 ||
			range->low == 1080 || strstr(url, digits));
		check_range(range, INET_CONNECT);
	}
}

/* ---- the harness -------------------------------------------------------- */

static void check_bytes(struct input *in)
{
	uint8_t bytes[INET_RANGE_SIZE + 4] = {0};
	const size_t len = in->left < sizeof(bytes) ? in->left : sizeof(bytes);
	char *exact = malloc(len + 1);
	char put[INET_RANGE_SIZE];
	struct inet_range range;
	struct input rest = {in->at + len, in->left - len};

	memcpy(exact, in->at, len);
	exact = realloc(exact, len ? len : 1);
	if (inet_range_get(&range, exact, len)) {
		require(len == INET_RANGE_SIZE);
		inet_range_put(&range, put);
		require(memcmp(put, exact, len) == 0);
		check_range(&range, INET_CONNECT);
		check_addresses(&range, &rest);
	}
	free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = input_open(data, size);
	const enum part part = (enum part)input_below(&in, PART_COUNT);
	struct input rest;
	const char *nul;
	char *text;

	if (part == PART_BYTES) {
		/* The last bytes are the addresses that are asked for. */
		check_bytes(&in);
		return 0;
	}
	text = strndup((const char *)in.at, in.left);
	nul = memchr(in.at, '\0', in.left);
	rest = nul ? (struct input){(const uint8_t *)nul + 1,
				    in.left - (size_t)(nul + 1 -
						       (const char *)in.at)}
		   : (struct input){in.at, 0};
	require(text);
	if (part == PART_PROXY)
		check_proxy(text);
	else
		check_text(text,
			   part == PART_CONNECT ? INET_CONNECT : INET_LISTEN,
			   &rest);
	free(text);
	return 0;
}
