/* SPDX-License-Identifier: MIT */
/* test_options_text.c - --help, the man page's options, --print-policy.  */
#include "parse.h"
#include "launcher/option_table.h"

static void write_help(void *arg)
{
	(void)arg;
	options_help(stdout);
}

static void write_man(void *arg)
{
	(void)arg;
	options_man(stdout);
}

static void write_version(void *arg)
{
	(void)arg;
	options_version(stdout);
}

/* Is there a line that starts with @start and then ends or goes on with one
 * of @after? */
static int has_line(const char *text, const char *start, const char *after)
{
	size_t len = strlen(start);

	for (const char *at = text; (at = strstr(at, start)); at += len)
		if ((at == text || at[-1] == '\n') && strchr(after, at[len]))
			return 1;
	return 0;
}

static void help_names_every_option(void **state)
{
	(void)state;
	child_run(&child, write_help, NULL);
	assert_int_equal(child.status, 0);
	assert_string_equal(child.err, "");
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *spec = &option_table[i];
		char start[64];

		if (spec->letter)
			snprintf(start, sizeof(start), "  -%c, --%s",
				 spec->letter, spec->name);
		else
			snprintf(start, sizeof(start), "  --%s", spec->name);
		assert_int_equal(has_line(child.out, start, " =[\n"),
				 spec->group != NULL);
	}
	assert_true(has_line(child.out,
			     "  --network none|isolated|host-loopback|full",
			     "\n"));
	assert_true(has_line(child.out, "  --unix-sockets=allowlist", " "));
	assert_true(has_line(child.out, "  --allow-unix-socket PATH", " "));
	assert_true(has_line(child.out,
			     "  --backstop "
			     "auto|landlock|landlock-only|supervised|none",
			     "\n"));
	assert_true(has_line(child.out, "  --private-sockets[=DIR]", " "));
	assert_non_null(strstr(child.out, "\n  125  "));
	assert_non_null(strstr(child.out, "\n  126  "));
	assert_non_null(strstr(child.out, "\n  127  "));
	assert_non_null(strstr(child.out, "\nExample:\n  sbx-run "));
}

static void help_fits_and_is_aligned(void **state)
{
	char *line = NULL;
	char *rest = NULL;

	(void)state;
	child_run(&child, write_help, NULL);
	assert_null(strchr(child.out, '\t'));
	for (line = strtok_r(child.out, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		size_t len = strlen(line);

		assert_in_range(len, 1, 79);
		assert_int_not_equal(line[len - 1], ' ');
		/* A text that goes on starts in the same column. */
		if (strspn(line, " ") > 2)
			assert_int_equal(strspn(line, " "), 30);
	}
}

static unsigned int count_lines(const char *text, const char *start)
{
	unsigned int count = 0;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		count += !strncmp(line, start, strlen(start));
	}
	return count;
}

static void man_names_every_option(void **state)
{
	unsigned int shown = 0;

	(void)state;
	child_run(&child, write_man, NULL);
	assert_int_equal(child.status, 0);
	assert_string_equal(child.err, "");
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *spec = &option_table[i];
		char start[64];

		if (!spec->group)
			continue;
		shown++;
		snprintf(start, sizeof(start), " Fl -%s", spec->name);
		assert_non_null(strstr(child.out, start));
		/* Lines made of C strings stay what they were meant to be. */
		if (spec->more)
			assert_int_equal(spec->more[strlen(spec->more) - 1],
					 '\n');
	}
	assert_int_equal(count_lines(child.out, ".It "), shown);
	assert_int_equal(count_lines(child.out, ".Bl "),
			 count_lines(child.out, ".El"));
	assert_int_equal(count_lines(child.out, ".Bl "),
			 count_lines(child.out, ".Ss "));
	assert_non_null(strstr(child.out, ".It Fl q , Fl -quiet\n"));
	assert_non_null(strstr(
		child.out,
		".It Fl -network Cm none | isolated | host-loopback | full\n"));
	assert_non_null(strstr(child.out, ".It Fl -unix-sockets Ns = Ns Cm "
					  "allowlist\n"));
	assert_non_null(strstr(child.out, ".It Fl -private-sockets Ns Oo = Ns "
					  "Ar DIR Oc\n"));
	assert_non_null(strstr(child.out, ".Cm EACCES | EPERM |"));
	assert_null(strstr(child.out, " \n"));
}

/* Every text is there whole, whatever it starts with. */
static void man_tells_what_options_do(void **state)
{
	(void)state;
	child_run(&child, write_man, NULL);
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *spec = &option_table[i];

		if (!spec->group)
			continue;
		assert_non_null(strstr(child.out, spec->help + 1));
		if (spec->more)
			assert_non_null(strstr(child.out, spec->more));
	}
	assert_non_null(strstr(child.out, "\nDo not restrict AF_UNIX"));
	assert_non_null(strstr(child.out, "\nnone (default): "));
}

