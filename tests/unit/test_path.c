/* SPDX-License-Identifier: MIT */
/* test_path.c - grants are named as the kernel names what they lead to.
 *
 * Every test starts in an empty directory of its own, `base`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy/path.h"

#define NOBODY 65534

static char base[64];
static struct path_name name;
static struct policy policy;

static int setup(void **state)
{
	char template[] = "/tmp/sbx-path-XXXXXX";

	(void)state;
	policy_init(&policy);
	memset(&name, 0x5a, sizeof(name));
	if (!mkdtemp(template) || chmod(template, 0755) < 0 ||
	    chdir(template) < 0)
		return -1;
	return getcwd(base, sizeof(base)) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[sizeof(base) + 32];

	(void)state;
	if (chdir("/") < 0)
		return -1;
	snprintf(command, sizeof(command), "rm -rf '%s'", base);
	return system(command) == 0 ? 0 : -1;
}

static void make_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static void make_socket(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_true(strlen(path) < sizeof(un.sun_path));
	strcpy(un.sun_path, path);
	assert_int_equal(bind(fd, (void *)&un, sizeof(un)), 0);
	close(fd);
}

static void make_dir(const char *path)
{
	assert_int_equal(mkdir(path, 0755), 0);
}

static void make_link(const char *target, const char *path)
{
	assert_int_equal(symlink(target, path), 0);
}

static const char *in_base(const char *relative)
{
	static char buf[sizeof(base) + PATH_MAX];

	snprintf(buf, sizeof(buf), "%s%s%s", base, *relative ? "/" : "",
		 relative);
	return buf;
}

enum what { MISSING, NODE, DIRECTORY };

/* Both relative and absolute spellings of @given name base/@expected, of
 * which base/@pin existed. */
static void expect_name(const char *given, const char *expected,
			const char *pin, enum what what)
{
	char absolute[sizeof(base) + PATH_MAX];

	snprintf(absolute, sizeof(absolute), "%s/%s", base, given);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(path_canonical(i ? absolute : given, &name),
				 0);
		assert_string_equal(name.text, in_base(expected));
		assert_int_equal(name.len, strlen(name.text));
		assert_int_equal(name.pin_len, strlen(in_base(pin)));
		assert_int_equal(name.exists, what != MISSING);
		assert_int_equal(name.directory, what == DIRECTORY);
	}
}

static void expect_error(const char *given, int error)
{
	int result = path_canonical(given, &name);

	if (result != error)
		fail_msg("%s: %s, not %s", given, strerror(result),
			 strerror(error));
	assert_int_equal(name.len, 0);
	assert_string_equal(name.text, "");
}

static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void names_what_exists(void **state)
{
	(void)state;
	make_dir("d");
	make_socket("d/s");
	make_file("f");
	expect_name("d/s", "d/s", "d", NODE);
	expect_name("d", "d", "d", DIRECTORY);
	expect_name("d/", "d", "d", DIRECTORY);
	expect_name("f", "f", "", NODE);
	expect_name("./d//.///s", "d/s", "d", NODE);
	expect_name("d/../f", "f", "", NODE);
	expect_name(".", "", "", DIRECTORY);
	expect_name("d/..", "", "", DIRECTORY);
}

static void names_the_root(void **state)
{
	static const char *const roots[] = {"/", "//", "/.", "/..", "/../"};

	(void)state;
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		assert_int_equal(path_canonical(roots[i], &name), 0);
		assert_string_equal(name.text, "/");
		assert_int_equal(name.len, 1);
		assert_int_equal(name.pin_len, 1);
		assert_true(name.directory);
	}
	assert_int_equal(path_canonical("/no-such-thing/x", &name), 0);
	assert_string_equal(name.text, "/no-such-thing/x");
	assert_int_equal(name.pin_len, 1);
	assert_false(name.exists);
	assert_int_equal(path_canonical("//no-such-thing", &name), 0);
	assert_string_equal(name.text, "/no-such-thing");
}

