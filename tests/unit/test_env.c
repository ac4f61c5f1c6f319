/* SPDX-License-Identifier: MIT */
/* test_env.c - the command's environment: LD_PRELOAD and SBX_*.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "child.h"
#include "launcher/diag.h"
#include "launcher/env.h"
#include "policy/wire.h"

#define SHIM "/opt/sbx/libsbxshim.so"
#define RUN  "run-1"

static struct child child;
static struct policy policy;

/* ---- env_prepare -------------------------------------------------------- */

struct call {
	const char *old; /* LD_PRELOAD of the caller, NULL: unset */
	const char *shim;
	const char *asan; /* what the program needs, NULL: nothing */
	const char *log;
	bool quiet;
	const char *show; /* the variable to write to stdout */
};

static void set_or_unset(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

/* Values of the enclosing sbx-run must not survive. */
static void prepare_in_child(void *arg)
{
	const struct call *call = arg;
	struct elf_info program = {.kind = ELF_DYNAMIC};
	const char *value;

	set_or_unset("LD_PRELOAD", call->old);
	setenv("SBX_POLICY", "stale", 1);
	setenv("SBX_LOG", "stale", 1);
	setenv("SBX_RUN", "stale", 1);
	setenv("SBX_QUIET", "stale", 1);
	if (call->quiet)
		diag_quiet();
	if (call->asan) {
		program.asan = true;
		snprintf(program.asan_name, sizeof(program.asan_name), "%s",
			 call->asan);
	}
	env_prepare(&policy, RUN, call->shim, &program, call->log);
	value = getenv(call->show);
	fputs(value ? value : "(unset)", stdout);
}

static bool quiet;

static const char *value_of(const char *show, const char *old, const char *shim,
			    const char *asan, const char *log)
{
	struct call call = {old, shim, asan, log, quiet, show};

	child_run(&child, prepare_in_child, &call);
	assert_string_equal(child.err, "");
	assert_int_equal(child.status, 0);
	return child.out;
}

#define PRELOAD(old, shim, asan) value_of("LD_PRELOAD", old, shim, asan, NULL)

static void shim_comes_before_the_callers(void **state)
{
	(void)state;
	assert_string_equal(PRELOAD(NULL, SHIM, NULL), SHIM);
	assert_string_equal(PRELOAD("", SHIM, NULL), SHIM);
	assert_string_equal(PRELOAD(" : ", SHIM, NULL), SHIM);
	assert_string_equal(PRELOAD("/a.so", SHIM, NULL), SHIM ":/a.so");
	assert_string_equal(PRELOAD("/a.so:b.so", SHIM, NULL),
			    SHIM ":/a.so:b.so");
	/* ld.so splits at both; what comes out has one kind. */
	assert_string_equal(PRELOAD(" /a.so  b.so::/$LIB/c.so:", SHIM, NULL),
			    SHIM ":/a.so:b.so:/$LIB/c.so");
}

static void shim_is_named_once(void **state)
{
	(void)state;
	assert_string_equal(PRELOAD(SHIM, SHIM, NULL), SHIM);
	assert_string_equal(PRELOAD("/a.so:" SHIM ":/b.so", SHIM, NULL),
			    SHIM ":/a.so:/b.so");
	assert_string_equal(PRELOAD(SHIM " " SHIM, SHIM, NULL), SHIM);
	/* The shim of an enclosing sbx-run from elsewhere. */
	assert_string_equal(PRELOAD("/other/libsbxshim.so:/a.so", SHIM, NULL),
			    SHIM ":/a.so");
	assert_string_equal(PRELOAD("libsbxshim.so", SHIM, NULL), SHIM);
	/* Names that only look alike are the caller's. */
	assert_string_equal(
		PRELOAD("/libsbxshim.so/a.so:/x/mylibsbxshim.so", SHIM, NULL),
		SHIM ":/libsbxshim.so/a.so:/x/mylibsbxshim.so");
}

static void asan_runtime_comes_first(void **state)
{
	(void)state;
	assert_string_equal(PRELOAD(NULL, SHIM, "libasan.so.8"),
			    "libasan.so.8:" SHIM);
	assert_string_equal(PRELOAD("/a.so", SHIM, "libasan.so.8"),
			    "libasan.so.8:" SHIM ":/a.so");
	/* The caller's own choice of the runtime, wherever it stands. */
	assert_string_equal(
		PRELOAD("/a.so:/gcc/libasan.so.8", SHIM, "libasan.so.8"),
		"/gcc/libasan.so.8:" SHIM ":/a.so");
	assert_string_equal(PRELOAD("libasan.so.8:/a.so", SHIM, "libasan.so.8"),
			    "libasan.so.8:" SHIM ":/a.so");
	/* python3 with an extension that was built with ASan. */
	assert_string_equal(PRELOAD("/gcc/libasan.so.8", SHIM, NULL),
			    "/gcc/libasan.so.8:" SHIM);
	assert_string_equal(PRELOAD("/libasan.so.8/a.so", SHIM, NULL),
			    SHIM ":/libasan.so.8/a.so");
}

static void long_values_are_kept_whole(void **state)
{
	static char old[50001];
	const char *out;

	(void)state;
	memset(old, 'x', sizeof(old) - 1);
	for (size_t i = 0; i < sizeof(old) - 1; i += 100)
		old[i] = i % 200 ? ':' : ' ';
	out = PRELOAD(old, SHIM, NULL);
	assert_int_equal(strlen(out), strlen(SHIM) + strlen(old));
	assert_int_equal(strncmp(out, SHIM ":xxx", strlen(SHIM) + 4), 0);

	memset(old, 'y', sizeof(old) - 1);
	out = PRELOAD(old, SHIM, "libasan.so.8");
	assert_string_equal(out + strlen("libasan.so.8:" SHIM ":"), old);
}

static void without_shim_preload_stays(void **state)
{
	(void)state;
	assert_string_equal(PRELOAD(NULL, NULL, NULL), "(unset)");
	assert_string_equal(PRELOAD("", NULL, NULL), "");
	assert_string_equal(PRELOAD(" /a.so  b.so:", NULL, "libasan.so.8"),
			    " /a.so  b.so:");
	/* ... but for the shim of an enclosing sbx-run. */
	assert_string_equal(PRELOAD(SHIM, NULL, NULL), "(unset)");
	assert_string_equal(PRELOAD(SHIM ":/a.so", NULL, "libasan.so.8"),
			    "/a.so");
	assert_string_equal(PRELOAD("/mylibsbxshim.so", NULL, NULL),
			    "/mylibsbxshim.so");
}

static void policy_is_handed_over(void **state)
{
	static struct policy decoded;
	const struct policy_rule rule = {
		.effect = EFFECT_ALLOW,
		.ops = OPS_ALL,
		.kind = RULE_NODE,
		.pin_len = 4,
	};

	(void)state;
	policy_init(&policy);
	policy.deny_errno = EPERM;
	assert_int_equal(policy_add(&policy, &rule, "/run/x", 6, "x"),
			 POLICY_OK);
	value_of("SBX_POLICY", NULL, SHIM, NULL, NULL);
	assert_int_equal(wire_decode(child.out, &decoded), 0);
	assert_int_equal(decoded.deny_errno, EPERM);
	assert_int_equal(decoded.rule_count, 1);
	assert_string_equal(policy_rule_name(&decoded, &decoded.rules[0]),
			    "/run/x");
	assert_string_equal(value_of("SBX_POLICY", NULL, NULL, NULL, NULL),
			    "(unset)");
}

/* Every byte of the arena used, with the most rules there can be. */
static void largest_policy_fits(void **state)
{
	static struct policy decoded;
	static char name[4096];
	const struct policy_rule rule = {
		.effect = EFFECT_ALLOW,
		.ops = OPS_ALL,
		.kind = RULE_NODE,
		.pin_len = 1,
	};

	(void)state;
	policy_init(&policy);
	memset(name, 'n', sizeof(name) - 1);
	name[0] = '/';
	for (size_t len = sizeof(name) - 1; len > 1; len /= 2)
		while (policy_add(&policy, &rule, name, len, "g") == POLICY_OK)
			;
	assert_true(policy.arena_used > POLICY_ARENA_SIZE - 8);
	value_of("SBX_POLICY", NULL, SHIM, NULL, NULL);
	/* MAX_ARG_STRLEN, execve(2) */
	assert_true(strlen("SBX_POLICY=") + strlen(child.out) < 128 * 1024);
	assert_int_equal(wire_decode(child.out, &decoded), 0);
	assert_int_equal(decoded.rule_count, policy.rule_count);
	policy_init(&policy);
}

static void markers(void **state)
{
	(void)state;
	assert_string_equal(value_of("SBX_RUN", NULL, SHIM, NULL, NULL), RUN);
	assert_string_equal(value_of("SBX_RUN", NULL, NULL, NULL, NULL), RUN);
	assert_string_equal(value_of("SBX_LOG", NULL, SHIM, NULL, NULL),
			    "(unset)");
	assert_string_equal(value_of("SBX_LOG", NULL, SHIM, NULL, "/l"), "/l");
	assert_int_equal(chdir("/"), 0);
	assert_string_equal(value_of("SBX_LOG", NULL, SHIM, NULL, "a/l"),
			    "//a/l");
	assert_int_equal(chdir("/tmp"), 0);
	assert_string_equal(value_of("SBX_LOG", NULL, SHIM, NULL, "l"),
			    "/tmp/l");
	assert_string_equal(value_of("SBX_QUIET", NULL, SHIM, NULL, NULL),
			    "(unset)");
	quiet = true;
	assert_string_equal(value_of("SBX_QUIET", NULL, SHIM, NULL, NULL), "1");
	assert_string_equal(value_of("SBX_QUIET", NULL, NULL, NULL, NULL),
			    "(unset)");
	quiet = false;
}

static void set_stacks_in_child(void *arg)
{
	const char *value;

	setenv("SBX_STACKS", "stale", 1);
	env_set_stacks(*(const bool *)arg);
	value = getenv("SBX_STACKS");
	fputs(value ? value : "(unset)", stdout);
}

static void the_shim_is_told_of_stacks(void **state)
{
	(void)state;
	child_run(&child, set_stacks_in_child, &(bool){true});
	assert_string_equal(child.out, "1");
	child_run(&child, set_stacks_in_child, &(bool){false});
	assert_string_equal(child.out, "(unset)");
}

static int start_empty(void **state)
{
	(void)state;
	policy_init(&policy);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shim_comes_before_the_callers),
		cmocka_unit_test(shim_is_named_once),
		cmocka_unit_test(asan_runtime_comes_first),
		cmocka_unit_test(long_values_are_kept_whole),
		cmocka_unit_test(without_shim_preload_stays),
		cmocka_unit_test(policy_is_handed_over),
		cmocka_unit_test(largest_policy_fits),
		cmocka_unit_test(markers),
		cmocka_unit_test(the_shim_is_told_of_stacks),
	};

	return cmocka_run_group_tests(tests, start_empty, NULL);
}
