/* SPDX-License-Identifier: MIT */
/* shown_json.c - a JSON reader that takes nothing but what RFC 8259 allows. */
#include <ctype.h>

#include "shown.h"

/* Each reader takes what it is about and returns the rest, NULL: malformed.
 * All of it ends with NUL, which no production contains. */
static const char *literal(const char *at, const char *text)
{
	const size_t len = strlen(text);

	return at && !strncmp(at, text, len) ? at + len : NULL;
}

static const char *string(const char *at)
{
	at = literal(at, "\"");
	while (at && *at != '"') {
		if (*at == '\0')
			return NULL;
		if (*at++ != '\\')
			continue;
		if (*at == 'u') {
			for (int i = 1; i <= 4; i++)
				if (!isxdigit((unsigned char)at[i]))
					return NULL;
			at += 4;
		} else if (*at == '\0' || !strchr("\"\\/bfnrt", *at)) {
			return NULL;
		}
		at++;
	}
	return at ? at + 1 : NULL;
}

static const char *number(const char *at)
{
	if (*at == '-')
		at++;
	if (!isdigit((unsigned char)*at) ||
	    (at[0] == '0' && isdigit((unsigned char)at[1])))
		return NULL;
	while (isdigit((unsigned char)*at))
		at++;
	return at;
}

static const char *array(const char *at)
{
	do
		at = string(at + 1);
	while (at && *at == ',');
	return literal(at, "]");
}

static const char *value(const char *at)
{
	if (!at)
		return NULL;
	if (*at == '"')
		return string(at);
	if (*at == '[')
		return array(at);
	if (*at == 't')
		return literal(at, "true");
	if (*at == 'f')
		return literal(at, "false");
	return number(at);
}

bool shown_json_line(const char *line, size_t len)
{
	const char *at = line;

	if (strlen(line) != len || len == 0 || line[len - 1] != '\n' ||
	    !shown_safe(line, len - 1) || *at != '{')
		return false;
	do
		at = value(literal(string(at + 1), ":"));
	while (at && *at == ',');
	at = literal(literal(at, "}"), "\n");
	return at && *at == '\0';
}

static size_t put_utf8(unsigned int point, char *out)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point >= 0xdc80 && point <= 0xdcff) {
		out[0] = (char)(point - 0xdc00);
		return 1;
	}
	/* No other surrogate was ever a byte. */
	require(point < 0xd800 || point > 0xdfff);
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | point >> 12);
	out[1] = (char)(0x80 | (point >> 6 & 0x3f));
	out[2] = (char)(0x80 | (point & 0x3f));
	return 3;
}

/* @at is after the opening quote. */
static int decode(const char *at, char *out)
{
	char digits[5] = "";
	size_t n = 0;

	for (; *at != '"'; at++) {
		if (*at != '\\') {
			out[n++] = *at;
		} else if (*++at == 'u') {
			memcpy(digits, at + 1, 4);
			n += put_utf8((unsigned int)strtoul(digits, NULL, 16),
				      out + n);
			at += 4;
		} else {
			require(*at == '"' || *at == '\\');
			out[n++] = *at;
		}
	}
	return (int)n;
}

int shown_json_string(const char *line, const char *key, char *out)
{
	const size_t len = strlen(key);

	for (const char *at = line + 1; *at != '\n';) {
		const char *name = at + 1;
		const char *after = literal(string(at), ":");

		at = value(after);
		if (!strncmp(name, key, len) && name[len] == '"')
			return decode(after + 1, out);
		at++;
	}
	return -1;
}
