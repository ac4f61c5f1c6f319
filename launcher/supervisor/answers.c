/* SPDX-License-Identifier: MIT */
/* answers.c - what a person has said for the rest of the run.  */
#include "answers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct answer_entry {
	enum policy_op op;
	enum answer_kind kind;
	char *target;
};

enum answer_kind answers_find(const struct answers *answers, enum policy_op op,
			      const char *target)
{
	for (unsigned int i = 0; i < answers->count; i++)
		if (answers->list[i].op == op &&
		    strcmp(answers->list[i].target, target) == 0)
			return answers->list[i].kind;
	return ANSWER_NONE;
}

void answers_add(struct answers *answers, enum policy_op op, const char *target,
		 enum answer_kind kind)
{
	struct answer_entry *entry;

	if (!answers->list)
		answers->list = calloc(ANSWERS_MAX, sizeof(*entry));
	if (!answers->list || answers->count == ANSWERS_MAX)
		return;
	entry = &answers->list[answers->count];
	entry->target = strdup(target);
	if (!entry->target)
		return;
	entry->op = op;
	entry->kind = kind;
	answers->count++;
}

enum answer_kind answers_read(const char *line)
{
	static const struct {
		const char *word;
		enum answer_kind kind;
	} words[] = {
		{"o", ANSWER_ONCE},   {"once", ANSWER_ONCE},
		{"a", ANSWER_ALWAYS}, {"always", ANSWER_ALWAYS},
		{"n", ANSWER_NEVER},  {"never", ANSWER_NEVER},
		{"s", ANSWER_STOP},   {"stop", ANSWER_STOP},
	};
	const size_t blanks = strspn(line, " \t");
	const size_t len = strcspn(line + blanks, " \t\r\n");

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i].word) == len &&
		    strncasecmp(words[i].word, line + blanks, len) == 0 &&
		    line[blanks + len +
			 strspn(line + blanks + len, " \t\r\n")] == '\0')
			return words[i].kind;
	return ANSWER_NONE;
}