static void keeps_what_is_missing(void **state)
{
	(void)state;
	make_dir("d");
	expect_name("s", "s", "", MISSING);
	expect_name("d/s", "d/s", "d", MISSING);
	expect_name("d/a/b/s", "d/a/b/s", "d", MISSING);
	expect_name("d/./a//./b/s", "d/a/b/s", "d", MISSING);
	expect_name("d/../d/s", "d/s", "d", MISSING);
	expect_name("d/..s", "d/..s", "d", MISSING);
	expect_name("d/...", "d/...", "d", MISSING);
}

static void dots_after_a_missing_component(void **state)
{
	(void)state;
	make_dir("d");
	expect_error("missing/../s", ENOENT);
	expect_error("d/missing/..", ENOENT);
	expect_error("missing/a/../b", ENOENT);
}

static void slash_demands_a_directory(void **state)
{
	(void)state;
	make_file("f");
	make_link("missing", "dangling");
	expect_error("f/", ENOTDIR);
	expect_error("f/.", ENOTDIR);
	expect_error("f/s", ENOTDIR);
	expect_error("missing/", ENOENT);
	expect_error("missing/.", ENOENT);
	expect_error("missing/a/", ENOENT);
	expect_error("dangling/", ENOENT);
}

static void empty_is_an_error(void **state)
{
	(void)state;
	expect_error("", ENOENT);
}

static void resolves_symbolic_links(void **state)
{
	(void)state;
	make_dir("d");
	make_dir("d/e");
	make_socket("d/s");
	make_link("d", "link");
	make_link(in_base("d"), "absolute");
	make_link("../d/./s", "d/up");
	make_link("d/e", "deep");
	expect_name("link/s", "d/s", "d", NODE);
	expect_name("absolute/s", "d/s", "d", NODE);
	expect_name("link", "d", "d", DIRECTORY);
	expect_name("link/up", "d/s", "d", NODE);
	expect_name("link/missing", "d/missing", "d", MISSING);
	expect_name("absolute/missing/s", "d/missing/s", "d", MISSING);
	/* ".." is the parent of what the link leads to, not of the link. */
	expect_name("deep/../s", "d/s", "d", NODE);
	expect_name("deep/../missing", "d/missing", "d", MISSING);
}

static void resolves_dangling_symbolic_links(void **state)
{
	(void)state;
	make_dir("d");
	make_link("target", "d/relative");
	make_link(in_base("d/target"), "absolute");
	make_link("d/relative", "twice");
	make_link("/no-such-thing/x", "away");
	make_link("d/no/such", "half");
	make_link("missing/../x", "dots");
	make_link("missing/", "slash");
	expect_name("d/relative", "d/target", "d", MISSING);
	expect_name("absolute", "d/target", "d", MISSING);
	expect_name("twice", "d/target", "d", MISSING);
	expect_name("half", "d/no/such", "d", MISSING);
	expect_name("half/s", "d/no/such/s", "d", MISSING);
	expect_name("absolute/a/b", "d/target/a/b", "d", MISSING);
	assert_int_equal(path_canonical("away", &name), 0);
	assert_string_equal(name.text, "/no-such-thing/x");
	assert_int_equal(name.pin_len, 1);
	expect_error("dots", ENOENT);
	expect_error("slash", ENOENT);
	expect_error("half/../x", ENOENT);
}

static void loops_end(void **state)
{
	char target[16];
	char path[16];

	(void)state;
	make_link("loop", "loop");
	make_link("b", "a");
	make_link("a", "b");
	expect_error("loop", ELOOP);
	expect_error("a", ELOOP);
	expect_error("a/x", ELOOP);
	/* As many as the kernel follows, and one more, to something missing. */
	make_link("missing", "l1");
	for (int i = 2; i <= 41; i++) {
		snprintf(target, sizeof(target), "l%d", i - 1);
		snprintf(path, sizeof(path), "l%d", i);
		make_link(target, path);
	}
	expect_name("l40", "missing", "", MISSING);
	expect_error("l41", ELOOP);
}

