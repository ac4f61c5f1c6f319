/* SPDX-License-Identifier: MIT */
/* cfi.h - from a frame to its caller, as the compiler has written down. */
#ifndef SBX_STACK_CFI_H
#define SBX_STACK_CFI_H

#include "machine.h"
#include "memory.h"

enum cfi_step {
	CFI_STEPPED, /* the registers are the caller's */
	CFI_UNKNOWN, /* nothing usable is written about this place */
	CFI_END,     /* the outermost frame: it has no caller */
};

/**
 * cfi_step() - Undo one call.
 * @hdr, @size:	where .eh_frame_hdr is
 * @at:		a place within the instruction that the frame is at: the byte
 *		before a return address, as that may begin the next function
 * @registers:	of the frame; the caller's if CFI_STEPPED
 */
enum cfi_step cfi_step(const struct memory *memory, uint64_t hdr, uint64_t size,
		       uint64_t at, struct registers *registers);

#endif /* SBX_STACK_CFI_H */
