/* SPDX-License-Identifier: MIT */
/* summary.c - what was refused and allowed, for people. */
#include "summary.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "groups.h"

#define SHORT 10 /* of what can be many, unless all is wanted */

static const struct verdict_words {
	enum record_verdict verdict;
	const char *did;
} verdicts[] = {
	{VERDICT_DENY, "refused"},
	{VERDICT_AUDIT, "let through, but the policy refuses it"},
	{VERDICT_ALLOW, "allowed"},
};

#define VERDICT_WORDS (sizeof(verdicts) / sizeof(*verdicts))

void summary_time(char *buf, size_t size, int64_t time)
{
	const time_t seconds = time / 1000000;
	struct tm tm;

	buf[0] = '\0';
	if (gmtime_r(&seconds, &tm))
		strftime(buf, size, "%Y-%m-%d %H:%M:%S", &tm);
}

static void print_counts(FILE *out, const struct run *run, bool all)
{
	const char *separator = "  ";

	for (size_t i = 0; i < VERDICT_WORDS; i++) {
		const uint64_t count = run->counts[verdicts[i].verdict];

		if (count == 0 && verdicts[i].verdict != VERDICT_DENY)
			continue;
		fprintf(out, "%s%" PRIu64 " %s", separator, count,
			verdicts[i].did);
		separator = "; ";
	}
	if (run->expected > 0)
		fprintf(out, "%s%" PRIu64 " refused that programs expect%s",
			separator, run->expected,
			all ? "" : " (--all shows them)");
	if (run->lost > 0)
		fprintf(out, "%s%" PRIu64 " LOST: they could not be written",
			separator, run->lost);
	fputc('\n', out);
}

static void print_count(FILE *out, int indent, int width, uint64_t count)
{
	fprintf(out, "%*s%*" PRIu64 "  ", indent, "", width, count);
}

static int digits(uint64_t number)
{
	int count = 1;

	while (number >= 10)
		number /= 10, count++;
	return count;
}

static void print_label(FILE *out, const struct store *store,
			const struct group *group, bool is_target)
{
	fputs(store_text(store, group->label), out);
	if (is_target && group->risk != RISK_BENIGN)
		fprintf(out, "  [%s]", risk_text(group->risk));
}

static void print_inner(FILE *out, const struct store *store,
			const struct groups *groups, size_t outer,
			enum group_by by, bool all)
{
	const size_t first = groups->first[outer];
	const size_t end = groups->first[outer + 1];
	const int indent = digits(groups->outer[0].count) + 6;

	/* One program mostly: no need for a line of its own. */
	if (by == BY_TARGET && end - first == 1) {
		fprintf(out, "  by %s\n",
			store_text(store, groups->inner[first].label));
		return;
	}
	fputc('\n', out);
	for (size_t i = first; i < end; i++) {
		if (!all && i - first == SHORT) {
			fprintf(out, "%*sand %zu more (--all shows them)\n",
				indent, "", end - i);
			break;
		}
		print_count(out, indent, digits(groups->inner[first].count),
			    groups->inner[i].count);
		print_label(out, store, &groups->inner[i], by == BY_PROGRAM);
		fputc('\n', out);
	}
}

static void print_groups(FILE *out, const struct store *store, uint32_t run,
			 const struct verdict_words *words, enum group_by by,
			 bool all)
{
	struct groups groups;

	groups_make(&groups, store, run, words->verdict, by, all);
	if (groups.outer_count > 0)
		fprintf(out, "\n  %s, by %s\n", words->did,
			by == BY_TARGET ? "target" : "program");
	for (size_t i = 0; i < groups.outer_count; i++) {
		print_count(out, 4, digits(groups.outer[0].count),
			    groups.outer[i].count);
		print_label(out, store, &groups.outer[i], by == BY_TARGET);
		print_inner(out, store, &groups, i, by, all);
	}
	groups_free(&groups);
}

static void print_run(FILE *out, const struct store *store, uint32_t number,
		      bool all)
{
	const struct run *run = &store->runs[number];
	char first[32], last[32];

	summary_time(first, sizeof(first), run->first);
	summary_time(last, sizeof(last), run->last);
	fprintf(out, "run %s, %s to %s UTC\n", store_text(store, run->name),
		first, strncmp(first, last, 11) == 0 ? last + 11 : last);
	print_counts(out, run, all);
	for (size_t i = 0; i < VERDICT_WORDS; i++) {
		print_groups(out, store, number, &verdicts[i], BY_TARGET, all);
		print_groups(out, store, number, &verdicts[i], BY_PROGRAM, all);
	}
}

void summary_print(FILE *out, const struct store *store, bool all)
{
	bool any = false;

	for (size_t i = 0; i < store_run_count(store); i++) {
		if (!store->runs[i].selected)
			continue;
		if (any)
			fputc('\n', out);
		print_run(out, store, (uint32_t)i, all);
		any = true;
	}
	if (!any)
		fputs("There are no events.\n", out);
	if (store->bad_count > 0)
		fputc('\n', out);
	summary_bad(out, store, all);
}

void summary_bad(FILE *out, const struct store *store, bool all)
{
	const size_t shown =
		all || store->bad_kept < SHORT ? store->bad_kept : SHORT;

	if (store->bad_count == 0)
		return;
	fprintf(out, "%" PRIu64 " line%s could not be read:\n",
		store->bad_count, store->bad_count == 1 ? "" : "s");
	for (size_t i = 0; i < shown; i++)
		fprintf(out, "  %s:%" PRIu64 ": %s: \"%s\"\n",
			store_text(store, store->bad[i].file),
			store->bad[i].number,
			store_text(store, store->bad[i].why),
			store_text(store, store->bad[i].excerpt));
	if (store->bad_count > shown)
		fprintf(out, "  and %" PRIu64 " more%s\n",
			store->bad_count - shown,
			all ? "" : " (--all shows them)");
}
