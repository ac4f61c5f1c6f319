/* SPDX-License-Identifier: MIT */
/* cfi.c - from a frame to its caller, as the compiler has written down.
 *
 * Theory of operation
 *
 * .eh_frame says for each instruction how to find the caller's registers, in
 * programs for a small machine (DWARF 5, section 6.4; LSB 5, "Exception
 * Frames"): the CFA, which is the stack pointer before the call, is a register
 * plus an offset, and each saved register lies at an offset from it.
 * .eh_frame_hdr is a sorted table of them.
 *
 * Rules that are expressions are not evaluated: compilers use them for PLT
 * entries, which nothing returns to, and signal frames, which unwind.c knows.
 * Such a register counts as lost, and a frame whose CFA is lost as unknown.
 *
 * All of it comes from a process that may lie.  A description that does not fit
 * into the buffers is unknown, and each instruction takes a byte at least, so
 * that the work is bounded by the buffers.
 */
#include "cfi.h"

#include "bytes.h"

#define HDR_HEAD       12
#define PCREL_SDATA4   0x1b
#define DATAREL_SDATA4 0x3b
#define UDATA4	       0x03
#define ENTRIES_MAX    (1U << 24)
#define FDE_MAX	       8192 /* the largest of libc has 2 KiB */
#define CIE_MAX	       512
#define ROWS_MAX       8
#define FIELD_INDIRECT 0x80

enum rule { KEPT, LOST, SAVED, COMPUTED, MOVED };

/* Where the caller's registers are. */
struct row {
	uint64_t cfa_register, cfa_offset;
	bool cfa_lost;
	bool undefined; /* the return address: there is no caller */
	uint8_t rule[MACHINE_REGISTERS];
	uint64_t operand[MACHINE_REGISTERS]; /* offset, or a register */
};

/* The common part of several descriptions. */
struct cie {
	uint64_t code_align, data_align, return_register;
	uint8_t encoding; /* of addresses */
	bool augmented;
	uint8_t bytes[CIE_MAX];
	struct bytes program;
};

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

/* ---- instructions ------------------------------------------------------- */

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

/* ---- descriptions ------------------------------------------------------- */

/* The bytes after the length of an entry; it must fit. */
static bool read_entry(const struct memory *memory, uint64_t at, uint8_t *to,
		       size_t size, struct bytes *bytes)
{
	uint32_t len;

	if (!memory_get(memory, at, &len, sizeof(len)) || len < 4 ||
	    len > size || !memory_get(memory, at + sizeof(len), to, len))
		return false;
	*bytes = (struct bytes){.at = to, .end = to + len};
	return true;
}

/* Bytes of an address in that encoding, 0: not one that we know. */
static size_t encoded_size(uint8_t encoding)
{
	static const uint8_t sizes[16] = {
		[0x0] = 8, [0x2] = 2, [0x3] = 4, [0x4] = 8,
		[0xa] = 2, [0xb] = 4, [0xc] = 8,
	};

	return encoding & FIELD_INDIRECT ? 0 : sizes[encoding & 0xf];
}

static bool read_augmentation(struct cie *cie, const char *letters, size_t len,
			      struct bytes *bytes)
{
	struct bytes data;
	const uint64_t size = bytes_leb(bytes, false);

	data = *bytes;
	bytes_skip(bytes, size);
	if (bytes->bad)
		return false;
	data.end = bytes->at;
	cie->augmented = true;
	for (size_t i = 1; i < len && !data.bad; i++) {
		if (letters[i] == 'R')
			cie->encoding = (uint8_t)bytes_number(&data, 1);
		else if (letters[i] == 'P')
			/* What it points to does not matter. */
			bytes_skip(&data,
				   encoded_size(bytes_number(&data, 1) & 0x7f));
		else if (letters[i] == 'L')
			bytes_skip(&data, 1);
		else if (letters[i] != 'S' && letters[i] != 'B')
			return false;
	}
	return !data.bad;
}

static bool read_cie(const struct memory *memory, uint64_t at, struct cie *cie)
{
	const char *letters;
	struct bytes bytes;
	uint64_t version;
	size_t len;

	if (!read_entry(memory, at, cie->bytes, sizeof(cie->bytes), &bytes) ||
	    bytes_number(&bytes, 4) != 0)
		return false;
	version = bytes_number(&bytes, 1);
	letters = (const char *)bytes.at;
	len = strnlen(letters, bytes_left(&bytes));
	bytes_skip(&bytes, len + 1);
	cie->code_align = bytes_leb(&bytes, false);
	cie->data_align = bytes_leb(&bytes, true);
	cie->return_register = version == 1 ? bytes_number(&bytes, 1)
					    : bytes_leb(&bytes, false);
	cie->encoding = 0;
	cie->augmented = false;
	if ((version != 1 && version != 3) || bytes.bad ||
	    (len > 0 && letters[0] != 'z') ||
	    (len > 0 && !read_augmentation(cie, letters, len, &bytes)))
		return false;
	cie->program = bytes;
	return true;
}

