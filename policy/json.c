/* SPDX-License-Identifier: MIT */
/* json.c - members of a JSON object.  */
#include "json.h"

#include <string.h>

#include "errname.h"
#include "quote.h"

void json_key(struct text *text, const char *key)
{
	text_string(text, text->len > 1 ? ",\"" : "\"");
	text_string(text, key);
	text_string(text, "\":");
}

void json_number(struct text *text, const char *key, uint64_t number)
{
	json_key(text, key);
	text_number(text, number);
}

static void put_string(struct text *text, const char *key, const char *bytes,
		       size_t len)
{
	json_key(text, key);
	text_string(text, "\"");
	quote_json(text, bytes, len);
	text_string(text, "\"");
}

void json_string(struct text *text, const char *key, const char *string)
{
	if (string)
		put_string(text, key, string, strlen(string));
}

void json_array(struct text *text, const char *key, const char *array,
		size_t size)
{
	if (array[0] != '\0')
		put_string(text, key, array, strnlen(array, size));
}

void json_errno(struct text *text, const char *key, int error)
{
	const char *name = errname_text(error);

	if (error == 0)
		return;
	if (name) {
		json_string(text, key, name);
		return;
	}
	json_key(text, key);
	text_string(text, error < 0 ? "\"errno -" : "\"errno ");
	text_number(text, error < 0 ? -(uint64_t)error : (uint64_t)error);
	text_string(text, "\"");
}