static void long_names(void **state)
{
	char component[NAME_MAX + 2];
	char path[PATH_MAX + 16];
	size_t len = 0;

	(void)state;
	memset(component, 'c', sizeof(component));
	component[NAME_MAX + 1] = '\0';
	expect_error(component, ENAMETOOLONG);
	snprintf(path, sizeof(path), "missing/%s", component);
	expect_error(path, ENAMETOOLONG);
	component[NAME_MAX] = '\0';
	expect_name(component, component, "", MISSING);
	/* Longer than sun_path is fine: a program may say it shorter. */
	make_dir(component);
	snprintf(path, sizeof(path), "%s/s", component);
	expect_name(path, path, component, MISSING);

	memset(path, '/', sizeof(path));
	path[PATH_MAX] = '\0';
	expect_error(path, ENAMETOOLONG);
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(path_canonical(path, &name), 0);
	/* Short enough as given, too long with the link's target. */
	for (len = 0; len + 64 < PATH_MAX; len += 2)
		memcpy(path + len, "m/", 2);
	path[len - 1] = '\0';
	make_link(path, "far");
	snprintf(path, sizeof(path), "far/%.200s", component);
	expect_error(path, ENAMETOOLONG);
	/* Short enough as given, too long when it is absolute. */
	for (len = 0; len + 4 < PATH_MAX; len += 2)
		memcpy(path + len, "m/", 2);
	path[len - 1] = '\0';
	expect_error(path, ENAMETOOLONG);
}

static void any_byte_but_nul(void **state)
{
	(void)state;
	make_dir("\xff\n\033");
	make_socket("\xff\n\033/ '\"\\*");
	expect_name("\xff\n\033/ '\"\\*", "\xff\n\033/ '\"\\*", "\xff\n\033",
		    NODE);
	expect_name("\xff\n\033/\xc3", "\xff\n\033/\xc3", "\xff\n\033",
		    MISSING);
	make_file("x (deleted)");
	expect_name("x (deleted)", "x (deleted)", "", NODE);
}

static int run_as_nobody(int (*test)(void))
{
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 ||
		    setuid(NOBODY) < 0)
			_exit(99);
		_exit(test());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int look_behind_closed(void)
{
	if (path_canonical("closed/s", &name) != EACCES)
		return 1;
	if (path_canonical("closed/missing/s", &name) != EACCES)
		return 2;
	if (path_canonical("into/s", &name) != EACCES)
		return 3;
	if (path_canonical("missing", &name) != 0)
		return 4;
	return path_canonical("closed", &name) == 0 ? 0 : 5;
}

static void not_searchable(void **state)
{
	(void)state;
	make_dir("closed");
	make_file("closed/s");
	make_link("closed/d", "into");
	assert_int_equal(chmod("closed", 0600), 0);
	if (geteuid() == 0)
		assert_int_equal(run_as_nobody(look_behind_closed), 0);
	else
		assert_int_equal(look_behind_closed(), 0);
	assert_int_equal(chmod("closed", 0700), 0);
}

static void deleted_directory(void **state)
{
	char absolute[sizeof(base) + 2];

	(void)state;
	make_dir("d");
	snprintf(absolute, sizeof(absolute), "%s/d", base);
	assert_int_equal(chdir("d"), 0);
	assert_int_equal(rmdir(absolute), 0);
	expect_error("s", ENOENT);
	expect_error(".", ENOENT);
	assert_int_equal(chdir(base), 0);
}

static void leaks_no_descriptor(void **state)
{
	int before = open_descriptors();

	(void)state;
	make_dir("d");
	make_link("missing", "d/l");
	make_link("loop", "loop");
	for (int i = 0; i < 3; i++) {
		path_canonical("d", &name);
		path_canonical("d/l/x", &name);
		path_canonical("d/missing/../x", &name);
		path_canonical("loop", &name);
		path_canonical("d/l/", &name);
		path_canonical("", &name);
	}
	assert_int_equal(open_descriptors(), before);
}

/* ---- rules -------------------------------------------------------------- */

static const struct policy_rule *
expect_rule(const char *given, enum rule_kind kind, const char *expected)
{
	const char *why = "untouched";
	const struct policy_rule *rule = &policy.rules[policy.rule_count];
	uint32_t count = policy.rule_count;

	assert_int_equal(
		path_add_rule(&policy, EFFECT_DENY, OPS_BIND, given, &why), 0);
	assert_string_equal(why, "untouched");
	assert_int_equal(policy.rule_count, count + 1);
	assert_int_equal(rule->effect, EFFECT_DENY);
	assert_int_equal(rule->ops, OPS_BIND);
	assert_int_equal(rule->kind, kind);
	assert_string_equal(policy_rule_name(&policy, rule), expected);
	assert_int_equal(rule->name_len, strlen(expected));
	assert_string_equal(policy.arena + rule->given, given);
	return rule;
}

