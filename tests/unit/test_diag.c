/* SPDX-License-Identifier: MIT */
/* test_diag.c - messages: one write, no control bytes, the right exit.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "child.h"
#include "launcher/diag.h"

static struct child child;

static void say_plain(void *arg)
{
	warn_msg("cannot use \"%s\"", (const char *)arg);
}

static void assert_said(const char *input, const char *line)
{
	child_run(&child, say_plain, (void *)(uintptr_t)input);
	assert_int_equal(child.status, 0);
	assert_string_equal(child.out, "");
	assert_string_equal(child.err, line);
}

static void plain_and_utf8_stay(void **state)
{
	(void)state;
	assert_said("x y", "sbx-run: cannot use \"x y\"\n");
	assert_said("h\xc3\xb6re", "sbx-run: cannot use \"h\xc3\xb6re\"\n");
	assert_said("a\\x0a", "sbx-run: cannot use \"a\\x0a\"\n");
	assert_said("", "sbx-run: cannot use \"\"\n");
}

static void control_bytes_are_escaped(void **state)
{
	(void)state;
	assert_said("a\nb", "sbx-run: cannot use \"a\\x0ab\"\n");
	assert_said("\033[2J\r", "sbx-run: cannot use \"\\x1b[2J\\x0d\"\n");
	assert_said("\x7f\xff", "sbx-run: cannot use \"\\x7f\\xff\"\n");
	/* U+009B is the control sequence introducer in one character. */
	assert_said("\xc2\x9b", "sbx-run: cannot use \"\\xc2\\x9b\"\n");
	assert_said("\\\n", "sbx-run: cannot use \"\\\\x0a\"\n");
}

static void no_byte_reaches_the_terminal_raw(void **state)
{
	char input[2] = "";

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		input[0] = (char)byte;
		child_run(&child, say_plain, input);
		assert_int_equal(child.status, 0);
		for (const char *p = child.err; p[1]; p++)
			assert_in_range(*p, 0x20, 0x7e);
	}
}

static void long_message_is_cut(void **state)
{
	static char input[20000];

	(void)state;
	memset(input, '\n', sizeof(input) - 1);
	child_run(&child, say_plain, input);
	assert_in_range(strlen(child.err), 20000, 25000);
	assert_string_equal(child.err + strlen(child.err) - 8, "\\x0a...\n");

	memset(input, 'x', sizeof(input) - 1);
	child_run(&child, say_plain, input);
	assert_in_range(strlen(child.err), 6000, 6300);
	assert_string_equal(child.err + strlen(child.err) - 5, "x...\n");
}

static void message_is_cut_when_it_must_be(void **state)
{
	static char input[6144];

	(void)state;
	memset(input, 'x', sizeof(input));
	for (size_t len = 6100; len < sizeof(input); len++) {
		size_t message = len + strlen("cannot use \"\"");
		const char *cut;

		input[len] = '\0';
		child_run(&child, say_plain, input);
		input[len] = 'x';
		cut = strstr(child.err, "...\n");
		assert_int_equal(cut != NULL, message >= 6144);
		if (!cut)
			assert_int_equal(strlen(child.err),
					 strlen("sbx-run: \n") + message);
	}
}

static void say_die(void *arg)
{
	die("no %s", (const char *)arg);
}

static void say_die_errno(void *arg)
{
	errno = ENOENT;
	die_errno("cannot open \"%s\"", (const char *)arg);
}

static void die_exits_with_125(void **state)
{
	static char longest[4096];

	(void)state;
	child_run(&child, say_die, "luck");
	assert_int_equal(child.status, 125);
	assert_string_equal(child.err, "sbx-run: no luck\n");

	child_run(&child, say_die_errno, "a\tb");
	assert_int_equal(child.status, 125);
	assert_string_equal(child.err, "sbx-run: cannot open \"a\\x09b\": "
				       "No such file or directory\n");

	/* A path of PATH_MAX does not push the reason out. */
	memset(longest, '\n', sizeof(longest) - 1);
	child_run(&child, say_die_errno, longest);
	assert_non_null(strstr(child.err, "\": No such file or directory\n"));
}

static void say_notice(void *arg)
{
	if (arg)
		diag_quiet();
	notice("notice: %d", 7);
	warn_msg("warning");
}

static void quiet_silences_notices_only(void **state)
{
	(void)state;
	child_run(&child, say_notice, NULL);
	assert_string_equal(child.err,
			    "sbx-run: notice: 7\nsbx-run: warning\n");
	child_run(&child, say_notice, "quiet");
	assert_string_equal(child.err, "sbx-run: warning\n");
}

static void say_and_keep_errno(void *arg)
{
	(void)arg;
	close(STDERR_FILENO);
	errno = EXDEV;
	warn_msg("into the void");
	if (errno != EXDEV)
		exit(1);
	notice("into the void");
	exit(errno == EXDEV ? 0 : 2);
}

static void errno_survives(void **state)
{
	(void)state;
	child_run(&child, say_and_keep_errno, NULL);
	assert_int_equal(child.status, 0);
}

/* Each write to a packet pipe is read apart: pipe(2), O_DIRECT. */
static void say_into_packets(void *arg)
{
	int *fds = arg;

	dup2(fds[1], STDERR_FILENO);
	warn_msg("%s", "a message of some length, \"quoted\\x0a\", and more");
}

static void one_message_is_one_write(void **state)
{
	char buf[4096];
	int fds[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe2(fds, O_DIRECT | O_NONBLOCK), 0);
	child_run(&child, say_into_packets, fds);
	n = read(fds[0], buf, sizeof(buf));
	assert_true(n > 0);
	assert_int_equal(buf[n - 1], '\n');
	assert_int_equal(read(fds[0], buf, sizeof(buf)), -1);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_and_utf8_stay),
		cmocka_unit_test(control_bytes_are_escaped),
		cmocka_unit_test(no_byte_reaches_the_terminal_raw),
		cmocka_unit_test(long_message_is_cut),
		cmocka_unit_test(message_is_cut_when_it_must_be),
		cmocka_unit_test(die_exits_with_125),
		cmocka_unit_test(quiet_silences_notices_only),
		cmocka_unit_test(errno_survives),
		cmocka_unit_test(one_message_is_one_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
