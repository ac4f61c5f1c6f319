/* SPDX-License-Identifier: MIT */
/* html.c - one page that shows all of it in a browser.
 *
 * What comes from the log is data: one JSON text, in which "<", ">" and "&" are
 * escaped, so that no markup can begin in it.  Names in it are quoted as for a
 * terminal, and the scripts only ever make text of them.
 */
#include "html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/quote.h"
#include "grant.h"
#include "memory.h"
#include "page.h" /* made from what is in page/ */
#include "tree.h"

#define NOWHERE UINT32_MAX

struct page {
	FILE *out;
	struct store *store;
	uint32_t *numbers; /* of texts in the page, NOWHERE: not in it */
	size_t text_count; /* in store, when numbers was made */
	const int32_t *parents;
};

/* ---- JSON --------------------------------------------------------------- */

/* @text is UTF-8. */
static void put_string(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f || strchr("\"\\<>&'", c))
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

static void put_quoted(FILE *out, const char *bytes)
{
	char buf[4 * GRANT_VALUE_MAX];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	quote_terminal(&text, bytes, strlen(bytes));
	put_string(out, buf);
}

/* "" unless it is a hint of sbx-run's. */
static void put_hint(FILE *out, const char *hint)
{
	static struct grant grants[GRANTS_MAX];
	char buf[8 * GRANT_VALUE_MAX + 256];
	struct text text;
	size_t count = grant_read(grants, hint);

	text_open(&text, buf, sizeof(buf));
	for (size_t i = 0; i < count; i++) {
		text_string(&text, i > 0 ? " " : "");
		grant_write(&text, &grants[i]);
	}
	if (count == 0 && grant_read_removal(hint, grants[0].value)) {
		text_string(&text, "without --deny-unix-socket ");
		quote_shell(&text, grants[0].value, strlen(grants[0].value));
	}
	put_string(out, buf);
}

/* ---- texts -------------------------------------------------------------- */

static void mark(const struct page *page, uint32_t text)
{
	page->numbers[text] = 1;
}

static bool is_in(const struct page *page, uint32_t run)
{
	return page->store->runs[run].selected;
}

static void mark_texts(const struct page *page)
{
	const struct store *store = page->store;

	for (size_t i = 0; i < store_sum_count(store); i++) {
		const struct sum *sum = &store->sums[i];

		if (!is_in(page, sum->run))
			continue;
		mark(page, sum->program);
		mark(page, sum->what);
		mark(page, sum->rule);
		mark(page, sum->error);
		mark(page, sum->stack);
	}
	for (size_t i = 0; i < store_process_count(store); i++)
		mark(page, store->processes[i].program);
}

/* From now on, numbers are those in the page. */
static void put_texts(const struct page *page)
{
	uint32_t next = 0;

	mark_texts(page);
	fputs("\"texts\":[", page->out);
	for (size_t i = 0; i < page->text_count; i++) {
		if (page->numbers[i] == 0) {
			page->numbers[i] = NOWHERE;
			continue;
		}
		page->numbers[i] = next;
		fputs(next++ > 0 ? ",\n" : "", page->out);
		put_string(page->out, store_text(page->store, (uint32_t)i));
	}
	fputs("],\n", page->out);
}

/* ---- tables ------------------------------------------------------------- */

static void put_files(FILE *out, char *const *files)
{
	fputs("\"files\":[", out);
	for (size_t i = 0; files[i]; i++) {
		fputs(i > 0 ? "," : "", out);
		put_quoted(out, files[i]);
	}
	fputs("],\n", out);
}

/* A run that is left out keeps its place, so that indices hold. */
static void put_runs(const struct page *page)
{
	const struct store *store = page->store;

	fputs("\"runs\":[", page->out);
	for (size_t i = 0; i < store_run_count(store); i++) {
		const struct run *run = &store->runs[i];

		fputs(i > 0 ? ",\n" : "", page->out);
		if (!run->selected) {
			fputs("null", page->out);
			continue;
		}
		fputs("{\"name\":", page->out);
		put_string(page->out, store_text(store, run->name));
		fprintf(page->out,
			",\"first\":%" PRId64 ",\"last\":%" PRId64
			",\"lost\":%" PRIu64 "}",
			run->first, run->last, run->lost);
	}
	fputs("],\n", page->out);
}

/* [run, verdict, risk, expected, advisory, what, program, rule, error,
 * stack, hint] */
