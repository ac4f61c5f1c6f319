/* SPDX-License-Identifier: MIT */
/* machine.h - registers as DWARF numbers them, and what a signal leaves.
 *
 * x86-64: System V psABI, figure 3.36; arm64: "DWARF for the Arm 64-bit
 * Architecture", where the program counter has no number, so it gets one.
 */
#ifndef SBX_STACK_MACHINE_H
#define SBX_STACK_MACHINE_H

#include <stdint.h>

#if defined(__aarch64__)

#define MACHINE_FP	  29
#define MACHINE_LR	  30 /* holds the return address of a leaf */
#define MACHINE_SP	  31
#define MACHINE_PC	  32
#define MACHINE_REGISTERS 33
/* What pointer authentication leaves of an address in user space. */
#define MACHINE_CODE 0x0000ffffffffffffULL
/* mov x8, #139; svc #0: rt_sigreturn(2), in the vDSO. */
#define MACHINE_SIGRETURN                                                      \
	{                                                                      \
		0x68, 0x11, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4                 \
	}
/* struct rt_sigframe of arch/arm64/kernel/signal.c: siginfo, then ucontext,
 * in which mcontext is at 176 and its registers after fault_address. */
#define MACHINE_SAVED_AT (128 + 176 + 8)
static const unsigned char machine_saved[] = {
	0,  1,	2,  3,	4,  5,	6,  7,	8,  9,	10, 11, 12, 13, 14, 15, 16,
	17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
};
/* The registers of a struct report. */
static const unsigned char machine_reported[] = {
	19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
};

#else

#define MACHINE_FP	  6 /* rbp */
#define MACHINE_SP	  7 /* rsp */
#define MACHINE_PC	  16
#define MACHINE_REGISTERS 17
#define MACHINE_CODE	  0x00ffffffffffffffULL
/* mov $15, %rax; syscall: rt_sigreturn(2), in libc.  It is what GDB and libgcc
 * look for, too, so no libc has it otherwise. */
#define MACHINE_SIGRETURN                                                      \
	{                                                                      \
		0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05                    \
	}
/* struct rt_sigframe of arch/x86/include/asm/sigframe.h after its return
 * address: ucontext, whose registers follow flags, link and stack. */
#define MACHINE_SAVED_AT 40
/* struct sigcontext_64: r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp,
 * rip. */
static const unsigned char machine_saved[] = {
	8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16,
};
static const unsigned char machine_reported[] = {
	3, 6, 7, 12, 13, 14, 15, 16,
};

#endif

struct registers {
	uint64_t value[MACHINE_REGISTERS];
};

#endif /* SBX_STACK_MACHINE_H */
