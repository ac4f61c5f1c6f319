/* SPDX-License-Identifier: MIT */
/* elf.c - what kind of program a file is: can a preloaded library reach it?
 *
 * The answer only chooses how well sbx explains itself (which layer can speak,
 * who comes first in LD_PRELOAD); the kernel backstop holds whatever is found
 * here.  This runs before every command, so the first page of the file answers
 * most questions; the dynamic section costs another pread(2), and strings that
 * are not in the first page one each.
 *
 * Nothing in the file is believed: image_read() is the only way to its bytes,
 * it refuses what lies outside of the file, and every loop has a fixed bound.
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf.h"

#define HEAD_SIZE    4096
#define SCRIPT_LINE  256 /* BINPRM_BUF_SIZE, see execve(2) */
#define SCRIPT_DEPTH 5	 /* scripts in a row, measured on 6.18 */
#define MAX_PHDRS    64
#define MAX_SHDRS    128
#define MAX_DYNAMIC  1024 /* entries of the dynamic section looked at */
#define MAX_NEEDED   256
#define NOTES_SIZE   1024
#define NAMES_SIZE   2048 /* section names */

#if __ELF_NATIVE_CLASS == 64
#define NATIVE_CLASS ELFCLASS64
#else
#define NATIVE_CLASS ELFCLASS32
#endif

/* A file and its first bytes. */
struct image {
	int fd;
	uint64_t size;
	size_t head_len;
	unsigned char head[HEAD_SIZE];
};

/* The program headers, copied out of the file: it may change any time. */
struct segments {
	unsigned int count;
	ElfW(Phdr) list[MAX_PHDRS];
};

/* Our own ELF header, placed by the linker: what "native" means. */
extern const ElfW(Ehdr) own_header __asm__("__ehdr_start")
	__attribute__((visibility("hidden")));

/* Opens @path and reads its head; the descriptor is -1 on failure. */
static void image_open(struct image *image, const char *path)
{
	struct stat st;
	ssize_t n;

	image->size = 0;
	image->head_len = 0;
	/* O_NONBLOCK: a FIFO must not make us wait. */
	image->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (image->fd < 0)
		return;
	if (fstat(image->fd, &st) || !S_ISREG(st.st_mode))
		return;
	n = pread(image->fd, image->head, sizeof(image->head), 0);
	if (n <= 0)
		return;
	image->head_len = (size_t)n;
	image->size = (uint64_t)st.st_size;
}

static void image_close(const struct image *image)
{
	if (image->fd >= 0)
		close(image->fd);
}

/* Copies bytes of the file; false if they are not all there. */
static bool image_read(const struct image *image, uint64_t offset, void *buf,
		       size_t len)
{
	if (offset > image->size || len > image->size - offset)
		return false;
	if (offset <= image->head_len && len <= image->head_len - offset) {
		memcpy(buf, image->head + offset, len);
		return true;
	}
	return pread(image->fd, buf, len, (off_t)offset) == (ssize_t)len;
}

