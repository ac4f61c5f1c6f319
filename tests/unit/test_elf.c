/* SPDX-License-Identifier: MIT */
/* test_elf.c - programs as they are: dynamic, static, Go, foreign, ASan.  */
#include "elf_file.h"
#include "launcher/elf.h"

static struct elf_info info;
static struct elf_file file;
static char dir[64]; /* for what the compilers make */

static void probe(const struct elf_plan *plan)
{
	elf_file_make(&file, plan);
	probe_bytes(file.bytes, file.len, &info);
}

/* ---- made to measure ---------------------------------------------------- */

static void interpreter_means_dynamic(void **state)
{
	(void)state;
	probe(&(struct elf_plan){.interpreter = true});
	assert_int_equal(info.kind, ELF_DYNAMIC);
	probe(&(struct elf_plan){.interpreter = false});
	assert_int_equal(info.kind, ELF_STATIC);
	/* static-pie has a dynamic section, but nobody who reads it */
	probe(&(struct elf_plan){.needed = {"libasan.so.8"}});
	assert_int_equal(info.kind, ELF_STATIC);
	assert_false(info.asan);

	elf_file_make(&file, &(struct elf_plan){.interpreter = true});
	elf_file_header(&file)->e_type = ET_DYN;
	probe_bytes(file.bytes, file.len, &info);
	assert_int_equal(info.kind, ELF_DYNAMIC);
}

static void no_program_is_unknown(void **state)
{
	static const uint16_t types[] = {ET_NONE, ET_REL, ET_CORE, 0xff00};

	(void)state;
	for (int i = 0; i < 4; i++) {
		elf_file_make(&file, &(struct elf_plan){.interpreter = true});
		elf_file_header(&file)->e_type = types[i];
		probe_bytes(file.bytes, file.len, &info);
		assert_int_equal(info.kind, ELF_UNKNOWN);
	}
}

static void other_machines_are_foreign(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		elf_file_make(&file, &(struct elf_plan){.interpreter = true});
		if (i == 0)
			elf_file_header(&file)->e_machine = EM_S390;
		else if (i == 1)
			file.bytes[EI_CLASS] ^= ELFCLASS32 ^ ELFCLASS64;
		else
			file.bytes[EI_DATA] ^= ELFDATA2LSB ^ ELFDATA2MSB;
		probe_bytes(file.bytes, file.len, &info);
		assert_int_equal(info.kind, ELF_FOREIGN);
		assert_false(info.asan);
	}
}

static void asan_is_found_by_name(void **state)
{
	(void)state;
	for (size_t shift = 0; shift <= 0x4000; shift += 0x1000) {
		probe(&(struct elf_plan){
			.interpreter = true,
			.needed = {"libm.so.6", "libasan.so.8", "libc.so.6"},
			.shift = shift});
		assert_int_equal(info.kind, ELF_DYNAMIC);
		assert_true(info.asan);
		assert_string_equal(info.asan_name, "libasan.so.8");
		probe(&(struct elf_plan){
			.interpreter = true,
			.needed = {"libm.so.6", "xlibasan.so.8", "libasan.s"},
			.shift = shift});
		assert_false(info.asan);
		assert_string_equal(info.asan_name, "");
	}
	probe(&(struct elf_plan){
		.interpreter = true,
		.needed = {"libasan.so.123456789012345678901234567890123456"
			   "78901234567890123"}});
	assert_false(info.asan);
}

/* The address of the strings means what the PT_LOAD around it says. */
static void strings_are_found_by_their_segment(void **state)
{
	ElfW(Phdr) *segments = elf_file_segments(&file);
	ElfW(Phdr) * last;

	(void)state;
	elf_file_make(&file, &(struct elf_plan){.interpreter = true,
						.needed = {"libasan.so.8"},
						.shift = 0x1000});
	segments[0].p_filesz = 0x1000; /* as far as the headers go */
	probe_bytes(file.bytes, file.len, &info);
	assert_false(info.asan);

	add_segment(&file, PT_NULL, AT_DYNAMIC, file.len - AT_DYNAMIC);
	last = &segments[file.segments - 1];
	elf_file_header(&file)->e_phnum = (uint16_t)file.segments;
	probe_bytes(file.bytes, file.len, &info);
	assert_false(info.asan);

	last->p_type = PT_LOAD;
	probe_bytes(file.bytes, file.len, &info);
	assert_true(info.asan);

	last->p_vaddr++; /* and so the name starts at "ibasan" */
	probe_bytes(file.bytes, file.len, &info);
	assert_false(info.asan);
}

static void go_is_found_by_its_note(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct elf_plan plan = {
			.interpreter = i & 1,
			.note = "Go",
			.shift = i & 2 ? 0x1000 : 0,
		};

		probe(&plan);
		assert_true(info.go);
		plan.note = "Gn";
		probe(&plan);
		assert_false(info.go);
	}
}

static void static_go_is_found_by_its_section(void **state)
{
	(void)state;
	for (size_t shift = 0; shift <= 0x1000; shift += 0x1000) {
		probe(&(struct elf_plan){.section = ".go.buildinfo",
					 .shift = shift});
		assert_true(info.go);
		probe(&(struct elf_plan){.section = ".go.buildinf_",
					 .shift = shift});
		assert_false(info.go);
	}
}

