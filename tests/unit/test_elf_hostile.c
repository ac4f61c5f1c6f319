/* SPDX-License-Identifier: MIT */
/* test_elf_hostile.c - files that want to hurt: cut, mutated, no files at all.
 *
 * Worth most when it is built with ASan and UBSan.  SBX_FUZZ_SEED and
 * SBX_FUZZ_ROUNDS change what it does.
 */
#include <time.h>

#include "elf_file.h"
#include "launcher/elf.h"

static struct elf_info info;
static struct elf_file file;
static uint64_t seed = 0x5bd1e995;

/* All there is in one file, so that every part is reached. */
static const struct elf_plan everything = {
	.interpreter = true,
	.needed = {"libm.so.6", "libasan.so.8", "libc.so.6"},
	.note = "Gn",
	.section = ".go.buildinfo",
};

static uint64_t number(const char *variable, uint64_t otherwise)
{
	const char *value = getenv(variable);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

/* xorshift64: the same numbers everywhere for the same seed */
static uint32_t roll(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16) % below;
}

static void assert_sane(void)
{
	assert_in_range(info.kind, ELF_UNKNOWN, ELF_FOREIGN);
	assert_non_null(memchr(info.path, '\0', sizeof(info.path)));
	assert_non_null(memchr(info.asan_name, '\0', sizeof(info.asan_name)));
	assert_int_equal(info.asan, info.asan_name[0] != '\0');
	if (info.asan) {
		assert_int_equal(info.kind, ELF_DYNAMIC);
		assert_int_equal(strncmp(info.asan_name, "libasan.so", 10), 0);
	}
}

/* A dynamic program is searched for ASan, a static one for Go's section. */
static struct elf_plan variant(unsigned int number)
{
	struct elf_plan plan = everything;

	plan.interpreter = number & 1;
	plan.shift = number & 2 ? 0x1000 : 0;
	return plan;
}

static void whole_file_is_understood(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct elf_plan plan = variant(i);

		elf_file_make(&file, &plan);
		probe_bytes(file.bytes, file.len, &info);
		assert_int_equal(info.kind,
				 plan.interpreter ? ELF_DYNAMIC : ELF_STATIC);
		assert_int_equal(info.asan, plan.interpreter);
		assert_int_equal(info.go, !plan.interpreter);
	}
}

static void file_cut_anywhere_is_survived(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct elf_plan plan = variant(i);

		elf_file_make(&file, &plan);
		for (size_t len = 0; len < file.len;
		     len += len < 0x400 ? 1 : 7) {
			probe_bytes(file.bytes, len, &info);
			assert_sane();
			if (len < sizeof(ElfW(Ehdr)))
				assert_true(info.kind == ELF_UNKNOWN ||
					    info.kind == ELF_FOREIGN);
			if (len < AT_DYNAMIC + plan.shift)
				assert_false(info.asan);
			if (len < AT_SECTIONS + plan.shift)
				assert_false(info.go);
		}
	}
}

/* Values that overflow, wrap, or sit exactly on a border. */
static uint64_t nasty(void)
{
	static const uint64_t values[] = {
		0,
		1,
		2,
		7,
		8,
		63,
		64,
		65,
		0xff,
		0x100,
		0xfff,
		0x1000,
		0x7fff,
		0x8000,
		0xffff,
		0x10000,
		INT32_MAX,
		0x80000000,
		UINT32_MAX,
		0x100000000,
		INT64_MAX,
		0x8000000000000000,
		UINT64_MAX - 0xfff,
		UINT64_MAX - 64,
		UINT64_MAX - 1,
		UINT64_MAX,
		ELF_FILE_BASE,
		ELF_FILE_BASE + AT_STRINGS,
		AT_END,
		AT_END - 1,
		AT_END + 1,
	};

	return values[roll(sizeof(values) / sizeof(values[0]))];
}

/* Where a change is likely to matter. */
static size_t sensitive_offset(size_t shift)
{
	static const struct {
		uint32_t start, len;
		bool shifted;
	} areas[] = {
		{EI_NIDENT, sizeof(ElfW(Ehdr)) - EI_NIDENT - 8, false},
		{AT_SEGMENTS, 5 * sizeof(ElfW(Phdr)), false},
		{AT_DYNAMIC, 6 * sizeof(ElfW(Dyn)), true},
		{AT_STRINGS, 40, true},
		{AT_NOTES, 60, true},
		{AT_SECTIONS, 3 * sizeof(ElfW(Shdr)), true},
		{AT_NAMES, 30, true},
	};
	uint32_t i = roll(sizeof(areas) / sizeof(areas[0]));

	return areas[i].start + (areas[i].shifted ? shift : 0) +
	       roll(areas[i].len);
}

static void mutate(size_t shift)
{
	uint32_t changes = 1 + roll(4);

	while (changes--) {
		size_t at = sensitive_offset(shift);
		uint64_t value = nasty();

		switch (roll(4)) {
		case 0:
			file.bytes[at] ^= (unsigned char)(1U << roll(8));
			break;
		case 1:
			file.bytes[at] = (unsigned char)roll(256);
			break;
		case 2:
			at &= ~3UL;
			memcpy(file.bytes + at, &value, 4);
			break;
		default:
			at &= ~7UL;
			memcpy(file.bytes + at, &value, 8);
		}
	}
}

