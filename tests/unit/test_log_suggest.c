/* SPDX-License-Identifier: MIT */
/* test_log_suggest.c - hints are not trusted, and options are the least. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/quote.h"
#include "sbx-log/suggest.h"

/* ---- hints -------------------------------------------------------------- */

static void assert_grants(const char *hint, const char *want)
{
	static struct grant grants[GRANTS_MAX];
	static char buf[4 * GRANT_VALUE_MAX];
	const size_t count = grant_read(grants, hint);
	struct text text;

	text_open(&text, buf, sizeof(buf));
	for (size_t i = 0; i < count; i++) {
		text_string(&text, i > 0 ? " " : "");
		grant_write(&text, &grants[i]);
	}
	assert_string_equal(buf, want);
}

static void hints_are_written_anew(void **state)
{
	static const char *const same[] = {
		"--allow-unix-socket /run/x",
		"--allow-unix-connect '/run/my app'",
		"--allow-unix-bind @name",
		"--allow-unix-socket '@a*'",
		"--allow-unix-dgram",
		"--private-sockets",
		"--private-sockets=/tmp",
		"--private-sockets='/my tmp'",
		"--allow-connect '[::1]:443'",
		"--allow-listen 127.0.0.1:32768-60999",
		"--allow-udp 10.0.0.2:53",
		"--network full",
		"--network none --allow-connect 1.2.3.4:5",
		"--allow-unix-socket $'/a\\033\\377\\'\\\\'",
		"--allow-unix-socket '/it'\\''s'",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		assert_grants(same[i], same[i]);
	/* What a shell takes for one word, in other words. */
	assert_grants("--allow-unix-socket '/run/'x", "--allow-unix-socket "
						      "/run/x");
	assert_grants("--network full --unix-sockets=allowlist",
		      "--network full");
	assert_grants("--private-sockets /tmp/x", "--private-sockets=/tmp/x");
}

static void other_texts_are_no_hints(void **state)
{
	static const char *const bad[] = {
		"",
		"--",
		"x",
		"--allow-unix-socket",
		"--allow-unix-socket ",
		"--allow-unix-socket ''",
		"--allow-unix-socket /x;rm",
		"--allow-unix-socket /x; rm -rf /",
		"--allow-unix-socket $(id)",
		"--allow-unix-socket `id`",
		"--allow-unix-socket /x /y",
		"--allow-unix-socket /x\n/y",
		"--allow-unix-socket /*",
		"--allow-unix-socket ~/x",
		"--allow-unix-socket \"/x\"",
		"--allow-unix-socket /x&",
		"--allow-unix-socket 'x",
		"--allow-unix-socket $'x",
		"--allow-unix-socket $'\\0'",
		"--allow-unix-socket $'\\000'",
		"--allow-unix-socket $'\\777'",
		"--allow-unix-socket $'\\08'",
		"--allow-unix-socket $'\\x41'",
		"--network full --unix-sockets=all",
		"--unix-sockets=allowlist",
		"--allow-unix-dgram=x",
		"--private-sockets=",
		"--private-sockets=/a b",
		"--allow-unix-socket $'\\n'",
		"--allow-unix-socket $HOME",
		"--allow-unix-socket --allow-unix-dgram",
		"--allow-unix-dgram x",
		"--allow-all-unix-sockets",
		"--backstop none",
		"--network isolated",
		"--network host-loopback",
		"--no-shim",
		"--allow-unix-dgram --allow-unix-dgram --allow-unix-dgram",
		" --allow-unix-dgram",
		"allow-unix-dgram",
		"without --deny-unix-socket /x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		static struct grant grants[GRANTS_MAX];

		if (grant_read(grants, bad[i]) != 0)
			fail_msg("was taken: %s", bad[i]);
	}
}

static void removals_are_read(void **state)
{
	static char value[GRANT_VALUE_MAX];

	(void)state;
	assert_true(
		grant_read_removal("without --deny-unix-socket '/a b'", value));
	assert_string_equal(value, "/a b");
	assert_false(grant_read_removal("without --deny-unix-socket ", value));
	assert_false(
		grant_read_removal("without --deny-unix-socket a b", value));
	assert_false(grant_read_removal("without --network none", value));
	assert_false(grant_read_removal("--allow-unix-dgram", value));
}

/* ---- suggestions -------------------------------------------------------- */

static struct store store;
static char *options, *notes, *config;

static int setup(void **state)
{
	static const char *const names[] = {
		"SSH_AUTH_SOCK", "DOCKER_HOST", "XDG_RUNTIME_DIR",
		"TMPDIR",	 "HOME",
	};

	(void)state;
	options = notes = config = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unsetenv(names[i]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(options);
	free(notes);
	free(config);
	store_free(&store);
	return 0;
}

static void add(const char *members)
{
	static uint64_t number;
	char line[2048];

	snprintf(line, sizeof(line),
		 "{\"ts\":\"2026-11-28T15:14:01.000000Z\",\"run\":\"r\","
		 "\"comm\":\"c\",\"pid\":4711,\"count\":1,%s}",
		 members);
	store_line(&store, "file", ++number, line, strlen(line), true);
	assert_int_equal(store.bad_count, 0);
}

#define DENY(op) "\"verdict\":\"deny\",\"op\":\"" op "\","

/* A refused path, as sbx-run tells it. */
static void refuse(const char *op, const char *path)
{
	char members[1024];

	snprintf(members, sizeof(members),
		 "\"verdict\":\"deny\",\"op\":\"%s\",\"path\":\"%s\","
		 "\"resolved\":\"%s\",\"hint\":\"--allow-unix-socket %s\"",
		 op, path, path, path);
	add(members);
}

static void suggest(bool expected, bool wide)
{
	struct suggestions suggestions;
	size_t size;
	FILE *out = open_memstream(&options, &size);
	FILE *remarks = open_memstream(&notes, &size);
	FILE *file = open_memstream(&config, &size);

	suggest_collect(&suggestions, &store, expected, wide);
	suggest_options(out, remarks, &suggestions, &store);
	suggest_config(file, &suggestions, &store);
	suggest_free(&suggestions);
	fclose(out);
	fclose(remarks);
	fclose(file);
}

static void only_what_was_asked_for_is_granted(void **state)
{
	(void)state;
	refuse("connect", "/no/c");
	refuse("send", "/no/c");
	refuse("bind", "/no/b");
	refuse("bind", "/no/both");
	refuse("connect", "/no/both");
	suggest(false, false);
	assert_string_equal(options, "--allow-unix-connect /no/c \\\n"
				     "--allow-unix-bind /no/b \\\n"
				     "--allow-unix-socket /no/both\n");
	assert_string_equal(notes, "");
	assert_non_null(strstr(config, "\nallow-unix-connect /no/c\t# benign: "
				       "c, 2 times\n"
				       "allow-unix-bind /no/b\t# benign: c\n"));
}

static void what_is_allowed_or_expected_is_left_out(void **state)
{
	(void)state;
	add("\"verdict\":\"allow\",\"op\":\"connect\",\"path\":\"/no/a\"");
	add(DENY("connect") "\"expected\":true,\"path\":\"/no/e\","
			    "\"resolved\":\"/no/e\","
			    "\"hint\":\"--allow-unix-socket /no/e\"");
	suggest(false, false);
	assert_string_equal(options, "");
	assert_string_equal(notes, "sbx-log: nothing was refused\n");
	teardown(state);
	add(DENY("connect") "\"expected\":true,\"path\":\"/no/e\","
			    "\"resolved\":\"/no/e\","
			    "\"hint\":\"--allow-unix-socket /no/e\"");
	suggest(true, false);
	assert_string_equal(options, "--allow-unix-connect /no/e\n");
}

static void danger_comes_first_and_is_named(void **state)
{
	(void)state;
	refuse("connect", "/no/x");
	refuse("connect", "/run/docker.sock");
	suggest(false, false);
	assert_string_equal(options,
			    "--allow-unix-connect /run/docker.sock \\\n"
			    "--allow-unix-connect /no/x\n");
	assert_string_equal(notes, "sbx-log: --allow-unix-connect "
				   "/run/docker.sock is root-equivalent: c\n");
}

static void names_that_change_are_granted_by_directory(void **state)
{
	(void)state;
	refuse("connect", "/no/such/tmpoilibrlu/s");
	refuse("connect", "/no/such/tmprd_e84d0/s");
	refuse("connect", "/no/such/4711");
	refuse("connect", "/no/such/fixed");
	refuse("bind", "/no/own/tmpoilibrlu");
	refuse("bind", "/no/own/fixed");
	add(DENY("bind") "\"path\":\"@x\",\"hint\":\"--allow-unix-socket @x\"");
	suggest(false, false);
	assert_string_equal(options, "--allow-unix-connect /no/such \\\n"
				     "--private-sockets=/no/own\n");
}

static void a_directory_is_not_granted_for_a_socket(void **state)
{
	(void)state;
	refuse("connect", "/");
	refuse("connect", "/usr");
	suggest(false, false);
	assert_string_equal(options, "");
	assert_non_null(strstr(notes, "still refused: connect unix:/usr; a "
				      "directory is there now"));
}

static void what_has_no_option_is_named(void **state)
{
	(void)state;
	add(DENY("connect") "\"path\":\"/h\",\"resolved\":\"/h\","
			    "\"note\":\"it has several hard links\"");
	add(DENY("connect") "\"path\":\"/d\",\"resolved\":\"/d\",\"hint\":"
			    "\"without --deny-unix-socket /d\"");
	add(DENY("connect") "\"path\":\"@\\u0000x\"");
	add(DENY("connect") "\"path\":\"/e\",\"resolved\":\"/e\","
			    "\"hint\":\"--allow-unix-socket /e; reboot\"");
	suggest(false, false);
	assert_string_equal(options, "");
	assert_string_equal(
		notes,
		"sbx-log: still refused: connect unix:/h: it has several hard "
		"links\n"
		"sbx-log: still refused: connect unix:/d; it is denied; leave "
		"out --deny-unix-socket /d\n"
		"sbx-log: still refused: connect unix:@\\x00x; no option can "
		"name it\n"
		"sbx-log: still refused: connect unix:/e; its hint is none "
		"that sbx-run gives\n");
	assert_null(strstr(config, "\nallow"));
}

static void the_whole_network_must_be_asked_for(void **state)
{
	(void)state;
	add(DENY("connect") "\"family\":\"inet\",\"type\":\"stream\","
			    "\"addr\":\"1.2.3.4\",\"port\":443,\"hint\":"
			    "\"--allow-connect 1.2.3.4:443\"");
	add(DENY("socket") "\"family\":\"inet\",\"type\":\"raw\","
			   "\"hint\":\"--network full\"");
	suggest(false, false);
	assert_string_equal(options, "--allow-connect 1.2.3.4:443\n");
	assert_non_null(strstr(notes, "still refused: socket inet raw; "
				      "nothing less than --network full"));
	free(options);
	free(notes);
	free(config);
	suggest(false, true);
	assert_string_equal(options, "--network full \\\n"
				     "--unix-sockets=allowlist\n");
	assert_non_null(strstr(config, "\nnetwork full\t#"));
	assert_non_null(strstr(config, "\nunix-sockets allowlist\n"));
}

static void audited_datagrams_need_an_option(void **state)
{
	(void)state;
	add("\"verdict\":\"audit\",\"op\":\"send\",\"family\":\"unix\","
	    "\"type\":\"dgram\",\"path\":\"/no/log\",\"resolved\":\"/no/log\","
	    "\"hint\":\"--allow-unix-socket /no/log\"");
	suggest(false, false);
	assert_string_equal(options, "--allow-unix-dgram \\\n"
				     "--allow-unix-connect /no/log\n");
}

static void paths_are_told_by_variables_in_a_file_alone(void **state)
{
	(void)state;
	setenv("HOME", "/usr", 1);
	refuse("connect", "/usr/no such/x");
	suggest(false, false);
	assert_string_equal(options, "");
	teardown(state);
	add(DENY("connect") "\"path\":\"/usr/no such\",\"resolved\":"
			    "\"/usr/no such\",\"hint\":"
			    "\"--allow-unix-socket '/usr/no such'\"");
	suggest(false, false);
	assert_string_equal(options, "--allow-unix-connect '/usr/no such'\n");
	assert_non_null(strstr(config, "\nallow-unix-connect $HOME'/no such'"
				       "\t# benign: c\n"));
}

static void too_many_paths_are_said_to_be(void **state)
{
	char path[64];

	(void)state;
	for (int i = 0; i < 4200; i++) {
		snprintf(path, sizeof(path), "/no/s%cx%d", 'a' + i % 26, i);
		refuse("connect", path);
	}
	suggest(false, false);
	assert_non_null(strstr(notes, "104 refusals of further paths were not "
				      "looked at"));
	assert_non_null(strstr(notes, "these are 4096, and sbx-run takes "
				      "256"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hints_are_written_anew),
		cmocka_unit_test(other_texts_are_no_hints),
		cmocka_unit_test(removals_are_read),
		TEST(only_what_was_asked_for_is_granted),
		TEST(what_is_allowed_or_expected_is_left_out),
		TEST(danger_comes_first_and_is_named),
		TEST(names_that_change_are_granted_by_directory),
		TEST(a_directory_is_not_granted_for_a_socket),
		TEST(what_has_no_option_is_named),
		TEST(the_whole_network_must_be_asked_for),
		TEST(audited_datagrams_need_an_option),
		TEST(paths_are_told_by_variables_in_a_file_alone),
		TEST(too_many_paths_are_said_to_be),
	};

	return cmocka_run_group_tests_name("log_suggest", tests, NULL, NULL);
}
