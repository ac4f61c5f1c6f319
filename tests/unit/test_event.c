/* SPDX-License-Identifier: MIT */
/* test_event.c - no client can forge or break a line of the log.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/errname.h"
#include "policy/event.h"

#define NO_OPTION	" -- no option can name it\n"
#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define NAME(literal)	literal, sizeof(literal) - 1

static struct event event;
static char line[EVENT_JSON_MAX];

static void set_unix(const char *bytes, size_t len)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	memcpy(un.sun_path, bytes, len);
	addr_decode(&event.addr, &un,
		    offsetof(struct sockaddr_un, sun_path) + len);
	event.domain = AF_UNIX;
	event.has_addr = true;
}

static void set_inet(const char *ip, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_port = htons(port)};

	assert_int_equal(inet_pton(AF_INET, ip, &in.sin_addr), 1);
	addr_decode(&event.addr, &in, sizeof(in));
	event.domain = AF_INET;
	event.has_addr = true;
}

/* psql's refused connect to /run/x. */
static int setup(void **state)
{
	(void)state;
	memset(&event, 0, sizeof(event));
	event.ts = (struct timespec){1700000000, 123456789};
	event.seq = 7;
	event.run = "r1";
	event.pid = 4711;
	event.tid = 4712;
	strcpy(event.comm, "psql");
	strcpy(event.exe, "/usr/bin/psql");
	event.op = OP_CONNECT;
	event.type = SOCK_STREAM;
	set_unix(NAME("/run/x"));
	strcpy(event.resolved, "/run/x");
	event.verdict.rule = -1;
	event.verdict.error = EACCES;
	event.tier = "supervised";
	event.layer = LAYER_SUPERVISOR;
	strcpy(event.hint, "--allow-unix-socket /run/x");
	event.count = 1;
	return 0;
}

/* ---- JSON --------------------------------------------------------------- */

static void expect_json(const char *expected)
{
	int len = event_json(&event, line, sizeof(line));

	assert_string_equal(line, expected);
	assert_int_equal(len, strlen(expected));
}

static json_object *parse(void)
{
	json_tokener *tokener = json_tokener_new();
	json_object *object;
	int len = event_json(&event, line, sizeof(line));

	assert_true(len > 0);
	assert_int_equal(len, strlen(line));
	/* One line, and no byte that could start another one. */
	assert_ptr_equal(strchr(line, '\n'), line + len - 1);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, line, len);
	if (json_tokener_get_error(tokener) != json_tokener_success)
		fail_msg("%s: %s",
			 json_tokener_error_desc(
				 json_tokener_get_error(tokener)),
			 line);
	assert_true(json_object_is_type(object, json_type_object));
	json_tokener_free(tokener);
	return object;
}

static void expect_member(const char *key, const char *expected)
{
	json_object *object = parse();
	json_object *member = NULL;
	bool found = json_object_object_get_ex(object, key, &member);

	if (found != (expected != NULL))
		fail_msg("%s %s: %s", key, found ? "is there" : "is missing",
			 line);
	if (expected)
		assert_string_equal(json_object_get_string(member), expected);
	json_object_put(object);
}

/* The bytes of a string member as they are written, quotes included. */
static void expect_raw(const char *key, const char *expected)
{
	char start[64];
	const char *at;

	snprintf(start, sizeof(start), "\"%s\":", key);
	json_object_put(parse());
	at = strstr(line, start);
	assert_non_null(at);
	at += strlen(start);
	if (strncmp(at, expected, strlen(expected)) != 0 ||
	    !strchr(",}", at[strlen(expected)]))
		fail_msg("%s: %s\nexpected: %s", key, at, expected);
}

static void json_of_a_refused_connect(void **state)
{
	(void)state;
	expect_json("{\"ts\":\"2023-11-14T22:13:20.123456Z\",\"seq\":7,"
		    "\"run\":\"r1\",\"pid\":4711,\"tid\":4712,"
		    "\"comm\":\"psql\",\"exe\":\"/usr/bin/psql\","
		    "\"op\":\"connect\",\"family\":\"unix\","
		    "\"type\":\"stream\",\"path\":\"/run/x\","
		    "\"resolved\":\"/run/x\",\"verdict\":\"deny\","
		    "\"errno\":\"EACCES\",\"tier\":\"supervised\","
		    "\"layer\":\"supervisor\",\"advisory\":false,"
		    "\"hint\":\"--allow-unix-socket /run/x\",\"count\":1}\n");
}

