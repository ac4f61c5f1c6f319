/* SPDX-License-Identifier: MIT */
/* question.c - what is put to a person, in words that cannot be mistaken.
 *
 * The names in it are chosen by the program that asks.  One that is full of
 * blanks would go on at the left of the next line, and could say there what
 * only we say; so blanks beside each other are shown as \x20, and of the
 * path of a program only the end.
 */
#include "question.h"

#include <string.h>

#include "../../policy/quote.h"
#include "../../policy/risk.h"

#define EXE_SHOWN 128

static bool is_plain(const char *name, size_t len, size_t at)
{
	if (name[at] == '"')
		return false;
	return name[at] != ' ' ||
	       (at > 0 && name[at - 1] != ' ' && at + 1 < len);
}

static void put_name(struct text *text, const char *name, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_plain(name, len, i))
			continue;
		quote_terminal(text, name + start, i - start);
		text_string(text, name[i] == ' ' ? "\\x20" : "\\x22");
		start = i + 1;
	}
	quote_terminal(text, name + start, len - start);
}

static void put_exe(struct text *text, const char *exe)
{
	const size_t len = strlen(exe);
	const size_t from = len > EXE_SHOWN ? len - EXE_SHOWN : 0;

	text_string(text, from ? "..." : "");
	put_name(text, exe + from, len - from);
}

static void put_risk(struct text *text, const struct event *event)
{
	const enum risk risk = event_risk(event);

	if (risk == RISK_BENIGN)
		return;
	text_string(text, "sbx: risk: ");
	text_string(text, risk_text(risk));
	text_string(text, "\n");
}

void question_target(struct text *text, const struct event *event)
{
	const struct addr *addr = &event->addr;
	char target[ADDR_TEXT_MAX];

	if (event->resolved[0]) {
		text_string(text, "unix:");
		put_name(text, event->resolved, strlen(event->resolved));
		return;
	}
	if (addr->kind == ADDR_ABSTRACT) {
		text_string(text, "unix:@");
		put_name(text, addr->name, addr->name_len);
		return;
	}
	if (event->domain != AF_UNIX)
		text_string(text, event->type == SOCK_DGRAM ? "udp " : "tcp ");
	text_string(text, addr_text(addr, target, sizeof(target)));
}

void question_put(struct text *text, const struct event *event,
		  const char *host)
{
	text_string(text, "\nsbx: ");
	put_name(text, event->comm, strnlen(event->comm, sizeof(event->comm)));
	text_string(text, "[");
	text_number(text, (uint64_t)event->pid);
	text_string(text, "] (");
	put_exe(text, event->exe);
	text_string(text, ") wants to ");
	text_string(text, policy_op_name(event->op));
	text_string(text, " ");
	question_target(text, event);
	if (host) {
		text_string(text, ", which it calls \"");
		put_name(text, host, strlen(host));
		text_string(text, "\"");
	}
	text_string(text, "\n");
	put_risk(text, event);
}
