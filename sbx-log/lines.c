/* SPDX-License-Identifier: MIT */
/* lines.c - bytes, as they come, become lines. */
#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static void append(struct lines *lines, const char *bytes, size_t len)
{
	if (len > LINE_MAX_SIZE - lines->len) {
		len = LINE_MAX_SIZE - lines->len;
		lines->too_long = true;
	}
	if (lines->len + len + 1 > lines->room) {
		lines->room = 2 * (lines->len + len) + 256;
		lines->buf = memory_grow(lines->buf, lines->room, 1);
	}
	memcpy(lines->buf + lines->len, bytes, len);
	lines->len += len;
	lines->buf[lines->len] = '\0';
}

static void finish(struct lines *lines, bool whole, lines_take *take,
		   void *context)
{
	const size_t len = lines->len;
	const bool fits = !lines->too_long;

	lines->number++;
	lines->len = 0;
	lines->too_long = false;
	take(context, lines->buf, len, whole && fits);
}

void lines_feed(struct lines *lines, const char *bytes, size_t len,
		lines_take *take, void *context)
{
	while (len > 0) {
		const char *end = memchr(bytes, '\n', len);
		const size_t part = end ? (size_t)(end - bytes) : len;

		append(lines, bytes, part);
		if (!end)
			return;
		finish(lines, true, take, context);
		bytes = end + 1;
		len -= part + 1;
	}
}

void lines_end(struct lines *lines, lines_take *take, void *context)
{
	if (lines->len > 0)
		finish(lines, false, take, context);
}

void lines_free(struct lines *lines)
{
	free(lines->buf);
	*lines = (struct lines){0};
}