static void json_with_every_member(void **state)
{
	(void)state;
	set_inet("140.82.121.3", 443);
	strcpy(event.host, "api.github.com");
	event.resolved[0] = '\0';
	strcpy(event.argv0, "postgres: a");
	event.rule = "a rule";
	event.note = "a note";
	event.layer = LAYER_SHIM;
	event.stack.len = 3;
	event.stack.frames[0] = (struct stack_frame){"libpq.so.5", 0x1a2b,
						     "PQconnectPoll", 0x3c};
	event.stack.frames[1] = (struct stack_frame){"psql", 0x1234, "", 0};
	event.stack.frames[2] = (struct stack_frame){"", UINT64_MAX, "", 0};
	event.count = 3;
	expect_json("{\"ts\":\"2023-11-14T22:13:20.123456Z\",\"seq\":7,"
		    "\"run\":\"r1\",\"pid\":4711,\"tid\":4712,"
		    "\"comm\":\"psql\",\"exe\":\"/usr/bin/psql\","
		    "\"argv0\":\"postgres: a\","
		    "\"op\":\"connect\",\"family\":\"inet\","
		    "\"type\":\"stream\",\"addr\":\"140.82.121.3\","
		    "\"port\":443,\"host\":\"api.github.com\","
		    "\"verdict\":\"deny\",\"errno\":\"EACCES\","
		    "\"rule\":\"a rule\",\"tier\":\"supervised\","
		    "\"layer\":\"shim\",\"advisory\":true,"
		    "\"note\":\"a note\","
		    "\"hint\":\"--allow-unix-socket /run/x\","
		    "\"stack\":[\"libpq.so.5+0x1a2b (PQconnectPoll+0x3c)\","
		    "\"psql+0x1234\",\"0xffffffffffffffff\"],"
		    "\"count\":3}\n");
}

static void json_of_a_lying_stack_length(void **state)
{
	json_object *object;
	json_object *stack;

	(void)state;
	event.stack.len = UINT32_MAX;
	object = parse();
	assert_true(json_object_object_get_ex(object, "stack", &stack));
	assert_int_equal(json_object_array_length(stack), STACK_MAX);
	json_object_put(object);
}

static void json_leaves_out_what_is_unknown(void **state)
{
	(void)state;
	memset(&event, 0, sizeof(event));
	event.op = OP_SOCKET;
	event.verdict.allow = true;
	event.layer = LAYER_KERNEL;
	expect_json("{\"ts\":\"1970-01-01T00:00:00.000000Z\",\"seq\":0,"
		    "\"pid\":0,\"op\":\"socket\",\"verdict\":\"allow\","
		    "\"layer\":\"kernel\",\"advisory\":false,\"count\":0}\n");
}

static void json_families_and_types(void **state)
{
	static const struct {
		int domain;
		int type;
		const char *family;
		const char *name;
	} rows[] = {
		{AF_UNIX, SOCK_DGRAM, "unix", "dgram"},
		{AF_INET, SOCK_RAW, "inet", "raw"},
		{AF_INET6, SOCK_SEQPACKET, "inet6", "seqpacket"},
		{AF_NETLINK, SOCK_STREAM, "netlink", "stream"},
		{AF_VSOCK, 6, "40", "6"},
		{-2147483647 - 1, -1, "-2147483648", "-1"},
	};

	(void)state;
	event.op = OP_SOCKET;
	event.has_addr = false;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		event.domain = rows[i].domain;
		event.type = rows[i].type;
		expect_member("family", rows[i].family);
		expect_member("type", rows[i].name);
	}
	event.domain = AF_UNSPEC;
	event.type = 0;
	expect_member("family", NULL);
	expect_member("type", NULL);
	event.has_addr = true;
	expect_member("family", "unix");
}

static void json_names_errors(void **state)
{
	(void)state;
	event.verdict.error = ECONNREFUSED;
	expect_member("errno", "ECONNREFUSED");
	event.verdict.error = 999;
	expect_member("errno", "errno 999");
	event.verdict.error = -5;
	expect_member("errno", "errno -5");
	event.verdict.error = 0;
	expect_member("errno", NULL);
}

