/* SPDX-License-Identifier: MIT */
/* test_log_record.c - sbx-log reads back what sbx-run wrote, and only that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sbx-log/lines.h"
#include "sbx-log/record.h"
#include "sbx-log/restore.h"

static struct record record;

#define HEAD                                                                   \
	"{\"ts\":\"2026-11-28T15:14:01.123456Z\",\"seq\":7,\"run\":\"r1\","    \
	"\"pid\":4711,\"op\":\"connect\",\"verdict\":\"deny\",\"count\":3"

static void read_len(const char *line, size_t len)
{
	static char copy[1024];

	assert_true(len < sizeof(copy));
	memcpy(copy, line, len);
	copy[len] = '\0';
	record_read(&record, copy, len);
}

static void read_text(const char *line)
{
	read_len(line, strlen(line));
}

static void an_event_is_read(void **state)
{
	(void)state;
	read_text(HEAD
		  ",\"ppid\":1,\"tid\":4712,\"comm\":\"psql\",\"exe\":\"/x\","
		  "\"family\":\"unix\",\"type\":\"stream\",\"path\":\"/run/x\","
		  "\"resolved\":\"/run/x\",\"errno\":\"EACCES\","
		  "\"advisory\":true,\"note\":\"n\",\"expected\":true,"
		  "\"hint\":\"--allow-unix-socket /run/x\"}");
	assert_int_equal(record.kind, RECORD_EVENT);
	assert_int_equal(record.verdict, VERDICT_DENY);
	assert_int_equal(record.event.op, OP_CONNECT);
	assert_int_equal(record.event.pid, 4711);
	assert_int_equal(record.event.ppid, 1);
	assert_int_equal(record.event.count, 3);
	assert_int_equal(record.event.seq, 7);
	assert_int_equal(record.event.domain, AF_UNIX);
	assert_int_equal(record.event.type, SOCK_STREAM);
	assert_int_equal(record.event.addr.kind, ADDR_PATH);
	assert_string_equal(record.event.addr.name, "/run/x");
	assert_string_equal(record.event.comm, "psql");
	assert_string_equal(record.event.hint, "--allow-unix-socket /run/x");
	assert_string_equal(record.run, "r1");
	assert_string_equal(record.error, "EACCES");
	assert_string_equal(record.event.note, "n");
	assert_true(record.advisory && record.event.expected);
	/* date -ud 2026-11-28T15:14:01Z +%s */
	assert_int_equal(record.event.ts.tv_sec, 1795878841);
	assert_int_equal(record.event.ts.tv_nsec, 123456000);
}

static void nothing_is_left_of_the_line_before(void **state)
{
	an_event_is_read(state);
	read_text(HEAD "}");
	assert_int_equal(record.kind, RECORD_EVENT);
	assert_string_equal(record.event.comm, "");
	assert_string_equal(record.event.hint, "");
	assert_string_equal(record.event.resolved, "");
	assert_string_equal(record.error, "");
	assert_null(record.event.note);
	assert_false(record.event.has_addr || record.advisory ||
		     record.event.expected);
	assert_int_equal(record.event.ppid, 0);
	assert_int_equal(record.event.domain, 0);
}

static void what_is_not_known_is_passed_over(void **state)
{
	(void)state;
	read_text(HEAD ",\"new\":null,\"other\":[{\"x\":1}]}");
	assert_int_equal(record.kind, RECORD_EVENT);
	read_text("{\"lost\":5,\"ts\":\"2026-11-28T15:14:01.000000Z\","
		  "\"run\":\"r2\"}\r");
	assert_int_equal(record.kind, RECORD_LOST);
	assert_int_equal(record.lost, 5);
	assert_string_equal(record.run, "r2");
}

static void a_stack_is_shown(void **state)
{
	(void)state;
	read_text(HEAD ",\"argv0\":\"ls\",\"stack\":[\"libx.so+0x1 (f+0x2)\","
		       "\"a\\nb\\udcff+0x3\",\"0x4\"]}");
	assert_int_equal(record.kind, RECORD_EVENT);
	assert_string_equal(record.stack, "libx.so+0x1 (f+0x2)\n"
					  "a\\x0ab\\xff+0x3\n0x4");
	assert_string_equal(record.event.argv0, "ls");
	read_text(HEAD "}");
	assert_string_equal(record.stack, "");
	assert_string_equal(record.event.argv0, "");
}

