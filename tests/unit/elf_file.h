/* SPDX-License-Identifier: MIT */
/* elf_file.h - ELF files made to measure, for the tests of elf_probe().
 *
 * Parts lie at fixed offsets; @shift moves them out of the first page, where
 * elf_probe() has to read them one by one.
 */
#ifndef SBX_TESTS_ELF_FILE_H
#define SBX_TESTS_ELF_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "child.h"
#include "launcher/elf.h"

#define ELF_FILE_BASE 0x400000 /* virtual address of offset 0 */

enum {
	AT_SEGMENTS = 0x40,
	AT_INTERPRETER = 0x300,
	AT_DYNAMIC = 0x400,
	AT_STRINGS = 0x600,
	AT_NOTES = 0x800,
	AT_SECTIONS = 0x900,
	AT_NAMES = 0xb00,
	AT_END = 0xc00,
};

struct elf_plan {
	bool interpreter;
	const char *needed[4];
	const char *note;    /* owner, e.g. "Go" */
	const char *section; /* name, e.g. ".go.buildinfo" */
	size_t shift;
};

struct elf_file {
	unsigned char bytes[0x8000];
	size_t len;
	unsigned int segments;
};

static inline ElfW(Ehdr) * elf_file_header(struct elf_file *file)
{
	return (ElfW(Ehdr) *)file->bytes;
}

static inline ElfW(Phdr) * elf_file_segments(struct elf_file *file)
{
	return (ElfW(Phdr) *)(file->bytes + AT_SEGMENTS);
}

static inline void add_segment(struct elf_file *file, uint32_t type,
			       size_t offset, size_t len)
{
	ElfW(Phdr) *segment = elf_file_segments(file) + file->segments++;

	segment->p_type = type;
	segment->p_offset = offset;
	segment->p_vaddr = ELF_FILE_BASE + offset;
	segment->p_filesz = len;
	segment->p_memsz = len;
}

/* The dynamic section as linkers write it: names first, then the strings. */
static inline void add_dynamic(struct elf_file *file,
			       const struct elf_plan *plan)
{
	ElfW(Dyn) *dynamic =
		(ElfW(Dyn) *)(file->bytes + AT_DYNAMIC + plan->shift);
	char *strings = (char *)file->bytes + AT_STRINGS + plan->shift;
	size_t used = 1;
	unsigned int count = 0;

	for (int i = 0; i < 4 && plan->needed[i]; i++) {
		dynamic[count].d_tag = DT_NEEDED;
		dynamic[count++].d_un.d_val = used;
		memcpy(strings + used, plan->needed[i],
		       strlen(plan->needed[i]) + 1);
		used += strlen(plan->needed[i]) + 1;
	}
	dynamic[count].d_tag = DT_STRTAB;
	dynamic[count++].d_un.d_ptr = ELF_FILE_BASE + AT_STRINGS + plan->shift;
	dynamic[count].d_tag = DT_STRSZ;
	dynamic[count++].d_un.d_val = used;
	dynamic[count++].d_tag = DT_NULL;
	add_segment(file, PT_DYNAMIC, AT_DYNAMIC + plan->shift,
		    count * sizeof(*dynamic));
}

static inline void add_note(struct elf_file *file, const struct elf_plan *plan)
{
	static const char other[] = "GNU";
	unsigned char *at = file->bytes + AT_NOTES + plan->shift;
	ElfW(Nhdr) *note = (ElfW(Nhdr) *)at;

	note->n_namesz = sizeof(other);
	note->n_descsz = 6; /* padded to 8 */
	memcpy(note + 1, other, sizeof(other));
	note = (ElfW(Nhdr) *)(at + sizeof(*note) + sizeof(other) + 8);
	note->n_namesz = 4;
	note->n_descsz = 4;
	memcpy(note + 1, plan->note, strlen(plan->note) + 1);
	add_segment(file, PT_NOTE, AT_NOTES + plan->shift,
		    2 * sizeof(*note) + sizeof(other) + 8 + 4 + 4);
}

static inline void add_section(struct elf_file *file,
			       const struct elf_plan *plan)
{
	ElfW(Shdr) *sections =
		(ElfW(Shdr) *)(file->bytes + AT_SECTIONS + plan->shift);
	char *names = (char *)file->bytes + AT_NAMES + plan->shift;
	size_t len = strlen(plan->section) + 1;

	memcpy(names + 1, ".shstrtab", sizeof(".shstrtab"));
	memcpy(names + 11, plan->section, len);
	sections[1].sh_name = 11;
	sections[2].sh_name = 1;
	sections[2].sh_offset = AT_NAMES + plan->shift;
	sections[2].sh_size = 11 + len;
	elf_file_header(file)->e_shoff = AT_SECTIONS + plan->shift;
	elf_file_header(file)->e_shentsize = sizeof(*sections);
	elf_file_header(file)->e_shnum = 3;
	elf_file_header(file)->e_shstrndx = 2;
}

/* Makes the file that @plan describes, for this machine. */
static inline void elf_file_make(struct elf_file *file,
				 const struct elf_plan *plan)
{
	ElfW(Ehdr) *header = elf_file_header(file);
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	memset(file, 0, sizeof(*file));
	if (read(fd, header, sizeof(*header)) != (ssize_t)sizeof(*header))
		abort();
	close(fd);
	header->e_type = ET_EXEC;
	header->e_phoff = AT_SEGMENTS;
	header->e_phentsize = sizeof(ElfW(Phdr));
	header->e_shoff = header->e_shnum = header->e_shstrndx = 0;
	file->len = AT_END + plan->shift;

	add_segment(file, PT_LOAD, 0, file->len);
	if (plan->interpreter) {
		add_segment(file, PT_INTERP, AT_INTERPRETER, 8);
		memcpy(file->bytes + AT_INTERPRETER, "/ld.so", 7);
	}
	if (plan->needed[0])
		add_dynamic(file, plan);
	if (plan->note)
		add_note(file, plan);
	if (plan->section)
		add_section(file, plan);
	header->e_phnum = (uint16_t)file->segments;
}

/* Probes bytes as a file. */
static inline void probe_bytes(const void *bytes, size_t len,
			       struct elf_info *info)
{
	char path[64];
	int fd = memfd_create("program", MFD_CLOEXEC);

	if (pwrite(fd, bytes, len, 0) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	elf_probe(path, info);
	assert_string_equal(info->path, path);
	close(fd);
}

#endif /* SBX_TESTS_ELF_FILE_H */
