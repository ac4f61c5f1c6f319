/* SPDX-License-Identifier: MIT */
/* test_question.c - what a person is asked cannot be made up by who asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

#include "launcher/supervisor/question.h"

static struct event event;
static char shown[4 * PATH_TEXT_MAX + 4096];

static const char *ask(const char *comm, const char *exe, const char *host)
{
	struct text text;

	memset(&event, 0, sizeof(event));
	event.op = OP_CONNECT;
	event.pid = 7;
	event.domain = AF_INET;
	event.type = SOCK_STREAM;
	event.has_addr = true;
	event.addr.kind = ADDR_INET;
	event.addr.ip[0] = 10;
	event.addr.port = 80;
	memcpy(event.comm, comm, strlen(comm));
	strcpy(event.exe, exe);
	text_open(&text, shown, sizeof(shown));
	question_put(&text, &event, host);
	return shown;
}

static void names_are_words(void **state)
{
	(void)state;
	assert_string_equal(ask("a", "/b", NULL),
			    "\nsbx: a[7] (/b) wants to connect tcp "
			    "10.0.0.0:80\n");
	assert_string_equal(ask("a b", "/c  d ", "x\" it \ny"),
			    "\nsbx: a b[7] (/c \\x20d\\x20) wants to "
			    "connect tcp 10.0.0.0:80, which it calls "
			    "\"x\\x22 it \\x0ay\"\n");
	assert_null(strchr(ask("\x1b[31m", "/\n", NULL) + 1, '\x1b'));
	assert_non_null(strstr(shown, "\\x1b[31m[7] (/\\x0a) wants"));
}

/* Blanks of every kind, and what is not seen at all. */
static void nothing_is_invisible(void **state)
{
	static const char *const points[] = {
		"\xc2\xa0",	"\xc2\xad",	"\xe1\x85\x9f",
		"\xe1\x9a\x80", "\xe2\x80\x83", "\xe2\x80\x8b",
		"\xe2\x80\xaf", "\xe2\x81\xa0", "\xe2\xa0\x80",
		"\xe3\x80\x80", "\xe3\x85\xa4", "\xef\xb8\x8f",
		"\xef\xbb\xbf", "\xef\xbe\xa0", "\xf3\xa0\x81\x81",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++)
		if (strstr(ask("a", points[i], NULL), points[i]))
			fail_msg("point %zu", i);
	assert_non_null(strstr(ask("a", "/\xc3\xa4", NULL), "/\xc3\xa4)"));
}

static void what_is_asked_for_is_seen(void **state)
{
	char exe[PATH_TEXT_MAX];

	(void)state;
	memset(exe, 'x', sizeof(exe) - 1);
	exe[0] = '/';
	exe[sizeof(exe) - 2] = 'y';
	exe[sizeof(exe) - 1] = '\0';
	assert_true(strlen(ask("a", exe, NULL)) < 300);
	assert_non_null(strstr(shown, "(...x"));
	assert_non_null(strstr(shown, "y) wants to connect tcp 10.0.0.0:80\n"));
}

/* What is remembered by its text must not be two names. */
static void targets_differ(void **state)
{
	static const char *const names[] = {
		"a b", "a  b", "a\\x20b", "a\\x20\\x20b", "a\"b", "a\\x22b",
	};
	const size_t count = sizeof(names) / sizeof(*names);
	char texts[6][64];

	(void)state;
	memset(&event, 0, sizeof(event));
	event.domain = AF_UNIX;
	for (size_t i = 0; i < count; i++) {
		struct text text;

		strcpy(event.resolved, names[i]);
		text_open(&text, texts[i], sizeof(texts[i]));
		question_target(&text, &event);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(texts[i], texts[j]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_words),
		cmocka_unit_test(nothing_is_invisible),
		cmocka_unit_test(what_is_asked_for_is_seen),
		cmocka_unit_test(targets_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
