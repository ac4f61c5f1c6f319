/* SPDX-License-Identifier: MIT */
/* parse.h - what the tests of the command line have in common.
 *
 * options_parse() may end the process, so it runs in a child that leaves its
 * result in shared memory.
 */
#ifndef SBX_TESTS_PARSE_H
#define SBX_TESTS_PARSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "child.h"
#include "launcher/option_table.h"

static struct child child;
static struct options *options; /* what the child parsed */
static char dir[64];		/* canonical; the current directory */

struct arguments {
	int count;
	char **words;
};

static inline void parse_in_child(void *arg)
{
	const struct arguments *arguments = arg;

	options_parse(options, arguments->count, arguments->words);
}

static inline void parse(char **words)
{
	struct arguments arguments = {0, words};

	while (words[arguments.count])
		arguments.count++;
	memset(options, 0xa5, sizeof(*options));
	child_run(&child, parse_in_child, &arguments);
	assert_string_equal(child.out, "");
}

/* Parses the words after "sbx-run"; the last is the NULL of argv. */
#define WORDS(...) ((char *[]){(char[]){"sbx-run"}, __VA_ARGS__, NULL})

static inline void assert_notice(char **words, const char *line)
{
	parse(words);
	assert_string_equal(child.err, line);
	assert_int_equal(child.status, 0);
}

static inline void assert_refused(char **words, const char *line)
{
	parse(words);
	assert_string_equal(child.err, line);
	assert_int_equal(child.status, 125);
}

#define ACCEPT(...) assert_notice(WORDS(__VA_ARGS__), "")
#define NOTICE(line, ...)                                                      \
	assert_notice(WORDS(__VA_ARGS__), "sbx-run: " line "\n")
#define REFUSE(line, ...)                                                      \
	assert_refused(WORDS(__VA_ARGS__), "sbx-run: " line "\n")

/* A refusal of AF_UNIX options that nothing would heed. */
#define FULL_EFFECT                                                            \
	" has no effect with --network full; add --unix-sockets=allowlist to " \
	"restrict AF_UNIX too"
#define ALL_EFFECT                                                             \
	" has no effect with --allow-all-unix-sockets; drop one of them"

static inline int enter_directory(void **state)
{
	char template[] = "/tmp/sbx-options-XXXXXX";

	(void)state;
	options = child_shared(sizeof(*options));
	if (!mkdtemp(template) || chdir(template) ||
	    !getcwd(dir, sizeof(dir)) || mkdir("sub", 0755) ||
	    symlink("sub", "link") || symlink("loop", "loop") ||
	    mknod("file", S_IFREG | 0644, 0))
		return -1;
	return 0;
}

static inline int leave_directory(void **state)
{
	(void)state;
	unlink("file");
	unlink("loop");
	unlink("link");
	rmdir("sub");
	return chdir("/") || rmdir(dir);
}

#endif /* SBX_TESTS_PARSE_H */