/* ---- from compilers ----------------------------------------------------- */

static void build_in_child(void *arg)
{
	execl("/bin/sh", "sh", "-c", arg, (char *)NULL);
	exit(99);
}

/* Makes "program" with a shell command; false if that did not work. */
static bool build(const char *command)
{
	static struct child child;

	unlink("program");
	child_run(&child, build_in_child, (void *)(uintptr_t)command);
	if (child.status == 0 && !access("program", X_OK))
		return true;
	print_message("# %s: exit %d\n", command, child.status);
	return false;
}

/* cmocka 1.1 calls what it skips "not ok"; so a line, and no skip(). */
static bool can_build(const char *what, const char *command)
{
	const char *must = getenv("SBX_MUST_WORK");

	if (build(command))
		return true;
	if (must && !strcmp(must, "1"))
		fail_msg("cannot build %s", what);
	print_message("# SKIP %s: no compiler for it here\n", what);
	return false;
}

static void programs_of_this_system(void **state)
{
	(void)state;
	elf_probe("/bin/sh", &info);
	assert_string_equal(info.path, "/bin/sh");
	elf_probe("/proc/self/exe", &info);
	assert_int_equal(info.kind, ELF_DYNAMIC);
	assert_false(info.go);
#ifdef __SANITIZE_ADDRESS__
	assert_true(info.asan);
	assert_int_equal(strncmp(info.asan_name, "libasan.so.", 11), 0);
#else
	assert_false(info.asan);
#endif
}

#define SOURCE "echo 'int main(void){return 0;}' | "

static void programs_in_c(void **state)
{
	(void)state;
	if (can_build("a dynamic program", SOURCE "cc -xc -o program -")) {
		elf_probe("program", &info);
		assert_int_equal(info.kind, ELF_DYNAMIC);
		assert_false(info.asan);
		assert_false(info.go);
	}
	if (can_build("a static program",
		      SOURCE "cc -static -xc -o program -")) {
		elf_probe("program", &info);
		assert_int_equal(info.kind, ELF_STATIC);
		assert_false(info.go);
	}
	if (can_build("a static-pie program",
		      SOURCE "cc -static-pie -xc -o program -")) {
		elf_probe("program", &info);
		assert_int_equal(info.kind, ELF_STATIC);
	}
	if (can_build("an ASan program",
		      SOURCE "gcc -fsanitize=address -xc -o program -")) {
		elf_probe("program", &info);
		assert_int_equal(info.kind, ELF_DYNAMIC);
		assert_true(info.asan);
		assert_int_equal(strncmp(info.asan_name, "libasan.so.", 11), 0);
	}
	if (can_build("an object file", SOURCE "cc -c -xc -o program - && "
					       "chmod +x program")) {
		elf_probe("program", &info);
		assert_int_equal(info.kind, ELF_UNKNOWN);
	}
}

static void programs_in_go(void **state)
{
	static const struct {
		const char *what;
		const char *command;
		enum elf_kind kind;
	} cases[] = {
		{"a Go program", "CGO_ENABLED=0 go build -o program p.go",
		 ELF_STATIC},
		{"a Go program without build id",
		 "CGO_ENABLED=0 go build -ldflags='-s -w -buildid=' "
		 "-o program p.go",
		 ELF_STATIC},
		{"a Go program with cgo",
		 "CGO_ENABLED=1 go build -o program "
		 "-ldflags=-linkmode=external c.go",
		 ELF_DYNAMIC},
	};
	FILE *source = fopen("p.go", "w");

	(void)state;
	fputs("package main\nfunc main() {}\n", source);
	fclose(source);
	source = fopen("c.go", "w");
	fputs("package main\nimport \"C\"\nfunc main() {}\n", source);
	fclose(source);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!can_build(cases[i].what, cases[i].command))
			continue;
		elf_probe("program", &info);
		assert_int_equal(info.kind, cases[i].kind);
		assert_true(info.go);
	}
	unlink("p.go");
	unlink("c.go");
}

/* ---- a directory to build in -------------------------------------------- */

static int enter_directory(void **state)
{
	char template[] = "/tmp/sbx-elf-XXXXXX";

	(void)state;
	unsetenv("LD_PRELOAD");
	return !mkdtemp(template) || chdir(template) ||
	       !getcwd(dir, sizeof(dir));
}

static int leave_directory(void **state)
{
	(void)state;
	unlink("program");
	return chdir("/") || rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interpreter_means_dynamic),
		cmocka_unit_test(no_program_is_unknown),
		cmocka_unit_test(other_machines_are_foreign),
		cmocka_unit_test(asan_is_found_by_name),
		cmocka_unit_test(strings_are_found_by_their_segment),
		cmocka_unit_test(go_is_found_by_its_note),
		cmocka_unit_test(static_go_is_found_by_its_section),
		cmocka_unit_test(programs_of_this_system),
		cmocka_unit_test(programs_in_c),
		cmocka_unit_test(programs_in_go),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
