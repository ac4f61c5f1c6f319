/* SPDX-License-Identifier: MIT */
/* option_text.c - the texts made from the table of options: help, man page. */
#include <ctype.h>
#include <string.h>

#include "option_text.h"

#define WIDTH  79 /* columns */
#define INDENT 30 /* where the text of an option starts */

/* Breaks a text into lines at spaces; the first starts at @column. */
static void wrap(FILE *out, const char *text, int column)
{
	int at = column;

	while (*(text += strspn(text, " "))) {
		int len = (int)strcspn(text, " ");

		if (at + 1 + len > WIDTH) {
			fprintf(out, "\n%*s", INDENT - 1, "");
			at = INDENT - 1;
		}
		fprintf(out, " %.*s", len, text);
		at += 1 + len;
		text += len;
	}
	fputc('\n', out);
}

/* Is the value one of several words? */
static bool has_choice(const struct option_spec *spec)
{
	return !spec->arg && spec->words && strchr(spec->words, '|');
}

static void help_option(FILE *out, const struct option_spec *spec)
{
	char label[80];
	const char *value = spec->arg ? spec->arg : spec->words;
	/* A single fixed word is shown as part of the option. */
	const char *before = spec->arg || has_choice(spec) ? " " : "=";
	int len;

	len = snprintf(label, sizeof(label), "  --%s", spec->name);
	if (spec->letter)
		len = snprintf(label, sizeof(label), "  -%c, --%s",
			       spec->letter, spec->name);
	if (value)
		len += snprintf(label + len, sizeof(label) - (size_t)len,
				"%s%s%s", spec->optional ? "[=" : before, value,
				spec->optional ? "]" : "");
	fputs(label, out);
	if (len > INDENT - 2) {
		fputc('\n', out);
		len = 0;
	}
	fprintf(out, "%*s", INDENT - 1 - len, "");
	wrap(out, spec->help, INDENT - 1);
}

void option_text_help(FILE *out, const struct option_spec *specs, size_t count)
{
	const char *group = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct option_spec *spec = &specs[i];

		if (!spec->group)
			continue;
		if (!group || strcmp(group, spec->group) != 0)
			fprintf(out, "\n%s:\n", spec->group);
		group = spec->group;
		help_option(out, spec);
	}
}

/* "none|full" as ".Cm none | full". */
static void man_words(FILE *out, const char *macro, const char *words)
{
	fputs(macro, out);
	while (*words) {
		size_t len = strcspn(words, "|");

		fprintf(out, " %.*s", (int)len, words);
		words += len;
		if (*words == '|') {
			fputs(" |", out);
			words++;
		}
	}
}

static void man_option(FILE *out, const struct option_spec *spec)
{
	/* A clause that starts with a word to type keeps it as it is. */
	bool literal = has_choice(spec);
	int first = (unsigned char)spec->help[0];

	fputs(".It", out);
	if (spec->letter)
		fprintf(out, " Fl %c ,", spec->letter);
	fprintf(out, " Fl -%s", spec->name);
	if (spec->optional)
		fprintf(out, " Ns Oo = Ns Ar %s Oc", spec->arg);
	else if (spec->arg)
		fprintf(out, " Ar %s", spec->arg);
	else if (spec->words)
		man_words(out, has_choice(spec) ? " Cm" : " Ns = Ns Cm",
			  spec->words);
	fprintf(out, "\n%c%s.\n", literal ? first : toupper(first),
		spec->help + 1);
	if (spec->arg && spec->words) {
		fputs("One of\n", out);
		man_words(out, ".Cm", spec->words);
		fputs(" .\n", out);
	}
	if (spec->more)
		fputs(spec->more, out);
}

void option_text_man(FILE *out, const struct option_spec *specs, size_t count)
{
	const char *group = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct option_spec *spec = &specs[i];

		if (!spec->group)
			continue;
		if (!group || strcmp(group, spec->group) != 0) {
			if (group)
				fputs(".El\n", out);
			fprintf(out, ".Ss %s\n.Bl -tag -width Ds\n",
				spec->group);
		}
		group = spec->group;
		man_option(out, spec);
	}
	fputs(".El\n", out);
}
