/* SPDX-License-Identifier: MIT */
/* text.c - text of bounded size, appended to piece by piece.  */
#include "text.h"

#include <limits.h>
#include <string.h>

#define DIGITS_MAX 20 /* of UINT64_MAX in base 10 */

void text_open(struct text *text, char *buf, size_t size)
{
	text->buf = buf;
	text->size = size;
	text->len = 0;
	text->full = size == 0;
	if (size > 0)
		buf[0] = '\0';
}

int text_length(const struct text *text)
{
	if (text->full || text->len > INT_MAX)
		return -1;
	return (int)text->len;
}

void text_bytes(struct text *text, const void *bytes, size_t len)
{
	if (text->full || len >= text->size - text->len) {
		text->full = true;
		return;
	}
	memcpy(text->buf + text->len, bytes, len);
	text->len += len;
	text->buf[text->len] = '\0';
}

void text_string(struct text *text, const char *string)
{
	text_bytes(text, string, strlen(string));
}

static void append_digits(struct text *text, uint64_t number, unsigned int base,
			  unsigned int width)
{
	static const char digits[] = "0123456789abcdef";
	char buf[DIGITS_MAX];
	unsigned int at = DIGITS_MAX;

	do {
		buf[--at] = digits[number % base];
		number /= base;
	} while (at > 0 && (number > 0 || DIGITS_MAX - at < width));
	text_bytes(text, buf + at, DIGITS_MAX - at);
}

void text_number(struct text *text, uint64_t number)
{
	append_digits(text, number, 10, 1);
}

void text_padded(struct text *text, uint64_t number, unsigned int width)
{
	append_digits(text, number, 10, width);
}

void text_hex(struct text *text, uint64_t number, unsigned int width)
{
	append_digits(text, number, 16, width);
}
