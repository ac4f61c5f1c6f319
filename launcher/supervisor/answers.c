/* SPDX-License-Identifier: MIT */
/* answers.c - what a person has said for the rest of the run.  */
#include "answers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../clean.h"
#include "node.h"

struct answer_entry {
	enum policy_op op;
	enum answer_kind kind;
	char *target;
	int dir; /* of a path that is always allowed; else -1 */
};

static bool is_same_directory(int a, int b)
{
	struct stat one, other;

	return a >= 0 && b >= 0 && fstat(a, &one) == 0 &&
	       fstat(b, &other) == 0 && node_same(&one, &other);
}

static bool is_about(const struct answer_entry *entry,
		     const struct asked *asked)
{
	return entry->op == asked->op &&
	       strcmp(entry->target, asked->target) == 0 &&
	       (entry->kind == ANSWER_NEVER || !asked->is_path ||
		is_same_directory(entry->dir, asked->dir));
}

enum answer_kind answers_find(const struct answers *answers,
			      const struct asked *asked)
{
	for (unsigned int i = 0; i < answers->count; i++)
		if (is_about(&answers->list[i], asked))
			return answers->list[i].kind;
	return ANSWER_NONE;
}

/* Return: whether there was room */
static bool append(struct answers *answers, struct answer_entry *entry)
{
	if (!answers->list)
		answers->list = calloc(ANSWERS_MAX, sizeof(*entry));
	if (!answers->list || answers->count == ANSWERS_MAX)
		return false;
	answers->list[answers->count++] = *entry;
	return true;
}

static void discard(struct answer_entry *entry)
{
	clean_close(&entry->dir);
	free(entry->target);
}

void answers_add(struct answers *answers, const struct asked *asked,
		 enum answer_kind kind)
{
	const bool holds = asked->is_path && kind == ANSWER_ALWAYS;
	struct answer_entry entry = {
		.op = asked->op,
		.kind = kind,
		.target = strdup(asked->target),
		.dir = holds ? fcntl(asked->dir, F_DUPFD_CLOEXEC, 3) : -1,
	};

	if (!entry.target || (holds && entry.dir < 0) ||
	    !append(answers, &entry))
		discard(&entry);
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

	/* A program inside may have made the terminal hand over single keys,
	 * of which the first would be an answer. */
	if (!strchr(line, '\n'))
		return ANSWER_NONE;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i].word) == len &&
		    strncasecmp(words[i].word, line + blanks, len) == 0 &&
		    line[blanks + len +
			 strspn(line + blanks + len, " \t\r\n")] == '\0')
			return words[i].kind;
	return ANSWER_NONE;
}