static void malformed_lines_say_why(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{"{}", "ts is missing"},
		{"[1]", "it is no JSON object"},
		{"null", "it is no JSON object"},
		{"sbx: denied: x", "it is a line for people; write the log "
				   "with --log-format=json"},
		{HEAD "}x", NULL},
		{HEAD, NULL},
		{HEAD ",}", NULL},
		{HEAD ",\"comm\":5}", "comm is of another type"},
		{HEAD ",\"comm\":\"sixteen bytes it\"}", "comm is too long"},
		{HEAD ",\"comm\":\"a\\u0000b\"}", "comm holds NUL"},
		{HEAD ",\"pid\":0}", "pid is out of range"},
		{HEAD ",\"pid\":2147483648}", "pid is out of range"},
		{HEAD ",\"pid\":1.5}", "pid is of another type"},
		{HEAD ",\"count\":0}", "count is out of range"},
		{HEAD ",\"op\":\"fly\"}", "op is not known"},
		{HEAD ",\"verdict\":\"maybe\"}", "verdict is not known"},
		{HEAD ",\"ts\":\"2026-11-28 15:14:01.123456Z\"}",
		 "ts is no time"},
		{HEAD ",\"ts\":\"2026-13-28T15:14:01.123456Z\"}",
		 "ts is no time"},
		{HEAD ",\"ts\":\"+026-11-28T15:14:01.123456Z\"}",
		 "ts is no time"},
		{HEAD ",\"addr\":\"1.2.3.4\"}", "port is missing"},
		{HEAD ",\"addr\":\"1.2.3\",\"port\":1}",
		 "addr is no IP address"},
		{HEAD ",\"addr\":\"1.2.3.4\",\"port\":65536}",
		 "port is out of range"},
		{HEAD ",\"family\":\"ether\"}", "family or type is not known"},
		{HEAD ",\"address\":\"moon\"}", "address is not known"},
		{HEAD ",\"expected\":1}", "expected is of another type"},
		{HEAD ",\"stack\":\"0x1\"}", "stack is of another type"},
		{HEAD ",\"stack\":[\"0x1\",2]}", "stack is of another type"},
		{"{\"ts\":\"2026-11-28T15:14:01.000000Z\",\"run\":\"r\","
		 "\"lost\":0}",
		 "lost is out of range"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		read_text(cases[i].line);
		if (record.kind != RECORD_MALFORMED)
			fail_msg("was read: %s", cases[i].line);
		assert_non_null(record.why);
		if (cases[i].why)
			assert_string_equal(record.why, cases[i].why);
	}
	read_len(HEAD "}\0", sizeof(HEAD "}"));
	assert_int_equal(record.kind, RECORD_MALFORMED);
	assert_string_equal(record.why, "there is a NUL in it");
}

static void assert_restored(const char *json, const char *want, size_t len)
{
	char copy[128];
	size_t got;

	snprintf(copy, sizeof(copy), "%s", json);
	got = restore_bytes(copy, strlen(copy));
	assert_int_equal(got, len);
	assert_memory_equal(copy, want, len + 1);
}

static void bytes_are_restored(void **state)
{
	(void)state;
	assert_restored("a\\udcffb",
			"a\xff"
			"b",
			3);
	assert_restored("\\uDC80\\udcc3", "\x80\xc3", 2);
	assert_restored("\\\\udcff", "\\\\udcff", 7);
	assert_restored("\\\\\\udcff", "\\\\\xff", 3);
	/* Half of a character, or no byte that needs it. */
	assert_restored("\\ud83d\\udca9", "\\ud83d\\udca9", 12);
	assert_restored("\\udc41", "\\udc41", 6);
	assert_restored("\\udcf", "\\udcf", 5);
	assert_restored("\\", "\\", 1);
	assert_restored("", "", 0);
}

/* ---- round trips -------------------------------------------------------- */

static void assert_round_trip(const void *address, size_t len,
			      sa_family_t domain)
{
	static char line[EVENT_JSON_MAX], again[EVENT_JSON_MAX];
	static struct event event;
	int n;

	memset(&event, 0, sizeof(event));
	event.ts.tv_sec = 1795878841;
	event.seq = 1;
	event.run = "r";
	event.pid = event.tid = 5;
	event.op = OP_CONNECT;
	event.domain = domain;
	event.type = SOCK_STREAM;
	event.verdict.rule = -1;
	event.tier = "none";
	event.has_addr = address != NULL;
	event.count = 1;
	if (address)
		addr_decode(&event.addr, address, len);
	n = event_json(&event, line, sizeof(line));
	assert_true(n > 0);
	memcpy(again, line, (size_t)n);
	again[n - 1] = '\0';
	record_read(&record, again, (size_t)n - 1);
	assert_int_equal(record.kind, RECORD_EVENT);
	assert_int_equal(event_json(&record.event, again, sizeof(again)), n);
	assert_string_equal(again, line);
	assert_int_equal(record.event.addr.kind, event.addr.kind);
	assert_int_equal(record.event.addr.name_len, event.addr.name_len);
	assert_memory_equal(record.event.addr.name, event.addr.name,
			    event.addr.name_len);
}

static void unix_round_trip(const char *name, size_t len)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, name, len);
	assert_round_trip(&address,
			  offsetof(struct sockaddr_un, sun_path) + len,
			  AF_UNIX);
}

