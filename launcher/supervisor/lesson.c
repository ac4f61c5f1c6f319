/* SPDX-License-Identifier: MIT */
/* lesson.c - what one recorded call means for a configuration.
 *
 * A name that holds a process id, or letters and digits that nobody would
 * choose, will be another one next time.  What was bound under such a name is a
 * private socket; what was connected to is granted by the directory, unless
 * everybody's sockets are there.
 */
#include "lesson.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../../policy/quote.h"
#include "../variables.h"

#define RANDOM_MIN 6 /* mkstemp(3) makes six */

/* ---- names that change -------------------------------------------------- */

/* "8aHk2L": digits and letters, or both cases, in one word, but no Name; or as
 * Python's tempfile has it, "tmpoilibrlu". */
static bool is_random(const char *word, size_t len)
{
	bool digit = false, upper = false, lower = false;
	unsigned int changes = 0;

	if (len >= 3 + RANDOM_MIN && memcmp(word, "tmp", 3) == 0)
		return true;
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)word[i];

		if (!isalnum(c))
			return false;
		digit |= isdigit(c) != 0;
		upper |= isupper(c) != 0;
		lower |= islower(c) != 0;
		changes +=
			i > 0 &&
			(!isdigit(c) != !isdigit(word[i - 1]) ||
			 (islower((unsigned char)word[i - 1]) && isupper(c)));
	}
	return len >= RANDOM_MIN &&
	       ((changes >= 2 && digit && (upper || lower)) ||
		(changes >= 1 && upper && lower && digit) ||
		(changes >= 2 && upper && lower));
}

static bool is_process(const struct tally *tally, const char *word, size_t len)
{
	char text[16];

	for (size_t i = 0; i < tally->count; i++) {
		const int n = snprintf(text, sizeof(text), "%d",
				       (int)tally->entries[i].pid);

		if (n > 1 && (size_t)n == len && memcmp(text, word, len) == 0)
			return true;
	}
	return false;
}

static bool changes(const struct tally *tally, const char *component,
		    size_t len)
{
	static const char separators[] = ".-_+,:@%";
	size_t start = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && !strchr(separators, component[i]))
			continue;
		if (is_random(component + start, i - start) ||
		    is_process(tally, component + start, i - start))
			return true;
		start = i + 1;
	}
	return false;
}

/* The length of the directory above the first component that changes; 0: none
 * does. */
static size_t stable_length(const struct tally *tally, const char *path)
{
	/* What a variable stands for may change as it likes. */
	const char *component = path + variables_prefix(path);

	if (*component++ != '/')
		return 0;
	for (;;) {
		const size_t len = strcspn(component, "/");

		if (changes(tally, component, len))
			return component - 1 == path
				       ? 1
				       : (size_t)(component - 1 - path);
		if (!component[len])
			return 0;
		component += len + 1;
	}
}

/* Whoever may connect beneath these may connect to everybody. */
static bool is_everybodys(const char *dir)
{
	static const char *const dirs[] = {
		"/", "/tmp", "/var/tmp", "/run", "/var/run", "/dev", "/home",
	};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		if (strcmp(dirs[i], dir) == 0)
			return true;
	return strncmp(dir, "/run/user/", 10) == 0 && !strchr(dir + 10, '/');
}

/* ---- options ------------------------------------------------------------ */

static void write_option(struct lesson *lesson, const char *option,
			 const char *path)
{
	struct text text;

	text_open(&text, lesson->line, sizeof(lesson->line));
	text_string(&text, option);
	text_string(&text, " ");
	variables_shorten(&text, path);
	if (text_length(&text) < 0)
		lesson->line[0] = '\0';
}

/* By their canonical paths, or abstract names. */
static bool is_same_name(const struct tally_entry *a,
			 const struct tally_entry *b)
{
	if (a->resolved[0] || b->resolved[0])
		return strcmp(a->resolved, b->resolved) == 0;
	return a->addr.kind == b->addr.kind &&
	       a->addr.name_len == b->addr.name_len &&
	       memcmp(a->addr.name, b->addr.name, a->addr.name_len) == 0;
}

