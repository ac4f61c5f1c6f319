/* SPDX-License-Identifier: MIT */
/* image.c - an ELF file as it lies in the memory of a process. */
#include "image.h"

#include <elf.h>
#include <string.h>

#define SEGMENTS_MAX 64

static bool read_header(const struct memory *memory, uint64_t at,
			Elf64_Ehdr *header)
{
	static const unsigned char start[] = {ELFMAG0, ELFMAG1,	   ELFMAG2,
					      ELFMAG3, ELFCLASS64, ELFDATA2LSB};

	return memory_get(memory, at, header, sizeof(*header)) &&
	       memcmp(header->e_ident, start, sizeof(start)) == 0 &&
	       header->e_phentsize == sizeof(Elf64_Phdr) &&
	       header->e_phnum > 0 && header->e_phnum <= SEGMENTS_MAX;
}

/* Segments are in the order of their addresses, so the first one that is
 * loaded is what was mapped first; it has the header. */
static const Elf64_Phdr *first_loaded(const Elf64_Phdr *list, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (list[i].p_type == PT_LOAD)
			return &list[i];
	return NULL;
}

/* Is there a segment of code that puts this offset there? */
static bool maps(const Elf64_Phdr *list, unsigned int n, uint64_t bias,
		 uint64_t start, uint64_t offset)
{
	for (unsigned int i = 0; i < n; i++)
		if (list[i].p_type == PT_LOAD && (list[i].p_flags & PF_X) &&
		    bias + list[i].p_vaddr - list[i].p_offset == start - offset)
			return true;
	return false;
}

bool image_read(struct image *image, const struct memory *memory, uint64_t at,
		uint64_t start, uint64_t offset)
{
	Elf64_Phdr list[SEGMENTS_MAX];
	const Elf64_Phdr *first;
	Elf64_Ehdr header;
	uint64_t bias;

	memset(image, 0, sizeof(*image));
	if (!read_header(memory, at, &header) ||
	    !memory_get(memory, at + header.e_phoff, list,
			header.e_phnum * sizeof(*list)))
		return false;
	first = first_loaded(list, header.e_phnum);
	if (!first)
		return false;
	bias = at - (first->p_vaddr - first->p_offset);
	if (!maps(list, header.e_phnum, bias, start, offset))
		return false;
	image->bias_known = true;
	image->bias = bias;
	for (unsigned int i = 0; i < header.e_phnum; i++) {
		if (list[i].p_type == PT_GNU_EH_FRAME) {
			image->frames = image->bias + list[i].p_vaddr;
			image->frames_size = list[i].p_memsz;
		} else if (list[i].p_type == PT_DYNAMIC) {
			image->dynamic = image->bias + list[i].p_vaddr;
			image->dynamic_size = list[i].p_memsz;
		}
	}
	return true;
}