static void names_come_back_to_the_byte(void **state)
{
	char all[108], longest[108];

	(void)state;
	for (int i = 0; i < 108; i++)
		all[i] = (char)i;
	memset(longest, 'l', sizeof(longest));
	unix_round_trip("/run/x", 6);
	unix_round_trip("@at", 3);
	unix_round_trip("\0./@at", 6);
	unix_round_trip("\0@at", 4);
	unix_round_trip("\0", 1);
	unix_round_trip("\0a\0b\0", 5);
	unix_round_trip(all, 108);
	unix_round_trip(longest, 108);
	unix_round_trip("\n\x1b[31m\"\\\xff\xc3\xe2\x80\xae</script>", 21);
	for (int i = 0; i < 107; i++)
		all[i + 1] = (char)(i + 107);
	all[0] = '\0';
	unix_round_trip(all, 108);
	all[0] = 'x';
	unix_round_trip(all, 108);
}

static void other_addresses_come_back(void **state)
{
	const struct sockaddr_in inet = {.sin_family = AF_INET,
					 .sin_port = 0x5000,
					 .sin_addr = {0x0100007f}};
	struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6,
				     .sin6_port = 0x5000,
				     .sin6_scope_id = 2};
	const sa_family_t families[] = {AF_UNSPEC, AF_UNIX, 40, 0xffff};
	char odd[16] = "";

	(void)state;
	assert_round_trip(&inet, sizeof(inet), AF_INET);
	assert_round_trip(&inet6, sizeof(inet6), AF_INET6);
	inet6.sin6_addr.s6_addr[10] = inet6.sin6_addr.s6_addr[11] = 0xff;
	inet6.sin6_scope_id = 0;
	assert_round_trip(&inet6, sizeof(inet6), AF_INET6);
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		memcpy(odd, &families[i], sizeof(families[i]));
		assert_round_trip(odd, families[i] == AF_UNIX ? 2 : 16,
				  AF_INET);
	}
	assert_round_trip(odd, 1, AF_INET);
	assert_round_trip(NULL, 0, AF_INET);
	assert_round_trip(NULL, 0, 123);
}

/* ---- lines -------------------------------------------------------------- */

struct taken {
	char text[256];
	uint64_t torn;
	const struct lines *lines;
};

static void take(void *context, char *line, size_t len, bool whole)
{
	struct taken *taken = context;
	const size_t at = strlen(taken->text);

	assert_int_equal(strlen(line), len);
	snprintf(taken->text + at, sizeof(taken->text) - at, "%d:%s;",
		 (int)taken->lines->number, line);
	taken->torn += !whole;
}

static void lines_are_put_together(void **state)
{
	static const char bytes[] = "one\n\nthree\nfour";

	(void)state;
	for (size_t size = 1; size < sizeof(bytes); size++) {
		struct lines lines = {0};
		struct taken taken = {.lines = &lines};

		for (size_t at = 0; at < sizeof(bytes) - 1; at += size)
			lines_feed(&lines, bytes + at,
				   at + size < sizeof(bytes)
					   ? size
					   : sizeof(bytes) - 1 - at,
				   take, &taken);
		assert_string_equal(taken.text, "1:one;2:;3:three;");
		assert_int_equal(taken.torn, 0);
		lines_end(&lines, take, &taken);
		lines_end(&lines, take, &taken);
		assert_string_equal(taken.text, "1:one;2:;3:three;4:four;");
		assert_int_equal(taken.torn, 1);
		lines_free(&lines);
	}
}

static void measure(void *context, char *line, size_t len, bool whole)
{
	size_t *sizes = context;

	(void)line;
	sizes[whole] = len;
}

static void a_line_too_long_is_cut(void **state)
{
	struct lines lines = {0};
	size_t sizes[2] = {0, 0};
	char *bytes = malloc(LINE_MAX_SIZE);

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'x', LINE_MAX_SIZE);
	lines_feed(&lines, bytes, LINE_MAX_SIZE, measure, sizes);
	lines_feed(&lines, bytes, LINE_MAX_SIZE, measure, sizes);
	lines_feed(&lines, "\n", 1, measure, sizes);
	assert_int_equal(sizes[false], LINE_MAX_SIZE);
	lines_feed(&lines, "ok\n", 3, measure, sizes);
	assert_int_equal(sizes[true], 2);
	assert_int_equal(lines.number, 2);
	lines_free(&lines);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_read),
		cmocka_unit_test(nothing_is_left_of_the_line_before),
		cmocka_unit_test(what_is_not_known_is_passed_over),
		cmocka_unit_test(a_stack_is_shown),
		cmocka_unit_test(malformed_lines_say_why),
		cmocka_unit_test(bytes_are_restored),
		cmocka_unit_test(names_come_back_to_the_byte),
		cmocka_unit_test(other_addresses_come_back),
		cmocka_unit_test(lines_are_put_together),
		cmocka_unit_test(a_line_too_long_is_cut),
	};

	return cmocka_run_group_tests_name("log_record", tests, NULL, NULL);
}
