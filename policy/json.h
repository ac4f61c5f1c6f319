/* SPDX-License-Identifier: MIT */
/* json.h - members of a JSON object, appended to a text that begins with "{".
 *
 * Pure.  Strings may hold any byte: see quote_json().
 */
#ifndef SBX_JSON_H
#define SBX_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "text.h"

/** json_key() - A comma unless it is the first, the key and a colon.
 *		 [signal-safe] [no-alloc] */
void json_key(struct text *text, const char *key);

/** json_number() - A member. [signal-safe] [no-alloc] */
void json_number(struct text *text, const char *key, uint64_t number);

/** json_string() - A member, left out if @string is NULL.
 *		    [signal-safe] [no-alloc] */
void json_string(struct text *text, const char *key, const char *string);

/** json_array() - A string in an array of @size bytes, terminated or not; left
 *		   out if it is empty. [signal-safe] [no-alloc] */
void json_array(struct text *text, const char *key, const char *array,
		size_t size);

/** json_errno() - The symbolic name of an errno value; left out if that is 0.
 *		   [signal-safe] [no-alloc] */
void json_errno(struct text *text, const char *key, int error);

#endif /* SBX_JSON_H */