static void json_times(void **state)
{
	static const struct {
		time_t seconds;
		long nanoseconds;
		const char *text;
	} rows[] = {
		{0, 0, "1970-01-01T00:00:00.000000Z"},
		{86399, 999999999, "1970-01-01T23:59:59.999999Z"},
		{951782400, 1000, "2000-02-29T00:00:00.000001Z"},
		{951868800, 999, "2000-03-01T00:00:00.000000Z"},
		{1709164800, 0, "2024-02-29T00:00:00.000000Z"},
		{1735689599, 0, "2024-12-31T23:59:59.000000Z"},
		{1735689600, 0, "2025-01-01T00:00:00.000000Z"},
		{4107542400, 0, "2100-03-01T00:00:00.000000Z"},
		{4107456000, 0, "2100-02-28T00:00:00.000000Z"},
		{253402300799, 0, "9999-12-31T23:59:59.000000Z"},
		{-1, 0, "1970-01-01T00:00:00.000000Z"},
	};
	char expected[64];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		event.ts.tv_sec = rows[i].seconds;
		event.ts.tv_nsec = rows[i].nanoseconds;
		expect_member("ts", rows[i].text);
	}
	/* Every day of 400 years and more, against the C library. */
	event.ts.tv_nsec = 0;
	for (time_t day = 0; day < 150000; day++) {
		struct tm tm;

		event.ts.tv_sec = day * 86400 + day % 86400;
		assert_non_null(gmtime_r(&event.ts.tv_sec, &tm));
		strftime(expected, sizeof(expected),
			 "{\"ts\":\"%Y-%m-%dT%H:%M:%S.000000Z\"", &tm);
		event_json(&event, line, sizeof(line));
		assert_memory_equal(line, expected, strlen(expected));
	}
}