/* @start: of the code that the entry is about; the table has it already. */
static bool run_entry(const struct memory *memory, uint64_t entry,
		      uint64_t start, uint64_t at, struct cie *cie,
		      struct row *row)
{
	uint8_t buffer[FDE_MAX];
	struct run run = {.cie = cie, .at = start, .target = at};
	struct bytes bytes;
	uint64_t range;
	size_t size;

	if (!read_entry(memory, entry, buffer, sizeof(buffer), &bytes) ||
	    !read_cie(memory, entry + 4 - bytes_number(&bytes, 4), cie))
		return false;
	size = encoded_size(cie->encoding);
	bytes_skip(&bytes, size);
	range = bytes_number(&bytes, size);
	if (size == 0 || bytes.bad || at - start >= range)
		return false;
	if (cie->augmented)
		bytes_skip(&bytes, bytes_leb(&bytes, false));
	if (bytes.bad || !execute(&run, cie->program))
		return false;
	run.initial = run.row;
	run.at = start;
	run.reached = false;
	if (!execute(&run, bytes))
		return false;
	*row = run.row;
	return true;
}

/* The table is sorted: the last entry that begins at or before @at. */
static bool find_entry(const struct memory *memory, uint64_t hdr, uint64_t size,
		       uint64_t at, uint64_t *start, uint64_t *entry)
{
	static const uint8_t usual[] = {1, PCREL_SDATA4, UDATA4,
					DATAREL_SDATA4};
	uint8_t head[HDR_HEAD];
	uint32_t low = 0, high;
	int32_t pair[2];

	if (size < HDR_HEAD || !memory_get(memory, hdr, head, sizeof(head)) ||
	    memcmp(head, usual, sizeof(usual)) != 0)
		return false;
	memcpy(&high, head + 8, sizeof(high));
	if (high == 0 || high > ENTRIES_MAX ||
	    high > (size - HDR_HEAD) / sizeof(pair))
		return false;
	while (high - low > 1) {
		const uint32_t middle = low + (high - low) / 2;

		if (!memory_get(memory, hdr + HDR_HEAD + sizeof(pair) * middle,
				pair, sizeof(pair)))
			return false;
		if (hdr + (uint64_t)(int64_t)pair[0] <= at)
			low = middle;
		else
			high = middle;
	}
	if (!memory_get(memory, hdr + HDR_HEAD + sizeof(pair) * low, pair,
			sizeof(pair)))
		return false;
	*start = hdr + (uint64_t)(int64_t)pair[0];
	*entry = hdr + (uint64_t)(int64_t)pair[1];
	return *start <= at;
}

/* ---- registers ---------------------------------------------------------- */

static bool restore(const struct memory *memory, const struct row *row,
		    const struct cie *cie, struct registers *registers)
{
	const struct registers old = *registers;
	uint64_t cfa_value;

	if (row->cfa_lost || row->cfa_register >= MACHINE_REGISTERS ||
	    cie->return_register >= MACHINE_REGISTERS)
		return false;
	cfa_value = old.value[row->cfa_register] + row->cfa_offset;
	registers->value[MACHINE_SP] = cfa_value;
	for (unsigned int i = 0; i < MACHINE_REGISTERS; i++) {
		const uint64_t operand = row->operand[i];
		uint64_t *value = &registers->value[i];

		if (row->rule[i] == LOST)
			*value = 0;
		else if (row->rule[i] == COMPUTED)
			*value = cfa_value + operand;
		else if (row->rule[i] == MOVED && operand < MACHINE_REGISTERS)
			*value = old.value[operand];
		else if (row->rule[i] == SAVED &&
			 !memory_get(memory, cfa_value + operand, value,
				     sizeof(*value)))
			return false;
	}
	registers->value[MACHINE_PC] =
		registers->value[cie->return_register] & MACHINE_CODE;
	return true;
}

enum cfi_step cfi_step(const struct memory *memory, uint64_t hdr, uint64_t size,
		       uint64_t at, struct registers *registers)
{
	struct registers caller = *registers;
	struct cie cie;
	struct row row;
	uint64_t start, entry;

	if (!find_entry(memory, hdr, size, at, &start, &entry) ||
	    !run_entry(memory, entry, start, at, &cie, &row))
		return CFI_UNKNOWN;
	if (row.undefined)
		return CFI_END;
	if (!restore(memory, &row, &cie, &caller))
		return CFI_UNKNOWN;
	*registers = caller;
	return CFI_STEPPED;
}
