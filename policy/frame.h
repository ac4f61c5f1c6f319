/* SPDX-License-Identifier: MIT */
/* frame.h - the call stack of an event, and how a frame of it is written.
 *
 * Pure.  All of it comes from the memory of a program, which can forge it.
 */
#ifndef SBX_FRAME_H
#define SBX_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define STACK_MAX	 16
#define FRAME_MODULE_MAX 64
#define FRAME_SYMBOL_MAX 128

struct stack_frame {
	/* File name without directories; "": of no file */
	char module[FRAME_MODULE_MAX];
	uint64_t offset; /* in the module, as addr2line(1) takes it; of no
			  * file: the address itself */
	char symbol[FRAME_SYMBOL_MAX]; /* "" unknown */
	uint64_t beyond;	       /* bytes from where the symbol begins */
};

struct stack {
	uint32_t len;
	struct stack_frame frames[STACK_MAX]; /* innermost first */
};

/** stack_length() - How many frames there are, whatever len says. */
static inline uint32_t stack_length(const struct stack *stack)
{
	return stack->len < STACK_MAX ? stack->len : STACK_MAX;
}

/** stack_copy() - Only the frames that there are. */
void stack_copy(struct stack *to, const struct stack *from);

/**
 * frame_append() - "libpq.so.5+0x1a2b (PQconnectPoll+0x3c)", without what is
 *		    not known, or "0x7f00deadbeef".
 * @quote:	makes names safe for where it is written
 * [signal-safe] [no-alloc]
 */
void frame_append(struct text *text, const struct stack_frame *frame,
		  void (*quote)(struct text *text, const char *bytes,
				size_t len));

/** stack_append() - Lines for people, each "\n    at FRAME".
 *		     [signal-safe] [no-alloc] */
void stack_append(struct text *text, const struct stack *stack);

#endif /* SBX_FRAME_H */
