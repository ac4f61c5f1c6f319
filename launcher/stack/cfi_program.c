/* SPDX-License-Identifier: MIT */
/* cfi_program.c - the small machine that describes frames.
 *
 * DWARF 5, section 6.4.2, and what GNU and Arm have added.  An instruction
 * takes a byte at least, so a program ends.
 */
#include "cfi_program.h"

#define ROWS_MAX 8

/* The small machine. */
struct run {
	const struct cie *cie;
	uint64_t at, target; /* addresses of instructions */
	bool reached;	     /* the next one would hold beyond the target */
	bool bad;
	struct row row, initial;
	struct row kept[ROWS_MAX];
	unsigned int kept_count;
};

typedef void effect(struct run *run, uint64_t a, uint64_t b);

static void set_rule(struct run *run, uint64_t reg, enum rule rule,
		     uint64_t operand)
{
	if (reg == run->cie->return_register)
		run->row.undefined = false;
	if (reg >= MACHINE_REGISTERS)
		return;
	run->row.rule[reg] = (uint8_t)rule;
	run->row.operand[reg] = operand;
}

static void nothing(struct run *run, uint64_t a, uint64_t b)
{
	(void)run;
	(void)a;
	(void)b;
}

static void give_up(struct run *run, uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
	run->bad = true;
}

static void advance(struct run *run, uint64_t a, uint64_t b)
{
	(void)b;
	run->at += a * run->cie->code_align;
	run->reached = run->at > run->target;
}

static void saved(struct run *run, uint64_t a, uint64_t b)
{
	set_rule(run, a, SAVED, b * run->cie->data_align);
}

static void saved_below(struct run *run, uint64_t a, uint64_t b)
{
	set_rule(run, a, SAVED, 0 - b * run->cie->data_align);
}

static void computed(struct run *run, uint64_t a, uint64_t b)
{
	set_rule(run, a, COMPUTED, b * run->cie->data_align);
}

static void moved(struct run *run, uint64_t a, uint64_t b)
{
	set_rule(run, a, MOVED, b);
}

static void kept(struct run *run, uint64_t a, uint64_t b)
{
	(void)b;
	set_rule(run, a, KEPT, 0);
}

static void lost(struct run *run, uint64_t a, uint64_t b)
{
	(void)b;
	set_rule(run, a, LOST, 0);
}

static void undefined(struct run *run, uint64_t a, uint64_t b)
{
	lost(run, a, b);
	if (a == run->cie->return_register)
		run->row.undefined = true;
}

static void restored(struct run *run, uint64_t a, uint64_t b)
{
	(void)b;
	if (a == run->cie->return_register)
		run->row.undefined = run->initial.undefined;
	if (a >= MACHINE_REGISTERS)
		return;
	run->row.rule[a] = run->initial.rule[a];
	run->row.operand[a] = run->initial.operand[a];
}

static void remember(struct run *run, uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
	if (run->kept_count < ROWS_MAX)
		run->kept[run->kept_count++] = run->row;
	else
		run->bad = true;
}

static void recall(struct run *run, uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
	if (run->kept_count > 0)
		run->row = run->kept[--run->kept_count];
	else
		run->bad = true;
}

static void cfa(struct run *run, uint64_t a, uint64_t b)
{
	run->row.cfa_register = a;
	run->row.cfa_offset = b;
	run->row.cfa_lost = false;
}

static void cfa_factored(struct run *run, uint64_t a, uint64_t b)
{
	cfa(run, a, b * run->cie->data_align);
}

static void cfa_register(struct run *run, uint64_t a, uint64_t b)
{
	(void)b;
	run->row.cfa_register = a;
}

static void cfa_offset(struct run *run, uint64_t a, uint64_t b)
{
	(void)b;
	run->row.cfa_offset = a;
}

static void cfa_offset_factored(struct run *run, uint64_t a, uint64_t b)
{
	(void)b;
	run->row.cfa_offset = a * run->cie->data_align;
}