/* As much as there is of @len bytes at @offset. */
static size_t image_read_some(const struct image *image, uint64_t offset,
			      void *buf, uint64_t len)
{
	if (offset >= image->size)
		return 0;
	if (len > image->size - offset)
		len = image->size - offset;
	return image_read(image, offset, buf, (size_t)len) ? (size_t)len : 0;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool is_elf(const struct image *image)
{
	return image->head_len >= EI_NIDENT &&
	       !memcmp(image->head, ELFMAG, SELFMAG);
}

/* The header of a file that this machine runs or loads; false: foreign. */
static bool read_native_header(const struct image *image, ElfW(Ehdr) * header)
{
	const unsigned char *ident = image->head;

	if (ident[EI_CLASS] != NATIVE_CLASS ||
	    ident[EI_DATA] != own_header.e_ident[EI_DATA])
		return false;
	return image_read(image, 0, header, sizeof(*header)) &&
	       header->e_machine == own_header.e_machine;
}

static bool read_segments(const struct image *image, const ElfW(Ehdr) * header,
			  struct segments *segments)
{
	segments->count = header->e_phnum;
	if (header->e_phentsize != sizeof(segments->list[0]) ||
	    segments->count > MAX_PHDRS)
		return false;
	return image_read(image, header->e_phoff, segments->list,
			  segments->count * sizeof(segments->list[0]));
}

static const ElfW(Phdr) *
	find_segment(const struct segments *segments, uint32_t type)
{
	for (unsigned int i = 0; i < segments->count; i++)
		if (segments->list[i].p_type == type)
			return &segments->list[i];
	return NULL;
}

/* Where in the file a virtual address comes from. */
static bool file_offset(const struct segments *segments, uint64_t address,
			uint64_t *offset)
{
	for (unsigned int i = 0; i < segments->count; i++) {
		const ElfW(Phdr) *load = &segments->list[i];

		if (load->p_type != PT_LOAD || address < load->p_vaddr ||
		    address - load->p_vaddr >= load->p_filesz)
			continue;
		*offset = load->p_offset + (address - load->p_vaddr);
		return *offset >= load->p_offset;
	}
	return false;
}

/* What the dynamic section says about names of libraries. */
struct needed {
	unsigned int count;
	uint64_t names[MAX_NEEDED]; /* offsets into the strings */
	uint64_t strings;	    /* virtual address, 0: none */
	uint64_t strings_size;
};

static void read_dynamic(const struct image *image,
			 const struct segments *segments, struct needed *needed)
{
	const ElfW(Phdr) *segment = find_segment(segments, PT_DYNAMIC);
	ElfW(Dyn) list[MAX_DYNAMIC];
	size_t count;

	needed->count = 0;
	needed->strings = 0;
	needed->strings_size = 0;
	if (!segment)
		return;
	count = image_read_some(image, segment->p_offset, list,
				min_u64(segment->p_filesz, sizeof(list)));
	count /= sizeof(list[0]);
	for (size_t i = 0; i < count && list[i].d_tag != DT_NULL; i++) {
		if (list[i].d_tag == DT_STRTAB)
			needed->strings = list[i].d_un.d_ptr;
		else if (list[i].d_tag == DT_STRSZ)
			needed->strings_size = list[i].d_un.d_val;
		else if (list[i].d_tag == DT_NEEDED &&
			 needed->count < MAX_NEEDED)
			needed->names[needed->count++] = list[i].d_un.d_val;
	}
}

static void find_asan(const struct image *image,
		      const struct segments *segments, struct elf_info *info)
{
	static const char prefix[] = "libasan.so";
	struct needed needed;
	uint64_t strings;

	read_dynamic(image, segments, &needed);
	if (!file_offset(segments, needed.strings, &strings))
		return;
	for (unsigned int i = 0; i < needed.count; i++) {
		char name[sizeof(info->asan_name)];
		size_t len;

		if (needed.names[i] >= needed.strings_size)
			continue;
		len = image_read_some(
			image, strings + needed.names[i], name,
			min_u64(sizeof(name),
				needed.strings_size - needed.names[i]));
		/* A name that does not fit is not the one we look for. */
		if (!memchr(name, '\0', len) ||
		    strncmp(name, prefix, sizeof(prefix) - 1) != 0)
			continue;
		info->asan = true;
		memcpy(info->asan_name, name, len);
		return;
	}
}

/* Is there a note by "Go" among these bytes?  See elf(5), Nhdr. */
static bool has_go_note(const unsigned char *notes, size_t len)
{
	ElfW(Nhdr) note;

	while (len >= sizeof(note)) {
		uint64_t used;

		memcpy(&note, notes, sizeof(note));
		if (note.n_namesz == 4 && len >= sizeof(note) + 4 &&
		    !memcmp(notes + sizeof(note), "Go\0", 4))
			return true;
		used = sizeof(note) + (((uint64_t)note.n_namesz + 3) & ~3ULL) +
		       (((uint64_t)note.n_descsz + 3) & ~3ULL);
		if (used >= len)
			return false;
		notes += used;
		len -= (size_t)used;
	}
	return false;
}

static bool has_go_segment(const struct image *image,
			   const struct segments *segments)
{
	for (unsigned int i = 0; i < segments->count; i++) {
		const ElfW(Phdr) *segment = &segments->list[i];
		unsigned char notes[NOTES_SIZE];
		size_t len;

		if (segment->p_type != PT_NOTE)
			continue;
		len = image_read_some(
			image, segment->p_offset, notes,
			min_u64(segment->p_filesz, sizeof(notes)));
		if (has_go_note(notes, len))
			return true;
	}
	return false;
}

/* The note can be left out at build time (-buildid=), this section cannot.
 * Only asked of static programs: it takes two more reads. */
static bool has_go_section(const struct image *image, const ElfW(Ehdr) * header)
{
	static const char wanted[] = ".go.buildinfo";
	ElfW(Shdr) list[MAX_SHDRS];
	char names[NAMES_SIZE];
	const ElfW(Shdr) * strings;
	size_t len;

	if (header->e_shentsize != sizeof(list[0]) ||
	    header->e_shnum > MAX_SHDRS ||
	    header->e_shstrndx >= header->e_shnum ||
	    !image_read(image, header->e_shoff, list,
			header->e_shnum * sizeof(list[0])))
		return false;
	strings = &list[header->e_shstrndx];
	len = image_read_some(image, strings->sh_offset, names,
			      min_u64(strings->sh_size, sizeof(names)));
	for (unsigned int i = 0; i < header->e_shnum; i++)
		if (len >= sizeof(wanted) &&
		    list[i].sh_name <= len - sizeof(wanted) &&
		    !memcmp(names + list[i].sh_name, wanted, sizeof(wanted)))
			return true;
	return false;
}

static void probe_program(const struct image *image, struct elf_info *info)
{
	struct segments segments;
	ElfW(Ehdr) header;

	if (!read_native_header(image, &header)) {
		info->kind = ELF_FOREIGN;
		return;
	}
	if ((header.e_type != ET_EXEC && header.e_type != ET_DYN) ||
	    !read_segments(image, &header, &segments))
		return;
	info->kind = ELF_STATIC;
	if (find_segment(&segments, PT_INTERP)) {
		info->kind = ELF_DYNAMIC;
		find_asan(image, &segments, info);
	}
	info->go = has_go_segment(image, &segments) ||
		   (info->kind == ELF_STATIC && has_go_section(image, &header));
}

/* The interpreter in a "#!" line; false if the kernel would find none. */
static bool parse_script(const struct image *image, char path[SCRIPT_LINE])
{
	const char *line = (const char *)image->head;
	size_t len = min_u64(image->head_len, SCRIPT_LINE);
	size_t start = 2;
	size_t end;

	if (len < 2 || memcmp(line, "#!", 2) != 0)
		return false;
	while (start < len && (line[start] == ' ' || line[start] == '\t'))
		start++;
	end = start;
	while (end < len && line[end] && !strchr(" \t\n", line[end]))
		end++;
	/* Cut off by the end of the kernel's buffer: not executable. */
	if (end == start || end == SCRIPT_LINE)
		return false;
	memcpy(path, line + start, end - start);
	path[end - start] = '\0';
	return true;
}

void elf_probe(const char *path, struct elf_info *info)
{
	char interpreter[SCRIPT_LINE];

	memset(info, 0, sizeof(*info));
	for (int depth = 0; depth <= SCRIPT_DEPTH; depth++) {
		struct image image;

		if (snprintf(info->path, sizeof(info->path), "%s", path) >=
		    (int)sizeof(info->path))
			return;
		image_open(&image, path);
		if (is_elf(&image))
			probe_program(&image, info);
		image_close(&image);
		if (is_elf(&image) || !parse_script(&image, interpreter))
			return;
		path = interpreter;
	}
}

const char *elf_check_library(const char *path)
{
	struct image image;
	ElfW(Ehdr) header;
	const char *why = NULL;

	image_open(&image, path);
	if (image.fd < 0)
		return strerror(errno);
	if (!is_elf(&image))
		why = "not an ELF file";
	else if (!read_native_header(&image, &header))
		why = "built for another machine";
	else if (header.e_type != ET_DYN)
		why = "not a shared object";
	image_close(&image);
	return why;
}