static void json_escapes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *raw;
	} rows[] = {
		{NAME("plain"), "\"plain\""},
		{NAME("a\"b\\c/d"), "\"a\\\"b\\\\c/d\""},
		{NAME("a\nb\r\t\001\037"), "\"a\\u000ab\\u000d\\u0009"
					   "\\u0001\\u001f\""},
		{NAME("\033[31m\177"), "\"\\u001b[31m\\u007f\""},
		{NAME("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
		 "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
		{NAME("\xc2\x80\xc2\x9f\xc2\xa0"), "\"\\u0080\\u009f\\u00a0\""},
		{NAME("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa"),
		 "\"\xe2\x80\xa7\\u2028\\u2029\\u202a\""},
		{NAME("\x80\xff"), "\"\\udc80\\udcff\""},
		{NAME("\xc0\xaf"), "\"\\udcc0\\udcaf\""},
		{NAME("\xc1\xbf\xc2\x80"), "\"\\udcc1\\udcbf\\u0080\""},
		{NAME("\xe0\x9f\xbf\xe0\xa0\x80"),
		 "\"\\udce0\\udc9f\\udcbf\xe0\xa0\x80\""},
		{NAME("\xf0\x8f\xbf\xbf\xf0\x90\x80\x80"),
		 "\"\\udcf0\\udc8f\\udcbf\\udcbf\xf0\x90\x80\x80\""},
		{NAME("\xed\x9f\xbf\xed\xa0\x80\xed\xbf\xbf\xee\x80\x80"),
		 "\"\xed\x9f\xbf\\udced\\udca0\\udc80\\udced\\udcbf\\udcbf"
		 "\xee\x80\x80\""},
		{NAME("\xf4\x8f\xbf\xbf\xf4\x90\x80\x80"),
		 "\"\xf4\x8f\xbf\xbf\\udcf4\\udc90\\udc80\\udc80\""},
		{NAME("\xf8\x88\x80\x80\x80"),
		 "\"\\udcf8\\udc88\\udc80\\udc80\\udc80\""},
		{NAME("\xe2\x82"), "\"\\udce2\\udc82\""},
		{NAME("\xe2\x82x\xf0"), "\"\\udce2\\udc82x\\udcf0\""},
		{NAME("\xc3\xc3\xa9"), "\"\\udcc3\xc3\xa9\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		set_unix(rows[i].bytes, rows[i].len);
		expect_raw("path", rows[i].raw);
		/* The same through a string in an array. */
		memset(event.host, 0, sizeof(event.host));
		memcpy(event.host, rows[i].bytes, rows[i].len);
		expect_raw("host", rows[i].raw);
	}
}

static void json_of_names(void **state)
{
	char longest[108];

	(void)state;
	set_unix(NAME("\0name"));
	expect_raw("path", "\"@name\"");
	set_unix(NAME("\0a\0b\0"));
	expect_raw("path", "\"@a\\u0000b\\u0000\"");
	set_unix(NAME("\0"));
	expect_raw("path", "\"@\"");
	set_unix(NAME("@name"));
	expect_raw("path", "\"./@name\"");
	memset(longest, 'x', sizeof(longest));
	set_unix(longest, sizeof(longest));
	expect_raw("path",
		   "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		   "xxxxxxxx\"");
	set_unix("", 0);
	expect_member("path", NULL);
	event.has_addr = false;
	expect_member("path", NULL);
	expect_member("resolved", "/run/x");
}

static void json_of_every_byte(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		char name[3] = {'\0', (char)byte, 'x'};

		set_unix(name, sizeof(name));
		memset(event.comm, byte, sizeof(event.comm));
		memset(event.exe, byte, sizeof(event.exe));
		memset(event.resolved, byte, sizeof(event.resolved));
		memset(event.host, byte, sizeof(event.host));
		memset(event.hint, byte, sizeof(event.hint));
		json_object_put(parse());
	}
}

/* ---- text --------------------------------------------------------------- */

static void expect_text(const char *expected)
{
	int len = event_text(&event, line, EVENT_TEXT_MAX);

	assert_string_equal(line, expected);
	assert_int_equal(len, strlen(expected));
}

static void text_of_a_refused_connect(void **state)
{
	(void)state;
	expect_text("sbx: denied: psql[4711] connect unix:/run/x"
		    " -- allow with --allow-unix-socket /run/x\n");
	event.count = 3;
	expect_text("sbx: denied: psql[4711] connect unix:/run/x (3 times)"
		    " -- allow with --allow-unix-socket /run/x\n");
	event.note = "hard link";
	expect_text("sbx: denied: psql[4711] connect unix:/run/x: hard link"
		    " (3 times) -- allow with --allow-unix-socket /run/x\n");
	event.hint[0] = '\0';
	expect_text("sbx: denied: psql[4711] connect unix:/run/x: hard link"
		    " (3 times)\n");
	strcpy(event.hint, "without --deny-unix-socket /run");
	event.note = NULL;
	event.count = 1;
	expect_text("sbx: denied: psql[4711] connect unix:/run/x"
		    " -- allow without --deny-unix-socket /run\n");
}

static void text_of_what_is_allowed(void **state)
{
	(void)state;
	event.verdict.allow = true;
	event.op = OP_BIND;
	set_unix(NAME("\0x"));
	expect_text("sbx: allowed: psql[4711] bind unix:@x\n");
}

static void text_of_ip(void **state)
{
	(void)state;
	set_inet("140.82.121.3", 443);
	strcpy(event.host, "api.github.com");
	strcpy(event.hint, "--network full");
	expect_text("sbx: denied: psql[4711] connect tcp 140.82.121.3:443"
		    " (api.github.com) -- allow with --network full\n");
	event.host[0] = '\0';
	event.type = SOCK_DGRAM;
	event.op = OP_SEND;
	expect_text("sbx: denied: psql[4711] send udp 140.82.121.3:443"
		    " -- allow with --network full\n");
	event.type = SOCK_RAW;
	expect_text("sbx: denied: psql[4711] send inet raw 140.82.121.3:443"
		    " -- allow with --network full\n");
	event.type = 0;
	expect_text("sbx: denied: psql[4711] send 140.82.121.3:443"
		    " -- allow with --network full\n");
}

static void resolve_of_a_host(void **state)
{
	(void)state;
	event.op = OP_RESOLVE;
	event.domain = AF_UNSPEC;
	event.type = 0;
	event.has_addr = false;
	event.resolved[0] = '\0';
	strcpy(event.host, "api.github.com\n");
	strcpy(event.hint, "--allow-udp 10.0.0.2:53");
	expect_text("sbx: denied: psql[4711] resolve api.github.com\\x0a"
		    " -- allow with --allow-udp 10.0.0.2:53\n");
	expect_json("{\"ts\":\"2023-11-14T22:13:20.123456Z\",\"seq\":7,"
		    "\"run\":\"r1\",\"pid\":4711,\"tid\":4712,"
		    "\"comm\":\"psql\",\"exe\":\"/usr/bin/psql\","
		    "\"op\":\"resolve\",\"host\":\"api.github.com\\u000a\","
		    "\"verdict\":\"deny\",\"errno\":\"EACCES\","
		    "\"tier\":\"supervised\",\"layer\":\"supervisor\","
		    "\"advisory\":false,\"hint\":\"--allow-udp 10.0.0.2:53\","
		    "\"count\":1}\n");
}

static void text_of_listen(void **state)
{
	(void)state;
	event.hint[0] = '\0';
	event.resolved[0] = '\0';
	event.op = OP_LISTEN;
	event.domain = AF_INET6;
	event.has_addr = false;
	expect_text("sbx: denied: psql[4711] listen tcp" NO_OPTION);
	event.domain = AF_UNIX;
	expect_text("sbx: denied: psql[4711] listen unix" NO_OPTION);
	strcpy(event.resolved, "/run/\n");
	expect_text("sbx: denied: psql[4711] listen unix:/run/\\x0a" NO_OPTION);
	set_inet("127.0.0.1", 80);
	expect_text(
		"sbx: denied: psql[4711] listen tcp 127.0.0.1:80" NO_OPTION);
}

static void text_of_socket(void **state)
{
	(void)state;
	event.op = OP_SOCKET;
	event.has_addr = false;
	event.resolved[0] = '\0';
	event.domain = AF_UNIX;
	event.type = SOCK_DGRAM;
	event.pid = 12;
	strcpy(event.comm, "logger");
	event.note = "datagram sockets are withheld";
	strcpy(event.hint, "--allow-unix-dgram");
	expect_text("sbx: denied: logger[12] socket unix dgram: datagram "
		    "sockets are withheld -- allow with "
		    "--allow-unix-dgram\n");
	event.note = NULL;
	event.hint[0] = '\0';
	event.domain = AF_INET;
	event.type = SOCK_STREAM;
	event.protocol = 262;
	expect_text("sbx: denied: logger[12] socket inet stream protocol "
		    "262" NO_OPTION);
	event.domain = AF_VSOCK;
	event.protocol = 0;
	expect_text("sbx: denied: logger[12] socket 40 stream" NO_OPTION);
	event.domain = AF_UNSPEC;
	event.type = 0;
	expect_text("sbx: denied: logger[12] socket 0" NO_OPTION);
}

static void text_of_hostile_names(void **state)
{
	(void)state;
	strcpy(event.comm, "a\nsbx: \033[0m");
	set_unix(NAME("\0\"\n\r\xff\\\0\xe2\x81\xa6"));
	strcpy(event.host, "\033]0;x\007\xc2\x9b");
	event.rule = "\n";
	event.note = "\n";
	strcpy(event.hint, "$'\\x0a'\n");
	expect_text("sbx: denied: a\\x0asbx: \\x1b[0m[4711] connect unix:@"
		    "\"\\x0a\\x0d\\xff\\x5c\\x00\\xe2\\x81\\xa6"
		    " (\\x1b]0;x\\x07\\xc2\\x9b): \\x0a"
		    " -- allow with $'\\x0a'\\x0a\n");
}

static void text_holds_no_control_byte(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		char name[3] = {'\0', (char)byte, 'x'};
		int len;

		set_unix(name, sizeof(name));
		memset(event.comm, byte, sizeof(event.comm));
		memset(event.host, byte, sizeof(event.host));
		memset(event.hint, byte, sizeof(event.hint));
		len = event_text(&event, line, EVENT_TEXT_MAX);
		assert_true(len > 0);
		assert_int_equal(line[len], '\0');
		assert_int_equal(line[len - 1], '\n');
		for (int i = 0; i < len - 1; i++)
			assert_in_range(line[i], 0x20, 0x7e);
	}
}