static bool is_done_too(const struct tally *tally,
			const struct tally_entry *entry, enum policy_op op)
{
	for (size_t i = 0; i < tally->count; i++)
		if (tally->entries[i].op == op &&
		    is_same_name(&tally->entries[i], entry))
			return true;
	return false;
}

static const char *unix_option(const struct tally *tally,
			       const struct tally_entry *entry)
{
	const bool binds = entry->op == OP_BIND;

	if (is_done_too(tally, entry, OP_BIND) &&
	    (is_done_too(tally, entry, OP_CONNECT) ||
	     is_done_too(tally, entry, OP_SEND)))
		return "allow-unix-socket";
	return binds ? "allow-unix-bind" : "allow-unix-connect";
}

/* A variable tells what a name does not. */
static enum risk risk_of(const char *path)
{
	const char *variable = variables_name(path);

	if (variable && strcmp(variable, "SSH_AUTH_SOCK") == 0)
		return RISK_CREDENTIAL;
	if (variable && strcmp(variable, "DOCKER_HOST") == 0)
		return RISK_ROOT;
	return risk_of_path(path, strlen(path));
}

static void of_path(const struct tally *tally, const struct tally_entry *entry,
		    struct lesson *lesson)
{
	const size_t stable = stable_length(tally, entry->resolved);
	char dir[4096];

	lesson->risk = risk_of(entry->resolved);
	if (stable == 0 || stable >= sizeof(dir) ||
	    variables_name(entry->resolved)) {
		write_option(lesson, unix_option(tally, entry),
			     entry->resolved);
		return;
	}
	memcpy(dir, entry->resolved, stable);
	dir[stable] = '\0';
	if (entry->op == OP_BIND) {
		write_option(lesson, "private-sockets", dir);
		lesson->remark = "the name changes";
	} else if (is_everybodys(dir)) {
		write_option(lesson, unix_option(tally, entry),
			     entry->resolved);
		lesson->remark = "the name may change, and its directory is "
				 "everybody's";
	} else {
		write_option(lesson, unix_option(tally, entry), dir);
		lesson->remark = "the name changes";
	}
}

/* The hint is an option already; in a configuration it has no hyphens, and what
 * grants a name says for what. */
static void of_hint(const struct tally *tally, const struct tally_entry *entry,
		    struct lesson *lesson)
{
	static const char both[] = "--allow-unix-socket ";
	const size_t len = sizeof(both) - 1;
	struct text text;

	text_open(&text, lesson->line, sizeof(lesson->line));
	if (strncmp(entry->hint, both, len) == 0) {
		text_string(&text, unix_option(tally, entry));
		text_string(&text, entry->hint + len - 1);
	} else {
		text_string(&text, entry->hint + 2);
	}
	if (text_length(&text) < 0)
		lesson->line[0] = '\0';
	/* It would take away all that is learned. */
	lesson->whole_line = strcmp(entry->hint, "--network full") == 0;
}

void lesson_of(const struct tally *tally, size_t index, struct lesson *lesson)
{
	const struct tally_entry *entry = &tally->entries[index];

	lesson->line[0] = '\0';
	lesson->remark = NULL;
	lesson->risk = RISK_BENIGN;
	lesson->whole_line = false;
	if (entry->resolved[0] == '/') {
		of_path(tally, entry, lesson);
		return;
	}
	if (entry->has_addr && entry->addr.kind == ADDR_ABSTRACT) {
		lesson->risk = risk_of_abstract(entry->addr.name,
						entry->addr.name_len);
		/* See append_abstract() in policy/hint.c. */
		if (memchr(entry->addr.name, '\0', entry->addr.name_len))
			lesson->remark = "a name with a NUL byte cannot be "
					 "written: all that begin so";
	}
	if (strncmp(entry->hint, "--", 2) == 0)
		of_hint(tally, entry, lesson);
}
