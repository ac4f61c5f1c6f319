/* SPDX-License-Identifier: MIT */
/* fuzz.h - what the libFuzzer harnesses share.
 *
 * An input is cut into numbers and byte strings, front to back; where it ends
 * everything is zero, so every input means something.  A harness does not only
 * wait for a crash: it checks results against an oracle of its own, by
 * require(), which ends the process so that libFuzzer keeps the input.
 */
#ifndef SBX_TESTS_FUZZ_H
#define SBX_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

struct input {
	const uint8_t *at;
	size_t left;
};

/* With SBX_FUZZ_PLANTED in the environment this input is a finding in every
 * harness: the test of the tests. */
#define FUZZ_PLANTED "sbx: a planted finding"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

#define require(condition)                                                     \
	do {                                                                   \
		if (!(condition))                                              \
			fuzz_finding(__FILE__, __LINE__, #condition);          \
	} while (0)

static inline void fuzz_finding(const char *file, int line,
				const char *condition)
{
	fprintf(stderr, "FINDING: %s:%d: %s\n", file, line, condition);
	abort();
}

static inline struct input input_open(const uint8_t *data, size_t size)
{
	if (size == sizeof(FUZZ_PLANTED) - 1 && getenv("SBX_FUZZ_PLANTED"))
		require(memcmp(data, FUZZ_PLANTED, size) != 0);
	return (struct input){data, size};
}

static inline uint8_t input_byte(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

/* A number below @below. */
static inline unsigned int input_below(struct input *in, unsigned int below)
{
	return input_byte(in) % below;
}

static inline uint32_t input_u32(struct input *in)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 | input_byte(in);
	return value;
}

/* Up to @max bytes, as many as the next two bytes say. */
static inline size_t input_bytes(struct input *in, void *to, size_t max)
{
	size_t len = input_byte(in);

	len = (len | (size_t)input_byte(in) << 8) % (max + 1);
	if (len > in->left)
		len = in->left;
	if (len > 0)
		memcpy(to, in->at, len);
	in->at += len;
	in->left -= len;
	return len;
}

/* The same, ended by NUL; @size counts that. */
static inline size_t input_string(struct input *in, char *to, size_t size)
{
	size_t len = input_bytes(in, to, size - 1);

	to[len] = '\0';
	return strlen(to);
}

/* Makes a directory and goes there; @top is PATH_MAX bytes for its name. */
static inline void fuzz_own_directory(char *top)
{
	const char *where = getenv("TMPDIR");

	snprintf(top, 4096, "%s/sbx-fuzz-XXXXXX", where ? where : "/tmp");
	require(mkdtemp(top) && chdir(top) == 0 && getcwd(top, 4096));
}

#endif /* SBX_TESTS_FUZZ_H */
