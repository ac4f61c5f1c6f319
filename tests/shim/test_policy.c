/* SPDX-License-Identifier: MIT */
/* test_policy.c - how the policy arrives, and what counts if it does not. */
#include "harness.h"

#include <dlfcn.h>

static int case_strict(void)
{
	int bad = 0;

	bad += try_connect(in_dir("granted.sock")) != EACCES;
	bad += try_connect(in_dir("missing.sock")) != ENOENT;
	bad += try_connect(abstract_name("")) != ECONNREFUSED;
	bad += try_bind(in_dir("tree/strict.sock")) != EACCES;
	bad += socket(AF_UNIX, SOCK_DGRAM, 0) != -1;
	return bad;
}

static int case_granted(void)
{
	return try_connect(in_dir("granted.sock"));
}

static void expect_strict(const char *policy, const char *note)
{
	int server = serve(in_dir("granted.sock"), SOCK_STREAM);
	char *old = strdup(getenv(WIRE_VARIABLE));
	char line[8192] = "";
	FILE *log;

	unlink(in_dir("log"));
	if (policy)
		setenv(WIRE_VARIABLE, policy, 1);
	else
		unsetenv(WIRE_VARIABLE);
	expect_case("strict", NULL);
	setenv(WIRE_VARIABLE, old, 1);
	free(old);
	log = fopen(in_dir("log"), "r");
	assert_non_null(log);
	assert_non_null(fgets(line, sizeof(line), log));
	assert_non_null(strstr(line, note));
	fclose(log);
	close(server);
}

static void missing_policy(void **state)
{
	(void)state;
	expect_strict(NULL, "SBX_POLICY is missing");
}

static void damaged_policy(void **state)
{
	char *text = strdup(getenv(WIRE_VARIABLE));

	(void)state;
	expect_strict("", "SBX_POLICY is damaged");
	expect_strict("1.", "SBX_POLICY is damaged");
	expect_strict("2.00000000.AAAA", "SBX_POLICY is damaged");
	text[20] = text[20] == 'x' ? 'y' : 'x';
	expect_strict(text, "SBX_POLICY is damaged");
	text[20] = '\0';
	expect_strict(text, "SBX_POLICY is damaged");
	free(text);
}

/* Programs rewrite their environment; the policy stays what it was. */
static void environment_rewritten(void **state)
{
	int server = serve(in_dir("granted.sock"), SOCK_STREAM);
	char path[128];
	char other[128];
	char **old = environ;
	char *none[] = {NULL};
	int results[3];

	(void)state;
	snprintf(path, sizeof(path), "%s", in_dir("granted.sock"));
	snprintf(other, sizeof(other), "%s", in_dir("log"));
	environ = none;
	results[0] = try_connect(path);
	environ = NULL;
	results[1] = try_connect(path);
	results[2] = try_connect(other);
	environ = old;
	assert_int_equal(results[0], 0);
	assert_int_equal(results[1], 0);
	assert_int_not_equal(results[2], 0);
	close(server);
}

/* A child with an empty environment has no shim: the kernel layer is there. */
static int case_unshimmed(void)
{
	return try_connect("/nosuch") == ENOENT && !getenv("LD_PRELOAD") ? 0
									 : 1;
}

static void empty_environment_loses_the_shim(void **state)
{
	char dir[512];
	char *env[] = {dir, NULL};

	(void)state;
	snprintf(dir, sizeof(dir), STAGE "=%s", test_dir());
	expect_case("unshimmed", env);
}

/* ---- before our constructor --------------------------------------------- */

static const char early_source[] =
	"#include <errno.h>\n"
	"#include <stdlib.h>\n"
	"#include <string.h>\n"
	"#include <sys/socket.h>\n"
	"#include <sys/un.h>\n"
	"#include <unistd.h>\n"
	"int early_granted = -1, early_refused = -1;\n"
	"static int reach(const char *name)\n"
	"{\n"
	"	struct sockaddr_un a = {.sun_family = AF_UNIX};\n"
	"	int fd = socket(AF_UNIX, SOCK_STREAM, 0), r;\n"
	"	strcpy(a.sun_path, getenv(name));\n"
	"	r = connect(fd, (struct sockaddr *)&a, sizeof(a)) ? errno : "
	"0;\n"
	"	close(fd);\n"
	"	return r;\n"
	"}\n"
	"__attribute__((constructor)) static void start(void)\n"
	"{\n"
	"	if (!getenv(\"EARLY_GRANTED\"))\n"
	"		return;\n"
	"	early_granted = reach(\"EARLY_GRANTED\");\n"
	"	early_refused = reach(\"EARLY_REFUSED\");\n"
	"}\n";

static int case_early(void)
{
	void *self = dlopen(getenv("EARLY_LIBRARY"), RTLD_NOW | RTLD_NOLOAD);
	int *ok = self ? dlsym(self, "early_granted") : NULL;
	int *bad = self ? dlsym(self, "early_refused") : NULL;

	if (!ok || !bad)
		return 2;
	return *ok == 0 && *bad == EACCES ? 0 : 1;
}

/* ld.so starts what comes later in LD_PRELOAD first. */
static void called_before_our_constructor(void **state)
{
	int granted = serve(in_dir("granted.sock"), SOCK_STREAM);
	int other = serve(in_dir("other.sock"), SOCK_STREAM);
	char *old = strdup(getenv("LD_PRELOAD"));
	char preload[9000];

	(void)state;
	if (!compile("cc -shared -fPIC", early_source, "early.so", ""))
		skip_or_fail("no C compiler");
	setenv("EARLY_GRANTED", in_dir("granted.sock"), 1);
	setenv("EARLY_REFUSED", in_dir("other.sock"), 1);
	setenv("EARLY_LIBRARY", in_dir("early.so"), 1);
	snprintf(preload, sizeof(preload), "%s:%s", old, in_dir("early.so"));
	setenv("LD_PRELOAD", preload, 1);
	expect_case("early", NULL);
	setenv("LD_PRELOAD", old, 1);
	unsetenv("EARLY_GRANTED");
	free(old);
	assert_true(visited(granted));
	assert_false(visited(other));
	close(granted);
	close(other);
}

/* ---- what the constructor leaves behind --------------------------------- */

static int errno_at_main;

static int case_errno(void)
{
	return errno_at_main;
}

static void errno_is_clean_at_main(void **state)
{
	(void)state;
	expect_case("errno", NULL);
}

static int case_dlerror(void)
{
	return dlerror() ? 1 : 0;
}

static void no_dlerror_is_left(void **state)
{
	(void)state;
	expect_case("dlerror", NULL);
}

static void granted_case(void **state)
{
	int server = serve(in_dir("granted.sock"), SOCK_STREAM);

	(void)state;
	expect_case("granted", NULL);
	close(server);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(granted_case),
		cmocka_unit_test(missing_policy),
		cmocka_unit_test(damaged_policy),
		cmocka_unit_test(environment_rewritten),
		cmocka_unit_test(empty_environment_loses_the_shim),
		cmocka_unit_test(called_before_our_constructor),
		cmocka_unit_test(errno_is_clean_at_main),
		cmocka_unit_test(no_dlerror_is_left),
	};

	return cmocka_run_group_tests_name("shim: policy", tests, NULL, NULL);
}

int main(int argc, char *argv[])
{
	static const struct test_case cases[] = {
		{"strict", case_strict},
		{"granted", case_granted},
		{"unshimmed", case_unshimmed},
		{"early", case_early},
		{"errno", case_errno},
		{"dlerror", case_dlerror},
		{NULL, NULL},
	};

	errno_at_main = errno;
	return harness(argc, argv, run, cases);
}
