/* SPDX-License-Identifier: MIT */
/* test_options_values.c - options that take other values.  */
#include "parse.h"
#include "launcher/option_table.h"

static void backstop_and_shim(void **state)
{
	(void)state;
	ACCEPT("--backstop", "landlock", "true");
	assert_int_equal(options->backstop, BACKSTOP_LANDLOCK);
	ACCEPT("--backstop", "landlock-only", "true");
	assert_int_equal(options->backstop, BACKSTOP_LANDLOCK_ONLY);
	ACCEPT("--backstop", "supervised", "true");
	assert_int_equal(options->backstop, BACKSTOP_SUPERVISED);
	ACCEPT("--backstop=none", "true");
	assert_int_equal(options->backstop, BACKSTOP_NONE);
	ACCEPT("--backstop=none", "--backstop=auto", "--no-shim", "true");
	assert_int_equal(options->backstop, BACKSTOP_AUTO);
	assert_true(options->no_shim);

	REFUSE("unknown value \"off\" for --backstop; use auto, landlock, "
	       "landlock-only, supervised or none",
	       "--backstop=off", "true");
	REFUSE("--log-stacks needs the supervisor, which reads them; drop "
	       "--backstop=none",
	       "--log-stacks", "--backstop=none", "true");
	REFUSE("--log-stacks needs the shim, which tells where they are; drop "
	       "--no-shim",
	       "--log-stacks", "--no-shim", "true");
	REFUSE("--backstop=none and --no-shim together enforce nothing; "
	       "drop one of them",
	       "--no-shim", "--backstop=none", "true");
}

static void capabilities_to_keep(void **state)
{
	(void)state;
	ACCEPT("--keep-caps", "chown", "true");
	assert_true(options->keep_caps == 1);
	ACCEPT("--keep-caps=cap_chown,NET_ADMIN,CAP_SYS_ADMIN", "true");
	assert_true(options->keep_caps ==
		    (1ULL << 0 | 1ULL << 12 | 1ULL << 21));
	ACCEPT("--keep-caps=checkpoint_restore", "true");
	assert_true(options->keep_caps == 1ULL << 40);
	ACCEPT("--keep-caps=chown,chown", "--keep-caps", "cap_sys_ptrace",
	       "true");
	assert_true(options->keep_caps == (1ULL << 0 | 1ULL << 19));
	ACCEPT("--keep-caps=all", "true");
	assert_true(options->keep_caps == UINT64_MAX);

	REFUSE("unknown capability \"\" for --keep-caps; see capabilities(7)",
	       "--keep-caps=", "true");
	REFUSE("unknown capability \"\" for --keep-caps; see capabilities(7)",
	       "--keep-caps", "chown,", "true");
	REFUSE("unknown capability \"\" for --keep-caps; see capabilities(7)",
	       "--keep-caps", ",chown", "true");
	REFUSE("unknown capability \"cap_\" for --keep-caps; "
	       "see capabilities(7)",
	       "--keep-caps", "cap_", "true");
	REFUSE("unknown capability \" chown\" for --keep-caps; "
	       "see capabilities(7)",
	       "--keep-caps", "kill, chown", "true");
	REFUSE("unknown capability \"all\" for --keep-caps; "
	       "see capabilities(7)",
	       "--keep-caps", "kill,all", "true");
	REFUSE("unknown capability \"x\\x07\" for --keep-caps; "
	       "see capabilities(7)",
	       "--keep-caps", "x\a,kill", "true");
}

static void long_capability_is_quoted_whole(void **state)
{
	(void)state;
	for (size_t len = 60; len < 70; len++) {
		char list[80] = "";
		char line[160];

		memset(list, 'a', len);
		snprintf(line, sizeof(line),
			 "sbx-run: unknown capability \"%s\" for "
			 "--keep-caps; see capabilities(7)\n",
			 list);
		memcpy(list + len, ",kill", sizeof(",kill"));
		assert_refused(WORDS("--keep-caps", list, "true"), line);
	}
}

static void log_and_quiet(void **state)
{
	(void)state;
	ACCEPT("--log", "events.json", "true");
	assert_string_equal(options->log.path, "events.json");
	ACCEPT("--log=a", "--log=b", "true");
	assert_string_equal(options->log.path, "b");
	REFUSE("--log needs a TARGET", "--log=", "true");
	ACCEPT("-q", "true");
	assert_true(options->quiet);
	ACCEPT("--quiet", "true");
	assert_true(options->quiet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backstop_and_shim),
		cmocka_unit_test(capabilities_to_keep),
		cmocka_unit_test(long_capability_is_quoted_whole),
		cmocka_unit_test(log_and_quiet),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
