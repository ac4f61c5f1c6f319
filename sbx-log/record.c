/* SPDX-License-Identifier: MIT */
/* record.c - a line of the log, read back.
 *
 * Whoever wrote it may have been anybody.  What does not fit into an event is
 * malformed as a whole: half of an event would be another one.
 */
#include "record.h"

#include <json-c/json.h>
#include <string.h>

#include "../policy/quote.h"
#include "members.h"
#include "restore.h"
#include "target.h"

#define DEPTH_MAX 8

static const char *const verdict_words[VERDICTS] = {
	[VERDICT_DENY] = "deny",
	[VERDICT_AUDIT] = "audit",
	[VERDICT_ALLOW] = "allow",
};

const char *record_verdict_name(enum record_verdict verdict)
{
	static const char *const names[VERDICTS] = {
		[VERDICT_DENY] = "denied",
		[VERDICT_AUDIT] = "audit",
		[VERDICT_ALLOW] = "allowed",
	};

	return names[verdict];
}

#define TEXT(name, field, required)                                            \
	{                                                                      \
		name, offsetof(struct record, field),                          \
			sizeof(((struct record *)0)->field), required          \
	}

static const struct member_text texts[] = {
	TEXT("ts", ts, true),
	TEXT("run", run, true),
	TEXT("comm", event.comm, false),
	TEXT("exe", event.exe, false),
	TEXT("argv0", event.argv0, false),
	TEXT("resolved", event.resolved, false),
	TEXT("host", event.host, false),
	TEXT("rule", rule, false),
	TEXT("tier", tier, false),
	TEXT("note", note, false),
	TEXT("hint", event.hint, false),
	TEXT("errno", error, false),
};

/* Days since 1970-01-01 of a civil date: see event.c, which does the
 * opposite. */
static int64_t days_of(int year, int month, int day)
{
	const int y = year - (month <= 2);
	const int era = y / 400;
	const int of_era = y - era * 400;
	const int of_year =
		(153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return (int64_t)era * 146097 + of_era * 365 + of_era / 4 -
	       of_era / 100 + of_year - 719468;
}

/* A number of @digits digits at @at. */
static int read_digits(const char *at, int digits)
{
	int number = 0;

	for (; digits > 0; digits--)
		number = 10 * number + (*at++ - '0');
	return number;
}

static const char *read_time(const char *ts, struct timespec *time)
{
	static const char form[] = "0000-00-00T00:00:00.000000Z";
	int year, month, day, hour, minute, second;

	if (strlen(ts) != sizeof(form) - 1)
		return "ts is no time";
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '0' ? ts[i] < '0' || ts[i] > '9'
				   : ts[i] != form[i])
			return "ts is no time";
	year = read_digits(ts, 4);
	month = read_digits(ts + 5, 2);
	day = read_digits(ts + 8, 2);
	hour = read_digits(ts + 11, 2);
	minute = read_digits(ts + 14, 2);
	second = read_digits(ts + 17, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 ||
	    hour > 23 || minute > 59 || second > 59)
		return "ts is no time";
	time->tv_sec = days_of(year, month, day) * 86400 + hour * 3600L +
		       minute * 60L + second;
	time->tv_nsec = read_digits(ts + 20, 6) * 1000L;
	return NULL;
}

static const char *read_verdict(struct record *record,
				struct json_object *object)
{
	char word[16] = "";
	const struct member_text text = {"verdict", 0, sizeof(word), true};
	const char *why = member_text(object, &text, word);

	for (int i = 0; !why && i < VERDICTS; i++) {
		if (strcmp(word, verdict_words[i]) != 0)
			continue;
		record->verdict = (enum record_verdict)i;
		record->event.verdict.allow = i != VERDICT_DENY;
		record->event.audit = i == VERDICT_AUDIT;
		return NULL;
	}
	return why ? why : "verdict is not known";
}

static const char *read_op(struct record *record, struct json_object *object)
{
	char word[16] = "";
	const struct member_text text = {"op", 0, sizeof(word), true};
	const char *why = member_text(object, &text, word);

	for (int op = 0; !why && op < OP_COUNT; op++) {
		if (strcmp(word, policy_op_name((enum policy_op)op)) != 0)
			continue;
		record->event.op = (enum policy_op)op;
		return NULL;
	}
	return why ? why : "op is not known";
}

static const char *read_numbers(struct event *event, struct json_object *object)
{
	int64_t pid = 0, ppid = 0, tid = 0, seq = 0, count = 0, protocol = 0;
	const struct member_number numbers[] = {
		{"pid", &pid, 1, INT32_MAX, true},
		{"ppid", &ppid, 1, INT32_MAX, false},
		{"tid", &tid, 1, INT32_MAX, false},
		{"seq", &seq, 1, INT64_MAX, false},
		{"count", &count, 1, UINT32_MAX, true},
		{"protocol", &protocol, INT32_MIN, INT32_MAX, false},
	};
	const char *why = NULL;

	for (size_t i = 0; !why && i < sizeof(numbers) / sizeof(*numbers); i++)
		why = member_number(object, &numbers[i]);
	event->pid = (pid_t)pid;
	event->ppid = (pid_t)ppid;
	event->tid = (pid_t)tid;
	event->seq = (uint64_t)seq;
	event->count = (uint32_t)count;
	event->protocol = (int)protocol;
	return why;
}

