/* SPDX-License-Identifier: MIT */
/* members.h - members of a JSON object, each of the type that it must have. */
#ifndef SBX_LOG_MEMBERS_H
#define SBX_LOG_MEMBERS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct member_text {
	const char *name;
	size_t offset; /* for the caller */
	size_t size;   /* where it goes, NUL included */
	bool required;
};

struct member_number {
	const char *name;
	int64_t *to;
	int64_t least, most;
	bool required;
};

/**
 * member_text() - A string without NUL; @to stays as it is if it is not there.
 *
 * Return: NULL, or what is wrong
 */
const char *member_text(struct json_object *object,
			const struct member_text *text, char *to);

/** member_number() - The same for an integer. */
const char *member_number(struct json_object *object,
			  const struct member_number *number);

/** member_true() - The same for what is true or left out. */
const char *member_true(struct json_object *object, const char *name, bool *to);

#endif /* SBX_LOG_MEMBERS_H */
