/* SPDX-License-Identifier: MIT */
/* frame.c - how a frame of a call stack is written. */
#include "frame.h"

#include <string.h>

#include "quote.h"

void stack_copy(struct stack *to, const struct stack *from)
{
	to->len = stack_length(from);
	memcpy(to->frames, from->frames, to->len * sizeof(*from->frames));
}

static void append_offset(struct text *text, const char *before,
			  uint64_t offset)
{
	text_string(text, before);
	text_hex(text, offset, 1);
}

void frame_append(struct text *text, const struct stack_frame *frame,
		  void (*quote)(struct text *text, const char *bytes,
				size_t len))
{
	const size_t module = strnlen(frame->module, sizeof(frame->module));
	const size_t symbol = strnlen(frame->symbol, sizeof(frame->symbol));

	quote(text, frame->module, module);
	append_offset(text, module > 0 ? "+0x" : "0x", frame->offset);
	if (symbol == 0)
		return;
	text_string(text, " (");
	quote(text, frame->symbol, symbol);
	append_offset(text, "+0x", frame->beyond);
	text_string(text, ")");
}

void stack_append(struct text *text, const struct stack *stack)
{
	for (uint32_t i = 0; i < stack_length(stack); i++) {
		text_string(text, "\n    at ");
		frame_append(text, &stack->frames[i], quote_terminal);
	}
}
