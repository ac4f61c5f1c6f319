/* SPDX-License-Identifier: MIT */
/* quote.c - hostile bytes, made safe for a terminal, JSON or a shell.  */
#include "quote.h"

#include <stdbool.h>
#include <string.h>

struct range {
	uint32_t first;
	uint32_t last;
};

/* What must not reach a terminal: controls; what reorders a line so that it
 * reads as something else (Unicode UAX #9, "Trojan Source"); and what cannot be
 * seen, or not be told from blanks, which could fill a line unnoticed
 * (Default_Ignorable_Code_Point, White_Space). */
static const struct range unprintable[] = {
	{0x00, 0x1f},	    {0x7f, 0xa0},	{0xad, 0xad},
	{0x034f, 0x034f},   {0x061c, 0x061c},	{0x115f, 0x1160},
	{0x1680, 0x1680},   {0x17b4, 0x17b5},	{0x180b, 0x180f},
	{0x2000, 0x200f},   {0x2028, 0x202f},	{0x205f, 0x206f},
	{0x2800, 0x2800},   {0x3000, 0x3000},	{0x3164, 0x3164},
	{0xfe00, 0xfe0f},   {0xfeff, 0xfeff},	{0xffa0, 0xffa0},
	{0xfff0, 0xfffb},   {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
	{0xe0000, 0xe0fff},
};

/* A lead byte, how many bytes follow, and the least code point that needs as
 * many (less is an overlong form). */
static const struct lead {
	unsigned char mask, bits, more;
	uint32_t least;
} leads[] = {
	{0x80, 0x00, 0, 0},
	{0xe0, 0xc0, 1, 0x80},
	{0xf0, 0xe0, 2, 0x800},
	{0xf8, 0xf0, 3, 0x10000},
};

static bool is_unprintable(uint32_t point)
{
	for (size_t i = 0; i < sizeof(unprintable) / sizeof(*unprintable); i++)
		if (point >= unprintable[i].first &&
		    point <= unprintable[i].last)
			return true;
	return false;
}

static const struct lead *find_lead(unsigned char byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(*leads); i++)
		if ((byte & leads[i].mask) == leads[i].bits)
			return &leads[i];
	return NULL;
}

/* Bytes of the character at @bytes, 0 if it is not UTF-8; @len > 0. */
static size_t next_character(const char *bytes, size_t len, uint32_t *point)
{
	const unsigned char *at = (const unsigned char *)bytes;
	const struct lead *lead = find_lead(at[0]);

	if (!lead || lead->more >= len)
		return 0;
	*point = (unsigned char)(at[0] & ~lead->mask);
	for (size_t i = 1; i <= lead->more; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (at[i] & 0x3f);
	}
	if (*point < lead->least || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return lead->more + 1U;
}

/* Bytes at @bytes that may be shown as they are, 0 if the first may not. */
static size_t printable(const char *bytes, size_t len)
{
	uint32_t point;
	size_t size = next_character(bytes, len, &point);

	return size > 0 && !is_unprintable(point) ? size : 0;
}

static void append_escaped_byte(struct text *text, const char *prefix,
				char byte)
{
	char buf[8];
	struct text piece;

	text_open(&piece, buf, sizeof(buf));
	text_string(&piece, prefix);
	text_hex(&piece, (unsigned char)byte, 2);
	text_bytes(text, buf, piece.len);
}

/* One character, or one byte of it if it must be escaped; returns how many
 * bytes were consumed. */
static size_t append_visible(struct text *text, const char *bytes, size_t len)
{
	size_t size = printable(bytes, len);

	if (size == 0) {
		append_escaped_byte(text, "\\x", bytes[0]);
		return 1;
	}
	text_bytes(text, bytes, size);
	return size;
}

void quote_controls(struct text *text, const char *bytes, size_t len)
{
	for (size_t at = 0; at < len && !text->full;)
		at += append_visible(text, bytes + at, len - at);
}

void quote_terminal(struct text *text, const char *bytes, size_t len)
{
	for (size_t at = 0; at < len && !text->full;) {
		if (bytes[at] == '\\') {
			append_escaped_byte(text, "\\x", bytes[at++]);
			continue;
		}
		at += append_visible(text, bytes + at, len - at);
	}
}

static size_t append_json(struct text *text, const char *bytes, size_t len)
{
	uint32_t point;
	size_t size = next_character(bytes, len, &point);
	char buf[8];
	struct text piece;

	if (size == 0) {
		append_escaped_byte(text, "\\udc", bytes[0]);
		return 1;
	}
	if (!is_unprintable(point)) {
		text_bytes(text, bytes, size);
		return size;
	}
	text_open(&piece, buf, sizeof(buf));
	text_string(&piece, "\\u");
	text_hex(&piece, point, 4);
	text_bytes(text, buf, piece.len);
	return size;
}

void quote_json(struct text *text, const char *bytes, size_t len)
{
	for (size_t at = 0; at < len && !text->full;) {
		if (bytes[at] == '"')
			text_string(text, "\\\"");
		else if (bytes[at] == '\\')
			text_string(text, "\\\\");
		else {
			at += append_json(text, bytes + at, len - at);
			continue;
		}
		at++;
	}
}

static bool is_shell_safe(const char *bytes, size_t len)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789_@%+=:,./-";

	for (size_t i = 0; i < len; i++)
		if (!memchr(safe, bytes[i], sizeof(safe) - 1))
			return false;
	/* zsh takes "=ls" for the path of ls. */
	return len > 0 && bytes[0] != '=';
}

static bool is_printable(const char *bytes, size_t len)
{
	size_t size = 1;

	for (size_t at = 0; at < len && size > 0; at += size)
		size = printable(bytes + at, len - at);
	return size > 0;
}

static void append_quoted(struct text *text, const char *bytes, size_t len)
{
	text_string(text, "'");
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\'')
			text_string(text, "'\\''");
		else
			text_bytes(text, bytes + i, 1);
	}
	text_string(text, "'");
}

/* Three octal digits are all that every shell reads alike: some take "\\x0ab"
 * for one character.  "!" is history where a person types. */
static size_t append_dollar_character(struct text *text, const char *bytes,
				      size_t len)
{
	const size_t size = bytes[0] == '!' ? 0 : printable(bytes, len);
	const unsigned char byte = (unsigned char)bytes[0];

	if (bytes[0] == '\'' || bytes[0] == '\\')
		text_string(text, "\\");
	if (size > 0) {
		text_bytes(text, bytes, size);
		return size;
	}
	text_string(text, "\\");
	text_number(text, byte >> 6);
	text_number(text, byte >> 3 & 7);
	text_number(text, byte & 7);
	return 1;
}

static void append_dollar_quoted(struct text *text, const char *bytes,
				 size_t len)
{
	text_string(text, "$'");
	for (size_t at = 0; at < len && !text->full;)
		at += append_dollar_character(text, bytes + at, len - at);
	text_string(text, "'");
}

void quote_shell(struct text *text, const char *bytes, size_t len)
{
	if (is_shell_safe(bytes, len))
		text_bytes(text, bytes, len);
	else if (is_printable(bytes, len))
		append_quoted(text, bytes, len);
	else
		append_dollar_quoted(text, bytes, len);
}
