/* SPDX-License-Identifier: MIT */
/* strings.h - each string once, known by a number.
 *
 * Numbers are given out from 0 without gaps, so that they index arrays: a key
 * of several parts is a string, too.
 */
#ifndef SBX_LOG_STRINGS_H
#define SBX_LOG_STRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strings {
	char *bytes; /* all of them, each with NUL behind it */
	size_t len, room;
	struct string *items;
	size_t count, items_room;
	uint32_t *slots; /* hash table: number + 1, 0 is free */
	size_t slot_count;
	uint64_t seed; /* a log cannot choose its collisions */
};

/** strings_add() - The number of some bytes; a new one if they are new. */
uint32_t strings_add(struct strings *strings, const void *bytes, size_t len);

/** strings_add_text() - The same for a string that ends in NUL. */
uint32_t strings_add_text(struct strings *strings, const char *text);

/** strings_get() - The bytes, NUL-terminated; valid until the next is added.
 */
const char *strings_get(const struct strings *strings, uint32_t number);

/** strings_free() - Forget all of them. */
void strings_free(struct strings *strings);

#endif /* SBX_LOG_STRINGS_H */
