/* SPDX-License-Identifier: MIT */
/* test_stack.c - our walk of our own stack, and that of libgcc, are the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "launcher/stack/pages.h"
#include "launcher/stack/symbols.h"
#include "launcher/stack/unwind.h"
#include "shim/registers.h"

#define DEPTH 64

static volatile int compared; /* frames, in the last comparison */

static bool read_own(void *ctx, uint64_t from, void *to, size_t len)
{
	const struct iovec local = {to, len};
	const struct iovec remote = {(void *)(uintptr_t)from, len};

	(void)ctx;
	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) ==
	       (ssize_t)len;
}

static struct pages pages;
static const struct memory memory = {pages_read, &pages};

static void read_modules(struct modules *modules)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char row[MODULES_ROW_MAX];

	assert_non_null(maps);
	modules_start(modules);
	pages_start(&pages, read_own, NULL);
	while (fgets(row, sizeof(row), maps)) {
		row[strcspn(row, "\n")] = '\0';
		modules_add(modules, row);
	}
	fclose(maps);
}

/* Neither the test's own memory nor its stack shall matter. */
static struct modules modules;
static uint64_t theirs[DEPTH];
static uint64_t ours[DEPTH];

static int walk(const uint64_t *registers)
{
	struct frame frame;
	int n = 0;

	read_modules(&modules);
	if (!unwind_start(&frame, &memory, &modules, registers, 16))
		return 0;
	do
		ours[n++] = frame.registers.value[MACHINE_PC];
	while (n < DEPTH && unwind_step(&frame, &memory, &modules));
	return n;
}

static _Unwind_Reason_Code take(struct _Unwind_Context *context, void *count)
{
	int *n = count;
	const uint64_t pc = _Unwind_GetIP(context);

	/* What is above the outermost frame. */
	if (pc == 0 || *n == DEPTH)
		return _URC_END_OF_STACK;
	theirs[(*n)++] = pc;
	return _URC_NO_REASON;
}

/* The first one is here, and differs.  noclone: it has one place only. */
__attribute__((noinline, noclone)) static void compare(void)
{
	uint64_t registers[16];
	int want = 0, got;

	_Unwind_Backtrace(take, &want);
	memset(registers, 0, sizeof(registers));
	registers_take(registers);
	got = walk(registers);
	for (int i = 1; i < got && i < want; i++)
		assert_int_equal(ours[i], theirs[i]);
	assert_int_equal(got, want);
	compared = got;
}

static void a_plain_call(void **state)
{
	(void)state;
	compare();
	assert_in_range(compared, 4, DEPTH);
}

__attribute__((noinline, noclone)) static int recurse(int depth)
{
	const size_t size = (size_t)depth % 7 * 40 + 7;
	char *room = __builtin_alloca(size);

	memset(room, depth, size);
	if (depth > 0)
		return recurse(depth - 1) + room[depth % 7];
	compare();
	return room[0];
}

static void frames_of_many_sizes(void **state)
{
	(void)state;
	recurse(40);
	assert_in_range(compared, 45, DEPTH);
}

static int compare_numbers(const void *a, const void *b)
{
	if (compared == 0)
		compare();
	return (*(const int *)a > *(const int *)b) -
	       (*(const int *)a < *(const int *)b);
}

static void a_call_from_libc(void **state)
{
	int numbers[] = {3, 1, 2};

	(void)state;
	compared = 0;
	qsort(numbers, 3, sizeof(*numbers), compare_numbers);
	assert_in_range(compared, 5, DEPTH);
}

static void handle(int sig)
{
	(void)sig;
	compare();
}

static void catch (int flags)
{
	const struct sigaction action = {
		.sa_handler = handle,
		.sa_flags = flags,
	};

	compared = 0;
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	raise(SIGUSR1);
	assert_in_range(compared, 7, DEPTH);
}

static void a_signal(void **state)
{
	(void)state;
	catch (0);
	catch (SA_SIGINFO | SA_RESTART);
}

/* libgcc wants some of it. */
static void a_signal_on_a_stack_of_its_own(void **state)
{
	const size_t size = getauxval(AT_MINSIGSTKSZ) + (1 << 18);
	stack_t stack = {.ss_sp = malloc(size), .ss_size = size};

	(void)state;
	assert_int_equal(sigaltstack(&stack, NULL), 0);
	catch (SA_ONSTACK);
	stack.ss_flags = SS_DISABLE;
	sigaltstack(&stack, NULL);
	free(stack.ss_sp);
}

