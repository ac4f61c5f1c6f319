/* SPDX-License-Identifier: MIT */
/* test_elf_script.c - "#!" lines, with the kernel as the judge.
 *
 * Each script is executed, too.  Its interpreter is a program that succeeds
 * whatever its arguments are, so whether execve(2) succeeds says what
 * elf_probe() must have found.
 */
#include "elf_file.h"
#include "launcher/elf.h"

static char dir[64];
static char interpreter[80]; /* a program in dir */
static struct elf_info info;

static void put_script(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void exec_in_child(void *arg)
{
	execl(arg, arg, (char *)NULL);
	exit(99);
}

static bool kernel_runs(const char *path)
{
	static struct child child;

	child_run(&child, exec_in_child, (void *)(uintptr_t)path);
	return child.status == 0;
}

/* elf_probe() follows the line if and only if the kernel does. */
static void assert_like_kernel(const char *text, size_t len)
{
	bool runs;

	put_script("script", text, len);
	runs = kernel_runs("script");
	elf_probe("script", &info);
	if (runs != (info.kind != ELF_UNKNOWN))
		print_message("# line: %.*s\n", (int)len, text);
	assert_int_equal(info.kind != ELF_UNKNOWN, runs);
}

/* The line has "%s" where the interpreter goes. */
static void assert_line(const char *format, bool runs)
{
	char text[512];
	int len;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	len = snprintf(text, sizeof(text), format, interpreter);
#pragma GCC diagnostic pop
	assert_like_kernel(text, (size_t)len);
	assert_int_equal(info.kind != ELF_UNKNOWN, runs);
	if (runs)
		assert_string_equal(info.path, interpreter);
}

static void lines_are_read_like_the_kernel_does(void **state)
{
	(void)state;
	assert_line("#!%s\n", true);
	assert_line("#!%s", true);
	assert_line("#!  %s\n", true);
	assert_line("#!\t%s\t\n", true);
	assert_line("#! %s one argument \n", true);
	assert_line("#!%s\targument", true);
	assert_line("#!%s\ntrue\n", true);
	assert_line("#!%s\r\n", false);
	assert_line(" #!%s\n", false);
	assert_line("# !%s\n", false);
	assert_line("#\n!%s\n", false);
	assert_line("#!\n%s\n", false);
	assert_line("#! \t\n%s\n", false);
	assert_line("#!", false);
	assert_line("#! ", false);
	assert_line("#!\n", false);
	assert_line("#", false);
	assert_line("#!/nonexistent %s\n", false);
	assert_line("#!.%s\n", false);
}

static void nul_ends_the_line(void **state)
{
	char text[256];
	int len;

	(void)state;
	len = snprintf(text, sizeof(text), "#!%s%cx", interpreter, 0);
	assert_like_kernel(text, (size_t)len);
	assert_string_equal(info.path, interpreter);
	assert_like_kernel("#!\0/bin/true\n", 13);
	assert_like_kernel("#! \0/bin/true\n", 14);
}

/* BINPRM_BUF_SIZE is 256: a name that is cut there must not be executed. */
static void long_lines_are_cut_like_the_kernel_does(void **state)
{
	static const char *const ends[] = {"", "\n", " ", " x", " x\n", "\t\n"};
	unsigned int followed = 0;

	(void)state;
	for (size_t len = 248; len <= 262; len++)
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			char text[512];
			size_t pad = len - 2 - strlen(interpreter);

			memset(text, '/', sizeof(text));
			memcpy(text, "#!", 2);
			snprintf(text + 2 + pad, sizeof(text) - 2 - pad, "%s%s",
				 interpreter, ends[i]);
			assert_like_kernel(text, len + strlen(ends[i]));
			followed += info.kind != ELF_UNKNOWN;

			/* The same length of blanks before the name. */
			memset(text + 2, ' ', pad);
			assert_like_kernel(text, len + strlen(ends[i]));
			followed += info.kind != ELF_UNKNOWN;
		}
	assert_in_range(followed, 80, 120);
}

static void chains_end_where_the_kernel_ends_them(void **state)
{
	char name[96];
	char text[128];
	int deepest = 0;

	(void)state;
	for (int depth = 1; depth <= 8; depth++) {
		int len = snprintf(text, sizeof(text), "#!%s -x\n",
				   depth == 1 ? interpreter : name);

		snprintf(name, sizeof(name), "%s/chain%d", dir, depth);
		put_script(name, text, (size_t)len);
		elf_probe(name, &info);
		assert_int_equal(info.kind != ELF_UNKNOWN, kernel_runs(name));
		if (info.kind != ELF_UNKNOWN) {
			assert_string_equal(info.path, interpreter);
			deepest = depth;
		}
	}
	assert_in_range(deepest, 4, 7);
	for (int depth = 1; depth <= 8; depth++) {
		snprintf(name, sizeof(name), "chain%d", depth);
		unlink(name);
	}
}

static void script_that_interprets_itself_ends(void **state)
{
	char text[128];
	int len = snprintf(text, sizeof(text), "#!%s/script\n", dir);

	(void)state;
	assert_like_kernel(text, (size_t)len);
	assert_int_equal(info.kind, ELF_UNKNOWN);
}

static void relative_interpreter_is_relative_to_us(void **state)
{
	(void)state;
	assert_like_kernel("#!program\n", 10);
	assert_string_equal(info.path, "program");
	assert_true(info.kind != ELF_UNKNOWN);
}

static int make_interpreter(void **state)
{
	char template[] = "/tmp/sbx-script-XXXXXX";
	char command[256];

	(void)state;
	unsetenv("LD_PRELOAD");
	if (!mkdtemp(template) || chdir(template) || !getcwd(dir, sizeof(dir)))
		return -1;
	snprintf(interpreter, sizeof(interpreter), "%s/program", dir);
	snprintf(command, sizeof(command), "cp /bin/true %s", interpreter);
	return system(command);
}

static int leave_directory(void **state)
{
	(void)state;
	unlink("program");
	unlink("script");
	return chdir("/") || rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_like_the_kernel_does),
		cmocka_unit_test(nul_ends_the_line),
		cmocka_unit_test(long_lines_are_cut_like_the_kernel_does),
		cmocka_unit_test(chains_end_where_the_kernel_ends_them),
		cmocka_unit_test(script_that_interprets_itself_ends),
		cmocka_unit_test(relative_interpreter_is_relative_to_us),
	};

	return cmocka_run_group_tests(tests, make_interpreter, leave_directory);
}
