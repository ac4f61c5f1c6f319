/* SPDX-License-Identifier: MIT */
/* pages.h - memory that is read page by page, and each page once.
 *
 * Tables are searched by reads of a few bytes, which cost as much as a page
 * each.  For one walk only: the other threads of a client go on.
 */
#ifndef SBX_STACK_PAGES_H
#define SBX_STACK_PAGES_H

#include "memory.h"

#define PAGES_SIZE  4096 /* the smallest page that a kernel may have */
#define PAGES_COUNT 64	 /* a power of two */

struct pages {
	struct memory memory; /* where they come from */
	uint64_t address[PAGES_COUNT];
	bool there[PAGES_COUNT];
	uint8_t bytes[PAGES_COUNT][PAGES_SIZE];
};

/** pages_start() - None has been read; @read and @ctx as in struct memory. */
void pages_start(struct pages *pages,
		 bool (*read)(void *ctx, uint64_t from, void *to, size_t len),
		 void *ctx);

/** pages_read() - The reader of a struct memory, whose ctx is a struct pages.
 */
bool pages_read(void *ctx, uint64_t from, void *to, size_t len);

#endif /* SBX_STACK_PAGES_H */
