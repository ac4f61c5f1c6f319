/* SPDX-License-Identifier: MIT */
/* lesson.c - what one recorded call means for a configuration.
 *
 * A name that holds a process id, or letters and digits that nobody would
 * choose, will be another one next time.  What was bound under such a name is a
 * private socket; what was connected to is granted by the directory, unless
 * everybody's sockets are there.
 */
#include "lesson.h"

#include <stdio.h>
#include <string.h>

#include "../../policy/changing.h"
#include "../../policy/quote.h"
#include "../variables.h"

/* ---- names that change -------------------------------------------------- */

static bool is_process(const char *digits, size_t len, const void *ctx)
{
	const struct tally *tally = ctx;
	char text[16];

	for (size_t i = 0; i < tally->count; i++) {
		const int n = snprintf(text, sizeof(text), "%d",
				       (int)tally->entries[i].pid);

		if (n > 1 && (size_t)n == len && memcmp(text, digits, len) == 0)
			return true;
	}
	return false;
}

/* The length of the directory that a bind made up a name in; 0: none. */
static size_t scratch_length(const struct tally *tally,
			     const struct tally_entry *entry)
{
	const struct policy_request request = {
		.op = entry->op,
		.kind = TARGET_PATH,
		.name = entry->resolved,
		.len = strlen(entry->resolved),
		.settled = entry->settled,
		.scratch = entry->scratch,
		.pid = entry->pid,
	};

	return changing_scratch(&request, is_process, tally);
}

/* The length of the directory above the first component that changes; 0: none
 * does.  What a variable stands for may change as it likes. */
static size_t stable_length(const struct tally *tally,
			    const struct tally_entry *entry)
{
	const char *path = entry->resolved;

	if (entry->op == OP_BIND)
		return scratch_length(tally, entry);
	return changing_above(path, strlen(path), variables_prefix(path),
			      is_process, tally);
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
	const size_t stable = stable_length(tally, entry);
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

/* The hint is an option already; in a configuration it has no hyphens, and what
 * grants a name says for what. */
static void of_hint(const struct tally *tally, const struct tally_entry *entry,
		    struct lesson *lesson)
{
	static const char network[] = "--network ";
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
	/* Another network would take away some of what is learned. */
	lesson->whole_line =
		strncmp(entry->hint, network, sizeof(network) - 1) == 0;
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
