/* SPDX-License-Identifier: MIT */
/* test_answers.c - what a person said, and what of it is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "launcher/supervisor/answers.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void lines_are_read(void **state)
{
	static const struct {
		const char *line;
		enum answer_kind kind;
	} rows[] = {
		{"o\n", ANSWER_ONCE},	     {"once\n", ANSWER_ONCE},
		{" Once \r\n", ANSWER_ONCE}, {"a", ANSWER_ALWAYS},
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

static void answers_are_by_call_and_target(void **state)
{
	struct answers answers = {NULL, 0};

	(void)state;
	assert_int_equal(answers_find(&answers, OP_CONNECT, "a"), ANSWER_NONE);
	answers_add(&answers, OP_CONNECT, "a", ANSWER_ALWAYS);
	answers_add(&answers, OP_BIND, "a", ANSWER_NEVER);
	assert_int_equal(answers_find(&answers, OP_CONNECT, "a"),
			 ANSWER_ALWAYS);
	assert_int_equal(answers_find(&answers, OP_BIND, "a"), ANSWER_NEVER);
	assert_int_equal(answers_find(&answers, OP_SEND, "a"), ANSWER_NONE);
	assert_int_equal(answers_find(&answers, OP_CONNECT, "ab"), ANSWER_NONE);
}

static void memory_is_bounded(void **state)
{
	struct answers answers = {NULL, 0};
	char target[16];

	(void)state;
	for (unsigned int i = 0; i < ANSWERS_MAX + 10; i++) {
		snprintf(target, sizeof(target), "%u", i);
		answers_add(&answers, OP_CONNECT, target, ANSWER_ALWAYS);
	}
	assert_int_equal(answers.count, ANSWERS_MAX);
	assert_int_equal(answers_find(&answers, OP_CONNECT, "0"),
			 ANSWER_ALWAYS);
	snprintf(target, sizeof(target), "%u", ANSWERS_MAX);
	assert_int_equal(answers_find(&answers, OP_CONNECT, target),
			 ANSWER_NONE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(answers_are_by_call_and_target),
		cmocka_unit_test(memory_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
