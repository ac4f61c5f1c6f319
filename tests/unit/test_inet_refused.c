/* SPDX-License-Identifier: MIT */
/* test_inet_refused.c - what is no range of addresses, and what is said. */
#include "inet_form.h"

#include <stdio.h>

#define NO_PORT                                                                \
	"a port is missing; write ADDRESS:PORT, and an IPv6 address in "       \
	"brackets"
#define BAD_PORT                                                               \
	"a port is a number from 1 to 65535, a name in /etc/services, a "      \
	"range as 8000-8010, or * for all"
#define BACKWARDS "the range of ports ends before it begins"
#define NO_ADDRESS                                                             \
	"it is no IP address; names are not accepted, because what they mean " \
	"may change, and those who run the name server choose it"
#define ZONE                                                                   \
	"an address is granted on every interface; leave out what follows "    \
	"the %"
#define BRACKETS "an IPv6 address is written in brackets, as [::1]:80"
#define LENGTH	 "the length of a prefix is at most 32 for IPv4 and 128 for IPv6"
#define MAPPED	 "a prefix of IPv4 within IPv6 is at least 96 bits long"
#define BEYOND	 "the address has bits beyond its prefix; make them 0"
#define NOWHERE                                                                \
	"nothing is reached at this address; use 127.0.0.1 or [::1], or "      \
	"0.0.0.0/0 or [::]/0 for all"
#define ONE_ADDRESS                                                            \
	"listening is at one address, or at all of them; leave out the "       \
	"length of the prefix"

struct refusal {
	const char *given, *why;
};

static void expect_all_refused(const struct refusal *rows, size_t count,
			       enum inet_form form)
{
	for (size_t i = 0; i < count; i++) {
		struct inet_range range;
		const char *why = parse(&range, rows[i].given, form, lookup);

		if (!why || strcmp(why, rows[i].why) != 0)
			fail_msg("\"%s\": %s", rows[i].given,
				 why ? why : "accepted");
	}
}

#define LONG50 "12345678901234567890123456789012345678901234567890"

static void no_addresses(void **state)
{
	static const char *const given[] = {"localhost:80",
					    "example.com:https",
					    ":80",
					    "1.2.3:80",
					    "1.2.3.4.5:80",
					    "1.2.3.256:80",
					    "127.1:80",
					    "0x7f.0.0.1:80",
					    "127.0.0.01:80",
					    "2130706433:80",
					    " 127.0.0.1:80",
					    "127.0.0.1 :80",
					    "-1.0.0.0:80",
					    "**:80",
					    "*/0:80",
					    "/8:80",
					    "\xff:80",
					    "[]:80",
					    "[]]:80",
					    "]:80",
					    "[[::1]]:80",
					    "[::1]x:80",
					    "[::1]]:80",
					    "[::1/64]:80",
					    "[127.0.0.1]:80",
					    "[localhost]:80",
					    "[::1::]:80",
					    "[12345::]:80",
					    "[*]:80",
					    LONG50 LONG50 ":80",
					    "[" LONG50 LONG50 "]:80"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(given); i++) {
		const struct refusal row = {given[i], NO_ADDRESS};

		expect_all_refused(&row, 1, INET_CONNECT);
		expect_all_refused(&row, 1, INET_LISTEN);
	}
}

static void misspelt_addresses(void **state)
{
	static const struct refusal both[] = {
		{"[fe80::1%eth0]:80", ZONE},
		{"[fe80::1%25eth0]/64:80", ZONE},
		{"[%]:80", ZONE},
		{"::1:80", BRACKETS},
		{"fe80::1/64:80", BRACKETS},
		{"http://127.0.0.1:80", BRACKETS},
		{"[::1]", NO_PORT},
		{"[::1]80", NO_PORT},
		{"[::]", NO_PORT},
		{"[", BAD_PORT},
		{"]", NO_PORT},
	};

	(void)state;
	expect_all_refused(both, COUNT_OF(both) - 2, INET_CONNECT);
	expect_all_refused(both, COUNT_OF(both), INET_LISTEN);
}