static void groups_have_one_heading(void **state)
{
	static const char *const groups[] = {
		"AF_UNIX sockets",
		"Network",
		"Enforcement",
		"Messages",
		"Instead of running a command",
	};
	const size_t count = sizeof(groups) / sizeof(groups[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char line[64];

		snprintf(line, sizeof(line), "%s:\n", groups[i]);
		child_run(&child, write_help, NULL);
		assert_int_equal(count_lines(child.out, line), 1);
		snprintf(line, sizeof(line), ".Ss %s\n", groups[i]);
		child_run(&child, write_man, NULL);
		assert_int_equal(count_lines(child.out, line), 1);
		assert_int_equal(count_lines(child.out, ".Ss "), count);
	}
}

static void version_is_one_line(void **state)
{
	(void)state;
	child_run(&child, write_version, NULL);
	assert_string_equal(child.out, "sbx-run " SBX_VERSION "\n");
}

static void write_policy(void *arg)
{
	(void)arg;
	options_print_policy(options, stdout);
}

/* @wanted: with "%s" for the directory. */
static void assert_policy(const char *wanted)
{
	char text[4096];
	size_t len = 0;

	for (const char *p = wanted; *p; p++) {
		if (p[0] == '%' && p[1] == 's') {
			len += (size_t)sprintf(text + len, "%s", dir);
			p++;
		} else {
			text[len++] = *p;
		}
	}
	text[len] = '\0';
	child_run(&child, write_policy, NULL);
	assert_int_equal(child.status, 0);
	assert_string_equal(child.out, text);
}

static void print_policy_is_stable(void **state)
{
	(void)state;
	ACCEPT("--print-policy");
	assert_policy("network none\n"
		      "unix-sockets allowlist\n"
		      "deny-errno EACCES\n");

	ACCEPT("--print-policy", "--allow-unix-socket", dir,
	       "--allow-unix-connect", "link/x", "--allow-unix-bind", "@a",
	       "--deny-unix-socket", "@p*", "--deny-errno", "EPERM",
	       "--allow-unix-socket", "/");
	assert_policy("network none\n"
		      "unix-sockets allowlist\n"
		      "deny-errno EPERM\n"
		      "allow connect,bind,send tree %s\n"
		      "allow connect,send node %s/sub/x (given as link/x)\n"
		      "allow bind abstract @a\n"
		      "deny connect,bind,send prefix '@p*'\n"
		      "allow connect,bind,send tree /\n");

	ACCEPT("--print-policy", "--private-sockets=sub", "--private-sockets",
	       "--deny-unix-socket", "sub");
	assert_policy("network none\n"
		      "unix-sockets allowlist\n"
		      "deny-errno EACCES\n"
		      "abstract-names private\n"
		      "allow bind tree %s/sub (given as sub)\n"
		      "allow bind tree /tmp\n"
		      "deny connect,bind,send tree %s/sub (given as sub)\n");
	ACCEPT("--print-policy", "--allow-unix-dgram");
	assert_policy("network none\n"
		      "unix-sockets allowlist\n"
		      "unix-datagrams allowed\n"
		      "deny-errno EACCES\n");

	NOTICE("notice: --allow-unix-socket" FULL_EFFECT, "--network=full",
	       "--allow-unix-socket", "a b\n\\", "--print-policy");
	assert_policy("network full\n"
		      "unix-sockets unrestricted\n"
		      "deny-errno EACCES\n"
		      "allow connect,bind,send node $'%s/a b\\012\\\\' "
		      "(given as $'a b\\012\\\\')\n");
}

static void print_policy_holds_the_longest_name(void **state)
{
	static char path[4096];
	size_t len = 0;

	(void)state;
	while (len < 3500)
		len += (size_t)sprintf(path + len, "/\n\n\n\n\n\n\n");
	ACCEPT("--print-policy", "--allow-unix-socket", path);
	child_run(&child, write_policy, NULL);
	assert_int_equal(child.status, 0);
	assert_non_null(strstr(child.out, "\\012'\n"));
	assert_true(strlen(child.out) > 4 * 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_names_every_option),
		cmocka_unit_test(help_fits_and_is_aligned),
		cmocka_unit_test(man_names_every_option),
		cmocka_unit_test(man_tells_what_options_do),
		cmocka_unit_test(groups_have_one_heading),
		cmocka_unit_test(version_is_one_line),
		cmocka_unit_test(print_policy_is_stable),
		cmocka_unit_test(print_policy_holds_the_longest_name),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
