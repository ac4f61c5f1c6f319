/* SPDX-License-Identifier: MIT */
/* memory.h - the memory of a process that we do not trust.
 *
 * Everything in this directory is pure but for such a reader, and believes
 * nothing that it reads: each size is checked against a buffer of ours, each
 * loop has a bound of its own, and addresses are numbers that are handed back
 * to the reader, never followed.
 */
#ifndef SBX_STACK_MEMORY_H
#define SBX_STACK_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory {
	/* Copies all of it, or fails. */
	bool (*read)(void *ctx, uint64_t from, void *to, size_t len);
	void *ctx;
};

static inline bool memory_get(const struct memory *memory, uint64_t from,
			      void *to, size_t len)
{
	return memory->read(memory->ctx, from, to, len);
}

#endif /* SBX_STACK_MEMORY_H */