static struct policy before;

static void expect_refusal(const char *given, const char *because)
{
	const char *why = NULL;

	before = policy;
	assert_int_equal(
		path_add_rule(&policy, EFFECT_ALLOW, OPS_ALL, given, &why), -1);
	assert_string_equal(why, because);
	assert_memory_equal(&before, &policy, sizeof(policy));
}

static void rule_of_a_path(void **state)
{
	const struct policy_rule *rule;

	(void)state;
	make_dir("d");
	make_socket("d/s");
	make_link("d", "l");
	rule = expect_rule("d", RULE_TREE, in_base("d"));
	assert_int_equal(rule->pin_len, rule->name_len);
	rule = expect_rule("l/s", RULE_NODE, in_base("d/s"));
	assert_int_equal(rule->pin_len, strlen(in_base("d")));
	rule = expect_rule("d/no/s", RULE_NODE, in_base("d/no/s"));
	assert_int_equal(rule->pin_len, strlen(in_base("d")));
	rule = expect_rule("/", RULE_TREE, "/");
	assert_int_equal(rule->pin_len, 1);
	make_file("@f");
	rule = expect_rule("./@f", RULE_NODE, in_base("@f"));
	assert_int_equal(rule->pin_len, strlen(base));
}

static void rule_of_an_abstract_name(void **state)
{
	char longest[128] = "@";

	(void)state;
	assert_int_equal(expect_rule("@x", RULE_ABSTRACT, "x")->pin_len, 0);
	expect_rule("@/run/../x ", RULE_ABSTRACT, "/run/../x ");
	expect_rule("@x*", RULE_ABSTRACT_PREFIX, "x");
	expect_rule("@x**", RULE_ABSTRACT_PREFIX, "x*");
	expect_rule("@*x", RULE_ABSTRACT, "*x");
	expect_rule("@*", RULE_ABSTRACT_PREFIX, "");
	expect_rule("@@", RULE_ABSTRACT, "@");
	memset(longest + 1, 'x', 107);
	expect_rule(longest, RULE_ABSTRACT, longest + 1);
	longest[108] = 'x';
	expect_refusal(longest, "an abstract name has at most 107 bytes");
	longest[108] = '*';
	assert_int_equal(path_add_rule(&policy, EFFECT_ALLOW, OPS_ALL, longest,
				       &(const char *){NULL}),
			 0);
	longest[108] = 'x';
	longest[109] = '*';
	expect_refusal(longest, "an abstract name has at most 107 bytes");
	expect_refusal("@", "the abstract name is empty");
}

static void refusals_say_why(void **state)
{
	char path[PATH_MAX + 16];

	(void)state;
	make_link("loop", "loop");
	make_file("f");
	expect_refusal("", "the name is empty");
	expect_refusal("loop", strerror(ELOOP));
	expect_refusal("f/s", strerror(ENOTDIR));
	expect_refusal("missing/", strerror(ENOENT));
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	expect_refusal(path, strerror(ENAMETOOLONG));
	for (int i = 0; i < POLICY_MAX_RULES; i++)
		expect_rule("f", RULE_NODE, in_base("f"));
	expect_refusal("f", policy_error_text(POLICY_TOO_MANY_RULES));
	policy_init(&policy);
	policy.arena_used = POLICY_ARENA_SIZE - 8;
	expect_refusal("f", policy_error_text(POLICY_TOO_LONG));
}

/* ---- descriptors -------------------------------------------------------- */

static void expect_fd_name(int fd, const char *expected)
{
	char buf[PATH_MAX];

	assert_true(fd >= 0);
	errno = EXFULL;
	assert_int_equal(path_of_fd(fd, buf, sizeof(buf)), strlen(expected));
	assert_int_equal(errno, EXFULL);
	assert_string_equal(buf, expected);
	close(fd);
}

