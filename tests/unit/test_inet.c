/* SPDX-License-Identifier: MIT */
/* test_inet.c - which addresses are in a range, against an oracle that looks
 * at one bit after the other; and ranges as bytes and as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/inet.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static uint64_t seed = 88172645463325252ULL;

/* xorshift64: the same numbers each time. */
static unsigned int below(unsigned int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned int)(seed >> 33) % n;
}

/* ---- the oracle --------------------------------------------------------- */

/* What the kernel makes of an address: a family, and its bits as a string. */
struct bits {
	int family; /* 4 or 6 */
	char bit[129];
};

static void spell(const uint8_t *ip, int count, char *bit)
{
	for (int i = 0; i < count; i++)
		bit[i] = ip[i / 8] & (128 >> i % 8) ? '1' : '0';
	bit[count] = '\0';
}

static struct bits real(const struct addr *addr)
{
	struct bits all = {.family = addr->kind == ADDR_INET ? 4 : 6};
	char head[97];

	spell(addr->ip, addr->kind == ADDR_INET ? 32 : 128, all.bit);
	memset(head, '0', 80);
	memset(head + 80, '1', 16);
	head[96] = '\0';
	if (all.family == 6 && strncmp(all.bit, head, 96) == 0) {
		all.family = 4;
		memmove(all.bit, all.bit + 96, 33);
	}
	return all;
}

static bool nothing(const struct bits *b)
{
	return strchr(b->bit, '1') == NULL;
}

/* Connecting to nothing in particular is connecting to oneself. */
static struct bits arrived(const struct addr *addr)
{
	struct bits b = real(addr);

	if (!nothing(&b))
		return b;
	if (b.family == 4)
		memcpy(b.bit, "01111111", 8);
	b.bit[strlen(b.bit) - 1] = '1';
	return b;
}

static bool ip_covers(const struct inet_range *range, const struct bits *b)
{
	struct bits mine = {.family = range->family};

	if (range->family == 0)
		return true;
	spell(range->ip, range->family == 4 ? 32 : 128, mine.bit);
	return mine.family == b->family &&
	       strncmp(mine.bit, b->bit, range->bits) == 0;
}

static bool port_covers(const struct inet_range *range, const struct addr *addr)
{
	for (unsigned int port = range->low; port <= range->high; port++)
		if (port == addr->port)
			return true;
	return false;
}

static bool has(const struct inet_range *range, const struct addr *addr)
{
	const struct bits b = arrived(addr);

	return ip_covers(range, &b) && port_covers(range, addr);
}

/* Every address at which a server would be heard must be in the range. */
static bool hears(const struct inet_range *range, const struct addr *addr)
{
	const struct bits b = real(addr);

	if (!port_covers(range, addr))
		return false;
	if (!nothing(&b))
		return ip_covers(range, &b);
	if (b.family == 6) /* and IPv4, too */
		return range->family == 0;
	return range->family == 0 || (range->family == 4 && range->bits == 0);
}

/* ---- addresses and ranges ----------------------------------------------- */

static struct addr address(const char *ip, uint16_t port)
{
	struct addr addr = {.port = port};
	const bool v6 = strchr(ip, ':');

	addr.kind = v6 ? ADDR_INET6 : ADDR_INET;
	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, ip, addr.ip), 1);
	return addr;
}

static const char *const samples[] = {"0.0.0.0",
				      "0.0.0.1",
				      "10.0.0.0",
				      "127.0.0.0",
				      "127.0.0.1",
				      "127.255.255.255",
				      "126.255.255.255",
				      "128.0.0.0",
				      "192.168.1.77",
				      "255.255.255.255",
				      "::",
				      "::1",
				      "::2",
				      "::7f00:1",
				      "1::",
				      "2001:db8::1",
				      "fe80::1",
				      "ff02::1",
				      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
				      "::ffff:0.0.0.0",
				      "::ffff:0.0.0.1",
				      "::ffff:10.0.0.0",
				      "::ffff:127.0.0.1",
				      "::ffff:127.255.0.9",
				      "::ffff:128.0.0.0",
				      "::ffff:192.168.1.77",
				      "::fffe:127.0.0.1",
				      "::1:ffff:7f00:1",
				      "::ffff:0:7f00:1",
				      "8000::ffff:7f00:1",
				      "64:ff9b::7f00:1"};

static struct inet_range range_at(const struct addr *addr, unsigned int bits,
				  uint16_t low, uint16_t high)
{
	struct addr plain;
	struct inet_range range = {.low = low, .high = high};

	inet_plain(&plain, addr);
	range.family = plain.kind == ADDR_INET ? INET_V4 : INET_V6;
	range.bits = (uint8_t)(bits % (plain.kind == ADDR_INET ? 33 : 129));
	for (unsigned int i = 0; i < range.bits; i++)
		range.ip[i / 8] |= (uint8_t)(plain.ip[i / 8] & (0x80 >> i % 8));
	return range;
}

static void compare(const struct inet_range *range, const struct addr *addr)
{
	char text[ADDR_TEXT_MAX];

	if (inet_range_has(range, addr) != has(range, addr))
		fail_msg("has: family %d, %d bits, %d-%d: %s", range->family,
			 range->bits, range->low, range->high,
			 addr_text(addr, text, sizeof(text)));
	if (inet_range_hears(range, addr) != hears(range, addr))
		fail_msg("hears: family %d, %d bits, %d-%d: %s", range->family,
			 range->bits, range->low, range->high,
			 addr_text(addr, text, sizeof(text)));
}

