/* SPDX-License-Identifier: MIT */
/* test_log.c - which events are told, and which are summed up.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/supervisor/log.h"

static char path[] = "/tmp/sbx-test-log-XXXXXX";
static struct log *log_under_test;
static struct event event;

static int setup(void **state)
{
	static struct log_options options = {.target = LOG_FILE};
	const struct log_config config = {
		.run = "run",
		.options = &options,
		.quiet = true,
	};

	(void)state;
	options.path = path;
	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	close(mkstemp(path));
	log_under_test = log_open(&config);
	memset(&event, 0, sizeof(event));
	event.pid = event.tid = 1;
	event.op = OP_SOCKET;
	event.layer = LAYER_SUPERVISOR;
	event.verdict.rule = -1;
	event.verdict.error = EAFNOSUPPORT;
	event.count = 1;
	return 0;
}

static int teardown(void **state)
{
	int kept[4];

	(void)state;
	for (size_t n = log_keep(log_under_test, kept); n > 0; n--)
		close(kept[n - 1]);
	free(log_under_test);
	return unlink(path);
}

static void tell(int domain, int protocol)
{
	event.domain = domain;
	event.protocol = protocol;
	event.count = 1;
	log_event(log_under_test, &event);
}

/* How many lines hold @text. */
static int lines(const char *text)
{
	FILE *file = fopen(path, "re");
	static char line[EVENT_JSON_MAX];
	int count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, text) != NULL;
	fclose(file);
	return count;
}

static void repeats_are_summed_up(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		tell(40, 0);
	assert_int_equal(lines("\"count\":1}"), 1);
	log_close(log_under_test);
	assert_int_equal(lines("\"count\":4}"), 1);
	assert_int_equal(lines(""), 2);
}

static void different_events_are_told_apart(void **state)
{
	(void)state;
	tell(40, 0);
	tell(40, 1);
	tell(41, 0);
	event.addr.name_len = 1; /* a NUL in an abstract name */
	tell(41, 0);
	event.addr.name[0] = 'x';
	tell(41, 0);
	event.addr.ip[15] = 1;
	tell(41, 0);
	event.pid = 2;
	tell(41, 0);
	log_close(log_under_test);
	assert_int_equal(lines("\"count\":1}"), 7);
	assert_int_equal(lines(""), 7);
}

/* The client's word does not make our own refusal advisory. */
static void report_does_not_hide_a_refusal(void **state)
{
	(void)state;
	event.layer = LAYER_SHIM;
	tell(40, 0);
	tell(40, 0);
	event.layer = LAYER_SUPERVISOR;
	tell(40, 0);
	assert_int_equal(lines("\"advisory\":false"), 1);
	log_close(log_under_test);
	assert_int_equal(lines("\"advisory\":true"), 2);
}

static uint64_t fnv(const int *facts, size_t count)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < count; i++)
		hash = (hash ^ (uint64_t)facts[i]) * 0x100000001b3ULL;
	return hash;
}

/* A program that hides a refusal behind another one by its choice of numbers
 * must not get through with a simple hash; these took half a minute to find. */
static void colliding_events_are_told_apart(void **state)
{
	/* pid, op, domain, type, protocol */
	static const int a[] = {1, OP_SOCKET, 40, 10, 0};
	static const int b[] = {1, OP_SOCKET, 410395028, 9, -1450653735};

	(void)state;
	assert_int_equal(fnv(a, 5), fnv(b, 5));
	event.type = b[3];
	tell(b[2], b[4]);
	event.type = a[3];
	tell(a[2], a[4]);
	assert_int_equal(lines("\"family\":\"40\""), 1);
	log_close(log_under_test);
	assert_int_equal(lines(""), 2);
}

static void counts_do_not_wrap(void **state)
{
	(void)state;
	tell(40, 0);
	for (int i = 0; i < 2; i++) {
		event.count = 0x80000000;
		log_event(log_under_test, &event);
	}
	log_close(log_under_test);
	assert_int_equal(lines("\"count\":4294967295}"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(repeats_are_summed_up),
		TEST(different_events_are_told_apart),
		TEST(report_does_not_hide_a_refusal),
		TEST(colliding_events_are_told_apart),
		TEST(counts_do_not_wrap),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
