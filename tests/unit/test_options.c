/* SPDX-License-Identifier: MIT */
/* test_options.c - the shape of the command line, and what is refused.  */
#include "parse.h"
#include "launcher/option_table.h"

static void actions_need_no_command(void **state)
{
	(void)state;
	ACCEPT("--check");
	assert_int_equal(options->action, ACTION_CHECK);
	assert_null(options->command[0]);
	ACCEPT("--print-policy", "--allow-unix-socket", "x");
	assert_int_equal(options->action, ACTION_PRINT_POLICY);
	assert_int_equal(options->policy.rule_count, 1);
	ACCEPT("--check", "--check", "--", "true");
	assert_int_equal(options->action, ACTION_CHECK);
	assert_string_equal(options->command[0], "true");
	REFUSE("--check, --print-policy and --explain exclude each other; use "
	       "one of them",
	       "--check", "--print-policy");
	REFUSE("--check, --print-policy and --explain exclude each other; use "
	       "one of them",
	       "--print-policy", "--check", "true");
}

static void help_and_version_end_parsing(void **state)
{
	static const struct {
		const char *word;
		enum action action;
	} cases[] = {
		{"--help", ACTION_HELP},
		{"-h", ACTION_HELP},
		{"--version", ACTION_VERSION},
		{"--man-options", ACTION_MAN_OPTIONS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char word[32];

		snprintf(word, sizeof(word), "%s", cases[i].word);
		ACCEPT(word);
		assert_int_equal(options->action, cases[i].action);
		ACCEPT("--check", "--network=full", "--deny-unix-socket", "x",
		       word, "--nonsense");
		assert_int_equal(options->action, cases[i].action);
		/* ... but belongs to the command after it. */
		ACCEPT("true", word);
		assert_int_equal(options->action, ACTION_RUN);
	}
}

static void assert_command(char **words)
{
	size_t i = 0;

	for (; words[i]; i++) {
		assert_non_null(options->command[i]);
		assert_string_equal(options->command[i], words[i]);
	}
	assert_null(options->command[i]);
}

#define COMMAND(...) assert_command((char *[]){__VA_ARGS__, NULL})

static void options_end_at_the_command(void **state)
{
	(void)state;
	ACCEPT("true");
	COMMAND("true");
	ACCEPT("ls", "--network", "full", "-q");
	COMMAND("ls", "--network", "full", "-q");
	assert_int_equal(options->policy.network, NETWORK_NONE);
	assert_false(options->quiet);
	ACCEPT("-q", "ls", "--", "x");
	COMMAND("ls", "--", "x");
	ACCEPT("-q", "--", "ls", "-l");
	COMMAND("ls", "-l");
	ACCEPT("--", "--network");
	COMMAND("--network");
	ACCEPT("--", "--", "x");
	COMMAND("--", "x");
	ACCEPT("-", "x");
	COMMAND("-", "x");
	ACCEPT("", "x");
	COMMAND("", "x");
	ACCEPT("--", "");
	COMMAND("");
}

#define NO_COMMAND                                                             \
	"no command given; usage: sbx-run [options] -- command [argument...]"

static void a_command_is_needed(void **state)
{
	char *nothing[] = {NULL};

	(void)state;
	REFUSE(NO_COMMAND, "--");
	REFUSE(NO_COMMAND, "-q");
	REFUSE(NO_COMMAND, "--allow-unix-socket", "x", "--");
	assert_refused((char *[]){(char[]){"sbx-run"}, NULL},
		       "sbx-run: " NO_COMMAND "\n");
	assert_refused(nothing, "sbx-run: " NO_COMMAND "\n");
}

static void unknown_options_are_refused(void **state)
{
	static char longest[9000];

	(void)state;
	REFUSE("unknown option \"--foo\"; see sbx-run --help", "--foo", "x");
	REFUSE("unknown option \"--foo\"; see sbx-run --help", "--foo=bar");
	REFUSE("unknown option \"-x\"; see sbx-run --help", "-x", "x");
	REFUSE("unknown option \"-qh\"; see sbx-run --help", "-qh", "x");
	REFUSE("unknown option \"-q=1\"; see sbx-run --help", "-q=1", "x");
	REFUSE("unknown option \"---\"; see sbx-run --help", "---", "x");
	REFUSE("unknown option \"--\"; see sbx-run --help", "--=x", "x");
	REFUSE("unknown option \"-network\"; see sbx-run --help", "-network",
	       "full", "x");
	REFUSE("unknown option \"--Network\"; see sbx-run --help", "--Network",
	       "full", "x");
	REFUSE("unknown option \"--network \"; see sbx-run --help",
	       "--network ", "full", "x");
	REFUSE("unknown option \"-\\x0a\"; see sbx-run --help", "-\n", "x");
	REFUSE("unknown option \"--a\\x0ab\\x1b]0;\\x07\"; "
	       "see sbx-run --help",
	       "--a\nb\033]0;\a", "x");

	memset(longest, '-', sizeof(longest) - 1);
	parse(WORDS(longest, "x"));
	assert_int_equal(child.status, 125);
	assert_true(strlen(child.err) < 6300);
}

static void options_are_not_abbreviated(void **state)
{
	(void)state;
	for (size_t i = 0; i < option_count; i++) {
		char word[64];
		char line[128];

		snprintf(word, sizeof(word), "--%s", option_table[i].name);
		word[strlen(word) - 1] = '\0';
		snprintf(line, sizeof(line),
			 "sbx-run: unknown option \"%s\"; see sbx-run --help\n",
			 word);
		assert_refused(WORDS(word, "x", "y"), line);
	}
}

static void missing_values_are_refused(void **state)
{
	(void)state;
	REFUSE("--allow-unix-socket needs a PATH", "--allow-unix-socket");
	REFUSE("--allow-unix-connect needs a PATH", "--allow-unix-connect");
	REFUSE("--allow-unix-bind needs a PATH", "--allow-unix-bind");
	REFUSE("--deny-unix-socket needs a PATH", "--deny-unix-socket");
	REFUSE("--deny-errno needs a NAME", "--deny-errno");
	REFUSE("--keep-caps needs a LIST", "--keep-caps");
	REFUSE("--log needs a TARGET", "-q", "--log");
	REFUSE("--network needs a value; use none, isolated, host-loopback or "
	       "full",
	       "--network");
	REFUSE("--unix-sockets needs a value; use allowlist", "--unix-sockets");
	REFUSE("--backstop needs a value; use auto, landlock, landlock-only, "
	       "supervised or none",
	       "--backstop");
	REFUSE("--allow-unix-socket needs a value, not \"--\"; "
	       "write --allow-unix-socket=-- if it is one",
	       "--allow-unix-socket", "--", "true");
	REFUSE("--log needs a value, not \"--quiet\"; "
	       "write --log=--quiet if it is one",
	       "--log", "--quiet", "true");
}

/* The next word is never taken for a value that may be left out. */
static void optional_values_follow_an_equals_sign(void **state)
{
	(void)state;
	ACCEPT("--private-sockets", "sub");
	assert_string_equal(options->command[0], "sub");
	ACCEPT("--private-sockets", "-q", "true");
	assert_true(options->quiet);
	ACCEPT("--private-sockets", "--", "sub");
	assert_string_equal(options->command[0], "sub");
	ACCEPT("--private-sockets=sub", "true");
	assert_string_equal(options->command[0], "true");
}

static void values_where_none_belongs_are_refused(void **state)
{
	unsigned int count = 0;

	(void)state;
	for (size_t i = 0; i < option_count; i++) {
		char word[64];
		char line[128];

		if (option_has_value(&option_table[i]))
			continue;
		snprintf(word, sizeof(word), "--%s=", option_table[i].name);
		snprintf(line, sizeof(line), "sbx-run: --%s takes no value\n",
			 option_table[i].name);
		assert_refused(WORDS(word, "true"), line);
		count++;
	}
	assert_int_equal(count, 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_need_no_command),
		cmocka_unit_test(help_and_version_end_parsing),
		cmocka_unit_test(options_end_at_the_command),
		cmocka_unit_test(a_command_is_needed),
		cmocka_unit_test(unknown_options_are_refused),
		cmocka_unit_test(options_are_not_abbreviated),
		cmocka_unit_test(missing_values_are_refused),
		cmocka_unit_test(optional_values_follow_an_equals_sign),
		cmocka_unit_test(values_where_none_belongs_are_refused),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
