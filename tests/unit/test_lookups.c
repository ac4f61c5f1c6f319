/* SPDX-License-Identifier: MIT */
/* test_lookups.c - what a thread is refused while it looks up a name: a person
 * reads one line about the name, and nothing is ever lost. */
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
#include "launcher/supervisor/lookups.h"

static char json_path[] = "/tmp/sbx-test-lookups-XXXXXX";
static char text_path[] = "/tmp/sbx-test-lookups-XXXXXX";
static int real_stderr;
static struct log *log_under_test;
static struct event event;

static void make_file(char *path)
{
	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
	close(mkstemp(path));
}

/* What goes to a person goes to a file, until teardown(). */
static int setup(void **state)
{
	static struct log_options options = {.target = LOG_FILE};
	const struct log_config config = {.run = "run", .options = &options};
	FILE *text;

	(void)state;
	make_file(json_path);
	options.path = json_path;
	make_file(text_path);
	real_stderr = dup(STDERR_FILENO);
	text = fopen(text_path, "ae");
	dup2(fileno(text), STDERR_FILENO);
	fclose(text);
	log_under_test = log_open(&config);
	memset(&event, 0, sizeof(event));
	event.verdict.rule = -1;
	event.verdict.error = EACCES;
	return 0;
}

static int teardown(void **state)
{
	int kept[4];

	(void)state;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	for (size_t n = log_keep(log_under_test, kept); n > 0; n--)
		close(kept[n - 1]);
	free(log_under_test);
	unlink(text_path);
	return unlink(json_path);
}

static void refuse(pid_t tid, enum policy_op op, int domain, int type)
{
	event.pid = event.tid = tid;
	event.op = op;
	event.domain = domain;
	event.type = type;
	event.layer = LAYER_SUPERVISOR;
	event.host[0] = '\0';
	event.note = NULL;
	event.count = 1;
	log_event(log_under_test, &event);
}

static void refuse_udp(pid_t tid)
{
	refuse(tid, OP_SOCKET, AF_INET, SOCK_DGRAM);
}

static void fail_lookup(pid_t tid, const char *host)
{
	event.pid = event.tid = tid;
	event.op = OP_RESOLVE;
	event.domain = event.type = 0;
	event.layer = LAYER_SHIM;
	strcpy(event.host, host);
	event.note = NULL;
	event.count = 1;
	log_lookup_failed(log_under_test, &event);
}

/* How many lines hold @what. */
static int lines(const char *path, const char *what)
{
	FILE *file = fopen(path, "re");
	static char line[EVENT_JSON_MAX];
	int count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, what) != NULL;
	fclose(file);
	return count;
}

static void expect_text(const char *what, int count)
{
	const int got = lines(text_path, what);

	if (got != count)
		fail_msg("%s: %d lines, not %d", what, got, count);
}

static void a_failed_lookup_is_one_line(void **state)
{
	(void)state;
	log_lookup_begins(log_under_test, 7);
	assert_false(log_lookup_refused(log_under_test, 7));
	refuse_udp(7);
	refuse_udp(7);
	refuse(7, OP_SOCKET, AF_INET6, SOCK_DGRAM);
	assert_true(log_lookup_refused(log_under_test, 7));
	expect_text("sbx:", 0);
	fail_lookup(7, "a.example");
	log_close(log_under_test);
	expect_text("sbx:", 1);
	expect_text("[7] resolve a.example -- ", 1);
	/* A program is told everything. */
	assert_int_equal(lines(json_path, "\"op\":\"socket\""), 3);
	assert_int_equal(lines(json_path, "\"op\":\"resolve\""), 1);
	assert_int_equal(lines(json_path, "\"seq\":4,"), 1);
}

static void repeats_are_summed_up_by_name(void **state)
{
	static const char *const hosts[] = {"a.example", "b.example"};

	(void)state;
	for (int i = 0; i < 20; i++) {
		log_lookup_begins(log_under_test, 7);
		refuse_udp(7);
		fail_lookup(7, hosts[i % 2]);
	}
	expect_text("sbx:", 2);
	log_close(log_under_test);
	expect_text("resolve a.example (10 times) -- ", 1);
	expect_text("resolve b.example (10 times) -- ", 1);
	expect_text("sbx:", 4);
	assert_int_equal(lines(json_path, "\"count\":19}"), 1);
}