static void put_sums(const struct page *page)
{
	const struct store *store = page->store;

	fputs("\"sums\":[", page->out);
	for (size_t i = 0; i < store_sum_count(store); i++) {
		const struct sum *sum = &store->sums[i];

		fputs(i > 0 ? ",\n" : "", page->out);
		if (!is_in(page, sum->run)) {
			fputs("null", page->out);
			continue;
		}
		fprintf(page->out, "[%u,%d,%d,%d,%d,%u,%u,%u,%u,%u,", sum->run,
			(int)sum->verdict, (int)sum->risk, sum->expected,
			sum->advisory, page->numbers[sum->what],
			page->numbers[sum->program], page->numbers[sum->rule],
			page->numbers[sum->error], page->numbers[sum->stack]);
		put_hint(page->out, store_text(store, sum->hint));
		putc(']', page->out);
	}
	fputs("],\n", page->out);
}

/* [run, pid, program, parent] */
static void put_processes(const struct page *page)
{
	const struct store *store = page->store;

	fputs("\"processes\":[", page->out);
	for (size_t i = 0; i < store_process_count(store); i++) {
		const struct process *process = &store->processes[i];

		fprintf(page->out, "%s[%u,%d,%u,%d]", i > 0 ? ",\n" : "",
			process->run, (int)process->pid,
			page->numbers[process->program], page->parents[i]);
	}
	fputs("],\n", page->out);
}

static int earlier(const void *a, const void *b)
{
	const struct moment *first = a, *second = b;

	if (first->time != second->time)
		return first->time < second->time ? -1 : 1;
	return first->order < second->order ? -1 : 1;
}

/* time, sum, process, count; and so on */
static void put_moments(const struct page *page)
{
	const struct store *store = page->store;
	const char *separator = "";

	if (store->moment_count > 0)
		qsort(store->moments, store->moment_count,
		      sizeof(*store->moments), earlier);
	fputs("\"events\":[", page->out);
	for (size_t i = 0; i < store->moment_count; i++) {
		const struct moment *moment = &store->moments[i];

		if (!is_in(page, store->sums[moment->sum].run))
			continue;
		fprintf(page->out, "%s%" PRId64 ",%u,%u,%u", separator,
			moment->time, moment->sum, moment->process,
			moment->count);
		separator = ",\n";
	}
	fputs("],\n", page->out);
}

/* [file, line, why, excerpt] */
static void put_bad(const struct page *page)
{
	const struct store *store = page->store;

	fprintf(page->out, "\"badCount\":%" PRIu64 ",\n\"bad\":[",
		store->bad_count);
	for (size_t i = 0; i < store->bad_kept; i++) {
		const struct bad_line *bad = &store->bad[i];

		fputs(i > 0 ? ",\n[" : "[", page->out);
		put_string(page->out, store_text(store, bad->file));
		fprintf(page->out, ",%" PRIu64 ",", bad->number);
		put_string(page->out, store_text(store, bad->why));
		putc(',', page->out);
		put_string(page->out, store_text(store, bad->excerpt));
		putc(']', page->out);
	}
	fputs("]\n", page->out);
}

/* ---- the page ----------------------------------------------------------- */

static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
	"'none'; script-src 'sha256-" PAGE_SCRIPT_HASH
	"'; style-src 'sha256-" PAGE_STYLE_HASH
	"'; base-uri 'none'; form-action 'none'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<meta name=\"referrer\" content=\"no-referrer\">\n"
	"<meta name=\"generator\" content=\"sbx-log " SBX_VERSION "\">\n"
	"<title>sbx: what was refused, and to whom</title>\n<style>";

static const char body[] =
	"</style>\n</head>\n<body>\n"
	"<noscript><p>This page needs JavaScript, which it holds itself; "
	"<code>sbx-log summary</code> does without.</p></noscript>\n"
	"<main id=\"page\"></main>\n"
	"<script type=\"application/json\" id=\"data\">{\n";

void html_print(FILE *out, struct store *store, char *const *files)
{
	int32_t *parents = tree_make(store);
	struct page page = {
		.out = out,
		.store = store,
		.text_count = store->texts.count,
		.parents = parents,
	};

	page.numbers =
		memory_grow(NULL, page.text_count + 1, sizeof(*page.numbers));
	memset(page.numbers, 0, page.text_count * sizeof(*page.numbers));
	fputs(head, out);
	fwrite(page_style, 1, sizeof(page_style), out);
	fputs(body, out);
	put_files(out, files);
	put_texts(&page);
	put_runs(&page);
	put_sums(&page);
	put_processes(&page);
	put_moments(&page);
	put_bad(&page);
	fputs("}\n</script>\n<script>", out);
	fwrite(page_script, 1, sizeof(page_script), out);
	fputs("</script>\n</body>\n</html>\n", out);
	free(page.numbers);
	free(parents);
}
