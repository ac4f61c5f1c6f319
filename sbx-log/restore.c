/* SPDX-License-Identifier: MIT */
/* restore.c - the bytes of names that are not UTF-8, in JSON text. */
#include "restore.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ESCAPE_SIZE 6 /* \uNNNN */

/* Return: the value of \uNNNN, or -1 if it is something else */
static int32_t read_escape(const char *at, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	int32_t value = 0;

	if (len < ESCAPE_SIZE || at[0] != '\\' || at[1] != 'u')
		return -1;
	for (int i = 2; i < ESCAPE_SIZE; i++) {
		const char c = (char)(at[i] >= 'A' && at[i] <= 'F' ? at[i] | 32
								   : at[i]);
		const char *digit = c ? strchr(digits, c) : NULL;

		if (!digit)
			return -1;
		value = value << 4 | (int32_t)(digit - digits);
	}
	return value;
}

static bool is_high_surrogate(int32_t value)
{
	return value >= 0xd800 && value <= 0xdbff;
}

size_t restore_bytes(char *json, size_t len)
{
	size_t from = 0, to = 0;
	int32_t before = -1;

	while (from < len) {
		const int32_t value = read_escape(json + from, len - from);
		size_t size = 1;

		/* After a high surrogate it is half of a character. */
		if (value >= 0xdc80 && value <= 0xdcff &&
		    !is_high_surrogate(before)) {
			json[to++] = (char)(value & 0xff);
			from += ESCAPE_SIZE;
			before = -1;
			continue;
		}
		if (value >= 0)
			size = ESCAPE_SIZE;
		else if (json[from] == '\\' && from + 1 < len)
			size = 2; /* "\\udc80" is a backslash, and letters */
		memmove(json + to, json + from, size);
		to += size;
		from += size;
		before = value;
	}
	json[to] = '\0';
	return to;
}
