/* SPDX-License-Identifier: MIT */
/* test_answers.c - what a person said, and what of it is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "launcher/supervisor/answers.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void lines_are_read(void **state)
{
	static const struct {
		const char *line;
		enum answer_kind kind;
	} rows[] = {
		{"o\n", ANSWER_ONCE},	     {"once\n", ANSWER_ONCE},
		{" Once \r\n", ANSWER_ONCE}, {"a", ANSWER_NONE},
		{"a\n", ANSWER_ALWAYS},	     {"o\r", ANSWER_NONE},
		{"ALWAYS\n", ANSWER_ALWAYS}, {"\tn\n", ANSWER_NEVER},
		{"never\n", ANSWER_NEVER},   {"", ANSWER_NONE},
		{"\n", ANSWER_NONE},	     {"y\n", ANSWER_NONE},
		{"yes\n", ANSWER_NONE},	     {"on\n", ANSWER_NONE},
		{"o n\n", ANSWER_NONE},	     {"alwayss\n", ANSWER_NONE},
		{"s\n", ANSWER_STOP},	     {"Stop\n", ANSWER_STOP},
		{"o\na\n", ANSWER_NONE},     {"no\n", ANSWER_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (answers_read(rows[i].line) != rows[i].kind)
			fail_msg("row %zu: \"%s\"", i, rows[i].line);
}

static enum answer_kind find(const struct answers *answers, enum policy_op op,
			     const char *target)
{
	const struct asked asked = {op, target, false, -1};

	return answers_find(answers, &asked);
}

static void add(struct answers *answers, enum policy_op op, const char *target,
		enum answer_kind kind)
{
	const struct asked asked = {op, target, false, -1};

	answers_add(answers, &asked, kind);
}

static void answers_are_by_call_and_target(void **state)
{
	static struct answers answers; /* as long as sbx-run */

	(void)state;
	assert_int_equal(find(&answers, OP_CONNECT, "a"), ANSWER_NONE);
	add(&answers, OP_CONNECT, "a", ANSWER_ALWAYS);
	add(&answers, OP_BIND, "a", ANSWER_NEVER);
	assert_int_equal(find(&answers, OP_CONNECT, "a"), ANSWER_ALWAYS);
	assert_int_equal(find(&answers, OP_BIND, "a"), ANSWER_NEVER);
	assert_int_equal(find(&answers, OP_SEND, "a"), ANSWER_NONE);
	assert_int_equal(find(&answers, OP_CONNECT, "ab"), ANSWER_NONE);
}

/* A name means what it says only in the directory of which it was said. */
static void paths_are_of_a_directory(void **state)
{
	static struct answers answers; /* as long as sbx-run */
	const int root = open("/", O_PATH), proc = open("/proc", O_PATH);
	struct asked asked = {OP_CONNECT, "unix:/x", true, root};

	(void)state;
	assert_true(root >= 0 && proc >= 0);
	answers_add(&answers, &asked, ANSWER_ALWAYS);
	close(root);
	asked.dir = open("/", O_PATH);
	assert_int_equal(answers_find(&answers, &asked), ANSWER_ALWAYS);
	close(asked.dir);
	asked.dir = proc;
	assert_int_equal(answers_find(&answers, &asked), ANSWER_NONE);
	answers_add(&answers, &asked, ANSWER_ALWAYS);
	assert_int_equal(answers_find(&answers, &asked), ANSWER_ALWAYS);
	close(proc);
	asked.dir = -1;
	assert_int_equal(answers_find(&answers, &asked), ANSWER_NONE);
	answers_add(&answers, &asked, ANSWER_ALWAYS);
	assert_int_equal(answers_find(&answers, &asked), ANSWER_NONE);
	answers_add(&answers, &asked, ANSWER_NEVER);
	assert_int_equal(answers_find(&answers, &asked), ANSWER_NEVER);
}

static void memory_is_bounded(void **state)
{
	static struct answers answers; /* as long as sbx-run */
	char target[16];

	(void)state;
	for (unsigned int i = 0; i < ANSWERS_MAX + 10; i++) {
		snprintf(target, sizeof(target), "%u", i);
		add(&answers, OP_CONNECT, target, ANSWER_ALWAYS);
	}
	assert_int_equal(answers.count, ANSWERS_MAX);
	assert_int_equal(find(&answers, OP_CONNECT, "0"), ANSWER_ALWAYS);
	snprintf(target, sizeof(target), "%u", ANSWERS_MAX);
	assert_int_equal(find(&answers, OP_CONNECT, target), ANSWER_NONE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(answers_are_by_call_and_target),
		cmocka_unit_test(paths_are_of_a_directory),
		cmocka_unit_test(memory_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
