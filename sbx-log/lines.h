/* SPDX-License-Identifier: MIT */
/* lines.h - bytes, as they come, become lines. */
#ifndef SBX_LOG_LINES_H
#define SBX_LOG_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a longer line the rest is dropped; no event is as long
 * (EVENT_JSON_MAX). */
#define LINE_MAX_SIZE (1 << 20)

struct lines {
	char *buf;
	size_t len, room;
	bool too_long;
	uint64_t number; /* of the line that is being gathered, from 0 */
};

/* A line without its newline, NUL-terminated; it may be changed.  @whole: it
 * ended in a newline and was not too long. */
typedef void lines_take(void *context, char *line, size_t len, bool whole);

/** lines_feed() - Add bytes; @take is called for each line that is whole. */
void lines_feed(struct lines *lines, const char *bytes, size_t len,
		lines_take *take, void *context);

/** lines_end() - There are no more: take what is there, if anything is. */
void lines_end(struct lines *lines, lines_take *take, void *context);

/** lines_free() - Forget what is there. */
void lines_free(struct lines *lines);

#endif /* SBX_LOG_LINES_H */
