/* SPDX-License-Identifier: MIT */
/* test_publish.c - link() and rename() of sockets under the shim: who is asked,
 * and what the program gets. */
#include "harness.h"

#include <linux/fs.h>
#include <linux/landlock.h>
#include <sys/prctl.h>

#include "listener.h"

static long never(const struct report *report)
{
	(void)report;
	return EACCES;
}

/* As in a sandbox: no name may be given to such files any more. */
static void forbid(uint64_t access)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = access};
	long ruleset = raw(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	assert_true(ruleset >= 0);
	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(raw(SYS_landlock_restrict_self, ruleset, 0), 0);
}

static bool has_landlock(void)
{
	return raw(SYS_landlock_create_ruleset, NULL, 0,
		   LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

#define NEED_LANDLOCK()                                                        \
	do {                                                                   \
		if (!has_landlock())                                           \
			skip_or_fail("no Landlock here");                      \
	} while (0)
#define SUPERVISE(heard, name)                                                 \
	do {                                                                   \
		if (!supervise(heard, name, never))                            \
			skip_or_fail("no seccomp notifications here");         \
	} while (0)

static void scene_with_socket(void)
{
	unlink(in_dir("new"));
	unlink(in_dir("file"));
	raw(SYS_close, serve(in_dir("old"), SOCK_STREAM));
	close(open(in_dir("file"), O_CREAT | O_WRONLY, 0600));
}

/* 0 or errno; 255: errno was touched without an error */
static int outcome(int result)
{
	if (result != 0)
		return errno;
	return errno == ENOTUNIQ ? 0 : 255;
}

static int case_rename(void)
{
	scene_with_socket();
	forbid(LANDLOCK_ACCESS_FS_MAKE_SOCK);
	errno = ENOTUNIQ;
	return outcome(rename(in_dir("old"), in_dir("new")));
}

static void the_supervisor_is_asked(void **state)
{
	static struct heard heard;
	const struct report_publish *ask = &heard.asks[0];

	(void)state;
	NEED_LANDLOCK();
	publish_answer = 0;
	SUPERVISE(&heard, "rename");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.asked, 1);
	assert_int_equal(heard.count, 0);
	assert_int_equal(ask->version, REPORT_VERSION);
	assert_int_equal(ask->call, PUBLISH_RENAME);
	assert_int_equal(ask->old_dir, AT_FDCWD);
	assert_int_equal(ask->new_dir, AT_FDCWD);
	assert_true(ask->old_path != 0 && ask->new_path != 0);
	assert_int_equal(ask->flags, 0);
}

static void its_answer_is_the_result(void **state)
{
	static struct heard heard;

	(void)state;
	NEED_LANDLOCK();
	publish_answer = EEXIST;
	SUPERVISE(&heard, "rename");
	assert_int_equal(heard.status, EEXIST << 8);
	publish_answer = EACCES;
	SUPERVISE(&heard, "rename");
	assert_int_equal(heard.status, EACCES << 8);
	publish_answer = 123456; /* nonsense */
	SUPERVISE(&heard, "rename");
	assert_int_equal(heard.status, EACCES << 8);
	publish_answer = 0;
}

/* Answers are 0, so each call says success. */
static int case_all(void)
{
	int bad = 0;

	scene_with_socket();
	bad += chdir(in_dir("")) != 0;
	forbid(LANDLOCK_ACCESS_FS_MAKE_SOCK);
	bad += link("old", "new") != 0;
	bad += linkat(AT_FDCWD, "old", 1234, in_dir("new"),
		      AT_SYMLINK_FOLLOW) != 0;
	bad += rename("old", "new") != 0;
	bad += renameat(1234, in_dir("old"), AT_FDCWD, "new") != 0;
	bad += renameat2(AT_FDCWD, "old", AT_FDCWD, "new", RENAME_NOREPLACE) !=
	       0;
	return bad;
}

static void all_their_arguments_are_passed_on(void **state)
{
	static const struct report_publish wanted[] = {
		{.call = PUBLISH_LINK,
		 .old_dir = AT_FDCWD,
		 .new_dir = AT_FDCWD},
		{.call = PUBLISH_LINK,
		 .old_dir = AT_FDCWD,
		 .new_dir = 1234,
		 .flags = AT_SYMLINK_FOLLOW},
		{.call = PUBLISH_RENAME,
		 .old_dir = AT_FDCWD,
		 .new_dir = AT_FDCWD},
		{.call = PUBLISH_RENAME, .old_dir = 1234, .new_dir = AT_FDCWD},
		{.call = PUBLISH_RENAME,
		 .old_dir = AT_FDCWD,
		 .new_dir = AT_FDCWD,
		 .flags = RENAME_NOREPLACE},
	};
	static struct heard heard;

	(void)state;
	NEED_LANDLOCK();
	SUPERVISE(&heard, "all");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.asked, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(heard.asks[i].call, wanted[i].call);
		assert_int_equal(heard.asks[i].old_dir, wanted[i].old_dir);
		assert_int_equal(heard.asks[i].new_dir, wanted[i].new_dir);
		assert_int_equal(heard.asks[i].flags, wanted[i].flags);
	}
}

static int case_others(void)
{
	const char *nowhere = (const char *)8;
	int bad = 0;

	scene_with_socket();
	/* What the kernel does by itself. */
	errno = ENOTUNIQ;
	bad += outcome(rename(in_dir("old"), in_dir("new"))) != 0;
	bad += outcome(renameat2(AT_FDCWD, in_dir("new"), AT_FDCWD,
				 in_dir("old"), 0)) != 0;
	forbid(LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_REG);
	/* Other files, and other errors. */
	bad += outcome(rename(in_dir("file"), in_dir("new"))) != EACCES;
	bad += outcome(link(in_dir("old"), in_dir("file"))) != EEXIST;
	bad += outcome(rename(in_dir("missing"), in_dir("new"))) != ENOENT;
	bad += outcome(rename(nowhere, in_dir("new"))) != EFAULT;
	bad += outcome(rename(in_dir("old"), nowhere)) != EFAULT;
	bad += outcome(renameat2(-1, "old", AT_FDCWD, "new", 0)) != EBADF;
	return bad;
}

static void nothing_else_is_asked(void **state)
{
	static struct heard heard;

	(void)state;
	NEED_LANDLOCK();
	SUPERVISE(&heard, "others");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.asked, 0);
}

static void alone_it_stays_refused(void **state)
{
	char *const argv[] = {"/proc/self/exe", "rename", NULL};
	struct result result;

	(void)state;
	NEED_LANDLOCK();
	run_program(&result, argv, NULL);
	assert_int_equal(exit_code(&result), EACCES);
	assert_string_equal(result.output, "");
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_supervisor_is_asked),
		cmocka_unit_test(its_answer_is_the_result),
		cmocka_unit_test(all_their_arguments_are_passed_on),
		cmocka_unit_test(nothing_else_is_asked),
		cmocka_unit_test(alone_it_stays_refused),
	};

	return cmocka_run_group_tests_name("shim: publishing", tests, NULL,
					   NULL);
}

int main(int argc, char *argv[])
{
	static const struct test_case cases[] = {
		{"rename", case_rename},
		{"all", case_all},
		{"others", case_others},
		{NULL, NULL},
	};

	return harness(argc, argv, run, cases);
}
