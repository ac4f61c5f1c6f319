/* SPDX-License-Identifier: MIT */
/* fuzz_elf.c - hostile programs: what is said of them must be in the file.
 *
 * The input becomes three files, 0, 1 and 2, so that "#!1" leads on.
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "launcher/elf.h"

#define FILES 3

static const char *const names[FILES] = {"0", "1", "2"};

/* The files lie in memory; symbolic links give them short names. */
static int files[FILES];

static char top[PATH_MAX];

static void clean_up(void)
{
	for (int i = 0; i < FILES; i++)
		remove(names[i]);
	rmdir(top);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char target[64];

	(void)argc;
	(void)argv;
	fuzz_own_directory(top);
	atexit(clean_up);
	for (int i = 0; i < FILES; i++) {
		files[i] = memfd_create("file", MFD_CLOEXEC);
		snprintf(target, sizeof(target), "/proc/self/fd/%d", files[i]);
		require(symlink(target, names[i]) == 0);
	}
	return 0;
}

static bool contains(const uint8_t *data, size_t size, const char *what)
{
	return memmem(data, size, what, strlen(what)) != NULL;
}

/* A naive second reading: is there a program header of this type? */
static bool has_segment(const uint8_t *data, size_t size, uint32_t type)
{
	ElfW(Ehdr) header;
	ElfW(Phdr) segment;

	if (size < sizeof(header))
		return false;
	memcpy(&header, data, sizeof(header));
	for (unsigned int i = 0; i < header.e_phnum; i++) {
		const uint64_t at = header.e_phoff + i * sizeof(segment);

		if (at > size || size - at < sizeof(segment))
			return false;
		memcpy(&segment, data + at, sizeof(segment));
		if (segment.p_type == type)
			return true;
	}
	return false;
}

static void check_info(const struct elf_info *info, const uint8_t *data,
		       size_t size)
{
	const bool elf = size >= EI_NIDENT && !memcmp(data, ELFMAG, SELFMAG);

	require(info->kind <= ELF_FOREIGN);
	require(elf || info->kind == ELF_UNKNOWN);
	if (info->kind == ELF_DYNAMIC || info->kind == ELF_STATIC)
		require((info->kind == ELF_DYNAMIC) ==
			has_segment(data, size, PT_INTERP));
	if (info->go)
		require(info->kind != ELF_FOREIGN &&
			(contains(data, size, ".go.buildinfo") ||
			 memmem(data, size, "Go\0", 4)));
	require(info->asan == (info->asan_name[0] != '\0'));
	require(strnlen(info->asan_name, sizeof(info->asan_name)) <
		sizeof(info->asan_name));
	if (info->asan)
		require(info->kind == ELF_DYNAMIC &&
			!strncmp(info->asan_name, "libasan.so", 10) &&
			contains(data, size, info->asan_name));
}

/* The file that the probe ended at; -1: it is none of ours. */
static int ended_at(const struct elf_info *info)
{
	const char *name = info->path;

	require(strnlen(name, sizeof(info->path)) < sizeof(info->path));
	for (int i = 0; i < FILES; i++)
		if (!strcmp(name, names[i]))
			return i;
	return -1;
}

/* Would the kernel find an interpreter in its 256 bytes?  execve(2) */
static bool is_script(const uint8_t *data, size_t size)
{
	char line[257] = "";
	char *name = line + 2;

	memcpy(line, data, size < 256 ? size : 256);
	name += strspn(name, " \t");
	name[strcspn(name, " \t\n")] = '\0';
	return !strncmp(line, "#!", 2) && *name &&
	       name + strlen(name) < line + 256;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = input_open(data, size);
	static uint8_t bytes[FILES][1 << 14];
	static struct elf_info info;
	size_t len[FILES] = {0};
	const char *why;
	int at;

	for (int i = FILES - 1; i > 0; i--)
		len[i] = input_bytes(&in, bytes[i], 255);
	len[0] = in.left < sizeof(bytes[0]) ? in.left : sizeof(bytes[0]);
	memcpy(bytes[0], in.at, len[0]);
	for (int i = 0; i < FILES; i++)
		require(ftruncate(files[i], 0) == 0 &&
			pwrite(files[i], bytes[i], len[i], 0) ==
				(ssize_t)len[i]);
	memset(&info, 0xa5, sizeof(info));
	elf_probe(names[0], &info);
	at = ended_at(&info);
	require(at == 0 || is_script(bytes[0], len[0]));
	if (at >= 0)
		check_info(&info, bytes[at], len[at]);
	why = elf_check_library(names[0]);
	require(why || !memcmp(bytes[0], ELFMAG, SELFMAG));
	return 0;
}
