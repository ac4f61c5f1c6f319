/* SPDX-License-Identifier: MIT */
/* grant.h - options of sbx-run that grant something.
 *
 * A hint in a log may be anybody's text, and what is suggested is pasted into
 * shells: a hint is read word by word, must be one that sbx-run gives, and is
 * written anew.
 */
#ifndef SBX_LOG_GRANT_H
#define SBX_LOG_GRANT_H

#include <stdbool.h>
#include <stddef.h>

#include "../policy/text.h"

#define GRANT_VALUE_MAX 4096
#define GRANTS_MAX	2 /* of one hint */

/* What a grant of names is for. */
#define GRANT_CONNECT 1U
#define GRANT_BIND    2U

enum grant_kind {
	GRANT_UNIX, /* ways tells which of three options */
	GRANT_DATAGRAMS,
	GRANT_PRIVATE,
	GRANT_TCP,
	GRANT_LISTEN,
	GRANT_UDP,
	GRANT_NETWORK,
	GRANT_ALLOWLIST, /* with --network full; is only read */
	GRANT_KINDS
};

struct grant {
	enum grant_kind kind;
	unsigned int ways; /* GRANT_UNIX */
	bool has_value;
	char value[GRANT_VALUE_MAX]; /* not quoted */
};

/**
 * grant_read() - Read a hint.
 * @grants:	result, GRANTS_MAX of them
 * @hint:	"--allow-connect 1.2.3.4:443"
 *
 * Return: how many, or 0 if it is no hint of sbx-run's
 */
size_t grant_read(struct grant *grants, const char *hint);

/**
 * grant_read_removal() - Read "without --deny-unix-socket PATH".
 * @value:	filled with PATH, GRANT_VALUE_MAX bytes
 *
 * Return: whether it is one
 */
bool grant_read_removal(const char *hint, char *value);

/** grant_option() - Its long name, without hyphens. */
const char *grant_option(const struct grant *grant);

/**
 * grant_find() - Set kind and ways from the long name of an option.
 *
 * Return: whether it is one that grants something
 */
bool grant_find(struct grant *grant, const char *option);

/** grant_write() - Append the option as words for a shell. */
void grant_write(struct text *text, const struct grant *grant);

#endif /* SBX_LOG_GRANT_H */