static void text_of_a_stack(void **state)
{
	(void)state;
	event.layer = LAYER_SHIM;
	event.stack.len = 2;
	event.stack.frames[0] = (struct stack_frame){"lib\n\x1b[31m.so", 0x1a2b,
						     "f\r\xff\\", UINT64_MAX};
	event.stack.frames[1] = (struct stack_frame){"", 0xbeef, "g", 0};
	expect_text("sbx: denied: psql[4711] connect unix:/run/x -- allow with "
		    "--allow-unix-socket /run/x\n"
		    "    at lib\\x0a\\x1b[31m.so+0x1a2b "
		    "(f\\x0d\\xff\\x5c+0xffffffffffffffff)\n"
		    "    at 0xbeef (g+0x0)\n");
	expect_raw("stack", "[\"lib\\u000a\\u001b[31m.so+0x1a2b "
			    "(f\\u000d\\udcff\\\\+0xffffffffffffffff)\","
			    "\"0xbeef (g+0x0)\"]");
}

/* ---- sizes -------------------------------------------------------------- */

static void expect_exact_size(int format(const struct event *, char *, size_t))
{
	int len = format(&event, line, sizeof(line));
	char *buf = malloc((size_t)len + 1);

	assert_true(len > 0);
	assert_non_null(buf);
	for (int size = 0; size <= len; size++) {
		assert_int_equal(format(&event, buf, (size_t)size), -1);
		if (size > 0)
			assert_string_equal(buf, "");
	}
	assert_int_equal(format(&event, buf, (size_t)len + 1), len);
	assert_string_equal(buf, line);
	free(buf);
}