static const char *read_texts(struct record *record, struct json_object *object)
{
	const char *why = NULL;

	for (size_t i = 0; !why && i < sizeof(texts) / sizeof(*texts); i++)
		why = member_text(object, &texts[i],
				  (char *)record + texts[i].offset);
	return why;
}

/* Lines for people, as frames are only shown. */
static const char *read_stack(struct record *record, struct json_object *object)
{
	struct json_object *stack, *frame;
	struct text text;

	text_open(&text, record->stack, sizeof(record->stack));
	if (!json_object_object_get_ex(object, "stack", &stack))
		return NULL;
	if (!json_object_is_type(stack, json_type_array) ||
	    json_object_array_length(stack) > STACK_MAX)
		return "stack is of another type";
	for (size_t i = 0; i < json_object_array_length(stack); i++) {
		frame = json_object_array_get_idx(stack, i);
		if (!json_object_is_type(frame, json_type_string))
			return "stack is of another type";
		text_string(&text, i > 0 ? "\n" : "");
		quote_terminal(&text, json_object_get_string(frame),
			       (size_t)json_object_get_string_len(frame));
	}
	return text.full ? "stack is too long" : NULL;
}

static const char *read_event(struct record *record, struct json_object *object)
{
	struct event *event = &record->event;
	const char *why = read_texts(record, object);

	if (!why)
		why = read_time(record->ts, &event->ts);
	if (!why)
		why = read_verdict(record, object);
	if (!why)
		why = read_op(record, object);
	if (!why)
		why = read_numbers(event, object);
	if (!why)
		why = member_true(object, "expected", &event->expected);
	if (!why)
		why = member_true(object, "advisory", &record->advisory);
	if (!why)
		why = target_read(event, object);
	if (!why)
		why = read_stack(record, object);
	event->run = record->run;
	event->tier = record->tier;
	event->rule = record->rule[0] ? record->rule : NULL;
	event->note = record->note[0] ? record->note : NULL;
	return why;
}

static const char *read_lost(struct record *record, struct json_object *object)
{
	int64_t lost = 0;
	const struct member_number number = {"lost", &lost, 1, INT64_MAX, true};
	const char *why = member_text(object, &texts[0], record->ts);

	if (!why)
		why = member_text(object, &texts[1], record->run);
	if (!why)
		why = read_time(record->ts, &record->event.ts);
	if (!why)
		why = member_number(object, &number);
	record->lost = why ? 0 : (uint64_t)lost;
	return why;
}

static struct json_object *parse(const char *line, size_t len, const char **why)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object;
	enum json_tokener_error error;

	if (!tokener) {
		*why = "there is not enough memory";
		return NULL;
	}
	/* The NUL behind it belongs to it: without, a line that is not whole
	 * would be one of which the rest is still to come. */
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, line, (int)len + 1);
	error = json_tokener_get_error(tokener);
	if (error != json_tokener_success)
		*why = json_tokener_error_desc(error);
	else if (json_tokener_get_parse_end(tokener) != len)
		*why = "there is a NUL in it";
	else if (!json_object_is_type(object, json_type_object))
		*why = "it is no JSON object";
	json_tokener_free(tokener);
	return object;
}

static void start_over(struct record *record)
{
	/* Not all of it: that would be 30 KiB for each line. */
	record->why = NULL;
	record->lost = 0;
	record->event.comm[0] = record->event.exe[0] = '\0';
	record->event.resolved[0] = record->event.host[0] = '\0';
	record->event.hint[0] = '\0';
	record->ts[0] = record->run[0] = record->rule[0] = '\0';
	record->note[0] = record->tier[0] = record->error[0] = '\0';
	record->event.verdict = (struct policy_verdict){.rule = -1};
	record->event.audit = record->event.expected = false;
	record->advisory = false;
	record->event.argv0[0] = record->stack[0] = '\0';
	record->event.stack.len = 0;
}

void record_read(struct record *record, char *line, size_t len)
{
	struct json_object *object;

	start_over(record);
	if (strncmp(line, "sbx: ", 5) == 0) {
		record->kind = RECORD_MALFORMED;
		record->why = "it is a line for people; write the log with "
			      "--log-format=json";
		return;
	}
	len = restore_bytes(line, len);
	object = parse(line, len, &record->why);
	if (record->why) {
		record->kind = RECORD_MALFORMED;
	} else if (json_object_object_get_ex(object, "lost", NULL)) {
		record->kind = RECORD_LOST;
		record->why = read_lost(record, object);
	} else {
		record->kind = RECORD_EVENT;
		record->why = read_event(record, object);
	}
	if (record->why)
		record->kind = RECORD_MALFORMED;
	json_object_put(object);
}
