/* SPDX-License-Identifier: MIT */
/* event.c - one mediated decision, as a JSON line and as a human line.  */
#include "event.h"

#include <string.h>

#include "errname.h"
#include "json.h"
#include "quote.h"
#include "text.h"

#define SECONDS_PER_DAY 86400

struct label {
	int value;
	const char *name;
};

static const struct label families[] = {
	{AF_UNIX, "unix"},
	{AF_INET, "inet"},
	{AF_INET6, "inet6"},
	{AF_NETLINK, "netlink"},
};

static const struct label types[] = {
	{SOCK_STREAM, "stream"},
	{SOCK_DGRAM, "dgram"},
	{SOCK_SEQPACKET, "seqpacket"},
	{SOCK_RAW, "raw"},
};

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void append_label(struct text *text, const struct label *labels,
			 size_t count, int value)
{
	for (size_t i = 0; i < count; i++) {
		if (labels[i].value == value) {
			text_string(text, labels[i].name);
			return;
		}
	}
	/* A program may ask for any int; show it as it would write it. */
	text_string(text, value < 0 ? "-" : "");
	text_number(text, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void append_family(struct text *text, int family)
{
	append_label(text, families, COUNT_OF(families), family);
}

static void append_type(struct text *text, int type)
{
	append_label(text, types, COUNT_OF(types), type);
}

static int event_family(const struct event *event)
{
	if (event->domain == AF_UNSPEC && event->has_addr)
		return event->addr.family;
	return event->domain;
}

static bool has_name(const struct event *event)
{
	return event->has_addr && (event->addr.kind == ADDR_PATH ||
				   event->addr.kind == ADDR_ABSTRACT);
}

static bool has_ip(const struct event *event)
{
	return event->has_addr && (event->addr.kind == ADDR_INET ||
				   event->addr.kind == ADDR_INET6);
}

/* ---- JSON --------------------------------------------------------------- */

/* Civil date of a day since 1970-01-01: days are counted in eras of 400 years
 * that begin on 1 March, so that a leap day is the last of its year. */
static void append_date(struct text *text, uint64_t day)
{
	uint64_t shifted = day + 719468; /* 0000-03-01 to 1970-01-01 */
	uint64_t era = shifted / 146097;
	uint64_t of_era = shifted % 146097;
	uint64_t year =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * of_year + 2) / 153; /* 0 is March */

	text_padded(text, era * 400 + year + (month >= 10), 4);
	text_string(text, "-");
	text_padded(text, month >= 10 ? month - 9 : month + 3, 2);
	text_string(text, "-");
	text_padded(text, of_year - (153 * month + 2) / 5 + 1, 2);
}

static void json_time(struct text *text, const struct timespec *ts)
{
	uint64_t seconds = ts->tv_sec > 0 ? (uint64_t)ts->tv_sec : 0;
	uint64_t of_day = seconds % SECONDS_PER_DAY;

	json_key(text, "ts");
	text_string(text, "\"");
	append_date(text, seconds / SECONDS_PER_DAY);
	text_string(text, "T");
	text_padded(text, of_day / 3600, 2);
	text_string(text, ":");
	text_padded(text, of_day / 60 % 60, 2);
	text_string(text, ":");
	text_padded(text, of_day % 60, 2);
	text_string(text, ".");
	text_padded(text, (uint64_t)ts->tv_nsec / 1000 % 1000000, 6);
	text_string(text, "Z\"");
}

static void json_process(struct text *text, const struct event *event)
{
	json_string(text, "run", event->run);
	json_number(text, "pid", (uint64_t)event->pid);
	if (event->ppid > 0)
		json_number(text, "ppid", (uint64_t)event->ppid);
	if (event->tid > 0)
		json_number(text, "tid", (uint64_t)event->tid);
	json_array(text, "comm", event->comm, sizeof(event->comm));
	json_array(text, "exe", event->exe, sizeof(event->exe));
	json_array(text, "argv0", event->argv0, sizeof(event->argv0));
}

static void json_socket(struct text *text, const struct event *event)
{
	int family = event_family(event);

	json_string(text, "op", policy_op_name(event->op));
	if (family != AF_UNSPEC) {
		json_key(text, "family");
		text_string(text, "\"");
		append_family(text, family);
		text_string(text, "\"");
	}
	if (event->type != 0) {
		json_key(text, "type");
		text_string(text, "\"");
		append_type(text, event->type);
		text_string(text, "\"");
	}
	if (event->op == OP_SOCKET && event->protocol != 0) {
		json_key(text, "protocol");
		append_label(text, NULL, 0, event->protocol);
	}
}

/* What is neither a name nor an IP address, in the words of addr_text(). */
static void json_address(struct text *text, const struct event *event)
{
	char buf[ADDR_TEXT_MAX];

	if (event->has_addr && !has_name(event) && !has_ip(event))
		json_string(text, "address",
			    addr_text(&event->addr, buf, sizeof(buf)));
}

static void json_target(struct text *text, const struct event *event)
{
	if (has_name(event)) {
		json_key(text, "path");
		text_string(text, "\"");
		text_string(text, addr_name_prefix(&event->addr));
		quote_json(text, event->addr.name, event->addr.name_len);
		text_string(text, "\"");
	}
	json_array(text, "resolved", event->resolved, sizeof(event->resolved));
	if (has_ip(event)) {
		json_key(text, "addr");
		text_string(text, "\"");
		addr_append_ip(text, &event->addr);
		text_string(text, "\"");
		json_number(text, "port", event->addr.port);
	}
	json_address(text, event);
	json_array(text, "host", event->host, sizeof(event->host));
}

const char *event_verdict(const struct event *event)
{
	if (event->audit)
		return "audit";
	return event->verdict.allow ? "allow" : "deny";
}

static void json_verdict(struct text *text, const struct event *event)
{
	static const char *const layers[] = {
		[LAYER_SHIM] = "shim",
		[LAYER_SUPERVISOR] = "supervisor",
		[LAYER_KERNEL] = "kernel",
	};

	json_string(text, "verdict", event_verdict(event));
	json_errno(text, "errno", event->verdict.error);
	json_string(text, "rule", event->rule);
	json_string(text, "tier", event->tier);
	json_string(text, "layer", layers[event->layer]);
	json_key(text, "advisory");
	text_string(text, event->layer == LAYER_SHIM ? "true" : "false");
	json_string(text, "note", event->note);
	if (event->expected) {
		json_key(text, "expected");
		text_string(text, "true");
	}
	json_array(text, "hint", event->hint, sizeof(event->hint));
}

static void json_stack(struct text *text, const struct event *event)
{
	const uint32_t len = stack_length(&event->stack);

	if (len == 0)
		return;
	json_key(text, "stack");
	for (uint32_t i = 0; i < len; i++) {
		text_string(text, i == 0 ? "[\"" : ",\"");
		frame_append(text, &event->stack.frames[i], quote_json);
		text_string(text, "\"");
	}
	text_string(text, "]");
}

static int finish(struct text *text)
{
	text_string(text, "\n");
	/* A line that is not whole must not be written by mistake. */
	if (text->full && text->size > 0)
		text->buf[0] = '\0';
	return text_length(text);
}

int event_json(const struct event *event, char *buf, size_t size)
{
	struct text text;

	text_open(&text, buf, size);
	text_string(&text, "{");
	json_time(&text, &event->ts);
	json_number(&text, "seq", event->seq);
	json_process(&text, event);
	json_socket(&text, event);
	json_target(&text, event);
	json_verdict(&text, event);
	json_stack(&text, event);
	json_number(&text, "count", event->count);
	text_string(&text, "}");
	return finish(&text);
}

/* ---- text --------------------------------------------------------------- */

static void append_array(struct text *text, const char *array, size_t size)
{
	quote_terminal(text, array, strnlen(array, size));
}

static bool is_ip_family(int family)
{
	return family == AF_INET || family == AF_INET6;
}

/* "tcp", "udp", else the family; OP_SOCKET: "unix dgram". */
static void append_kind(struct text *text, const struct event *event)
{
	int family = event_family(event);

	if (event->op != OP_SOCKET && is_ip_family(family) &&
	    (event->type == SOCK_STREAM || event->type == SOCK_DGRAM)) {
		text_string(text, event->type == SOCK_STREAM ? "tcp" : "udp");
		return;
	}
	append_family(text, family);
	if (event->type != 0 &&
	    (event->op == OP_SOCKET || is_ip_family(family))) {
		text_string(text, " ");
		append_type(text, event->type);
	}
	if (event->op == OP_SOCKET && event->protocol != 0) {
		text_string(text, " protocol ");
		append_label(text, NULL, 0, event->protocol);
	}
}

static void append_target(struct text *text, const struct event *event)
{
	char buf[ADDR_TEXT_MAX];

	if (event->op == OP_RESOLVE) {
		append_array(text, event->host, sizeof(event->host));
		text_string(text, event->host[0] == '\0' ? "?" : "");
		return;
	}
	if (!event->has_addr && event->domain == AF_UNSPEC &&
	    event->op != OP_SOCKET) {
		text_string(text, "?"); /* it could not be looked at */
	} else if (!event->has_addr) {
		append_kind(text, event);
		if (event->resolved[0] != '\0') {
			text_string(text, ":");
			append_array(text, event->resolved,
				     sizeof(event->resolved));
		}
	} else {
		if (has_ip(event) && event->type != 0) {
			append_kind(text, event);
			text_string(text, " ");
		}
		text_string(text, addr_text(&event->addr, buf, sizeof(buf)));
	}
	if (event->host[0] != '\0') {
		text_string(text, " (");
		append_array(text, event->host, sizeof(event->host));
		text_string(text, ")");
	}
}

const char *event_target(const struct event *event, char *buf, size_t size)
{
	struct text text;

	text_open(&text, buf, size);
	append_target(&text, event);
	return buf;
}

const char event_no_option[] = " -- no option can name it";

static void append_hint(struct text *text, const struct event *event)
{
	static const char without[] = "without ";
	size_t len = strnlen(event->hint, sizeof(event->hint));
	bool removes = len >= sizeof(without) - 1 &&
		       memcmp(event->hint, without, sizeof(without) - 1) == 0;

	if (event->verdict.allow && !event->audit)
		return;
	if (len == 0) {
		text_string(text, event->note ? "" : event_no_option);
		return;
	}
	text_string(text, removes ? " -- allow " : " -- allow with ");
	/* It is there to be copied: its backslashes are the shell's. */
	quote_controls(text, event->hint, len);
}

int event_text(const struct event *event, char *buf, size_t size)
{
	struct text text;

	text_open(&text, buf, size);
	text_string(&text, event->audit		  ? "sbx: audit: "
			   : event->verdict.allow ? "sbx: allowed: "
						  : "sbx: denied: ");
	append_array(&text, event->comm, sizeof(event->comm));
	text_string(&text, "[");
	text_number(&text, (uint64_t)event->pid);
	text_string(&text, "] ");
	text_string(&text, policy_op_name(event->op));
	text_string(&text, " ");
	append_target(&text, event);
	if (event->note) {
		text_string(&text, ": ");
		quote_terminal(&text, event->note, strlen(event->note));
	}
	if (event->count > 1) {
		text_string(&text, " (");
		text_number(&text, event->count);
		text_string(&text, " times)");
	}
	append_hint(&text, event);
	stack_append(&text, &event->stack);
	return finish(&text);
}

int event_lost(const struct event *event, uint64_t lost, bool json, char *buf,
	       size_t size)
{
	struct text text;

	text_open(&text, buf, size);
	text_string(&text, json ? "{" : "sbx: lost: ");
	if (json) {
		json_time(&text, &event->ts);
		json_string(&text, "run", event->run);
		json_number(&text, "lost", lost);
		text_string(&text, "}");
	} else {
		text_number(&text, lost);
		text_string(&text, " events could not be written");
	}
	return finish(&text);
}

enum risk event_risk(const struct event *event)
{
	if (event->resolved[0])
		return risk_of_path(event->resolved, strlen(event->resolved));
	if (event->has_addr && event->addr.kind == ADDR_ABSTRACT)
		return risk_of_abstract(event->addr.name, event->addr.name_len);
	return RISK_BENIGN;
}
