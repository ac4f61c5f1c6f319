/* SPDX-License-Identifier: MIT */
/* memory.c - allocation that succeeds, or ends the program. */
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>

#include "../launcher/diag.h"

#define ROOM_MIN 16

void *memory_grow(void *old, size_t count, size_t size)
{
	void *new = NULL;

	if (count <= SIZE_MAX / size)
		new = realloc(old, count * size);
	if (!new)
		die("there is not enough memory for such a log; give fewer "
		    "files");
	return new;
}

void *memory_room(void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? 2 * *room : ROOM_MIN;
	return memory_grow(items, *room, size);
}
