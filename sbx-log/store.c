/* SPDX-License-Identifier: MIT */
/* store.c - what logs say, as it is asked for: sums, runs and processes.
 *
 * What is kept grows with what is different, not with the number of lines,
 * unless each moment is wanted.
 */
#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/quote.h"
#include "lines.h"
#include "memory.h"

#define TEXT_SIZE   36864 /* an operation, a path, a note: escaped fourfold */
#define EXCERPT_MAX 120

/* ---- texts -------------------------------------------------------------- */

static uint32_t add_quoted(struct store *store, const char *bytes)
{
	char buf[TEXT_SIZE];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	quote_terminal(&text, bytes, strlen(bytes));
	return strings_add(&store->texts, buf, text.len);
}

/* The same socket has one name here, however a program spells it. */
static uint32_t add_what(struct store *store, const struct record *record)
{
	const struct event *event = &record->event;
	char buf[TEXT_SIZE], target[TEXT_SIZE / 2];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	text_string(&text, policy_op_name(event->op));
	text_string(&text, " ");
	if (event->resolved[0] == '/') {
		text_string(&text, "unix:");
		quote_terminal(&text, event->resolved, strlen(event->resolved));
	} else {
		text_string(&text, event_target(event, target, sizeof(target)));
	}
	if (record->note[0]) {
		text_string(&text, ": ");
		quote_terminal(&text, record->note, strlen(record->note));
	}
	return strings_add(&store->texts, buf, text.len);
}

static uint32_t add_program(struct store *store, const struct event *event)
{
	char buf[TEXT_SIZE];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	if (event->comm[0])
		quote_terminal(&text, event->comm, strlen(event->comm));
	else
		text_string(&text, "?");
	if (event->exe[0]) {
		text_string(&text, " (");
		quote_terminal(&text, event->exe, strlen(event->exe));
		text_string(&text, ")");
	}
	if (event->argv0[0]) {
		text_string(&text, " as ");
		quote_terminal(&text, event->argv0, strlen(event->argv0));
	}
	return strings_add(&store->texts, buf, text.len);
}

/* ---- items -------------------------------------------------------------- */

static uint32_t find_run(struct store *store, const struct record *record,
			 int64_t time)
{
	const size_t before = store->run_keys.count;
	const uint32_t run = strings_add_text(&store->run_keys, record->run);
	struct run *r;

	if (run == before) {
		store->runs = memory_room(store->runs, before, &store->run_room,
					  sizeof(*store->runs));
		store->runs[run] = (struct run){
			.name = add_quoted(store, record->run),
			.first = time,
			.last = time,
			.selected = true,
		};
	}
	r = &store->runs[run];
	if (time < r->first)
		r->first = time;
	if (time > r->last)
		r->last = time;
	return run;
}

static enum risk risk_of(const struct event *event)
{
	if (event->resolved[0] == '/')
		return risk_of_path(event->resolved, strlen(event->resolved));
	if (event->has_addr && event->addr.kind == ADDR_ABSTRACT)
		return risk_of_abstract(event->addr.name, event->addr.name_len);
	if (event->has_addr && event->addr.kind == ADDR_PATH)
		return risk_of_path(event->addr.name, event->addr.name_len);
	return RISK_BENIGN;
}

static void describe(struct store *store, uint32_t run, struct sum *sum)
{
	const struct record *record = &store->record;
	const struct event *event = &record->event;

	*sum = (struct sum){
		.run = run,
		.program = add_program(store, event),
		.what = add_what(store, record),
		.comm = strings_add_text(&store->texts, event->comm),
		.resolved = strings_add_text(&store->texts, event->resolved),
		.hint = strings_add_text(&store->texts, event->hint),
		.note = add_quoted(store, record->note),
		.rule = add_quoted(store, record->rule),
		.error = add_quoted(store, record->error),
		.stack = strings_add_text(&store->texts, record->stack),
		.verdict = record->verdict,
		.op = event->op,
		.domain = event->domain,
		.type = event->type,
		.risk = risk_of(event),
		.expected = event->expected,
		.advisory = true,
		.pid = event->pid,
	};
}

static void link_sum(struct store *store, uint32_t sum)
{
	struct run *run = &store->runs[store->sums[sum].run];

	if (run->first_sum == 0)
		run->first_sum = sum + 1;
	else
		store->sums[run->last_sum - 1].next = sum + 1;
	run->last_sum = sum + 1;
}

static uint32_t find_sum(struct store *store, uint32_t run)
{
	const size_t before = store->sum_keys.count;
	struct sum sum;
	uint32_t key[8], number;

	describe(store, run, &sum);
	memcpy(key,
	       (uint32_t[]){run, sum.program, sum.what, sum.hint,
			    (uint32_t)sum.verdict, sum.expected, sum.rule,
			    sum.resolved},
	       sizeof(key));
	number = strings_add(&store->sum_keys, key, sizeof(key));
	if (number == before) {
		store->sums = memory_room(store->sums, before, &store->sum_room,
					  sizeof(*store->sums));
		store->sums[number] = sum;
		link_sum(store, number);
	}
	store->sums[number].count += store->record.event.count;
	store->sums[number].advisory &= store->record.advisory;
	return number;
}

