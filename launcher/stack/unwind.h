/* SPDX-License-Identifier: MIT */
/* unwind.h - from a frame to its caller, one way or another. */
#ifndef SBX_STACK_UNWIND_H
#define SBX_STACK_UNWIND_H

#include "image.h"
#include "machine.h"
#include "modules.h"

/* A frame of a stack. */
struct frame {
	struct registers registers;
	bool interrupted; /* it did not call: the address is its own */
	bool trampoline;  /* nor did this: a signal's handler returns to it */
	const struct module *module;
	struct image image; /* of the module; empty: not an ELF file */
};

/**
 * unwind_start() - The innermost frame.
 * @reported:	registers as in struct report, of @count
 *
 * Return: false if they lead nowhere
 */
bool unwind_start(struct frame *frame, const struct memory *memory,
		  const struct modules *modules, const uint64_t *reported,
		  size_t count);

/**
 * unwind_step() - The frame that called this one.
 *
 * Return: false if it is the outermost, or the way is lost
 */
bool unwind_step(struct frame *frame, const struct memory *memory,
		 const struct modules *modules);

/** unwind_at() - An address within the call, or where it was interrupted. */
uint64_t unwind_at(const struct frame *frame);

#endif /* SBX_STACK_UNWIND_H */
