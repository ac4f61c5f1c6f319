/* SPDX-License-Identifier: MIT */
/* test_inet_parse.c - ranges of addresses and ports as a person writes them.
 */
#include "inet_form.h"

#include <arpa/inet.h>
#include <stdio.h>

/* ---- what is taken ------------------------------------------------------ */

/* @ip is as inet_pton(3) reads it, NULL: every address. */
static void expect(const char *given, enum inet_form form, const char *ip,
		   unsigned int bits, unsigned int low, unsigned int high)
{
	const int family = ip && strchr(ip, ':') ? INET_V6
			   : ip			 ? INET_V4
						 : INET_ANY;
	uint8_t want[16] = {0};
	struct inet_range range;
	const char *why = parse(&range, given, form, lookup);

	if (ip)
		assert_int_equal(
			inet_pton(family == INET_V6 ? AF_INET6 : AF_INET, ip,
				  want),
			1);
	if (why)
		fail_msg("%s: %s", given, why);
	if (range.family != family || range.bits != bits || range.low != low ||
	    range.high != high || memcmp(range.ip, want, sizeof(want)) != 0)
		fail_msg("%s: family %d, %d bits, ports %d to %d", given,
			 range.family, range.bits, range.low, range.high);
}

#define CONNECT(given, ...) expect(given, INET_CONNECT, __VA_ARGS__)
#define LISTEN(given, ...)  expect(given, INET_LISTEN, __VA_ARGS__)

static void addresses_to_connect_to(void **state)
{
	(void)state;
	CONNECT("127.0.0.1:80", "127.0.0.1", 32, 80, 80);
	CONNECT("255.255.255.255:1", "255.255.255.255", 32, 1, 1);
	CONNECT("[::1]:80", "::1", 128, 80, 80);
	CONNECT("[2001:DB8::A]:80", "2001:db8::a", 128, 80, 80);
	CONNECT("[1:2:3:4:5:6:7:8]:80", "1:2:3:4:5:6:7:8", 128, 80, 80);
	CONNECT("[fe80:1111:2222:3333:4444:5555:255.255.255.255]:65535",
		"fe80:1111:2222:3333:4444:5555:ffff:ffff", 128, 65535, 65535);
	CONNECT("*:80", NULL, 0, 80, 80);
	CONNECT("*:*", NULL, 0, 1, 65535);
	CONNECT("10.0.0.0/8:1-65535", "10.0.0.0", 8, 1, 65535);
	CONNECT("0.0.0.0/0:80", "0.0.0.0", 0, 80, 80);
	CONNECT("[::]/0:80", "::", 0, 80, 80);
	CONNECT("[2001:db8::]/32:80", "2001:db8::", 32, 80, 80);
	CONNECT("10.0.0.0/08:80", "10.0.0.0", 8, 80, 80);
	CONNECT("0.0.0.0/31:80", "0.0.0.0", 31, 80, 80);
}

static void addresses_to_listen_at(void **state)
{
	(void)state;
	LISTEN("3000", NULL, 0, 3000, 3000);
	LISTEN("8000-8010", NULL, 0, 8000, 8010);
	LISTEN("https", NULL, 0, 443, 443);
	LISTEN("*", NULL, 0, 1, 65535);
	LISTEN("*:3000", NULL, 0, 3000, 3000);
	LISTEN("127.0.0.1:3000", "127.0.0.1", 32, 3000, 3000);
	LISTEN("[::1]:3000", "::1", 128, 3000, 3000);
	/* A server at no particular address hears them all (ipv6(7)). */
	LISTEN("0.0.0.0:3000", "0.0.0.0", 0, 3000, 3000);
	LISTEN("[::]:3000", NULL, 0, 3000, 3000);
	LISTEN("[::ffff:0.0.0.0]:3000", "0.0.0.0", 0, 3000, 3000);
	/* As inet_range_text() writes it. */
	LISTEN("0.0.0.0/0:3000", "0.0.0.0", 0, 3000, 3000);
	LISTEN("[::]/0:3000", NULL, 0, 3000, 3000);
}