static void mutated_files_are_survived(void **state)
{
	uint64_t rounds = number("SBX_FUZZ_ROUNDS", 20000);
	uint64_t kinds[4] = {0};

	(void)state;
	seed = number("SBX_FUZZ_SEED", seed);
	print_message("# seed %#llx, %llu rounds\n", (unsigned long long)seed,
		      (unsigned long long)rounds);
	for (uint64_t i = 0; i < rounds; i++) {
		struct elf_plan plan = variant(roll(4));

		elf_file_make(&file, &plan);
		mutate(plan.shift);
		if (!roll(4))
			file.len = roll((uint32_t)file.len);
		probe_bytes(file.bytes, file.len, &info);
		assert_sane();
		kinds[info.kind]++;
	}
	/* Mutations went everywhere, and not only into the wall. */
	for (int kind = ELF_UNKNOWN; kind <= ELF_FOREIGN; kind++)
		assert_true(kinds[kind] > rounds / 200);
}

/* A real file: its sections, strings and notes as linkers make them. */
static void mutated_real_program_is_survived(void **state)
{
	static unsigned char original[1 << 16];
	static unsigned char bytes[1 << 16];
	uint64_t rounds = number("SBX_FUZZ_ROUNDS", 20000) / 10;
	int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, original, sizeof(original));

	(void)state;
	close(fd);
	assert_true(len > 0x1000);
	for (uint64_t i = 0; i < rounds; i++) {
		memcpy(bytes, original, sizeof(bytes));
		for (uint32_t changes = 1 + roll(64); changes; changes--)
			bytes[EI_NIDENT + roll(0x400)] =
				(unsigned char)roll(256);
		probe_bytes(bytes, (size_t)len, &info);
		assert_sane();
	}
}

static void tables_may_claim_anything(void **state)
{
	ElfW(Ehdr) *header = elf_file_header(&file);

	(void)state;
	elf_file_make(&file, &everything);
	header->e_phnum = UINT16_MAX; /* PN_XNUM, elf(5) */
	probe_bytes(file.bytes, file.len, &info);
	assert_int_equal(info.kind, ELF_UNKNOWN);

	elf_file_make(&file, &everything);
	header->e_phentsize = 1;
	probe_bytes(file.bytes, file.len, &info);
	assert_int_equal(info.kind, ELF_UNKNOWN);

	elf_file_make(&file, &everything);
	header->e_phnum = 0;
	probe_bytes(file.bytes, file.len, &info);
	assert_int_equal(info.kind, ELF_STATIC);

	elf_file_make(&file, &(struct elf_plan){.section = ".go.buildinfo"});
	header->e_shnum = UINT16_MAX;
	probe_bytes(file.bytes, file.len, &info);
	assert_int_equal(info.kind, ELF_STATIC);
	assert_false(info.go);
}

static void big_table_takes_no_time(void **state)
{
	static unsigned char big[1 << 22];
	struct timespec start;
	struct timespec end;

	(void)state;
	elf_file_make(&file, &everything);
	memcpy(big, file.bytes, file.len);
	for (size_t at = AT_DYNAMIC; at < sizeof(big) - sizeof(ElfW(Dyn));
	     at += sizeof(ElfW(Dyn))) {
		ElfW(Dyn) entry = {.d_tag = DT_NEEDED, .d_un = {at % 999983}};

		memcpy(big + at, &entry, sizeof(entry));
	}
	elf_file_segments((struct elf_file *)big)[2].p_filesz = sizeof(big);
	clock_gettime(CLOCK_MONOTONIC, &start);
	probe_bytes(big, sizeof(big), &info);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_sane();
	assert_true(end.tv_sec - start.tv_sec <= 1);
}

static void other_files_are_unknown(void **state)
{
	char template[] = "/tmp/sbx-hostile-XXXXXX";
	static char longest[2 * PATH_MAX];
	static const char *const names[] = {
		"/",	 "/dev/null",	 "/dev/zero",	      "/proc/self/mem",
		"",	 "/nonexistent", "/proc/self/status", "fifo",
		"empty",
	};

	(void)state;
	assert_non_null(mkdtemp(template));
	assert_int_equal(chdir(template), 0);
	assert_int_equal(mkfifo("fifo", 0700), 0);
	close(open("empty", O_WRONLY | O_CREAT | O_CLOEXEC, 0700));
	alarm(10); /* a FIFO must not make us wait */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		memset(&info, 0xa5, sizeof(info));
		elf_probe(names[i], &info);
		assert_sane();
		assert_int_equal(info.kind, ELF_UNKNOWN);
		assert_string_equal(info.path, names[i]);
	}
	alarm(0);
	memset(longest, 'a', sizeof(longest) - 1);
	elf_probe(longest, &info);
	assert_sane();
	assert_int_equal(info.kind, ELF_UNKNOWN);
	unlink("fifo");
	unlink("empty");
	assert_int_equal(chdir("/"), 0);
	rmdir(template);
}

static unsigned int open_descriptors(void)
{
	unsigned int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void no_descriptor_is_left_open(void **state)
{
	unsigned int before = open_descriptors();

	(void)state;
	elf_probe("/bin/true", &info);
	elf_probe("/dev/null", &info);
	elf_probe("/nonexistent", &info);
	elf_check_library("/bin/true");
	elf_check_library("/dev/null");
	assert_int_equal(open_descriptors(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_file_is_understood),
		cmocka_unit_test(file_cut_anywhere_is_survived),
		cmocka_unit_test(mutated_files_are_survived),
		cmocka_unit_test(mutated_real_program_is_survived),
		cmocka_unit_test(tables_may_claim_anything),
		cmocka_unit_test(big_table_takes_no_time),
		cmocka_unit_test(other_files_are_unknown),
		cmocka_unit_test(no_descriptor_is_left_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