static void bad_to_connect_to(void **state)
{
	static const struct refusal rows[] = {
		{"", NO_PORT},
		{"127.0.0.1", NO_PORT},
		{"localhost", NO_PORT},
		{"3000", NO_PORT},
		{"*", NO_PORT},
		{"10.0.0.0/8", NO_PORT},
		{"0.0.0.0:80", NOWHERE},
		{"[::]:80", NOWHERE},
		{"[0:0:0:0:0:0:0:0]:80", NOWHERE},
		{"[::ffff:0.0.0.0]:80", NOWHERE},
		{"0.0.0.0/32:80", NOWHERE},
		{"[::]/128:80", NOWHERE},
		{"10.0.0.0/33:80", LENGTH},
		{"10.0.0.0/:80", LENGTH},
		{"10.0.0.0/-1:80", LENGTH},
		{"10.0.0.0/+8:80", LENGTH},
		{"10.0.0.0/8/8:80", LENGTH},
		{"10.0.0.0/255.0.0.0:80", LENGTH},
		{"10.0.0.0/4294967304:80", LENGTH},
		{"10.0.0.0/65544:80", LENGTH},
		{"[::]/129:80", LENGTH},
		{"[::]/256:80", LENGTH},
		{"[::ffff:0.0.0.0]/129:80", LENGTH},
		{"[::ffff:0.0.0.0]/95:80", MAPPED},
		{"[::ffff:10.0.0.0]/8:80", MAPPED},
		{"[::ffff:0.0.0.0]/0:80", MAPPED},
		{"10.0.0.1/8:80", BEYOND},
		{"10.0.0.0/4:80", BEYOND},
		{"128.0.0.0/0:80", BEYOND},
		{"10.0.0.1/31:80", BEYOND},
		{"[2001:db8::1]/32:80", BEYOND},
		{"[8000::]/0:80", BEYOND},
		{"[::ffff:10.0.0.1]/104:80", BEYOND},
	};

	(void)state;
	expect_all_refused(rows, COUNT_OF(rows), INET_CONNECT);
}

static void bad_to_listen_at(void **state)
{
	static const struct refusal rows[] = {
		{"", BAD_PORT},
		{"127.0.0.1", BAD_PORT},
		{"10.0.0.0/8:80", ONE_ADDRESS},
		{"127.0.0.1/32:80", ONE_ADDRESS},
		{"0.0.0.0/:80", ONE_ADDRESS},
		{"0.0.0.0/00:80", ONE_ADDRESS},
		{"[::1]/128:80", ONE_ADDRESS},
		{"[::ffff:0.0.0.0]/96:80", ONE_ADDRESS},
		{"[::ffff:0.0.0.0]/0:80", MAPPED},
		{"127.0.0.1/0:80", BEYOND},
		{"[::1]/0:80", BEYOND},
	};

	(void)state;
	expect_all_refused(rows, COUNT_OF(rows), INET_LISTEN);
}

static void bad_ports(void **state)
{
	static const char *const ports[] = {
		"",	    "0",	   "65536",   "000080",	 "99999",
		"100000",   "-1",	   "+80",     "80 ",	 " 80",
		"80-",	    "-80",	   "-",	      "--",	 "80--90",
		"80-90-1",  "0-80",	   "80-0",    "1-65536", "1-",
		"nosuch",   "https-x",	   "x-https", "HTTPS",	 "https ",
		"ftp-",	    "-ftp",	   "80,90",   "80x",	 "0x50",
		"\xff",	    "*-80",	   "80-*",    "**",	 "4294967376",
		"ftp_data", LONG50 LONG50,
	};
	static const char *const backwards[] = {
		"2-1",
		"65535-1",
		"https-domain",
		"443-ftp-data",
	};
	char given[160];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ports) + COUNT_OF(backwards); i++) {
		const bool bad = i < COUNT_OF(ports);
		struct refusal row = {
			given,
			bad ? BAD_PORT : BACKWARDS,
		};

		snprintf(given, sizeof(given), "127.0.0.1:%s",
			 bad ? ports[i] : backwards[i - COUNT_OF(ports)]);
		expect_all_refused(&row, 1, INET_CONNECT);
		row.given = given + strlen("127.0.0.1:");
		expect_all_refused(&row, 1, INET_LISTEN);
	}
}

static void nobody_knows_names(void **state)
{
	struct inet_range range;

	(void)state;
	assert_string_equal(parse(&range, "https", INET_LISTEN, NULL),
			    BAD_PORT);
	assert_string_equal(parse(&range, "1-https", INET_LISTEN, NULL),
			    BAD_PORT);
	assert_null(parse(&range, "1-443", INET_LISTEN, NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_addresses),
		cmocka_unit_test(misspelt_addresses),
		cmocka_unit_test(bad_to_connect_to),
		cmocka_unit_test(bad_to_listen_at),
		cmocka_unit_test(bad_ports),
		cmocka_unit_test(nobody_knows_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
