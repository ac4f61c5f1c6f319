/* SPDX-License-Identifier: MIT */
/* denials.c - the table of refusals after the command: --log-denials.  */
#include "denials.h"

#include <stdlib.h>
#include <string.h>

#include "../../policy/quote.h"
#include "../clean.h"

#define LINE_SIZE 16384

static const char without[] = "without ";
static const char full[] = "--network full";

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static bool is_removal(const char *hint)
{
	return starts_with(hint, without);
}

/* A word is as long as its author likes, and quoted four times that. */
static void print_quoted(FILE *out, const char *word)
{
	const size_t len = strlen(word), size = 4 * len + sizeof("$''");
	autofree char *buf = malloc(size);
	struct text text;

	if (!buf)
		return;
	text_open(&text, buf, size);
	quote_shell(&text, word, len);
	fprintf(out, " %s", buf);
}

static void append_hint(struct text *text, const struct tally_entry *entry)
{
	if (entry->note) {
		text_string(text, ": ");
		quote_terminal(text, entry->note, strlen(entry->note));
	}
	if (entry->hint[0]) {
		text_string(text, is_removal(entry->hint) ? " -- allow "
							  : " -- allow with ");
		quote_controls(text, entry->hint, strlen(entry->hint));
	} else if (!entry->note) {
		text_string(text, event_no_option);
	}
}

static void print_entry(FILE *out, const struct tally_entry *entry)
{
	char buf[LINE_SIZE];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	text_string(&text, "(");
	quote_terminal(&text, entry->comm,
		       strnlen(entry->comm, sizeof(entry->comm)));
	text_string(&text, ") ");
	text_string(&text, policy_op_name(entry->op));
	text_string(&text, " ");
	text_string(&text, entry->target);
	if (entry->count > 1) {
		text_string(&text, " (");
		text_number(&text, entry->count);
		text_string(&text, " times)");
	}
	append_hint(&text, entry);
	fprintf(out, "%s\n", buf);
}

static bool is_shown(const struct tally_entry *entry, bool expected)
{
	return expected || !entry->expected;
}

/* The option of another entry before? */
static bool is_repeated(const struct tally *tally, size_t index, bool expected)
{
	for (size_t i = 0; i < index; i++)
		if (is_shown(&tally->entries[i], expected) &&
		    strcmp(tally->entries[i].hint,
			   tally->entries[index].hint) == 0)
			return true;
	return false;
}

/* Is there one that starts so, and is shown? */
static bool has_hint(const struct tally *tally, bool expected,
		     const char *start)
{
	for (size_t i = 0; i < tally->count; i++)
		if (is_shown(&tally->entries[i], expected) &&
		    starts_with(tally->entries[i].hint, start))
			return true;
	return false;
}

/* Addresses add nothing to a whole network, and another network would take it
 * away again. */
static bool is_needless(const char *hint, bool whole)
{
	return whole && (starts_with(hint, "--allow-connect ") ||
			 starts_with(hint, "--allow-listen ") ||
			 starts_with(hint, "--allow-udp ") ||
			 starts_with(hint, "--network none "));
}

static void print_options(FILE *out, const struct tally *tally, bool expected)
{
	const bool whole = has_hint(tally, expected, full);

	for (size_t i = 0; i < tally->count; i++) {
		const char *hint = tally->entries[i].hint;
		char buf[LINE_SIZE];
		struct text text;

		if (!hint[0] || is_removal(hint) || is_needless(hint, whole) ||
		    !is_shown(&tally->entries[i], expected) ||
		    is_repeated(tally, i, expected))
			continue;
		text_open(&text, buf, sizeof(buf));
		quote_controls(&text, hint, strlen(hint));
		fprintf(out, " %s", buf);
	}
}

/* What --deny-unix-socket forbids stays forbidden. */
static bool is_all(const struct tally *tally, bool expected)
{
	for (size_t i = 0; i < tally->count; i++)
		if (is_shown(&tally->entries[i], expected) &&
		    (!tally->entries[i].hint[0] ||
		     is_removal(tally->entries[i].hint)))
			return false;
	return tally->others == 0;
}

static void print_command(FILE *out, const struct tally *tally, bool expected,
			  char *const *words, char *const *command)
{
	fputs(is_all(tally, expected) ? "Allow all of this with:\n "
				      : "Allow some of this with:\n ",
	      out);
	for (char *const *word = words; word < command; word++)
		if (word + 1 < command || strcmp(*word, "--") != 0)
			print_quoted(out, *word);
	print_options(out, tally, expected);
	fputs(" --", out);
	for (; *command; command++)
		print_quoted(out, *command);
	fputc('\n', out);
}

void denials_print(FILE *out, struct tally *tally, bool expected,
		   char *const *words, char *const *command)
{
	size_t shown = 0;

	tally_sort(tally);
	fputs("\n=== Sandbox denials ===\n", out);
	for (size_t i = 0; i < tally->count; i++) {
		if (!is_shown(&tally->entries[i], expected))
			continue;
		print_entry(out, &tally->entries[i]);
		shown++;
	}
	if (tally->others > 0)
		fprintf(out, "and %llu others\n",
			(unsigned long long)tally->others);
	if (shown == 0 && tally->others == 0)
		fputs("None found.\n", out);
	if (has_hint(tally, expected, "--"))
		print_command(out, tally, expected, words, command);
}