static void small_buffer_is_an_error(void **state)
{
	(void)state;
	expect_exact_size(event_json);
	expect_exact_size(event_text);
}

static void worst_case_fits(void **state)
{
	static char rule[PATH_TEXT_MAX];

	(void)state;
	set_unix("\0"
		 "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1",
		 17);
	memset(event.comm, 1, sizeof(event.comm));
	memset(event.exe, 1, sizeof(event.exe) - 1);
	memset(event.argv0, 1, sizeof(event.argv0));
	memset(event.resolved, 1, sizeof(event.resolved) - 1);
	memset(event.host, 1, sizeof(event.host));
	memset(event.hint, 1, sizeof(event.hint) - 1);
	memset(rule, 1, sizeof(rule) - 1);
	event.rule = rule;
	event.note = "a note";
	/* No byte is NUL, and each is escaped. */
	memset(&event.stack, 1, sizeof(event.stack));
	event.stack.len = UINT32_MAX;
	event.seq = UINT64_MAX;
	assert_true(event_json(&event, line, EVENT_JSON_MAX) > 98280 + 18240);
	assert_true(event_text(&event, line, EVENT_TEXT_MAX) > 16380 + 12160);
}

static void errors_have_names(void **state)
{
	(void)state;
	assert_string_equal(errname_text(EACCES), "EACCES");
	assert_string_equal(errname_text(EPROTONOSUPPORT), "EPROTONOSUPPORT");
	assert_string_equal(errname_text(EAGAIN), "EAGAIN");
	assert_null(errname_text(0));
	assert_null(errname_text(-1));
	assert_null(errname_text(999));
	assert_int_equal(errname_value("EACCES"), EACCES);
	assert_int_equal(errname_value("eacces"), 0);
	assert_int_equal(errname_value(""), 0);
	assert_int_equal(errname_value("EACCESS"), 0);
	/* As the C library calls them. */
	for (int error = 1; error < 200; error++) {
		const char *name = errname_text(error);

		if (!name)
			continue;
		assert_string_equal(name, strerrorname_np(error));
		assert_int_equal(errname_value(name), error);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(json_of_a_refused_connect),
		TEST(json_with_every_member),
		TEST(json_of_a_lying_stack_length),
		TEST(json_leaves_out_what_is_unknown),
		TEST(json_families_and_types),
		TEST(json_names_errors),
		TEST(json_times),
		TEST(json_escapes),
		TEST(json_of_names),
		TEST(json_of_every_byte),
		TEST(text_of_a_refused_connect),
		TEST(text_of_what_is_allowed),
		TEST(text_of_ip),
		TEST(resolve_of_a_host),
		TEST(text_of_listen),
		TEST(text_of_socket),
		TEST(text_of_hostile_names),
		TEST(text_holds_no_control_byte),
		TEST(text_of_a_stack),
		TEST(small_buffer_is_an_error),
		TEST(worst_case_fits),
		TEST(errors_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
