/* SPDX-License-Identifier: MIT */
/* fuzz_stack.c - a stack, and what describes it, of somebody who lies.
 *
 * The input becomes the memory of a process: a file that is executed, and a
 * stack.  Unless it says otherwise, the headers of the file are well-formed, so
 * that the rest is reached; that rest is up to the input.
 */
#include <elf.h>

#include "fuzz.h"
#include "launcher/stack/pages.h"
#include "launcher/stack/symbols.h"
#include "launcher/stack/unwind.h"

#define IMAGE	   0x400000ULL
#define IMAGE_SIZE 0x3000
#define STACK	   0x7ffe0000ULL
#define STACK_SIZE 0x1000 /* a page; of which the input has a quarter */
#define FRAMES	   0x800  /* offsets in the image */
#define ENTRIES	   0x840
#define DYNAMIC	   0x1800
#define CODE	   0x2000
#define STEPS	   32
#define ROW_MAX	   512
/* A binary search, a description and its common part, registers; and a table
 * of hashes and of symbols in pieces of a page, and a chain. */
#define READS_MAX (100 + 64 + 256 + 8 * 32)

static uint8_t image[IMAGE_SIZE], stack[STACK_SIZE];
static unsigned int reads;

static bool copy(const uint8_t *region, uint64_t start, size_t size,
		 uint64_t from, void *to, size_t len)
{
	if (from < start || from - start > size || len > size - (from - start))
		return false;
	memcpy(to, region + (from - start), len);
	return true;
}

static bool read_fake(void *ctx, uint64_t from, void *to, size_t len)
{
	(void)ctx;
	reads++;
	return copy(image, IMAGE, sizeof(image), from, to, len) ||
	       copy(stack, STACK, sizeof(stack), from, to, len);
}

static struct pages pages;
static const struct memory memory = {pages_read, &pages};

static void put(size_t at, const void *bytes, size_t len)
{
	memcpy(image + at, bytes, len);
}

static void put_header(void)
{
	const Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			    ELFDATA2LSB},
		.e_phoff = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 3,
	};
	const Elf64_Phdr list[] = {
		{.p_type = PT_LOAD, .p_flags = PF_X},
		{.p_type = PT_GNU_EH_FRAME,
		 .p_vaddr = FRAMES,
		 .p_memsz = ENTRIES - FRAMES},
		{.p_type = PT_DYNAMIC,
		 .p_vaddr = DYNAMIC,
		 .p_memsz = CODE - DYNAMIC},
	};

	put(0, &header, sizeof(header));
	put(sizeof(header), list, sizeof(list));
}

/* Two functions, whose descriptions the input says where; the common part is
 * at the start of the entries, and the input says what it says. */
static void put_frames(struct input *in)
{
	const uint8_t head[] = {1, 0x1b, 3, 0x3b, 0, 0, 0, 0, 2, 0, 0, 0};
	const int32_t first = ENTRIES + (int32_t)input_below(in, 64) * 4;
	const int32_t table[] = {
		CODE - FRAMES,
		first - FRAMES,
		CODE + 0x100 - FRAMES,
		first + 64 - FRAMES,
	};

	put(FRAMES, head, sizeof(head));
	put(FRAMES + sizeof(head), table, sizeof(table));
}

static void make_memory(struct input *in)
{
	const uint8_t how = input_byte(in);

	memset(image, 0, sizeof(image));
	memset(stack, 0, sizeof(stack));
	if (!(how & 1))
		put_header();
	if (!(how & 2))
		put_frames(in);
	input_bytes(in, stack, sizeof(stack) / 4);
	input_bytes(in, image + ENTRIES, DYNAMIC - ENTRIES);
	input_bytes(in, image + DYNAMIC, sizeof(image) - DYNAMIC);
	if (how & 1)
		input_bytes(in, image, ENTRIES);
}

/* The kernel's rows, and one of the input. */
static void make_modules(struct input *in, struct modules *modules)
{
	char row[ROW_MAX];

	modules_start(modules);
	input_string(in, row, sizeof(row));
	modules_add(modules, row);
	require(modules->count <= 1);
	strcpy(row, "400000-403000 r-xp 00000000 08:01 123    /usr/lib/x.so");
	modules_add(modules, row);
	require(modules->count >= 1);
}

/* What a name is said to be must be in memory. */
static void check_name(const struct frame *frame)
{
	char name[128];
	uint64_t at;

	memset(name, 'x', sizeof(name));
	at = symbols_name(&memory, &frame->image, unwind_at(frame), name,
			  sizeof(name));
	require(memchr(name, '\0', sizeof(name)));
	if (name[0] == '\0')
		return;
	require(at <= unwind_at(frame));
	require(memmem(image, sizeof(image), name, strlen(name) + 1) ||
		memmem(stack, sizeof(stack), name, strlen(name) + 1));
}

static void check_frame(const struct frame *frame)
{
	const struct module *module = frame->module;

	require(module && unwind_at(frame) >= module->start &&
		unwind_at(frame) < module->end);
	require(memchr(module->name, '\0', sizeof(module->name)));
	require(!strchr(module->name, '/'));
	require(frame->image.bias_known ||
		(frame->image.frames == 0 && frame->image.dynamic == 0));
	if (frame->image.dynamic)
		check_name(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = input_open(data, size);
	static struct modules modules;
	uint64_t registers[16];
	struct frame frame;
	uint64_t sp;

	for (size_t i = 0; i < COUNT_OF(registers); i++)
		registers[i] = STACK + input_byte(&in) * 4;
	registers[sizeof(machine_reported) - 1] =
		IMAGE + CODE + input_byte(&in) * 2;
	make_memory(&in);
	make_modules(&in, &modules);
	reads = 0;
	pages_start(&pages, read_fake, NULL);
	if (!unwind_start(&frame, &memory, &modules, registers,
			  COUNT_OF(registers)))
		return 0;
	for (unsigned int i = 1; i <= STEPS; i++) {
		check_frame(&frame);
		require(reads <= i * READS_MAX);
		sp = frame.registers.value[MACHINE_SP];
		if (!unwind_step(&frame, &memory, &modules))
			break;
		require(frame.interrupted ||
			frame.registers.value[MACHINE_SP] >= sp);
	}
	return 0;
}
