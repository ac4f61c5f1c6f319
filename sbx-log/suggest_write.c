/* SPDX-License-Identifier: MIT */
/* suggest_write.c - options for a shell, or a file for sbx-run --config. */
#include <inttypes.h>
#include <string.h>

#include "../launcher/variables.h"
#include "../policy/policy.h"
#include "../policy/quote.h"
#include "suggest.h"

#define LINE_SIZE (4 * GRANT_VALUE_MAX + 128)

/* ---- remarks ------------------------------------------------------------ */

static void write_remarks(FILE *out, const struct suggestion *item,
			  const struct store *store)
{
	char buf[128];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	quote_terminal(&text, store_text(store, item->comm),
		       strlen(store_text(store, item->comm)));
	text_string(&text, text.len == 0 ? "?" : "");
	fprintf(out, "%s: %s%s", risk_text(item->risk), buf,
		item->others ? " and others" : "");
	if (item->count > 1)
		fprintf(out, ", %" PRIu64 " times", item->count);
	if (item->remark)
		fprintf(out, "; %s", item->remark);
	/* Most events are the shim's; where much is at stake, look twice. */
	if (item->advisory && item->risk != RISK_BENIGN)
		fputs("; the program says so itself", out);
}

static void write_unhelped(FILE *out, const char *start,
			   const struct unhelped *item,
			   const struct store *store)
{
	const char *remedy = store_text(store, item->remedy);

	fprintf(out, "%sstill refused: %s", start,
		store_text(store, item->what));
	if (item->why)
		fprintf(out, "; %s", item->why);
	if (*remedy)
		fprintf(out, "; %s", remedy);
	fputc('\n', out);
}

static size_t count_needed(const struct suggestions *from)
{
	size_t count = 0;

	for (size_t i = 0; i < from->count; i++)
		count += !from->items[i].dropped;
	return count;
}

static void write_rest(FILE *out, const char *start,
		       const struct suggestions *from,
		       const struct store *store)
{
	for (size_t i = 0; i < from->unhelped_count; i++)
		write_unhelped(out, start, &from->unhelped[i], store);
	if (from->others > 0)
		fprintf(out,
			"%s%" PRIu64 " refusals of further paths were not "
			"looked at; allow these, and look again\n",
			start, from->others);
	if (count_needed(from) > POLICY_MAX_RULES)
		fprintf(out,
			"%sthese are %zu, and sbx-run takes %d; grant "
			"directories instead\n",
			start, count_needed(from), POLICY_MAX_RULES);
	if (from->looked == 0)
		fprintf(out, "%snothing was refused\n", start);
}

static bool is_remarkable(const struct suggestion *item)
{
	return item->risk != RISK_BENIGN || item->remark;
}

/* ---- for a shell -------------------------------------------------------- */

static void option_text(char *buf, const struct grant *grant)
{
	struct text text;

	text_open(&text, buf, LINE_SIZE);
	grant_write(&text, grant);
}

void suggest_options(FILE *out, FILE *notes, const struct suggestions *from,
		     const struct store *store)
{
	const char *separator = "";
	char buf[LINE_SIZE];

	for (size_t i = 0; i < from->count; i++) {
		const struct suggestion *item = &from->items[i];

		if (item->dropped)
			continue;
		option_text(buf, &item->grant);
		fprintf(out, "%s%s", separator, buf);
		separator = " \\\n";
		if (!is_remarkable(item))
			continue;
		fprintf(notes, "sbx-log: %s is ", buf);
		write_remarks(notes, item, store);
		fputc('\n', notes);
	}
	/* It would lift the restriction of AF_UNIX, too. */
	if (from->wide)
		fputs(" \\\n--unix-sockets=allowlist", out);
	fputs(*separator ? "\n" : "", out);
	write_rest(notes, "sbx-log: ", from, store);
}

/* ---- a configuration ---------------------------------------------------- */

static bool is_path(const struct grant *grant)
{
	return (grant->kind == GRANT_UNIX || grant->kind == GRANT_PRIVATE) &&
	       grant->value[0] == '/';
}

void suggest_config(FILE *out, const struct suggestions *from,
		    const struct store *store)
{
	fputs("# Written by sbx-log suggest: for sbx-run --config, beside the "
	      "options that\n# were given already.\n",
	      out);
	for (size_t i = 0; i < from->count; i++) {
		const struct suggestion *item = &from->items[i];
		char buf[LINE_SIZE];
		struct text text;

		if (item->dropped)
			continue;
		text_open(&text, buf, sizeof(buf));
		if (is_path(&item->grant))
			variables_shorten(&text, item->grant.value);
		else if (item->grant.has_value)
			quote_shell(&text, item->grant.value,
				    strlen(item->grant.value));
		fprintf(out, "%s%s%s\t# ", grant_option(&item->grant),
			item->grant.has_value ? " " : "", buf);
		write_remarks(out, item, store);
		fputc('\n', out);
	}
	if (from->wide)
		fputs("unix-sockets allowlist\n", out);
	write_rest(out, "# ", from, store);
}
