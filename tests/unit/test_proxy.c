/* SPDX-License-Identifier: MIT */
/* test_proxy.c - which proxies on this machine a URL names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "launcher/proxy.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static struct inet_range ranges[PROXY_RANGES_MAX];
static unsigned int count;

/* From a block of exactly its size, so that ASan sees a byte read too far. */
static enum proxy_use parse(const char *url)
{
	char *copy = strdup(url);
	enum proxy_use use;

	assert_non_null(copy);
	memset(ranges, 0xa5, sizeof(ranges));
	count = 99;
	use = proxy_parse(copy, ranges, &count);
	assert_string_equal(copy, url);
	free(copy);
	return use;
}

/* What is granted, as "127.0.0.1:80 [::1]:80". */
static const char *granted(void)
{
	static char buf[128];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	for (unsigned int i = 0; i < count; i++) {
		text_string(&text, i > 0 ? " " : "");
		inet_range_text(&text, &ranges[i]);
	}
	return buf;
}

static void expect(const char *url, const char *want)
{
	const enum proxy_use use = parse(url);

	if (use != PROXY_USABLE || strcmp(granted(), want) != 0)
		fail_msg("\"%s\": %s (%s)", url, granted(),
			 proxy_use_text(use));
	for (unsigned int i = 0; i < count; i++) {
		char bytes[INET_RANGE_SIZE];
		struct inet_range again;

		inet_range_put(&ranges[i], bytes);
		assert_true(inet_range_get(&again, bytes, sizeof(bytes)));
	}
}

#define BOTH(port) "127.0.0.1:" port " [::1]:" port

static void schemes_have_ports(void **state)
{
	static const char *const rows[][2] = {
		{"http", BOTH("80")},	   {"https", BOTH("443")},
		{"socks4", BOTH("1080")},  {"socks4a", BOTH("1080")},
		{"socks5", BOTH("1080")},  {"socks5h", BOTH("1080")},
		{"HTTP", BOTH("80")},	   {"Https", BOTH("443")},
		{"SOCKS5H", BOTH("1080")}, {"sOcKs4A", BOTH("1080")},
	};
	static const char *const ends[] = {
		"", "/", ":", ":/", "?", "#", "/path:99", ":?x", "/?a=b#c"};
	char url[128];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (size_t j = 0; j < COUNT_OF(ends); j++) {
			strcpy(url, rows[i][0]);
			strcat(url, "://localhost");
			strcat(url, ends[j]);
			expect(url, rows[i][1]);
		}
		strcpy(url, rows[i][0]);
		expect(strcat(url, "://localhost:3128/"), BOTH("3128"));
	}
	expect("localhost", BOTH("80"));
	expect("localhost:8080", BOTH("8080"));
}

static void hosts_on_this_machine(void **state)
{
	(void)state;
	expect("http://127.0.0.1:3128", "127.0.0.1:3128");
	expect("127.0.0.1:3128", "127.0.0.1:3128");
	expect("http://127.255.255.255", "127.255.255.255:80");
	expect("http://127.0.0.53:1/", "127.0.0.53:1");
	expect("http://[::1]:3128/", "[::1]:3128");
	expect("[::1]", "[::1]:80");
	expect("[::1]:65535", "[::1]:65535");
	expect("socks5h://[0:0:0:0:0:0:0:1]", "[::1]:1080");
	expect("http://[::ffff:127.0.0.1]:3128", "127.0.0.1:3128");
	expect("http://LocalHost:3128", BOTH("3128"));
}

static void people_in_urls(void **state)
{
	(void)state;
	expect("http://user:word@127.0.0.1:3128/", "127.0.0.1:3128");
	expect("user:word@127.0.0.1:3128", "127.0.0.1:3128");
	expect("http://user@localhost", BOTH("80"));
	expect("http://@localhost", BOTH("80"));
	expect("http://u:p@ss@localhost:1", BOTH("1"));
	expect("http://u:p%40s@[::1]:1", "[::1]:1");
	expect("http://[::2]:1@[::1]:2", "[::1]:2");
	expect("http://evil.example:80@localhost:81", BOTH("81"));
}