static void *in_thread(void *arg)
{
	compare();
	return arg;
}

static void a_thread(void **state)
{
	pthread_t thread;

	(void)state;
	compared = 0;
	assert_int_equal(pthread_create(&thread, NULL, in_thread, NULL), 0);
	pthread_join(thread, NULL);
	assert_in_range(compared, 3, DEPTH);
}

static ucontext_t outside, inside;

static void in_coroutine(void)
{
	recurse(3);
}

static void a_coroutine(void **state)
{
	(void)state;
	compared = 0;
	assert_int_equal(getcontext(&inside), 0);
	inside.uc_stack.ss_size = 1 << 18;
	inside.uc_stack.ss_sp = malloc(inside.uc_stack.ss_size);
	inside.uc_link = &outside;
	makecontext(&inside, in_coroutine, 0);
	assert_int_equal(swapcontext(&outside, &inside), 0);
	assert_in_range(compared, 5, DEPTH);
	free(inside.uc_stack.ss_sp);
}

static void nothing_at_all(void **state)
{
	uint64_t registers[16] = {0};

	(void)state;
	assert_int_equal(walk(registers), 0);
	memset(registers, 0xff, sizeof(registers));
	assert_int_equal(walk(registers), 0);
	/* Code that is there, and no stack. */
	memset(registers, 0, sizeof(registers));
	registers[sizeof(machine_reported) - 1] = (uintptr_t)compare + 4;
	assert_int_equal(walk(registers), 1);
}

/* ---- pages -------------------------------------------------------------- */

static unsigned int fetched;

/* Bytes that tell where they are, up to an end. */
static bool read_numbers(void *ctx, uint64_t from, void *to, size_t len)
{
	(void)ctx;
	fetched++;
	assert_int_equal(len, PAGES_SIZE);
	assert_int_equal(from % PAGES_SIZE, 0);
	if (from >= 1000 * PAGES_SIZE)
		return false;
	for (size_t i = 0; i < len; i++)
		((uint8_t *)to)[i] = (uint8_t)((from + i) * 31 >> 5);
	return true;
}

static void pages_are_read_once(void **state)
{
	static struct pages few;
	uint8_t bytes[3 * PAGES_SIZE], want[PAGES_SIZE];

	(void)state;
	pages_start(&few, read_numbers, NULL);
	assert_true(pages_read(&few, 100, bytes, sizeof(bytes)));
	assert_int_equal(fetched, 4);
	for (size_t i = 0; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], (uint8_t)((100 + i) * 31 >> 5));
	assert_true(pages_read(&few, PAGES_SIZE - 1, bytes, 2));
	assert_int_equal(fetched, 4);
	/* One in the place of another. */
	assert_true(pages_read(&few, (PAGES_COUNT + 1) * PAGES_SIZE, bytes,
			       PAGES_SIZE));
	read_numbers(NULL, (PAGES_COUNT + 1) * PAGES_SIZE, want, sizeof(want));
	assert_memory_equal(bytes, want, sizeof(want));
	assert_true(pages_read(&few, PAGES_SIZE, bytes, 1));
	assert_int_equal(fetched, 7);
	/* Where there is nothing, and where memory ends. */
	assert_false(pages_read(&few, 1000 * PAGES_SIZE - 4, bytes, 8));
	assert_true(pages_read(&few, 1000 * PAGES_SIZE - 4, bytes, 4));
	assert_false(pages_read(&few, UINT64_MAX - 3, bytes, 8));
}

/* ---- names -------------------------------------------------------------- */

static void names_as_the_loader_knows_them(void **state)
{
	static const char *const known[] = {
		"connect", "bind",  "qsort", "getaddrinfo",
		"strtoul", "fopen", "abort", "sendmmsg",
	};
	char name[128];

	(void)state;
	read_modules(&modules);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const uint64_t at = (uintptr_t)dlsym(RTLD_NEXT, known[i]);
		const struct module *module = modules_find(&modules, at + 3);
		struct image image = {0};
		uint64_t start;

		assert_non_null(module);
		for (int j = 0; j < 2 && !image.bias_known; j++)
			image_read(&image, &memory, module->image[j],
				   module->start, module->offset);
		start = symbols_name(&memory, &image, at + 3, name,
				     sizeof(name));
		assert_int_equal(start, at);
		assert_int_equal((uintptr_t)dlsym(RTLD_NEXT, name), at);
		/* A name is whole or not there. */
		assert_int_equal(symbols_name(&memory, &image, at + 3, name,
					      strlen(name)),
				 start);
		assert_string_equal(name, "");
	}
}

