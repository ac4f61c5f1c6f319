/* SPDX-License-Identifier: MIT */
/* fuzz_log.c - hostile logs for sbx-log.
 *
 * Half of the inputs are a file, cut into pieces as read(2) would: no line gets
 * lost, what was read is written and read the same again, and whatever comes
 * out is safe for a terminal, a shell or a browser.  The other half are events:
 * what sbx-run writes is read back to the byte.
 */
#include <json-c/json.h>

#include "launcher/diag.h"
#include "policy/event.h"
#include "sbx-log/grant.h"
#include "sbx-log/html.h"
#include "sbx-log/lines.h"
#include "sbx-log/suggest.h"
#include "sbx-log/summary.h"
#include "shown.h"

static struct store store;
static struct record again;
static char json[EVENT_JSON_MAX], twice[EVENT_JSON_MAX];
static uint64_t of_kind[RECORD_MALFORMED + 1];

/* There is nothing to die of. */
void die(const char *fmt, ...)
{
	fuzz_finding(__FILE__, __LINE__, fmt);
	abort();
}

/* ---- files -------------------------------------------------------------- */

static void write_and_read(void)
{
	struct event *event = &store.record.event;
	int len;

	if (event->seq == 0)
		event->seq = 1; /* left out, which sbx-run never does */
	len = event_json(event, json, sizeof(json));
	require(len > 0 && shown_json_line(json, (size_t)len));
	memcpy(twice, json, (size_t)len);
	twice[len - 1] = '\0';
	record_read(&again, twice, (size_t)len - 1);
	require(again.kind == RECORD_EVENT);
	again.event.layer = event->layer;
	len = event_json(&again.event, twice, sizeof(twice));
	require(len > 0 && strcmp(json, twice) == 0);
}

static void take(void *context, char *line, size_t len, bool whole)
{
	uint64_t *count = context;

	store_line(&store, "file", ++*count, line, len, whole);
	if (len == 0)
		return;
	of_kind[store.record.kind]++;
	if (store.record.kind == RECORD_EVENT)
		write_and_read();
}

static uint64_t lines_in(const uint8_t *data, size_t size)
{
	uint64_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += data[i] != '\n' && (i == 0 || data[i - 1] == '\n');
	return count;
}

/* The number of the last line, as an editor shows it. */
static uint64_t last_line(const uint8_t *data, size_t size)
{
	uint64_t number = size > 0 && data[size - 1] != '\n';

	for (size_t i = 0; i < size; i++)
		number += data[i] == '\n';
	return number;
}

static void read_file(struct input *in)
{
	struct lines lines = {0};
	const size_t chunk = 1U + input_byte(in);
	const uint64_t want = lines_in(in->at, in->left);
	const uint64_t last = last_line(in->at, in->left);
	uint64_t count = 0;

	memset(of_kind, 0, sizeof(of_kind));
	while (in->left > 0) {
		const size_t len = in->left < chunk ? in->left : chunk;

		lines_feed(&lines, (const char *)in->at, len, take, &count);
		in->at += len;
		in->left -= len;
	}
	lines_end(&lines, take, &count);
	require(count == last && lines.number == last);
	require(of_kind[RECORD_EVENT] + of_kind[RECORD_LOST] +
			of_kind[RECORD_MALFORMED] ==
		want);
	require(of_kind[RECORD_EVENT] == store.moment_count);
	require(of_kind[RECORD_MALFORMED] == store.bad_count);
	lines_free(&lines);
}

/* ---- what is written ---------------------------------------------------- */

static void require_safe(char *text)
{
	for (char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		require(line[len] == '\n');
		for (char *tab = line; tab < line + len; tab++)
			if (*tab == '\t')
				*tab = ' ';
		require(shown_safe(line, len));
		line += len + 1;
	}
}

/* "--option value" or "--option=value", a shell's word each. */
static void require_option(char *line)
{
	static char word[2 * GRANT_VALUE_MAX];
	struct grant grant;
	char *end = strpbrk(line, " =");
	const bool any = end != NULL;

	require(strncmp(line, "--", 2) == 0);
	if (any)
		*end = '\0';
	require(grant_find(&grant, line + 2) ||
		strcmp(line, "--unix-sockets") == 0);
	if (any)
		require(shown_shell_word(end + 1, word) > 0);
}

static void require_options(char *text)
{
	static const char more[] = " \\\n";

	while (*text) {
		char *end = strstr(text, more);
		const size_t behind = end ? sizeof(more) - 1 : 1;

		if (!end)
			end = strchr(text, '\n');
		require(end);
		*end = '\0';
		require_option(text);
		text = end + behind;
	}
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	while ((text = strstr(text, what)))
		count++, text++;
	return count;
}

/* One text of JSON, out of which nothing can get. */
static void require_page(char *page)
{
	static const char begin[] = "id=\"data\">",
			  end[] = "</script>\n<script>";
	char *data = strstr(page, begin);
	char *after = data ? strstr(data, end) : NULL;
	struct json_object *object;

	require(data && after && count_of(page, "<script") == 2 &&
		count_of(page, "</script") == 2);
	data += sizeof(begin) - 1;
	*after = '\0';
	require(!strpbrk(data, "<>&"));
	object = json_tokener_parse(data);
	require(json_object_is_type(object, json_type_object));
	json_object_put(object);
	require_safe(data);
}