static void expect_no_fd_name(int fd, int error)
{
	char buf[PATH_MAX];

	assert_int_equal(path_of_fd(fd, buf, sizeof(buf)), -1);
	assert_int_equal(errno, error);
	assert_string_equal(buf, "");
	if (fd >= 0)
		close(fd);
}

static void name_of_a_descriptor(void **state)
{
	int pipes[2];

	(void)state;
	make_dir("d");
	make_socket("d/s");
	make_file("f (deleted)");
	make_link("d", "l");
	expect_fd_name(open("l/s", O_PATH | O_CLOEXEC), in_base("d/s"));
	expect_fd_name(open("l", O_RDONLY | O_CLOEXEC), in_base("d"));
	expect_fd_name(open("l", O_PATH | O_NOFOLLOW | O_CLOEXEC),
		       in_base("l"));
	expect_fd_name(open("f (deleted)", O_RDONLY | O_CLOEXEC),
		       in_base("f (deleted)"));
	expect_fd_name(open("/", O_PATH | O_CLOEXEC), "/");
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	expect_no_fd_name(pipes[0], ENOENT);
	expect_no_fd_name(pipes[1], ENOENT);
	expect_no_fd_name(socket(AF_UNIX, SOCK_STREAM, 0), ENOENT);
	expect_no_fd_name(-1, EBADF);
	expect_no_fd_name(INT_MAX, ENOENT);
}

static void deleted_has_no_name(void **state)
{
	int fd;

	(void)state;
	make_file("f");
	fd = open("f", O_PATH | O_CLOEXEC);
	assert_int_equal(unlink("f"), 0);
	/* Neither does a decoy give it one. */
	make_file("f (deleted)");
	expect_no_fd_name(fd, ENOENT);
	/* A renamed one is known by its new name. */
	make_file("g");
	fd = open("g", O_PATH | O_CLOEXEC);
	assert_int_equal(rename("g", "h"), 0);
	expect_fd_name(fd, in_base("h"));
}

static void small_buffer_has_no_name(void **state)
{
	char buf[PATH_MAX];
	int fd = open(".", O_PATH | O_CLOEXEC);

	(void)state;
	for (size_t size = 0; size <= strlen(base); size++) {
		memset(buf, '#', sizeof(buf));
		assert_int_equal(path_of_fd(fd, buf, size), -1);
		assert_int_equal(errno, ENAMETOOLONG);
		assert_int_equal(buf[size], '#');
	}
	assert_int_equal(path_of_fd(fd, buf, strlen(base) + 1), strlen(base));
	close(fd);
}

static void pins_what_it_leads_to(void **state)
{
	struct stat st, expected;
	int fd;

	(void)state;
	make_socket("s");
	make_link("s", "l");
	make_link("missing", "dangling");
	make_link("loop", "loop");
	assert_int_equal(lstat("s", &expected), 0);
	errno = EXFULL;
	fd = path_pin("l", &st);
	assert_true(fd >= 0);
	assert_int_equal(st.st_ino, expected.st_ino);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
	close(fd);
	errno = EXFULL;
	assert_int_equal(path_pin("dangling", &st), -ENOENT);
	assert_int_equal(path_pin("", &st), -ENOENT);
	assert_int_equal(path_pin("loop", &st), -ELOOP);
	assert_int_equal(path_pin("s/x", &st), -ENOTDIR);
	assert_int_equal(errno, EXFULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(names_what_exists),
		TEST(names_the_root),
		TEST(keeps_what_is_missing),
		TEST(dots_after_a_missing_component),
		TEST(slash_demands_a_directory),
		TEST(empty_is_an_error),
		TEST(resolves_symbolic_links),
		TEST(resolves_dangling_symbolic_links),
		TEST(loops_end),
		TEST(long_names),
		TEST(any_byte_but_nul),
		TEST(not_searchable),
		TEST(deleted_directory),
		TEST(leaks_no_descriptor),
		TEST(rule_of_a_path),
		TEST(rule_of_an_abstract_name),
		TEST(refusals_say_why),
		TEST(name_of_a_descriptor),
		TEST(deleted_has_no_name),
		TEST(small_buffer_has_no_name),
		TEST(pins_what_it_leads_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
