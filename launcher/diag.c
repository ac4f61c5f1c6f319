/* SPDX-License-Identifier: MIT */
/* diag.c - the launcher's messages, one write(2) each.
 *
 * Messages quote what the user or a file name said, so everything is escaped
 * on its way out: a terminal gets no control byte but the final newline.
 * Nothing is allocated; what is longer than the buffer ends in "...".
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../policy/quote.h"
#include "diag.h"

/* A sentence that quotes a path of PATH_MAX bytes. */
#define MESSAGE_MAX 6144

static bool quiet;
static const char *place; /* "FILE:LINE" */
static const char *program = "sbx-run";

/* Backslashes stay: callers hand over text that is escaped already, too. */
static void append_message(struct text *line, const char *raw)
{
	const char *backslash;

	while ((backslash = strchr(raw, '\\'))) {
		quote_terminal(line, raw, (size_t)(backslash - raw));
		text_string(line, "\\");
		raw = backslash + 1;
	}
	quote_terminal(line, raw, strlen(raw));
}

static void __attribute__((format(printf, 1, 0)))
say(const char *fmt, va_list args, const char *reason)
{
	char raw[MESSAGE_MAX] = "";
	char buf[4 * MESSAGE_MAX + 256]; /* \xNN: fourfold at most */
	struct text line;
	int len;

	len = vsnprintf(raw, sizeof(raw), fmt, args);
	text_open(&line, buf, sizeof(buf));
	text_string(&line, program);
	text_string(&line, ": ");
	if (place) {
		append_message(&line, place);
		text_string(&line, ": ");
	}
	append_message(&line, raw);
	if (len < 0 || (size_t)len >= sizeof(raw))
		text_string(&line, "...");
	if (reason) {
		text_string(&line, ": ");
		text_string(&line, reason);
	}
	text_string(&line, "\n");
	if (write(STDERR_FILENO, line.buf, line.len) < 0)
		return; /* nobody is left to tell */
}

void warn_msg(const char *fmt, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, fmt);
	say(fmt, args, NULL);
	va_end(args);
	errno = saved;
}

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args, NULL);
	va_end(args);
	exit(EXIT_SBX);
}

void die_errno(const char *fmt, ...)
{
	const char *reason = strerror(errno);
	va_list args;

	va_start(args, fmt);
	say(fmt, args, reason);
	va_end(args);
	exit(EXIT_SBX);
}

void diag_program(const char *name)
{
	program = name;
}

const char *diag_where(const char *where)
{
	const char *before = place;

	place = where;
	return before;
}

void diag_quiet(void)
{
	quiet = true;
}

bool diag_is_quiet(void)
{
	return quiet;
}

void notice(const char *fmt, ...)
{
	int saved = errno;
	va_list args;

	if (quiet)
		return;
	va_start(args, fmt);
	say(fmt, args, NULL);
	va_end(args);
	errno = saved;
}
