/* SPDX-License-Identifier: MIT */
/* test_runtimes.c - programs that are not like this one: musl, sanitized,
 * with another allocator, under valgrind; and those that miss the shim. */
#include "harness.h"

/* Visits argv[1] and argv[2] and prints two errno names' numbers. */
static const char source[] =
	"#include <errno.h>\n"
	"#include <dlfcn.h>\n"
	"#include <stdio.h>\n"
	"#include <stdlib.h>\n"
	"#include <string.h>\n"
	"#include <sys/socket.h>\n"
	"#include <sys/un.h>\n"
	"#include <unistd.h>\n"
	"typedef int connect_fn(int, const struct sockaddr *, socklen_t);\n"
	"#ifdef DEEP\n"
	"static connect_fn *choose(void)\n"
	"{\n"
	"	void *l = DEEP;\n"
	"	return l ? (connect_fn *)dlsym(l, \"visit\") : NULL;\n"
	"}\n"
	"#else\n"
	"static connect_fn *choose(void) { return connect; }\n"
	"#endif\n"
	"static int reach(const char *path)\n"
	"{\n"
	"	struct sockaddr_un a;\n"
	"	int fd = socket(AF_UNIX, SOCK_STREAM, 0), r;\n"
	"	a.sun_family = AF_UNIX;\n" /* the rest is not set: for valgrind
					    */
	"	strcpy(a.sun_path, path);\n"
	"	free(malloc(10000));\n"
	"	r = choose()(fd, (struct sockaddr *)&a, sizeof(a)) ? errno : "
	"0;\n"
	"	close(fd);\n"
	"	return r;\n"
	"}\n"
	"int main(int argc, char *argv[])\n"
	"{\n"
	"	if (argc < 3 || !choose())\n"
	"		return 2;\n"
	"	printf(\"%d %d %d\\n\", reach(argv[1]), reach(argv[2]),\n"
	"	       reach(argv[2]));\n"
	"	return 0;\n"
	"}\n";

static const char library[] =
	"#include <sys/socket.h>\n"
	"int visit(int fd, const struct sockaddr *a, socklen_t len)\n"
	"{\n"
	"	return connect(fd, a, len);\n"
	"}\n";

static char granted_path[128];
static char other_path[128];

static int make_servers(void **state)
{
	(void)state;
	snprintf(granted_path, sizeof(granted_path), "%s",
		 in_dir("granted.sock"));
	snprintf(other_path, sizeof(other_path), "%s", in_dir("other.sock"));
	serve(granted_path, SOCK_STREAM);
	serve(other_path, SOCK_STREAM);
	return 0;
}

/* Runs @program, after @prefix if there is one, with that LD_PRELOAD. */
static void run_visitor(struct result *result, char *const prefix[],
			const char *program, const char *preload)
{
	char *argv[16];
	size_t count = 0;
	char *old = strdup(getenv("LD_PRELOAD"));

	for (; prefix && prefix[count]; count++)
		argv[count] = prefix[count];
	argv[count++] = (char *)program;
	argv[count++] = granted_path;
	argv[count++] = other_path;
	argv[count] = NULL;
	setenv("LD_PRELOAD", preload, 1);
	run_program(result, argv, NULL);
	setenv("LD_PRELOAD", old, 1);
	free(old);
}

static void expect_output(const struct result *result, const char *want)
{
	if (exit_code(result) != 0 || strcmp(result->output, want) != 0)
		fail_msg("status 0x%x: %s", result->status, result->output);
}

static void expect_visitor(const char *program, const char *preload)
{
	struct result result;

	run_visitor(&result, NULL, in_dir(program), preload);
	expect_output(&result, "0 13 13\n");
}

static bool have_visitor(void)
{
	return access(in_dir("visitor"), X_OK) == 0 ||
	       compile("cc", source, "visitor", "");
}

static void plain_program(void **state)
{
	(void)state;
	if (!have_visitor())
		skip_or_fail("no C compiler");
	expect_visitor("visitor", shim_path());
}