static void cfa_lost(struct run *run, uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
	run->row.cfa_lost = true;
}

enum operand { NONE, ONE, TWO, FOUR, UNSIGNED, SIGNED, BLOCK };

static const struct instruction {
	effect *effect;
	uint8_t a, b; /* enum operand */
} instructions[] = {
	[0x00] = {nothing, NONE, NONE},
	[0x02] = {advance, ONE, NONE},
	[0x03] = {advance, TWO, NONE},
	[0x04] = {advance, FOUR, NONE},
	[0x05] = {saved, UNSIGNED, UNSIGNED},
	[0x06] = {restored, UNSIGNED, NONE},
	[0x07] = {undefined, UNSIGNED, NONE},
	[0x08] = {kept, UNSIGNED, NONE},
	[0x09] = {moved, UNSIGNED, UNSIGNED},
	[0x0a] = {remember, NONE, NONE},
	[0x0b] = {recall, NONE, NONE},
	[0x0c] = {cfa, UNSIGNED, UNSIGNED},
	[0x0d] = {cfa_register, UNSIGNED, NONE},
	[0x0e] = {cfa_offset, UNSIGNED, NONE},
	[0x0f] = {cfa_lost, BLOCK, NONE},
	[0x10] = {lost, UNSIGNED, BLOCK},
	[0x11] = {saved, UNSIGNED, SIGNED},
	[0x12] = {cfa_factored, UNSIGNED, SIGNED},
	[0x13] = {cfa_offset_factored, SIGNED, NONE},
	[0x14] = {computed, UNSIGNED, UNSIGNED},
	[0x15] = {computed, UNSIGNED, SIGNED},
	[0x16] = {lost, UNSIGNED, BLOCK},
	[0x2d] = {nothing, NONE, NONE},	    /* AARCH64_negate_ra_state */
	[0x2e] = {nothing, UNSIGNED, NONE}, /* GNU_args_size */
	[0x2f] = {saved_below, UNSIGNED, UNSIGNED},
};

static uint64_t fetch_operand(struct bytes *program, uint8_t kind)
{
	switch ((enum operand)kind) {
	case ONE:
		return bytes_number(program, 1);
	case TWO:
		return bytes_number(program, 2);
	case FOUR:
		return bytes_number(program, 4);
	case UNSIGNED:
	case SIGNED:
		return bytes_leb(program, kind == SIGNED);
	case BLOCK:
		bytes_skip(program, bytes_leb(program, false));
		break;
	case NONE:
		break;
	}
	return 0;
}

/* Three frequent instructions have an operand in their own byte. */
static void execute_one(struct run *run, struct bytes *program)
{
	static effect *const packed[] = {NULL, advance, saved, restored};
	static const struct instruction unknown = {give_up, NONE, NONE};
	const uint8_t code = (uint8_t)bytes_number(program, 1);
	const struct instruction *it = &unknown;
	uint64_t a, b = 0;

	if (code >> 6) {
		a = code & 0x3f;
		if (packed[code >> 6] == saved)
			b = bytes_leb(program, false);
		packed[code >> 6](run, a, b);
		return;
	}
	if (code < sizeof(instructions) / sizeof(*instructions) &&
	    instructions[code].effect)
		it = &instructions[code];
	a = fetch_operand(program, it->a);
	b = fetch_operand(program, it->b);
	it->effect(run, a, b);
}

static bool execute(struct run *run, struct bytes program)
{
	while (bytes_left(&program) > 0 && !run->bad && !program.bad &&
	       !run->reached)
		execute_one(run, &program);
	return !run->bad && !program.bad;
}

bool cfi_program_run(const struct cie *cie, struct bytes program,
		     uint64_t start, uint64_t target, struct row *row)
{
	struct run run = {.cie = cie, .at = start, .target = target};

	if (!execute(&run, cie->program))
		return false;
	run.initial = run.row;
	run.at = start;
	run.reached = false;
	if (!execute(&run, program))
		return false;
	*row = run.row;
	return true;
}
