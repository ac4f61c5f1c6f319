/* SPDX-License-Identifier: MIT */
/* memory.h - allocation that succeeds, or ends the program. */
#ifndef SBX_LOG_MEMORY_H
#define SBX_LOG_MEMORY_H

#include <stddef.h>

/** memory_grow() - realloc() to @count items of @size bytes, or die. */
void *memory_grow(void *old, size_t count, size_t size);

/**
 * memory_room() - Make room for one more item in an array, or die.
 * @items:	the array, NULL if it is empty
 * @count:	items in it
 * @room:	for how many there is room; changed
 * @size:	of an item
 *
 * Return: the array, which may have moved
 */
void *memory_room(void *items, size_t count, size_t *room, size_t size);

#endif /* SBX_LOG_MEMORY_H */