static void musl_program(void **state)
{
	(void)state;
	if (!has_program("musl-gcc"))
		skip_or_fail("no musl-gcc");
	assert_true(compile("musl-gcc", source, "visitor.musl", ""));
	expect_visitor("visitor.musl", shim_path());
}

static const char *asan_path(void)
{
	static char path[4096];
	FILE *pipe =
		popen("env -u LD_PRELOAD gcc -print-file-name=libasan.so", "r");

	path[0] = '\0';
	if (pipe && fgets(path, sizeof(path), pipe))
		path[strcspn(path, "\n")] = '\0';
	if (pipe)
		pclose(pipe);
	return path[0] == '/' ? path : NULL;
}

/* Its runtime must come first, which the launcher sees to. */
static void sanitized_program(void **state)
{
	char preload[8192];

	(void)state;
	if (!asan_path() ||
	    !compile("gcc -fsanitize=address", source, "visitor.asan", ""))
		skip_or_fail("no ASan");
	snprintf(preload, sizeof(preload), "%s:%s", asan_path(), shim_path());
	expect_visitor("visitor.asan", preload);
}

static void other_allocator(void **state)
{
	static const char *const paths[] = {
		"/usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
		"/usr/lib/aarch64-linux-gnu/libjemalloc.so.2",
		"/usr/lib64/libjemalloc.so.2",
	};
	char preload[8192];

	(void)state;
	if (!have_visitor())
		skip_or_fail("no C compiler");
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (access(paths[i], R_OK) != 0)
			continue;
		snprintf(preload, sizeof(preload), "%s:%s", paths[i],
			 shim_path());
		expect_visitor("visitor", preload);
		snprintf(preload, sizeof(preload), "%s:%s", shim_path(),
			 paths[i]);
		expect_visitor("visitor", preload);
		return;
	}
	skip_or_fail("no jemalloc");
}

/* No complaint, although most of the address was never set. */
static void under_valgrind(void **state)
{
	char *const prefix[] = {"valgrind", "-q", "--error-exitcode=9", NULL};
	struct result result;

	(void)state;
	if (!has_program("valgrind") || !have_visitor())
		skip_or_fail("no valgrind");
	run_visitor(&result, prefix, in_dir("visitor"), shim_path());
	expect_output(&result, "0 13 13\n");
}

/* ---- documented misses: the kernel layer answers these ------------------- */

static void expect_miss(const char *name, const char *open)
{
	char flags[1024];
	struct result result;

	if (!compile("cc -shared -fPIC", library, "libvisit.so", ""))
		skip_or_fail("no C compiler");
	snprintf(flags, sizeof(flags), "'-DDEEP=%s'", open);
	if (!compile("cc -O0", source, name, flags))
		fail_msg("cannot compile %s", name);
	run_visitor(&result, NULL, in_dir(name), shim_path());
	expect_output(&result, "0 0 0\n");
}

static void deep_binding_misses_the_shim(void **state)
{
	char open[512];

	(void)state;
	snprintf(open, sizeof(open), "dlopen(\"%s\", RTLD_NOW | RTLD_DEEPBIND)",
		 in_dir("libvisit.so"));
	expect_miss("visitor.deep", open);
}

static void other_namespace_misses_the_shim(void **state)
{
	char open[512];

	(void)state;
	snprintf(open, sizeof(open), "dlmopen(LM_ID_NEWLM, \"%s\", RTLD_NOW)",
		 in_dir("libvisit.so"));
	expect_miss("visitor.namespace", open);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_program),
		cmocka_unit_test(musl_program),
		cmocka_unit_test(sanitized_program),
		cmocka_unit_test(other_allocator),
		cmocka_unit_test(under_valgrind),
		cmocka_unit_test(deep_binding_misses_the_shim),
		cmocka_unit_test(other_namespace_misses_the_shim),
	};

	return cmocka_run_group_tests_name("shim: runtimes", tests,
					   make_servers, NULL);
}

int main(int argc, char *argv[])
{
	return harness(argc, argv, run, NULL);
}
