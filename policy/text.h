/* SPDX-License-Identifier: MIT */
/* text.h - text of bounded size, appended to piece by piece.
 *
 * Pure.  A piece that does not fit is left out whole, and so is everything
 * after it, so that no escape sequence is ever cut in half.
 */
#ifndef SBX_TEXT_H
#define SBX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *buf;   /* always NUL-terminated if size > 0 */
	size_t size; /* bytes in buf */
	size_t len;  /* bytes written, terminator not counted */
	bool full;   /* something did not fit */
};

/**
 * text_open() - Start an empty text in the caller's memory.
 * @text:	result
 * @buf:	where the text goes
 * @size:	bytes in @buf [signal-safe] [no-alloc]
 */
void text_open(struct text *text, char *buf, size_t size);

/**
 * text_length() - How the text came out.
 *
 * Return: length, or -1 if something did not fit [signal-safe] [no-alloc]
 */
int text_length(const struct text *text);

/** text_bytes() - Append bytes as they are. [signal-safe] [no-alloc] */
void text_bytes(struct text *text, const void *bytes, size_t len);

/** text_string() - Append a string as it is. [signal-safe] [no-alloc] */
void text_string(struct text *text, const char *string);

/** text_number() - Append a decimal number. [signal-safe] [no-alloc] */
void text_number(struct text *text, uint64_t number);

/** text_padded() - The same in at least @width digits, at most 20. */
void text_padded(struct text *text, uint64_t number, unsigned int width);

/** text_hex() - At least @width (at most 16) digits, lower case, no "0x". */
void text_hex(struct text *text, uint64_t number, unsigned int width);

#endif /* SBX_TEXT_H */
