/* SPDX-License-Identifier: MIT */
/* evidence.c - is the log true?
 *
 * It has to tell of the refusal, in lines that nobody else has written, and
 * without bytes that a terminal would act on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

/* Escaped, the quotes of a forged line have a backslash before them. */
static bool is_forged(const char *line)
{
	return strstr(line, FORGED) != NULL;
}

static bool has_control(const char *line)
{
	for (; *line; line++)
		if ((unsigned char)*line < ' ' && *line != '\n')
			return true;
	return false;
}

/* Of sbx's lines: whole ones. */
static bool is_event(const char *line)
{
	const size_t len = strlen(line);

	return !strncmp(line, "{\"ts\":", 6) && len > 2 &&
	       !strcmp(line + len - 2, "}\n");
}

void evidence_examine(const char *path, bool events)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	bool told = false;

	while (file && getline(&line, &size, file) > 0) {
		if (is_forged(line))
			targets_report("a forged line in the log");
		if (has_control(line))
			targets_report("control characters in the log");
		if (events && !is_event(line))
			targets_report("a line in the log that is no event");
		told = told || strstr(line, "deny");
	}
	free(line);
	if (file)
		fclose(file);
	if (!told)
		targets_report("a log that has lost the refusal");
}
