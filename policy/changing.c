/* SPDX-License-Identifier: MIT */
/* changing.c - names that will be others the next time a program runs.  */
#include "changing.h"

#include <string.h>

#define RANDOM_MIN 6 /* mkstemp(3) makes six */
#define PIECE_MIN  3 /* letters or digits that people write in a row */
#define STAMP_MIN  9 /* digits of a time in seconds, or longer */

enum class { CLASS_NONE, CLASS_DIGIT, CLASS_UPPER, CLASS_LOWER };

/* The locale is nobody's business here. */
static enum class class_of(char c) {
	if (c >= '0' && c <= '9') return CLASS_DIGIT;
	if (c >= 'A' && c <= 'Z') return CLASS_UPPER;
	return c >= 'a' && c <= 'z' ? CLASS_LOWER : CLASS_NONE;
}

/* "Words", "IDs" and "2026" are one piece each; 0 if it is no such word. */
static size_t count_pieces(const char *word, size_t len)
{
	enum class last = CLASS_NONE;
	size_t pieces = 0;

	for (size_t i = 0; i < len; i++) {
		const enum class now = class_of(word[i]);

		if (now == CLASS_NONE)
			return 0;
		pieces += now != last &&
			  !(now == CLASS_LOWER && last == CLASS_UPPER);
		last = now;
	}
	return pieces;
}

static bool is_number(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (class_of(word[i]) != CLASS_DIGIT)
			return false;
	return len > 0;
}

bool changing_word(const char *word, size_t len)
{
	/* "tmpoilibrlu", as Python has it. */
	if (len >= 3 + RANDOM_MIN && memcmp(word, "tmp", 3) == 0)
		return true;
	if (is_number(word, len))
		return len >= STAMP_MIN;
	return len >= RANDOM_MIN && count_pieces(word, len) * PIECE_MIN > len;
}

/* Python's tempfile: "tmpoilibrlu", "tmprd_e84d0". */
static bool is_of_python(const char *name, size_t len)
{
	static const char characters[] =
		"abcdefghijklmnopqrstuvwxyz0123456789_";

	if (len != 11 || memcmp(name, "tmp", 3) != 0)
		return false;
	for (size_t i = 3; i < len; i++)
		if (!memchr(characters, name[i], sizeof(characters) - 1))
			return false;
	return true;
}

static bool name_changes(const char *name, size_t len,
			 changing_process_fn *process, const void *ctx)
{
	static const char separators[] = "/.-_+,:@%";
	size_t start = 0;

	if (is_of_python(name, len))
		return true;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && !strchr(separators, name[i]))
			continue;
		if (changing_word(name + start, i - start) ||
		    (is_number(name + start, i - start) &&
		     process(name + start, i - start, ctx)))
			return true;
		start = i + 1;
	}
	return false;
}

size_t changing_above(const char *path, size_t len, size_t settled,
		      changing_process_fn *process, const void *ctx)
{
	/* The root directory ends in the slash that others begin with. */
	size_t at = settled == 1 ? 0 : settled;

	while (at < len && path[at] == '/') {
		const char *component = path + at + 1;
		const char *slash = memchr(component, '/', len - at - 1);
		const size_t size =
			slash ? (size_t)(slash - component) : len - at - 1;

		if (name_changes(component, size, process, ctx))
			return at == 0 ? 1 : at;
		at += 1 + size;
	}
	return 0;
}

/* Small numbers are in many names, and few processes have one. */
static bool is_own_id(const char *digits, size_t len, const void *ctx)
{
	const struct policy_request *request = ctx;
	int64_t number = 0;

	if (len < 2 || len > 10 || digits[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++)
		number = 10 * number + (digits[i] - '0');
	return number == request->pid;
}

/* The length of the directory that a name is in. */
static size_t parent_length(const struct policy_request *request)
{
	size_t len = request->len;

	while (len > 1 && request->name[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : len;
}

static size_t scratch_of_path(const struct policy_request *request,
			      changing_process_fn *process, const void *ctx)
{
	const size_t parent = parent_length(request);
	const size_t settled = request->settled ? request->settled : parent;
	const bool made = request->scratch && settled < parent;

	/* All of the root directory would be too much to ask for. */
	if (settled <= 1)
		return 0;
	return made || changing_above(request->name, request->len, settled,
				      process, ctx)
		       ? settled
		       : 0;
}

size_t changing_scratch(const struct policy_request *request,
			changing_process_fn *process, const void *ctx)
{
	if (request->op != OP_BIND || request->pid == 0)
		return 0;
	if (!process) {
		process = is_own_id;
		ctx = request;
	}
	if (request->kind == TARGET_PATH)
		return scratch_of_path(request, process, ctx);
	return request->kind == TARGET_ABSTRACT &&
			       name_changes(request->name, request->len,
					    process, ctx)
		       ? request->len
		       : 0;
}