static void write_all(unsigned int how)
{
	char *texts[4] = {NULL};
	size_t sizes[4];
	FILE *out[4];
	char *const files[] = {"\xff<file>", NULL};
	struct suggestions suggestions;

	for (int i = 0; i < 4; i++)
		out[i] = open_memstream(&texts[i], &sizes[i]);
	summary_print(out[0], &store, how & 1);
	suggest_collect(&suggestions, &store, how & 1, how & 2);
	suggest_options(out[1], out[0], &suggestions, &store);
	suggest_config(out[2], &suggestions, &store);
	suggest_free(&suggestions);
	html_print(out[3], &store, files);
	for (int i = 0; i < 4; i++)
		fclose(out[i]);
	require_safe(texts[0]);
	require_options(texts[1]);
	require_safe(texts[2]);
	require_page(texts[3]);
	for (int i = 0; i < 4; i++)
		free(texts[i]);
}

/* ---- events ------------------------------------------------------------- */

static void make_address(struct input *in, struct event *event)
{
	char bytes[sizeof(struct sockaddr_un)] = "";
	static const sa_family_t families[] = {AF_UNIX, AF_INET, AF_INET6,
					       AF_UNSPEC, 40};
	const sa_family_t family = families[input_below(in, 5)];
	const size_t len =
		sizeof(family) + input_bytes(in, bytes + sizeof(family),
					     sizeof(bytes) - sizeof(family));

	memcpy(bytes, &family, sizeof(family));
	event->has_addr = input_below(in, 4) > 0;
	if (event->has_addr)
		addr_decode(&event->addr, bytes, len);
}

static void require_addr(const struct addr *got, const struct addr *want)
{
	/* Both are written "./@x", and are the same file. */
	if (want->kind == ADDR_PATH && strncmp(want->name, "./@", 3) == 0) {
		require(got->kind == ADDR_PATH &&
			strcmp(got->name, want->name + 2) == 0);
		return;
	}
	require(got->kind == want->kind);
	if (want->kind == ADDR_PATH || want->kind == ADDR_ABSTRACT)
		require(got->name_len == want->name_len &&
			memcmp(got->name, want->name, want->name_len) == 0);
	if (want->kind == ADDR_INET || want->kind == ADDR_INET6)
		require(got->port == want->port &&
			memcmp(got->ip, want->ip,
			       want->kind == ADDR_INET ? 4 : 16) == 0);
	if (want->kind == ADDR_INET6)
		require(got->scope == want->scope);
	if (want->kind == ADDR_OTHER)
		require(got->family == want->family);
}

static void require_same(const struct record *got, const struct event *want)
{
	const struct event *event = &got->event;

	require(got->kind == RECORD_EVENT && event->op == want->op &&
		event->pid == want->pid && event->ppid == want->ppid &&
		event->count == want->count && event->seq == want->seq &&
		event->type == want->type &&
		event->expected == want->expected &&
		event->audit == want->audit &&
		event->has_addr == want->has_addr &&
		event->ts.tv_sec == want->ts.tv_sec &&
		event->ts.tv_nsec / 1000 == want->ts.tv_nsec / 1000);
	require(strncmp(event->comm, want->comm, sizeof(want->comm)) == 0 &&
		strcmp(event->exe, want->exe) == 0 &&
		strcmp(event->argv0, want->argv0) == 0 &&
		strcmp(event->resolved, want->resolved) == 0 &&
		strcmp(event->host, want->host) == 0 &&
		strcmp(event->hint, want->hint) == 0 &&
		strcmp(got->run, want->run) == 0);
	require(!want->note || !want->note[0] ||
		strcmp(got->note, want->note) == 0);
	if (want->has_addr)
		require_addr(&event->addr, &want->addr);
}

static void read_event(struct input *in)
{
	static struct event event;
	char run[64], note[64];
	int len;

	memset(&event, 0, sizeof(event));
	event.ts.tv_sec = input_u32(in);
	event.ts.tv_nsec = input_u32(in) % 1000000000;
	event.seq = 1 + (uint64_t)input_u32(in);
	event.pid = 1 + (pid_t)(input_u32(in) >> 2);
	event.ppid = (pid_t)(input_u32(in) >> 1);
	event.count = 1 + input_u32(in) / 2;
	event.op = input_below(in, OP_COUNT);
	event.type = (int)input_below(in, 6);
	event.audit = input_below(in, 2);
	event.expected = input_below(in, 2);
	event.verdict.allow = event.audit;
	make_address(in, &event);
	input_string(in, event.comm, sizeof(event.comm));
	input_string(in, event.exe, sizeof(event.exe));
	input_string(in, event.argv0, sizeof(event.argv0));
	input_string(in, event.resolved, sizeof(event.resolved));
	input_string(in, event.host, sizeof(event.host));
	input_string(in, event.hint, sizeof(event.hint));
	input_string(in, run, sizeof(run));
	input_string(in, note, sizeof(note));
	event.run = run;
	event.note = note;
	event.tier = "none";
	len = event_json(&event, json, sizeof(json));
	require(len > 0);
	json[len - 1] = '\0';
	record_read(&again, json, (size_t)len - 1);
	require_same(&again, &event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = input_open(data, size);
	const unsigned int how = input_byte(&in);

	if (how & 4) {
		read_event(&in);
		return 0;
	}
	store.keep_moments = true;
	read_file(&in);
	if (how & 8)
		store_select(&store, "last");
	write_all(how);
	store_free(&store);
	return 0;
}
