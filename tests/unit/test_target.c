/* SPDX-License-Identifier: MIT */
/* test_target.c - what --explain is asked about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "launcher/target.h"
#include "policy/addr.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct row {
	const char *given;
	enum policy_op op;
	int domain, type;
	const char *text; /* addr_text() of the address */
} rows[] = {
	{"connect:/run/x", OP_CONNECT, AF_UNIX, 0, "unix:/run/x"},
	{"connect:./x", OP_CONNECT, AF_UNIX, 0, "unix:./x"},
	{"connect:a:1/x", OP_CONNECT, AF_UNIX, 0, "unix:a:1/x"},
	{"connect:unix:x", OP_CONNECT, AF_UNIX, 0, "unix:x"},
	{"send:/dev/log", OP_SEND, AF_UNIX, 0, "unix:/dev/log"},
	{"bind:@name", OP_BIND, AF_UNIX, 0, "unix:@name"},
	{"bind:@/with/slash", OP_BIND, AF_UNIX, 0, "unix:@/with/slash"},
	{"connect:127.0.0.1:80", OP_CONNECT, AF_INET, SOCK_STREAM,
	 "127.0.0.1:80"},
	{"connect:[::1]:80", OP_CONNECT, AF_INET6, SOCK_STREAM, "[::1]:80"},
	{"connect:[::ffff:1.2.3.4]:80", OP_CONNECT, AF_INET, SOCK_STREAM,
	 "1.2.3.4:80"},
	{"connect:udp:1.2.3.4:53", OP_CONNECT, AF_INET, SOCK_DGRAM,
	 "1.2.3.4:53"},
	{"send:1.2.3.4:53", OP_SEND, AF_INET, SOCK_DGRAM, "1.2.3.4:53"},
	{"send:tcp:1.2.3.4:53", OP_SEND, AF_INET, SOCK_STREAM, "1.2.3.4:53"},
	{"listen:80", OP_LISTEN, AF_INET6, SOCK_STREAM, "[::]:80"},
	{"listen:0.0.0.0:80", OP_LISTEN, AF_INET, SOCK_STREAM, "0.0.0.0:80"},
	{"listen:[::1]:80", OP_LISTEN, AF_INET6, SOCK_STREAM, "[::1]:80"},
	{"bind:127.0.0.1:80", OP_BIND, AF_INET, SOCK_STREAM, "127.0.0.1:80"},
	{"bind:udp:127.0.0.1:80", OP_BIND, AF_INET, SOCK_DGRAM, "127.0.0.1:80"},
};

static void targets_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct target target;
		struct addr addr;
		char buf[ADDR_TEXT_MAX];
		const char *why = target_parse(&target, rows[i].given);

		if (why)
			fail_msg("%s: %s", rows[i].given, why);
		assert_int_equal(target.op, rows[i].op);
		assert_int_equal(target.domain, rows[i].domain);
		assert_int_equal(target.type, rows[i].type);
		assert_ptr_equal(target.given, rows[i].given);
		addr_decode(&addr, target.raw, target.len);
		assert_string_equal(addr_text(&addr, buf, sizeof(buf)),
				    rows[i].text);
	}
}

static void what_is_no_target(void **state)
{
	static const char *const bad[] = {
		"",
		"connect",
		"connect:",
		"accept:/x",
		"connect:x",
		"connect:@",
		"connect:unix:",
		"connect:1.2.3.4",
		"connect:1.2.3.4:0",
		"connect:1.2.3.4:70000",
		"connect:1.2.3.4:1-2",
		"connect:tcp:1.2.3.0/24:80",
		"connect:*:80",
		"connect:0.0.0.0:80",
		"connect:::1:80",
		"connect:tcp:/x",
		"connect:host:80",
		"listen:",
		"listen:x",
		"Connect:/x",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct target target;

		if (!target_parse(&target, bad[i]))
			fail_msg("accepted: %s", bad[i]);
	}
}

/* 108 bytes fit without a terminator, and no more. */
static void the_longest_path(void **state)
{
	char given[8 + 109 + 1] = "connect:/";
	struct target target;
	struct addr addr;

	(void)state;
	memset(given + 9, 'x', 107);
	given[8 + 108] = '\0';
	assert_null(target_parse(&target, given));
	addr_decode(&addr, target.raw, target.len);
	assert_int_equal(addr.kind, ADDR_PATH);
	assert_int_equal(addr.name_len, 108);
	given[8 + 108] = 'x';
	given[8 + 109] = '\0';
	assert_non_null(target_parse(&target, given));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_read),
		cmocka_unit_test(what_is_no_target),
		cmocka_unit_test(the_longest_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