static void ports_are_numbers(void **state)
{
	static const char *const good[] = {"1", "80", "00080", "65535"};
	static const char *const bad[] = {
		"0",   "00000", "65536",     "99999",  "000080", "100000",
		"-1",  "+80",	"http",	     "80x",    "x80",	 " 80",
		"80 ", "0x50",	"8 0",	     "80\xff", "80:",	 "80;",
		"80&", "80\\",	"4294967376"};
	char url[64];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		strcpy(url, "127.0.0.1:");
		assert_int_equal(parse(strcat(url, good[i])), PROXY_USABLE);
		assert_int_equal(ranges[0].low, atoi(good[i]));
		assert_int_equal(ranges[0].high, ranges[0].low);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		strcpy(url, "http://127.0.0.1:");
		if (parse(strcat(url, bad[i])) == PROXY_USABLE)
			fail_msg("%s: %s", url, granted());
		assert_int_equal(count, 0);
	}
	assert_int_equal(parse("127.0.0.1:65536"), PROXY_PORT);
	assert_int_equal(parse("[::1]:0/"), PROXY_PORT);
	assert_int_equal(parse("localhost:80x"), PROXY_PORT);
}

static void unknown_schemes(void **state)
{
	static const char *const urls[] = {
		"ftp://localhost:80",	 "socks://localhost:80",
		"socks6://localhost:80", "httpx://localhost:80",
		"http2://localhost",	 "htt://localhost",
		"://localhost:80",	 " http://localhost:80",
		"unix:///run/proxy",	 "socks5+x://localhost",
		"localhost:80/://",	 "user:a://b@localhost:80"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		if (parse(urls[i]) != PROXY_SCHEME)
			fail_msg("%s: %s", urls[i], granted());
		assert_int_equal(count, 0);
	}
}

#define LONG50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void hosts_elsewhere(void **state)
{
	static const char *const urls[] = {
		"http://proxy.example:3128",
		"proxy.example",
		"http://10.0.0.1:3128",
		"http://126.255.255.255:80",
		"http://128.0.0.0:80",
		"http://0.0.0.0:3128",
		"http://[::]:3128",
		"http://[::2]:3128",
		"http://[::ffff:10.0.0.1]:3128",
		"http://[::ffff:0.0.0.0]:3128",
		"http://[::7f00:1]:3128",
		"http://[::1%lo]:3128",
		"http://[::1%25lo]:3128",
		"http://[127.0.0.1]:3128",
		"http://[localhost]:3128",
		"http://[]:3128",
		"http://[:3128",
		"http://[::1",
		"http://[::1]x:3128",
		"http://[::1]3128",
		"http://::1:3128",
		"http://:3128",
		"http://",
		"http:///",
		"/",
		"?",
		"http://127.1:3128",
		"http://0x7f000001",
		"http://127.0.0.01:80",
		"http://localhost.:3128",
		"http://localhost.evil.example:3128",
		"http://localhost@evil.example:3128",
		"http://localhost:3128@evil.example",
		"http://127.0.0.1:3128@evil.example:3128",
		"http://evil.example?@localhost:1",
		"http://evil.example#@localhost:1",
		"http://evil.example/@localhost:1",
		"http://ip6-localhost",
		"http://local host",
		"http://\xff",
		"http://" LONG50 LONG50,
		"http://[" LONG50 LONG50 "]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		if (parse(urls[i]) != PROXY_OUTSIDE)
			fail_msg("%s: %s", urls[i], granted());
		assert_int_equal(count, 0);
	}
}

static void nothing_at_all(void **state)
{
	(void)state;
	assert_int_equal(parse(""), PROXY_EMPTY);
	assert_int_equal(count, 0);
}

static void every_use_has_a_text(void **state)
{
	(void)state;
	for (int use = PROXY_USABLE; use <= PROXY_PORT; use++) {
		const char *text = proxy_use_text((enum proxy_use)use);

		assert_non_null(text);
		assert_true(strncmp(text, "it", 2) == 0);
		assert_true(text[strlen(text) - 1] != '.');
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(schemes_have_ports),
		cmocka_unit_test(hosts_on_this_machine),
		cmocka_unit_test(people_in_urls),
		cmocka_unit_test(ports_are_numbers),
		cmocka_unit_test(unknown_schemes),
		cmocka_unit_test(hosts_elsewhere),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(every_use_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