uint32_t store_process(struct store *store, uint32_t run, pid_t pid)
{
	const uint32_t key[2] = {run, (uint32_t)pid};
	const size_t before = store->process_keys.count;
	const uint32_t number =
		strings_add(&store->process_keys, key, sizeof(key));

	if (number == before) {
		store->processes = memory_room(store->processes, before,
					       &store->process_room,
					       sizeof(*store->processes));
		store->processes[number] = (struct process){
			.run = run,
			.program = strings_add_text(&store->texts, ""),
			.pid = pid,
		};
	}
	return number;
}

static uint32_t add_process(struct store *store, const struct sum *sum)
{
	const struct event *event = &store->record.event;
	const uint32_t number = store_process(store, sum->run, event->pid);
	struct process *process = &store->processes[number];

	/* The program that it is now; the parent that it had first. */
	process->program = sum->program;
	if (process->ppid == 0)
		process->ppid = event->ppid;
	return number;
}

static void add_moment(struct store *store, int64_t time, uint32_t sum,
		       uint32_t process)
{
	store->moments =
		memory_room(store->moments, store->moment_count,
			    &store->moment_room, sizeof(*store->moments));
	store->moments[store->moment_count] = (struct moment){
		.time = time,
		.sum = sum,
		.process = process,
		.count = store->record.event.count,
		.order = (uint32_t)store->moment_count,
	};
	store->moment_count++;
}

static void add_event(struct store *store, int64_t time)
{
	const struct record *record = &store->record;
	const uint32_t run = find_run(store, record, time);
	const uint32_t sum = find_sum(store, run);
	const uint32_t process = add_process(store, &store->sums[sum]);

	if (record->event.expected)
		store->runs[run].expected += record->event.count;
	else
		store->runs[run].counts[record->verdict] += record->event.count;
	if (store->keep_moments)
		add_moment(store, time, sum, process);
}

static void add_lost(struct store *store, int64_t time)
{
	const uint32_t run = find_run(store, &store->record, time);

	store->runs[run].lost += store->record.lost;
}

/* ---- lines -------------------------------------------------------------- */

static void add_bad(struct store *store, const char *file, uint64_t number,
		    const char *line, size_t len, const char *why)
{
	char buf[4 * EXCERPT_MAX + 8];
	struct text text;

	store->bad_count++;
	if (store->bad_kept >= STORE_BAD_MAX)
		return;
	text_open(&text, buf, sizeof(buf));
	quote_terminal(&text, line, len < EXCERPT_MAX ? len : EXCERPT_MAX);
	text_string(&text, len > EXCERPT_MAX ? "..." : "");
	store->bad = memory_room(store->bad, store->bad_kept, &store->bad_room,
				 sizeof(*store->bad));
	store->bad[store->bad_kept++] = (struct bad_line){
		.file = add_quoted(store, file),
		.number = number,
		.why = add_quoted(store, why),
		.excerpt = strings_add(&store->texts, buf, text.len),
	};
}

void store_line(struct store *store, const char *file, uint64_t number,
		char *line, size_t len, bool whole)
{
	struct record *record = &store->record;
	char start[EXCERPT_MAX + 1];
	const size_t kept = len < sizeof(start) ? len : sizeof(start);
	int64_t time;

	if (len == 0)
		return;
	memcpy(start, line, kept); /* reading changes it */
	if (whole || len < LINE_MAX_SIZE) {
		record_read(record, line, len);
	} else {
		record->kind = RECORD_MALFORMED;
		record->why = "it is too long";
	}
	time = record->event.ts.tv_sec * 1000000 +
	       record->event.ts.tv_nsec / 1000;
	if (record->kind == RECORD_EVENT)
		add_event(store, time);
	else if (record->kind == RECORD_LOST)
		add_lost(store, time);
	else
		add_bad(store, file, number, start, kept, record->why);
}

bool store_select(struct store *store, const char *run)
{
	struct run *last = store->runs;
	bool any = !run;

	for (size_t i = 0; i < store_run_count(store); i++)
		if (store->runs[i].last >= last->last)
			last = &store->runs[i];
	for (size_t i = 0; i < store_run_count(store); i++) {
		struct run *r = &store->runs[i];

		r->selected = !run || (strcmp(run, "last") == 0 && r == last) ||
			      strcmp(run, store_text(store, r->name)) == 0;
		any |= r->selected;
	}
	return any;
}

void store_free(struct store *store)
{
	strings_free(&store->texts);
	strings_free(&store->run_keys);
	strings_free(&store->sum_keys);
	strings_free(&store->process_keys);
	free(store->runs);
	free(store->sums);
	free(store->processes);
	free(store->moments);
	free(store->bad);
	*store = (struct store){0};
}
