/* SPDX-License-Identifier: MIT */
/* strings.c - each string once, known by a number. */
#include "strings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "memory.h"

#define SLOTS_MIN 64

struct string {
	size_t at; /* in bytes */
	uint32_t len;
	uint32_t hash;
};

/* One round of splitmix64 for each eight bytes. */
static uint32_t hash_of(const struct strings *strings, const void *bytes,
			size_t len)
{
	const char *at = bytes;
	uint64_t hash = strings->seed + len;

	for (size_t part; len > 0; at += part, len -= part) {
		uint64_t word = 0;

		part = len < sizeof(word) ? len : sizeof(word);
		memcpy(&word, at, part);
		hash = (hash ^ word) + 0x9e3779b97f4a7c15;
		hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
		hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
		hash ^= hash >> 31;
	}
	return (uint32_t)(hash ^ hash >> 32);
}

static void insert(struct strings *strings, uint32_t number)
{
	size_t slot = strings->items[number].hash;

	while (strings->slots[slot &= strings->slot_count - 1] != 0)
		slot++;
	strings->slots[slot] = number + 1;
}

static void rehash(struct strings *strings)
{
	strings->slot_count =
		strings->slot_count ? 2 * strings->slot_count : SLOTS_MIN;
	strings->slots = memory_grow(strings->slots, strings->slot_count,
				     sizeof(*strings->slots));
	memset(strings->slots, 0,
	       strings->slot_count * sizeof(*strings->slots));
	for (size_t i = 0; i < strings->count; i++)
		insert(strings, (uint32_t)i);
}

static void start(struct strings *strings)
{
	if (getrandom(&strings->seed, sizeof(strings->seed), GRND_NONBLOCK) !=
	    sizeof(strings->seed))
		strings->seed = (uint64_t)time(NULL);
	rehash(strings);
}

static uint32_t append(struct strings *strings, const void *bytes, size_t len,
		       uint32_t hash)
{
	const uint32_t number = (uint32_t)strings->count;

	strings->items =
		memory_room(strings->items, strings->count,
			    &strings->items_room, sizeof(*strings->items));
	if (len + 1 > strings->room - strings->len) {
		strings->room = 2 * strings->room + len + SLOTS_MIN;
		strings->bytes = memory_grow(strings->bytes, strings->room, 1);
	}
	strings->items[number] =
		(struct string){strings->len, (uint32_t)len, hash};
	if (len > 0)
		memcpy(strings->bytes + strings->len, bytes, len);
	strings->bytes[strings->len + len] = '\0';
	strings->len += len + 1;
	strings->count++;
	return number;
}

uint32_t strings_add(struct strings *strings, const void *bytes, size_t len)
{
	uint32_t hash, number;
	size_t slot;

	if (strings->slot_count == 0)
		start(strings);
	hash = hash_of(strings, bytes, len);
	for (slot = hash; strings->slots[slot &= strings->slot_count - 1] != 0;
	     slot++) {
		const struct string *item;

		number = strings->slots[slot] - 1;
		item = &strings->items[number];
		if (item->hash == hash && item->len == len &&
		    (len == 0 ||
		     memcmp(strings->bytes + item->at, bytes, len) == 0))
			return number;
	}
	number = append(strings, bytes, len, hash);
	if (2 * strings->count > strings->slot_count)
		rehash(strings);
	else
		strings->slots[slot] = number + 1;
	return number;
}

uint32_t strings_add_text(struct strings *strings, const char *text)
{
	return strings_add(strings, text, strlen(text));
}

const char *strings_get(const struct strings *strings, uint32_t number)
{
	return strings->bytes + strings->items[number].at;
}

void strings_free(struct strings *strings)
{
	free(strings->bytes);
	free(strings->items);
	free(strings->slots);
	*strings = (struct strings){0};
}
