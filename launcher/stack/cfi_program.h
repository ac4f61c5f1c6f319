/* SPDX-License-Identifier: MIT */
/* cfi_program.h - the small machine that describes frames. */
#ifndef SBX_STACK_CFI_PROGRAM_H
#define SBX_STACK_CFI_PROGRAM_H

#include "bytes.h"
#include "machine.h"

enum rule {
	KEPT,
	LOST,
	SAVED,	  /* at the CFA plus an offset */
	COMPUTED, /* the CFA plus an offset */
	MOVED,	  /* to another register */
};

/* Where the caller's registers are. */
struct row {
	uint64_t cfa_register, cfa_offset;
	bool cfa_lost;
	bool undefined; /* the return address: there is no caller */
	uint8_t rule[MACHINE_REGISTERS];
	uint64_t operand[MACHINE_REGISTERS]; /* offset, or a register */
};

#define CIE_MAX 512

/* The common part of several descriptions. */
struct cie {
	uint64_t code_align, data_align, return_register;
	uint8_t encoding; /* of addresses */
	bool augmented;
	uint8_t bytes[CIE_MAX];
	struct bytes program;
};

/**
 * cfi_program_run() - Which row holds at an instruction?
 * @program:	of one function
 * @start:	where that begins
 * @target:	the instruction
 *
 * Return: false if the programs make no sense, or more than we know of
 */
bool cfi_program_run(const struct cie *cie, struct bytes program,
		     uint64_t start, uint64_t target, struct row *row);

#endif /* SBX_STACK_CFI_PROGRAM_H */
