/* SPDX-License-Identifier: MIT */
/* shown.c - judge texts that are shown: written from the standards, without
 * a look at policy/quote.c.
 */
#include "shown.h"

#include <ctype.h>

static const struct {
	uint8_t bytes;
	uint8_t range[4][2];
} well_formed[] = {
	{1, {{0x00, 0x7f}}},
	{2, {{0xc2, 0xdf}, {0x80, 0xbf}}},
	{3, {{0xe0, 0xe0}, {0xa0, 0xbf}, {0x80, 0xbf}}},
	{3, {{0xe1, 0xec}, {0x80, 0xbf}, {0x80, 0xbf}}},
	{3, {{0xed, 0xed}, {0x80, 0x9f}, {0x80, 0xbf}}},
	{3, {{0xee, 0xef}, {0x80, 0xbf}, {0x80, 0xbf}}},
	{4, {{0xf0, 0xf0}, {0x90, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}}},
	{4, {{0xf1, 0xf3}, {0x80, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}}},
	{4, {{0xf4, 0xf4}, {0x80, 0x8f}, {0x80, 0xbf}, {0x80, 0xbf}}},
};

static bool fits_row(size_t row, const uint8_t *bytes, size_t len)
{
	if (len < well_formed[row].bytes)
		return false;
	for (size_t i = 0; i < well_formed[row].bytes; i++)
		if (bytes[i] < well_formed[row].range[i][0] ||
		    bytes[i] > well_formed[row].range[i][1])
			return false;
	return true;
}

size_t shown_utf8(const char *bytes, size_t len, uint32_t *point)
{
	static const uint8_t payload[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	const uint8_t *at = (const uint8_t *)bytes;

	for (size_t row = 0; row < COUNT_OF(well_formed); row++) {
		if (!fits_row(row, at, len))
			continue;
		*point = at[0] & payload[well_formed[row].bytes];
		for (size_t i = 1; i < well_formed[row].bytes; i++)
			*point = *point << 6 | (at[i] & 0x3f);
		return well_formed[row].bytes;
	}
	return 0;
}

static bool is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) ||
	       point == 0x2028 || point == 0x2029;
}

/* Bidi_Control=Yes in PropList.txt. */
static bool is_bidi(uint32_t point)
{
	return point == 0x061c || point == 0x200e || point == 0x200f ||
	       (point >= 0x202a && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069);
}

bool shown_safe(const char *bytes, size_t len)
{
	uint32_t point;
	size_t size;

	for (size_t at = 0; at < len; at += size) {
		size = shown_utf8(bytes + at, len - at, &point);
		if (size == 0 || is_control(point) || is_bidi(point))
			return false;
	}
	return true;
}

static unsigned int hex(const char *digits, int count)
{
	unsigned int value = 0;

	for (int i = 0; i < count; i++) {
		const char c = digits[i];

		require(isdigit((unsigned char)c) || (c >= 'a' && c <= 'f'));
		value = value << 4 |
			(unsigned int)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return value;
}

size_t shown_unescape(const char *text, size_t len, char *out)
{
	size_t n = 0;

	for (size_t at = 0; at < len; at++) {
		out[n] = text[at];
		if (text[at] == '\\') {
			require(len - at >= 4 && text[at + 1] == 'x');
			out[n] = (char)hex(text + at + 2, 2);
			at += 3;
		}
		n++;
	}
	return n;
}

static unsigned int octal(const char *digits)
{
	unsigned int value = 0;

	for (int i = 0; i < 3; i++) {
		require(digits[i] >= '0' && digits[i] <= '7');
		value = value << 3 | (unsigned int)(digits[i] - '0');
	}
	return value;
}

/* After $': up to the closing quote, which is where it returns. */
static const char *dollar_quoted(const char *at, char *out, size_t *n)
{
	for (; *at != '\''; at++) {
		require(*at != '\0');
		out[*n] = *at;
		if (*at == '\\') {
			at++;
			out[*n] = *at;
			if (*at != '\\' && *at != '\'') {
				out[*n] = (char)octal(at);
				at += 2;
				require(out[*n] != '\0');
			}
		}
		(*n)++;
	}
	return at;
}

size_t shown_shell_word(const char *text, char *out)
{
	static const char special[] = " \t\n\"`$&;|<>()*?[]#~!{}^";
	size_t n = 0;

	require(text[0] != '\0' && text[0] != '=');
	for (const char *at = text; *at != '\0'; at++) {
		if (at[0] == '$' && at[1] == '\'') {
			at = dollar_quoted(at + 2, out, &n);
		} else if (*at == '\'') {
			while (*++at != '\'') {
				require(*at != '\0');
				out[n++] = *at;
			}
		} else if (*at == '\\') {
			out[n++] = *++at;
			require(*at != '\0');
		} else {
			require(!strchr(special, *at));
			out[n++] = *at;
		}
	}
	return n;
}
