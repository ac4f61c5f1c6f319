/* SPDX-License-Identifier: MIT */
/* members.c - members of a JSON object, each of the type that it must have. */
#include "members.h"

#include <stdio.h>
#include <string.h>

/* There is one at a time, until the next line is read. */
static const char *complain(const char *name, const char *about)
{
	static char sentence[64];

	snprintf(sentence, sizeof(sentence), "%s %s", name, about);
	return sentence;
}

static const char *find(struct json_object *object, const char *name,
			bool required, enum json_type type,
			struct json_object **member)
{
	if (!json_object_object_get_ex(object, name, member)) {
		*member = NULL;
		return required ? complain(name, "is missing") : NULL;
	}
	if (!json_object_is_type(*member, type))
		return complain(name, "is of another type");
	return NULL;
}

const char *member_text(struct json_object *object,
			const struct member_text *text, char *to)
{
	struct json_object *member;
	const char *why = find(object, text->name, text->required,
			       json_type_string, &member);
	const char *bytes;
	size_t len;

	if (why || !member)
		return why;
	bytes = json_object_get_string(member);
	len = (size_t)json_object_get_string_len(member);
	if (len >= text->size)
		return complain(text->name, "is too long");
	if (memchr(bytes, '\0', len))
		return complain(text->name, "holds NUL");
	memcpy(to, bytes, len);
	to[len] = '\0';
	return NULL;
}

const char *member_number(struct json_object *object,
			  const struct member_number *number)
{
	struct json_object *member;
	const char *why = find(object, number->name, number->required,
			       json_type_int, &member);
	int64_t value;

	if (why || !member)
		return why;
	value = json_object_get_int64(member);
	if (value < number->least || value > number->most)
		return complain(number->name, "is out of range");
	*number->to = value;
	return NULL;
}

const char *member_true(struct json_object *object, const char *name, bool *to)
{
	struct json_object *member;
	const char *why = find(object, name, false, json_type_boolean, &member);

	if (!why)
		*to = member && json_object_get_boolean(member);
	return why;
}
