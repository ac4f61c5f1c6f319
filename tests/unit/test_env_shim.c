/* SPDX-License-Identifier: MIT */
/* test_env_shim.c - where libsbxshim.so is looked for, and what is refused.
 *
 * A copy of this program plays sbx-run in a directory tree of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "child.h"
#include "launcher/env.h"

static struct child child;
static char tree[64]; /* a directory to install into */

/* A file that starts with our own ELF header, changed. */
static void put_library(const char *path, unsigned int type,
			unsigned int machine)
{
	ElfW(Ehdr) header;
	int fd = open("/proc/self/exe", O_RDONLY);

	assert_int_equal(read(fd, &header, sizeof(header)), sizeof(header));
	close(fd);
	header.e_type = (uint16_t)type;
	if (machine)
		header.e_machine = (uint16_t)machine;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_int_equal(write(fd, &header, sizeof(header)), sizeof(header));
	close(fd);
}

static void put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* A program of its own: sbx-run as env_shim_path() sees it. */
static int print_shim_path(void)
{
	const char *why = "no reason";
	const char *path = env_shim_path(&why);

	printf("%s", path ? path : why);
	return path ? 0 : 1;
}

static void exec_program(void *arg)
{
	execl(arg, arg, "--shim-path", (char *)NULL);
	exit(99);
}

/* Root could read everything. */
static void exec_as_nobody(void *arg)
{
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
		exit(98);
	exec_program(arg);
}

static void copy_self(const char *path)
{
	static char buf[1 << 16];
	int in = open("/proc/self/exe", O_RDONLY);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		assert_int_equal(write(out, buf, (size_t)n), n);
	close(in);
	close(out);
}

static void assert_found(const char *program, const char *shim)
{
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "%s/%s", tree, shim);
	child_run(&child, exec_program, (void *)(uintptr_t)program);
	assert_string_equal(child.out, wanted);
	assert_int_equal(child.status, 0);
}

static void assert_not_found(const char *program, const char *why)
{
	child_run(&child, exec_program, (void *)(uintptr_t)program);
	assert_string_equal(child.out, why);
	assert_int_equal(child.status, 1);
}

#define NOWHERE "libsbxshim.so is neither beside sbx-run nor in ../lib/sbx"

static void shim_is_found_where_it_is_installed(void **state)
{
	(void)state;
	assert_not_found("bin/sbx-run", NOWHERE);
	put_library("lib/sbx/libsbxshim.so", ET_DYN, 0);
	assert_found("bin/sbx-run", "lib/sbx/libsbxshim.so");
	put_library("bin/libsbxshim.so", ET_DYN, 0);
	assert_found("bin/sbx-run", "bin/libsbxshim.so");
	/* Neither the link nor the current directory says where we are. */
	assert_int_equal(symlink("bin/sbx-run", "link"), 0);
	assert_found("link", "bin/libsbxshim.so");
	unlink("link");
	unlink("bin/libsbxshim.so");
	unlink("lib/sbx/libsbxshim.so");
	put_library("libsbxshim.so", ET_DYN, 0);
	assert_not_found("bin/sbx-run", NOWHERE);
	unlink("libsbxshim.so");
}

static void unusable_shim_is_refused(void **state)
{
	static const char beside[] = "bin/libsbxshim.so";

	(void)state;
	/* No falling back on what is installed: it may be another version. */
	put_library("lib/sbx/libsbxshim.so", ET_DYN, 0);
	put_text(beside, "");
	assert_not_found("bin/sbx-run", "not an ELF file");
	put_text(beside, "INPUT(-lc)\n/* a linker script */\n");
	assert_not_found("bin/sbx-run", "not an ELF file");
	put_text(beside, "\177ELF");
	assert_not_found("bin/sbx-run", "not an ELF file");
	put_text(beside, "\177ELF\2\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1");
	assert_not_found("bin/sbx-run", "built for another machine");
	put_library(beside, ET_DYN, EM_S390);
	assert_not_found("bin/sbx-run", "built for another machine");
	put_library(beside, ET_EXEC, 0);
	assert_not_found("bin/sbx-run", "not a shared object");
	put_library(beside, ET_REL, 0);
	assert_not_found("bin/sbx-run", "not a shared object");
	unlink(beside);
	assert_int_equal(mkdir(beside, 0755), 0);
	assert_not_found("bin/sbx-run", "not an ELF file");
	rmdir(beside);
	unlink("lib/sbx/libsbxshim.so");
}

static void unreadable_shim_is_refused(void **state)
{
	static char program[] = "bin/sbx-run";

	(void)state;
	put_library("bin/libsbxshim.so", ET_DYN, 0);
	assert_int_equal(chmod("bin/libsbxshim.so", 0), 0);
	child_run(&child, exec_as_nobody, program);
	assert_string_equal(child.out, "Permission denied");
	assert_int_equal(child.status, 1);
	unlink("bin/libsbxshim.so");
}

static void paths_that_split_are_refused(void **state)
{
	static const char *const dirs[] = {"a b", "a:b"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		char program[32];
		char shim[32];

		snprintf(program, sizeof(program), "%s/sbx-run", dirs[i]);
		snprintf(shim, sizeof(shim), "%s/libsbxshim.so", dirs[i]);
		assert_int_equal(mkdir(dirs[i], 0755), 0);
		assert_int_equal(link("bin/sbx-run", program), 0);
		put_library(shim, ET_DYN, 0);
		assert_not_found(program, "its path holds a space or a colon");
		unlink(shim);
		unlink(program);
		rmdir(dirs[i]);
	}
}

static int make_tree(void **state)
{
	char template[] = "/tmp/sbx-env-XXXXXX";

	(void)state;
	if (!mkdtemp(template) || chmod(template, 0755) || chdir(template) ||
	    !getcwd(tree, sizeof(tree)) || mkdir("bin", 0755) ||
	    mkdir("lib", 0755) || mkdir("lib/sbx", 0755))
		return -1;
	copy_self("bin/sbx-run");
	return 0;
}

static int remove_tree(void **state)
{
	(void)state;
	unlink("bin/sbx-run");
	rmdir("bin");
	rmdir("lib/sbx");
	rmdir("lib");
	return chdir("/") || rmdir(tree);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shim_is_found_where_it_is_installed),
		cmocka_unit_test(unusable_shim_is_refused),
		cmocka_unit_test(unreadable_shim_is_refused),
		cmocka_unit_test(paths_that_split_are_refused),
	};

	if (argc == 2 && !strcmp(argv[1], "--shim-path"))
		return print_shim_path();
	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