static void ipv4_within_ipv6_is_ipv4(void **state)
{
	(void)state;
	CONNECT("[::ffff:10.1.2.3]:80", "10.1.2.3", 32, 80, 80);
	CONNECT("[::ffff:a01:203]:80", "10.1.2.3", 32, 80, 80);
	CONNECT("[::ffff:10.0.0.0]/104:80", "10.0.0.0", 8, 80, 80);
	CONNECT("[::ffff:10.1.2.3]/128:80", "10.1.2.3", 32, 80, 80);
	CONNECT("[::ffff:0.0.0.0]/96:80", "0.0.0.0", 0, 80, 80);
	LISTEN("[::ffff:127.0.0.1]:80", "127.0.0.1", 32, 80, 80);
	/* These are not. */
	CONNECT("[::10.1.2.3]:80", "::a01:203", 128, 80, 80);
	CONNECT("[64:ff9b::10.1.2.3]:80", "64:ff9b::a01:203", 128, 80, 80);
	CONNECT("[::fffe:10.1.2.3]:80", "::fffe:a01:203", 128, 80, 80);
}

/* All ones, cut where the prefix ends. */
static void prefix_of(unsigned int bits, bool v6, char *out, size_t size)
{
	uint8_t ip[16] = {0};

	for (unsigned int i = 0; i < bits; i++)
		ip[i / 8] |= (uint8_t)(0x80 >> i % 8);
	assert_non_null(
		inet_ntop(v6 ? AF_INET6 : AF_INET, ip, out, (socklen_t)size));
}

static void every_length_of_prefix(void **state)
{
	char ip[64], given[160];

	(void)state;
	for (unsigned int bits = 0; bits <= 32; bits++) {
		prefix_of(bits, false, ip, sizeof(ip));
		snprintf(given, sizeof(given), "%s/%u:80", ip, bits);
		CONNECT(given, ip, bits, 80, 80);
		snprintf(given, sizeof(given), "[::ffff:%s]/%u:80", ip,
			 96 + bits);
		CONNECT(given, ip, bits, 80, 80);
	}
	for (unsigned int bits = 0; bits <= 128; bits++) {
		prefix_of(bits, true, ip, sizeof(ip));
		snprintf(given, sizeof(given), "[%s]/%u:80", ip, bits);
		CONNECT(given, ip, bits, 80, 80);
	}
}

static void names_of_ports(void **state)
{
	(void)state;
	LISTEN("domain", NULL, 0, 53, 53);
	LISTEN("domain-https", NULL, 0, 53, 443);
	LISTEN("ftp-data", NULL, 0, 20, 20);
	LISTEN("ftp-data-ftp", NULL, 0, 20, 21);
	LISTEN("ftp-domain", NULL, 0, 21, 53);
	LISTEN("21-domain", NULL, 0, 21, 53);
	LISTEN("domain-80", NULL, 0, 53, 80);
	LISTEN("netbios-ns-netbios-ssn", NULL, 0, 137, 139);
	LISTEN("netbios-ns-138", NULL, 0, 137, 138);
	LISTEN("1-iso-tsap", NULL, 0, 1, 102);
	LISTEN("3com-tsmux", NULL, 0, 106, 106);
	LISTEN("x11-1", NULL, 0, 6001, 6001);
	/* A name that looks like a range is a name, if somebody knows it. */
	LISTEN("8000-8001", NULL, 0, 4321, 4321);
	CONNECT("127.0.0.1:https", "127.0.0.1", 32, 443, 443);
	CONNECT("[::1]/128:ftp-data-ftp", "::1", 128, 20, 21);
}

static void numbers_of_ports(void **state)
{
	(void)state;
	lookups = 0;
	LISTEN("1", NULL, 0, 1, 1);
	LISTEN("65535", NULL, 0, 65535, 65535);
	LISTEN("00080", NULL, 0, 80, 80);
	assert_int_equal(lookups, 0); /* numbers are nobody's names */
	LISTEN("1-1", NULL, 0, 1, 1);
	LISTEN("1-65535", NULL, 0, 1, 65535);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_to_connect_to),
		cmocka_unit_test(addresses_to_listen_at),
		cmocka_unit_test(ipv4_within_ipv6_is_ipv4),
		cmocka_unit_test(every_length_of_prefix),
		cmocka_unit_test(names_of_ports),
		cmocka_unit_test(numbers_of_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
