/* SPDX-License-Identifier: MIT */
/* test_library.c - what libsbxshim.so asks of a process: what it exports,
 * needs and leaves undefined.  glibc and musl programs load the same file. */
#include "harness.h"

#include <elf.h>
#include <sys/mman.h>

static const char *const exported[] = {
#define HOOK(name, result, params) #name,
#include "shim/hooks.def"
};

/* Every one is in musl 1.2 too; musl ignores symbol versions. */
static const char *const imported[] = {
	"__environ", "__errno_location", "clock_gettime", "close", "dlsym",
	"environ", "fstat", "getauxval", "inet_aton", "memchr", "memcmp",
	"memcpy", "memmove", "memset", "open", "pthread_setcancelstate",
	"readlink", "strchr", "strcmp", "strlen", "strncmp", "strnlen",
	"strrchr",
	/* weak, from crtbeginS.o */
	"_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable",
	"__cxa_finalize", "__gmon_start__"};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *image;
static const ElfW(Shdr) * symbols;
static const ElfW(Shdr) * dynamic;

static const ElfW(Shdr) * section(ElfW(Word) type)
{
	const ElfW(Ehdr) *head = (const void *)image;
	const ElfW(Shdr) *all = (const void *)(image + head->e_shoff);

	for (unsigned int i = 0; i < head->e_shnum; i++)
		if (all[i].sh_type == type)
			return &all[i];
	fail_msg("no section of type %u", type);
	return NULL;
}

/* The strings that belong to a section of symbols or tags. */
static const char *strings(const ElfW(Shdr) * of)
{
	const ElfW(Ehdr) *head = (const void *)image;
	const ElfW(Shdr) *all = (const void *)(image + head->e_shoff);

	return image + all[of->sh_link].sh_offset;
}

static int load(void **state)
{
	int fd = open(shim_path(), O_RDONLY | O_CLOEXEC);
	struct stat st;

	(void)state;
	if (fd < 0 || fstat(fd, &st) != 0)
		return -1;
	image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (image == MAP_FAILED)
		return -1;
	symbols = section(SHT_DYNSYM);
	dynamic = section(SHT_DYNAMIC);
	return 0;
}

/* The value of a dynamic tag, or @otherwise. */
static ElfW(Xword) tag(ElfW(Sxword) wanted, ElfW(Xword) otherwise)
{
	const ElfW(Dyn) *entry = (const void *)(image + dynamic->sh_offset);

	for (; entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == wanted)
			return entry->d_un.d_val;
	return otherwise;
}

static bool is_listed(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

static void check_symbols(bool defined, const char *const *list, size_t count,
			  size_t *found)
{
	const ElfW(Sym) *all = (const void *)(image + symbols->sh_offset);
	size_t total = symbols->sh_size / sizeof(*all);

	*found = 0;
	for (size_t i = 1; i < total; i++) {
		const char *name = strings(symbols) + all[i].st_name;

		if ((all[i].st_shndx != SHN_UNDEF) != defined)
			continue;
		if (!is_listed(name, list, count))
			fail_msg("%s is not in the list", name);
		++*found;
	}
}

static void exports_what_it_wraps(void **state)
{
	size_t found;

	(void)state;
	check_symbols(true, exported, COUNT(exported), &found);
	assert_int_equal(found, COUNT(exported));
}

static void needs_little(void **state)
{
	size_t found;

	(void)state;
	check_symbols(false, imported, COUNT(imported), &found);
	assert_true(found > 0);
}

static void needs_libc_only(void **state)
{
	const ElfW(Dyn) *entry = (const void *)(image + dynamic->sh_offset);
	int count = 0;

	(void)state;
	for (; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag != DT_NEEDED)
			continue;
		assert_string_equal(strings(dynamic) + entry->d_un.d_val,
				    "libc.so.6");
		count++;
	}
	assert_int_equal(count, 1);
	assert_string_equal(strings(dynamic) + tag(DT_SONAME, 0),
			    "libsbxshim.so");
}

static void flags_are_right(void **state)
{
	ElfW(Xword) flags = tag(DT_FLAGS_1, 0);

	(void)state;
	assert_true(flags & DF_1_NOW);
	assert_true(flags & DF_1_NODELETE);
	/* It would run before libc has an environment. */
	assert_false(flags & DF_1_INITFIRST);
	assert_false(tag(DT_FLAGS, 0) & (DF_TEXTREL | DF_SYMBOLIC));
	assert_int_equal(tag(DT_RUNPATH, 0), 0);
	assert_int_equal(tag(DT_RPATH, 0), 0);
}

static void segments_are_right(void **state)
{
	const ElfW(Ehdr) *head = (const void *)image;
	const ElfW(Phdr) *all = (const void *)(image + head->e_phoff);
	bool relro = false;
	bool stack = false;

	(void)state;
	for (unsigned int i = 0; i < head->e_phnum; i++) {
		assert_int_not_equal(all[i].p_type, PT_TLS);
		assert_int_not_equal(all[i].p_type, PT_INTERP);
		relro |= all[i].p_type == PT_GNU_RELRO;
		if (all[i].p_type != PT_GNU_STACK)
			continue;
		stack = true;
		assert_false(all[i].p_flags & PF_X);
	}
	assert_true(relro);
	assert_true(stack);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exports_what_it_wraps),
		cmocka_unit_test(needs_little),
		cmocka_unit_test(needs_libc_only),
		cmocka_unit_test(flags_are_right),
		cmocka_unit_test(segments_are_right),
	};

	return cmocka_run_group_tests_name("shim: library", tests, load, NULL);
}

int main(int argc, char *argv[])
{
	return harness(argc, argv, run, NULL);
}
