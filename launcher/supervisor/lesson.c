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
#include <string.h>

#include "../../policy/quote.h"
#include "../variables.h"

#define RANDOM_MIN 6 /* mkstemp(3) makes six */
#define PID_DIGITS 7 /* PID_MAX_LIMIT, include/linux/threads.h: 2^22 */

/* ---- names that change -------------------------------------------------- */

/* Python's tempfile: "tmpoilibrlu", "tmprd_e84d0". */
static bool is_of_python(const char *component, size_t len)
{
	static const char characters[] =
		"abcdefghijklmnopqrstuvwxyz0123456789_";

	return len == 11 && memcmp(component, "tmp", 3) == 0 &&
	       strspn(component + 3, characters) >= 8;
}

/* "8aHk2L": digits and letters, or both cases, in one word, but no Name. */
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
	pid_t number = 0;

	if (len < 2 || len > PID_DIGITS || word[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)word[i]))
			return false;
		number = 10 * number + (word[i] - '0');
	}
	for (size_t i = 0; i < tally->count; i++)
		if (tally->entries[i].pid == number)
			return true;
	return false;
}

static bool changes(const struct tally *tally, const char *component,
		    size_t len)
{
	static const char separators[] = ".-_+,:@%";
	size_t start = 0;

	if (is_of_python(component, len))
		return true;
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

	text_open(&text, lesson->path, sizeof(lesson->path));
	text_string(&text, path);
	lesson->option = option;
	text_open(&text, lesson->line, sizeof(lesson->line));
	text_string(&text, option);
	text_string(&text, " ");
	variables_shorten(&text, path);
	if (text_length(&text) < 0)
		lesson->line[0] = '\0';
}

static bool is_done_too(const struct tally *tally, const char *resolved,
			enum policy_op op)
{
	for (size_t i = 0; i < tally->count; i++)
		if (tally->entries[i].op == op &&
		    strcmp(tally->entries[i].resolved, resolved) == 0)
			return true;
	return false;
}

static const char *unix_option(const struct tally *tally,
			       const struct tally_entry *entry)
{
	const bool binds = entry->op == OP_BIND;

	if (is_done_too(tally, entry->resolved, OP_BIND) &&
	    (is_done_too(tally, entry->resolved, OP_CONNECT) ||
	     is_done_too(tally, entry->resolved, OP_SEND)))
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
	lesson->directory = true;
	if (entry->op == OP_BIND) {
		write_option(lesson, "private-sockets", dir);
		lesson->remark = "the name changes";
	} else if (is_everybodys(dir)) {
		lesson->directory = false;
		write_option(lesson, unix_option(tally, entry),
			     entry->resolved);
		lesson->remark = "the name may change, and its directory is "
				 "everybody's";
	} else {
		write_option(lesson, unix_option(tally, entry), dir);
		lesson->remark = "the name changes";
	}
}

/* The hint is an option already; in a configuration it has no hyphens. */
static void of_hint(const struct tally_entry *entry, struct lesson *lesson)
{
	struct text text;

	text_open(&text, lesson->line, sizeof(lesson->line));
	text_string(&text, entry->hint + 2);
	if (text_length(&text) < 0)
		lesson->line[0] = '\0';
	/* It would take away all that is learned. */
	lesson->whole_line = strcmp(entry->hint, "--network full") == 0;
}

void lesson_of(const struct tally *tally, size_t index, struct lesson *lesson)
{
	const struct tally_entry *entry = &tally->entries[index];

	lesson->line[0] = lesson->path[0] = '\0';
	lesson->option = lesson->remark = NULL;
	lesson->directory = false;
	lesson->risk = RISK_BENIGN;
	lesson->whole_line = false;
	if (entry->resolved[0] == '/') {
		of_path(tally, entry, lesson);
		return;
	}
	if (entry->has_addr && entry->addr.kind == ADDR_ABSTRACT)
		lesson->risk = risk_of_abstract(entry->addr.name,
						entry->addr.name_len);
	if (strncmp(entry->hint, "--", 2) == 0)
		of_hint(entry, lesson);
}