static void what_no_name_explains_is_shown(void **state)
{
	(void)state;
	log_lookup_begins(log_under_test, 7);
	refuse_udp(7);
	refuse_udp(7);
	expect_text("sbx:", 0);
	log_lookup_ends(log_under_test, 7);
	expect_text("[7] socket inet dgram: while a host name was looked up"
		    " (2 times)\n",
		    1);
	/* The next one is nobody's. */
	refuse(7, OP_SOCKET, AF_INET6, SOCK_DGRAM);
	expect_text("[7] socket inet6 dgram -- ", 1);
	assert_false(log_lookup_refused(log_under_test, 7));
	assert_int_equal(lines(json_path, "\"op\":\"socket\""), 2);
	log_close(log_under_test);
}

/* A thread that begins anew, or dies, or the end of everything. */
static void nothing_is_lost(void **state)
{
	(void)state;
	log_lookup_begins(log_under_test, 7);
	refuse_udp(7);
	log_lookup_begins(log_under_test, 7);
	expect_text("[7] socket inet dgram", 1);
	assert_false(log_lookup_refused(log_under_test, 7));
	log_lookup_begins(log_under_test, 8);
	refuse_udp(8);
	assert_true(log_tick(log_under_test));
	expect_text("[8] socket inet dgram", 0);
	log_command_ended(log_under_test, NULL);
	expect_text("[8] socket inet dgram", 1);
	fail_lookup(8, "a.example");
}

static void only_ip_is_kept_back(void **state)
{
	(void)state;
	log_lookup_begins(log_under_test, 7);
	refuse(7, OP_CONNECT, AF_UNIX, SOCK_STREAM);
	refuse(7, OP_LISTEN, AF_INET, SOCK_STREAM);
	refuse(8, OP_SOCKET, AF_INET, SOCK_DGRAM);
	expect_text("sbx:", 3);
	assert_false(log_lookup_refused(log_under_test, 7));
	fail_lookup(7, "a.example");
	expect_text("sbx:", 4);
}

/* More threads, and more refusals, than there is room for. */
static void floods_hide_nothing(void **state)
{
	const int many = 3 * LOOKUPS_THREADS;

	(void)state;
	for (int tid = 1; tid <= many; tid++) {
		log_lookup_begins(log_under_test, tid);
		refuse_udp(tid);
	}
	for (int tid = 1; tid <= many; tid++)
		fail_lookup(tid, "a.example");
	log_close(log_under_test);
	assert_int_equal(lines(json_path, "\"op\":\"socket\""), many);
	expect_text("resolve a.example -- ", many);
	expect_text("socket inet dgram -- ", many - LOOKUPS_HELD);
}

/* The sum of a member of all lines that hold @what. */
static unsigned long sum(const char *what)
{
	FILE *file = fopen(json_path, "re");
	static char line[EVENT_JSON_MAX];
	unsigned long total = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strstr(line, what))
			total += strtoul(strstr(line, "\"count\":") + 8, NULL,
					 10);
	fclose(file);
	return total;
}

/* Neither names nor addresses of ever new lookups fill the log. */
static void floods_are_summed_up(void **state)
{
	const int many = 3000;

	(void)state;
	for (int i = 0; i < many; i++) {
		char host[32];

		log_lookup_begins(log_under_test, 7);
		event.has_addr = true;
		event.addr.kind = ADDR_INET;
		event.addr.port = (uint16_t)i;
		refuse(7, OP_CONNECT, AF_INET, SOCK_STREAM);
		event.has_addr = false;
		memset(&event.addr, 0, sizeof(event.addr));
		if (i % 2)
			continue;
		snprintf(host, sizeof(host), "host%d.example", i);
		fail_lookup(7, host);
	}
	log_close(log_under_test);
	assert_int_equal(sum("\"op\":\"connect\""), many);
	assert_int_equal(sum("\"op\":\"resolve\""), many / 2);
	assert_true(lines(json_path, "{") < many / 4);
	assert_true(lines(text_path, "sbx:") < many / 4);
	expect_text("resolve ?: other host names (", 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_failed_lookup_is_one_line),
		TEST(repeats_are_summed_up_by_name),
		TEST(what_no_name_explains_is_shown),
		TEST(nothing_is_lost),
		TEST(only_ip_is_kept_back),
		TEST(floods_hide_nothing),
		TEST(floods_are_summed_up),
	};

	return cmocka_run_group_tests_name("lookups", tests, NULL, NULL);
}