/* ---- rows of /proc/PID/maps --------------------------------------------- */

static void add(const char *row)
{
	char copy[512];

	snprintf(copy, sizeof(copy), "%s", row);
	modules_add(&modules, copy);
}

static const struct module *expect(uint64_t at, const char *name,
				   uint64_t image, uint64_t earlier)
{
	const struct module *module = modules_find(&modules, at);

	assert_non_null(module);
	assert_string_equal(module->name, name);
	assert_int_equal(module->image[0], image);
	assert_int_equal(module->image[1], earlier);
	return module;
}

static void rows_of_files(void **state)
{
	(void)state;
	modules_start(&modules);
	add("10000-11000 r--p 00000000 08:01 77     /usr/bin/a b (deleted)");
	add("11000-12000 r-xp 00001000 08:01 77     /usr/bin/a b (deleted)");
	add("20000-21000 rw-p 00000000 00:00 0      [heap]");
	add("21000-22000 rwxp 00000000 00:00 0 ");
	add("30000-31000 r--p 00000000 08:01 78     /x/lld.so");
	add("31000-32000 r-xp 00000000 08:01 78     /x/lld.so");
	add("40000-41000 r-xp 00002000 08:01 79     /x/no\\012start");
	add("7f0000000000-7f0000001000 r-xp 00000000 00:00 0    [vdso]");
	assert_null(modules_find(&modules, 0x10800));
	assert_null(modules_find(&modules, 0x12000));
	assert_null(modules_find(&modules, 0x20800));
	assert_int_equal(expect(0x11000, "a b (deleted)", 0x10000, 0)->offset,
			 0x1000);
	expect(0x21fff, "", 0, 0);
	expect(0x31000, "lld.so", 0x31000, 0x30000);
	expect(0x40800, "no\\012start", 0, 0);
	expect(0x7f0000000010, "[vdso]", 0x7f0000000000, 0);
}

static void rows_that_are_none(void **state)
{
	char path[300];

	(void)state;
	modules_start(&modules);
	add("");
	add(" ");
	add("10000-11000");
	add("10000-11000 r-xp 00000000 08:01");
	add("10000 r-xp 00000000 08:01 77 /x");
	add("11000-10000 r-xp 00000000 08:01 77 /x");
	add("g-h r-xp 00000000 08:01 77 /x");
	assert_int_equal(modules.count, 0);
	memset(path, 'p', sizeof(path) - 1);
	memcpy(path, "10000-11000 r-xp 00000000 08:01 77 /", 36);
	path[sizeof(path) - 1] = '\0';
	add(path);
	expect(0x10000, "", 0, 0); /* no part of a name is a name */
	memset(path, '1', sizeof(path) - 1);
	memcpy(path, "10000-11000 r-xp 00000000 ", 26);
	memcpy(path + 290, " 1 /x", 6);
	add(path);
	assert_int_equal(modules.count, 1);
}

static void more_rows_than_fit(void **state)
{
	char row[128];

	(void)state;
	modules_start(&modules);
	for (unsigned int i = 1; i <= MODULES_MAX + 10; i++) {
		snprintf(row, sizeof(row), "%x000-%x800 r-xp 0 08:01 %u /f%u",
			 i, i, i, i);
		modules_add(&modules, row);
	}
	assert_int_equal(modules.count, MODULES_MAX);
	expect(0x1000, "f1", 0x1000, 0);
	assert_null(modules_find(&modules, (MODULES_MAX + 1) * 0x1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_call),
		cmocka_unit_test(frames_of_many_sizes),
		cmocka_unit_test(a_call_from_libc),
		cmocka_unit_test(a_signal),
		cmocka_unit_test(a_signal_on_a_stack_of_its_own),
		cmocka_unit_test(a_thread),
		cmocka_unit_test(a_coroutine),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(pages_are_read_once),
		cmocka_unit_test(names_as_the_loader_knows_them),
		cmocka_unit_test(rows_of_files),
		cmocka_unit_test(rows_that_are_none),
		cmocka_unit_test(more_rows_than_fit),
	};

	return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}
