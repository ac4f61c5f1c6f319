/* SPDX-License-Identifier: MIT */
/* test_changing.c - names that will be others the next time.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "policy/changing.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void words(void **state)
{
	static const char *const random[] = {
		"hLVjGn",   "m5w94nkx", "tmpoilibrlu", "3f2b8c1e",
		"Ab3De6",   "aB3xY",	"1764450000",  "X7y8Z9qwer",
		"9e107d9d", "kQ2",	"a1b2c3d4e5",
	};
	static const char *const chosen[] = {
		"",
		"socket",
		"tmp",
		"tmpfile",
		"server2",
		"PgBouncer",
		"DockerDesktopVM",
		"SingletonSocket",
		"X11",
		"5432",
		"PGSQL",
		"containerd",
		"sha256sum",
		"12345678",
		"a\xc3\xa9"
		"b1c2d3",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(random); i++) {
		const size_t len = strlen(random[i]);

		/* Five letters or fewer may mean anything. */
		if (changing_word(random[i], len) != (len >= 6))
			fail_msg("%s", random[i]);
	}
	for (size_t i = 0; i < COUNT_OF(chosen); i++)
		if (changing_word(chosen[i], strlen(chosen[i])))
			fail_msg("%s", chosen[i]);
}

static bool is_seven(const char *digits, size_t len, const void *ctx)
{
	assert_ptr_equal(ctx, &words);
	return len == 2 && memcmp(digits, "77", 2) == 0;
}

static void directories(void **state)
{
	static const struct {
		const char *path;
		size_t settled;
		const char *above; /* NULL: nothing changes */
	} rows[] = {
		{"/run/app.sock", 0, NULL},
		{"/run/app.77", 0, "/run"},
		{"/run/app.77.sock", 0, "/run"},
		{"/run/app77", 0, NULL},
		{"/run/77/sock", 0, "/run"},
		{"/run/77/sock", 7, NULL},
		{"/run/77/x1y2z3", 7, "/run/77"},
		{"/run/_77-x", 4, "/run"},
		{"/77", 0, "/"},
		{"/77", 1, "/"},
		{"/x", 1, NULL},
		{"/", 1, NULL},
		{"/run/a/b/c-9e107d9d/d", 4, "/run/a/b"},
		{"/tmp/tmprd_e84d0/s", 0, "/tmp"},
		{"/tmp/tmp_of_mines/s", 0, NULL},
		{"/tmp/tmp_Of_Names", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const size_t len =
			changing_above(rows[i].path, strlen(rows[i].path),
				       rows[i].settled, is_seven, &words);

		if (len != (rows[i].above ? strlen(rows[i].above) : 0))
			fail_msg("%s: %zu", rows[i].path, len);
	}
}

/* Only for what is bound, and only where somebody can tell whose it is. */
static void scratch_is_for_binds(void **state)
{
	struct policy_request request = {
		.op = OP_BIND,
		.kind = TARGET_PATH,
		.name = "/tmp/x1y2z3",
		.len = 11,
		.pid = 77,
	};

	(void)state;
	assert_int_equal(changing_scratch(&request, NULL, NULL), 4);
	request.op = OP_CONNECT;
	assert_int_equal(changing_scratch(&request, NULL, NULL), 0);
	request.op = OP_BIND;
	request.kind = TARGET_AUTOBIND;
	assert_int_equal(changing_scratch(&request, NULL, NULL), 0);
	request.kind = TARGET_PATH;
	request.pid = 0;
	assert_int_equal(changing_scratch(&request, NULL, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(directories),
		cmocka_unit_test(scratch_is_for_binds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
