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

#include "cfi_program.h"

#define HDR_HEAD       12
#define PCREL_SDATA4   0x1b
#define DATAREL_SDATA4 0x3b
#define UDATA4	       0x03
#define ENTRIES_MAX    (1U << 24)
#define FDE_MAX	       8192 /* the largest of LLVM and Node have 3 KiB */
#define FIELD_INDIRECT 0x80

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
	return !bytes.bad && cfi_program_run(cie, bytes, start, at, row);
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
