/* SPDX-License-Identifier: MIT */
/* test_log.c - the events of --backstop=none. */
#include "harness.h"

#include <json-c/json.h>
#include <signal.h>

#include "shim/now.h"
#include "shim/repeat.h"

#define LINE 16384

static int visit(void)
{
	return try_connect(in_dir("other.sock")) == EACCES ? 0 : 1;
}

/* Runs `visit` in a process of its own; what it printed is in @result. */
static void visit_apart(struct result *result)
{
	char *const argv[] = {"/proc/self/exe", "visit", NULL};
	int server = serve(in_dir("other.sock"), SOCK_STREAM);

	run_program(result, argv, NULL);
	assert_int_equal(exit_code(result), 0);
	close(server);
}

static int count_lines(const char *path, char *last)
{
	FILE *file = fopen(path, "r");
	int count = 0;

	if (!file)
		return -1;
	while (fgets(last, LINE, file))
		count++;
	fclose(file);
	return count;
}

static void expect_text(struct json_object *event, const char *key,
			const char *want)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(event, key, &value))
		fail_msg("no %s", key);
	assert_string_equal(json_object_get_string(value), want);
}

static void json_line(void **state)
{
	static char line[LINE];
	struct json_object *event;
	struct result result;
	char hint[256];

	(void)state;
	unlink(in_dir("log"));
	visit_apart(&result);
	assert_string_equal(result.output, "");
	assert_int_equal(count_lines(in_dir("log"), line), 1);
	event = json_tokener_parse(line);
	assert_non_null(event);
	expect_text(event, "op", "connect");
	expect_text(event, "path", in_dir("other.sock"));
	expect_text(event, "resolved", in_dir("other.sock"));
	expect_text(event, "verdict", "deny");
	expect_text(event, "errno", "EACCES");
	expect_text(event, "tier", "none");
	expect_text(event, "layer", "shim");
	expect_text(event, "seq", "1");
	expect_text(event, "count", "1");
	snprintf(hint, sizeof(hint), "--allow-unix-socket %s",
		 in_dir("other.sock"));
	expect_text(event, "hint", hint);
	json_object_put(event);
}

static void the_denying_rule_is_named(void **state)
{
	static char line[LINE];
	int server = serve(in_dir("tree/denied.sock"), SOCK_STREAM);
	struct json_object *event;

	(void)state;
	unlink(in_dir("log"));
	assert_int_equal(try_connect(in_dir("tree/denied.sock")), EACCES);
	assert_int_equal(count_lines(in_dir("log"), line), 1);
	event = json_tokener_parse(line);
	assert_non_null(event);
	expect_text(event, "rule", in_dir("tree/denied.sock"));
	json_object_put(event);
	close(server);
}

static void sockets_are_logged_too(void **state)
{
	static char line[LINE];
	struct json_object *event;

	(void)state;
	unlink(in_dir("log"));
	assert_int_equal(socket(AF_INET, SOCK_DGRAM, 0), -1);
	assert_int_equal(count_lines(in_dir("log"), line), 1);
	event = json_tokener_parse(line);
	assert_non_null(event);
	expect_text(event, "op", "socket");
	expect_text(event, "hint", "--network full --unix-sockets=allowlist");
	json_object_put(event);
	assert_int_equal(socket(AF_UNIX, SOCK_DGRAM, 0), -1);
	assert_int_equal(count_lines(in_dir("log"), line), 2);
	event = json_tokener_parse(line);
	assert_non_null(event);
	expect_text(event, "hint", "--allow-unix-dgram");
	expect_text(event, "note", "datagram sockets are withheld");
	json_object_put(event);
}

/* What would have failed anyway is no refusal of ours. */
static void only_refusals_are_logged(void **state)
{
	static char line[LINE];
	int server = serve(in_dir("granted.sock"), SOCK_STREAM);

	(void)state;
	unlink(in_dir("log"));
	assert_int_equal(try_connect(in_dir("granted.sock")), 0);
	assert_int_equal(try_connect(in_dir("missing.sock")), ENOENT);
	assert_int_equal(try_connect(dead(in_dir("dead.sock"))), ECONNREFUSED);
	assert_int_equal(try_bind(in_dir("dead.sock")), EADDRINUSE);
	assert_int_equal(count_lines(in_dir("log"), line), -1);
	close(server);
}