/* The address itself, and with each of its bits turned. */
static void compare_around(const struct inet_range *range, struct addr addr)
{
	const unsigned int bits = addr.kind == ADDR_INET ? 32 : 128;

	compare(range, &addr);
	for (unsigned int i = 0; i < bits; i++) {
		addr.ip[i / 8] ^= (uint8_t)(0x80 >> i % 8);
		compare(range, &addr);
		addr.ip[i / 8] ^= (uint8_t)(0x80 >> i % 8);
	}
}

static void every_length_around_every_sample(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		const struct addr addr = address(samples[i], 80);

		for (unsigned int bits = 0; bits <= 128; bits++) {
			const struct inet_range range =
				range_at(&addr, bits, 80, 80);

			compare_around(&range, addr);
			for (size_t j = 0; j < COUNT_OF(samples); j++) {
				const struct addr other =
					address(samples[j], 80);

				compare(&range, &other);
			}
		}
	}
}

static void ports_are_included(void **state)
{
	static const uint16_t ports[] = {0,    1,    79,    80,	  81,
					 8000, 8010, 65534, 65535};

	(void)state;
	for (size_t low = 1; low < COUNT_OF(ports); low++)
		for (size_t high = low; high < COUNT_OF(ports); high++)
			for (size_t p = 0; p < COUNT_OF(ports); p++) {
				const struct inet_range any = {
					.low = ports[low],
					.high = ports[high],
				};
				const struct addr v4 =
					address("10.0.0.1", ports[p]);
				const struct addr v6 = address("::1", ports[p]);

				compare(&any, &v4);
				compare(&any, &v6);
			}
}

static void random_ranges(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct addr addr = address(samples[below(COUNT_OF(samples))],
					   (uint16_t)below(4));
		const uint16_t low = (uint16_t)(1 + below(3));
		struct inet_range range;

		for (unsigned int n = below(6); n > 0; n--)
			addr.ip[below(addr.kind == ADDR_INET ? 4 : 16)] =
				(uint8_t)below(256);
		range = range_at(&addr, below(129), low,
				 (uint16_t)(low + below(3)));
		if (below(8) == 0)
			range = (struct inet_range){.low = range.low,
						    .high = range.high};
		compare(&range, &addr);
		addr.ip[below(16)] ^= (uint8_t)(1U << below(8));
		if (addr.kind == ADDR_INET)
			memset(addr.ip + 4, 0, 12);
		compare(&range, &addr);
	}
}

/* No other kind of address is in any range, whatever its bytes. */
static void other_families_are_nowhere(void **state)
{
	static const enum addr_kind kinds[] = {
		ADDR_INVALID,  ADDR_UNSPEC,   ADDR_PATH,
		ADDR_ABSTRACT, ADDR_AUTOBIND, ADDR_OTHER,
	};
	const struct inet_range ranges[] = {
		{.family = INET_ANY, .low = 1, .high = 65535},
		{.family = INET_V4, .low = 1, .high = 65535},
		{.family = INET_V6, .low = 1, .high = 65535},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		for (size_t j = 0; j < COUNT_OF(samples); j++) {
			struct addr addr = address(samples[j], 80);

			addr.kind = kinds[i];
			assert_false(inet_is_loopback(&addr));
			for (size_t r = 0; r < COUNT_OF(ranges); r++) {
				assert_false(inet_range_has(&ranges[r], &addr));
				assert_false(
					inet_range_hears(&ranges[r], &addr));
			}
		}
}

/* ---- what an address is ------------------------------------------------- */

static void loopback(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		struct addr addr = address(samples[i], 80);
		const unsigned int bits = addr.kind == ADDR_INET ? 32 : 128;

		for (unsigned int n = 0; n <= bits; n++) {
			const struct bits b = real(&addr);
			char one[129];
			bool want = strncmp(b.bit, "01111111", 8) == 0;

			memset(one, '0', 127);
			strcpy(one + 127, "1");
			if (b.family == 6)
				want = strcmp(b.bit, one) == 0;
			assert_int_equal(inet_is_loopback(&addr), want);
			if (n > 0)
				addr.ip[(n - 1) / 8] ^=
					(uint8_t)(0x80 >> (n - 1) % 8);
			if (n < bits)
				addr.ip[n / 8] ^= (uint8_t)(0x80 >> n % 8);
		}
	}
}

static void reached(void **state)
{
	static const char *const rows[][2] = {
		{"0.0.0.0", "127.0.0.1"},
		{"::", "::1"},
		{"::ffff:0.0.0.0", "127.0.0.1"},
		{"::ffff:10.0.0.1", "10.0.0.1"},
		{"10.0.0.1", "10.0.0.1"},
		{"0.0.0.1", "0.0.0.1"},
		{"::2", "::2"},
		{"::10.0.0.1", "::10.0.0.1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct addr from = address(rows[i][0], 4711);
		const struct addr want = address(rows[i][1], 4711);
		struct addr got;

		inet_reached(&got, &from);
		assert_int_equal(got.kind, want.kind);
		assert_int_equal(got.port, 4711);
		assert_memory_equal(got.ip, want.ip, sizeof(want.ip));
		inet_reached(&got, &got); /* in place, and once is enough */
		assert_memory_equal(got.ip, want.ip, sizeof(want.ip));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_around_every_sample),
		cmocka_unit_test(ports_are_included),
		cmocka_unit_test(random_ranges),
		cmocka_unit_test(other_families_are_nowhere),
		cmocka_unit_test(loopback),
		cmocka_unit_test(reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
