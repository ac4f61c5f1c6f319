/* SPDX-License-Identifier: MIT */
/* pages.c - memory that is read page by page, and each page once. */
#include "pages.h"

#include <string.h>

void pages_start(struct pages *pages,
		 bool (*read)(void *ctx, uint64_t from, void *to, size_t len),
		 void *ctx)
{
	pages->memory = (struct memory){read, ctx};
	memset(pages->there, 0, sizeof(pages->there));
}

/* A page lies where its number says, in the place of what was there. */
static const uint8_t *fetch(struct pages *pages, uint64_t address)
{
	const size_t at = address / PAGES_SIZE % PAGES_COUNT;

	if (!pages->there[at] || pages->address[at] != address) {
		pages->there[at] = memory_get(&pages->memory, address,
					      pages->bytes[at], PAGES_SIZE);
		pages->address[at] = address;
	}
	return pages->there[at] ? pages->bytes[at] : NULL;
}

bool pages_read(void *ctx, uint64_t from, void *to, size_t len)
{
	uint8_t *out = to;

	while (len > 0) {
		const size_t offset = from % PAGES_SIZE;
		const uint8_t *page = fetch(ctx, from - offset);
		const size_t part =
			len < PAGES_SIZE - offset ? len : PAGES_SIZE - offset;

		if (!page)
			return false;
		memcpy(out, page + offset, part);
		out += part;
		from += part;
		len -= part;
	}
	return true;
}
