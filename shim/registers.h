/* SPDX-License-Identifier: MIT */
/* registers.h - where a call comes from, for who walks the stack meanwhile. */
#ifndef SBX_REGISTERS_H
#define SBX_REGISTERS_H

#include <stdint.h>

/**
 * registers_take() - What a struct report has of this place.
 *
 * Part of its caller, whose frame lasts as long as anybody looks.  It takes no
 * more than the stores: whether the stack is looked at at all is not ours to
 * know.  [signal-safe] [no-alloc]
 */
__attribute__((always_inline)) static inline void
registers_take(uint64_t *registers)
{
#if defined(__aarch64__)
	__asm__ volatile("adr x9, 1f\n"
			 "1:\n\t"
			 "mov x10, sp\n\t"
			 "stp x19, x20, [%0]\n\t"
			 "stp x21, x22, [%0, #16]\n\t"
			 "stp x23, x24, [%0, #32]\n\t"
			 "stp x25, x26, [%0, #48]\n\t"
			 "stp x27, x28, [%0, #64]\n\t"
			 "stp x29, x30, [%0, #80]\n\t"
			 "stp x10, x9, [%0, #96]"
			 :
			 : "r"(registers)
			 : "x9", "x10", "memory");
#else
	__asm__ volatile("lea 1f(%%rip), %%rax\n"
			 "1:\n\t"
			 "mov %%rbx, (%0)\n\t"
			 "mov %%rbp, 8(%0)\n\t"
			 "mov %%rsp, 16(%0)\n\t"
			 "mov %%r12, 24(%0)\n\t"
			 "mov %%r13, 32(%0)\n\t"
			 "mov %%r14, 40(%0)\n\t"
			 "mov %%r15, 48(%0)\n\t"
			 "mov %%rax, 56(%0)"
			 :
			 : "r"(registers)
			 : "rax", "memory");
#endif
}

#endif /* SBX_REGISTERS_H */