/* What all lines of a log count, and how many there are. */
static long sum_counts(const char *path, int *lines)
{
	static char line[LINE];
	struct json_object *event, *count;
	FILE *file = fopen(path, "r");
	long sum = 0;

	assert_non_null(file);
	for (*lines = 0; fgets(line, sizeof(line), file); (*lines)++) {
		event = json_tokener_parse(line);
		assert_true(json_object_object_get_ex(event, "count", &count));
		sum += json_object_get_int(count);
		json_object_put(event);
	}
	fclose(file);
	return sum;
}

/* Forty times in no time are one line now, and a count in the next. */
static void repeats_are_counted(void **state)
{
	int server = serve(in_dir("often.sock"), SOCK_STREAM);
	uint64_t start = now_ms();
	bool fast;
	int lines;

	(void)state;
	unlink(in_dir("log"));
	for (int i = 0; i < 40; i++)
		assert_int_equal(try_connect(in_dir("often.sock")), EACCES);
	fast = now_ms() - start < REPEAT_MS;
	usleep(150000);
	assert_int_equal(try_connect(in_dir("often.sock")), EACCES);
	assert_int_equal(sum_counts(in_dir("log"), &lines), 41);
	/* A line holds for REPEAT_MS, which a slow machine spends on less. */
	assert_true(fast ? lines == 2 : lines < 41);
	close(server);
}

static void text_on_standard_error(void **state)
{
	char *log = strdup(getenv("SBX_LOG"));
	struct result result;

	(void)state;
	unsetenv("SBX_LOG");
	visit_apart(&result);
	assert_non_null(strstr(result.output, "sbx: denied: "));
	assert_non_null(strstr(result.output, in_dir("other.sock")));
	setenv("SBX_QUIET", "1", 1);
	visit_apart(&result);
	assert_string_equal(result.output, "");
	unsetenv("SBX_QUIET");
	setenv("SBX_LOG", log, 1);
	free(log);
}

/* A log that cannot be written changes nothing else. */
static void useless_logs(void **state)
{
	static const char *const logs[] = {"missing/log", "tree", "fifo",
					   "granted.sock"};
	char *log = strdup(getenv("SBX_LOG"));
	struct result result;

	(void)state;
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	dead(in_dir("granted.sock"));
	for (size_t i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
		setenv("SBX_LOG", in_dir(logs[i]), 1);
		visit_apart(&result);
		assert_string_equal(result.output, "");
	}
	setenv("SBX_LOG", log, 1);
	free(log);
}

static int case_no_stderr(void)
{
	int ends[2];
	int result;

	signal(SIGPIPE, SIG_DFL);
	if (pipe(ends) != 0 || dup2(ends[1], 2) != 2)
		return 2;
	close(ends[0]);
	close(ends[1]);
	result = visit();
	close(2);
	usleep(150000);
	return result + visit();
}

/* Nobody reads standard error any more, or it is closed: no SIGPIPE. */
static void nobody_listens(void **state)
{
	char *log = strdup(getenv("SBX_LOG"));
	int server = serve(in_dir("other.sock"), SOCK_STREAM);

	(void)state;
	unsetenv("SBX_LOG");
	expect_case("no_stderr", NULL);
	setenv("SBX_LOG", log, 1);
	free(log);
	close(server);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_line),
		cmocka_unit_test(the_denying_rule_is_named),
		cmocka_unit_test(sockets_are_logged_too),
		cmocka_unit_test(only_refusals_are_logged),
		cmocka_unit_test(repeats_are_counted),
		cmocka_unit_test(text_on_standard_error),
		cmocka_unit_test(useless_logs),
		cmocka_unit_test(nobody_listens),
	};

	return cmocka_run_group_tests_name("shim: log", tests, NULL, NULL);
}

int main(int argc, char *argv[])
{
	static const struct test_case cases[] = {
		{"visit", visit},
		{"no_stderr", case_no_stderr},
		{NULL, NULL},
	};

	return harness(argc, argv, run, cases);
}
