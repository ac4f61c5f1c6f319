/* SPDX-License-Identifier: MIT */
/* grant.c - options of sbx-run that grant something. */
#include "grant.h"

#include <string.h>

#include "../policy/quote.h"

enum value { VALUE_NONE, VALUE_NEEDED, VALUE_OPTIONAL };

static const struct option {
	const char *name;
	enum grant_kind kind;
	unsigned int ways;
	enum value value;
} options[] = {
	{"allow-unix-socket", GRANT_UNIX, GRANT_CONNECT | GRANT_BIND,
	 VALUE_NEEDED},
	{"allow-unix-connect", GRANT_UNIX, GRANT_CONNECT, VALUE_NEEDED},
	{"allow-unix-bind", GRANT_UNIX, GRANT_BIND, VALUE_NEEDED},
	{"allow-unix-dgram", GRANT_DATAGRAMS, 0, VALUE_NONE},
	{"private-sockets", GRANT_PRIVATE, 0, VALUE_OPTIONAL},
	{"allow-connect", GRANT_TCP, 0, VALUE_NEEDED},
	{"allow-listen", GRANT_LISTEN, 0, VALUE_NEEDED},
	{"allow-udp", GRANT_UDP, 0, VALUE_NEEDED},
	{"network", GRANT_NETWORK, 0, VALUE_NEEDED},
	{"unix-sockets", GRANT_ALLOWLIST, 0, VALUE_NEEDED},
};

#define OPTIONS (sizeof(options) / sizeof(*options))

/* ---- words of a shell, as quote_shell() writes them --------------------- */

/* Three octal digits, "\\" or "\'" in $'...'; returns what follows, or NULL. */
static const char *read_escape(struct text *word, const char *at)
{
	unsigned int value = 0;
	char byte = at[1];

	if (byte == '\\' || byte == '\'') {
		text_bytes(word, &byte, 1);
		return at + 2;
	}
	for (int i = 1; i <= 3; i++) {
		if (at[i] < '0' || at[i] > '7')
			return NULL;
		value = value << 3 | (unsigned int)(at[i] - '0');
	}
	if (value == 0 || value > 0xff)
		return NULL;
	byte = (char)value;
	text_bytes(word, &byte, 1);
	return at + 4;
}

static const char *read_dollar_quoted(struct text *word, const char *at)
{
	at += 2;
	while (at && *at && *at != '\'') {
		if (*at == '\\')
			at = read_escape(word, at);
		else
			text_bytes(word, at++, 1);
	}
	return at && *at ? at + 1 : NULL;
}

static const char *read_quoted(struct text *word, const char *at)
{
	const char *end = strchr(at + 1, '\'');

	if (end)
		text_bytes(word, at + 1, (size_t)(end - at - 1));
	return end ? end + 1 : NULL;
}

static bool is_plain(char c)
{
	static const char special[] = " \t\n\r\v\f'\"\\$`;&|<>()*?[]{}~#!^";

	return c && !strchr(special, c);
}

/* Up to a space or the end; returns where that is, or NULL if a shell would do
 * more than take a word. */
static const char *read_word(struct text *word, const char *at)
{
	while (at && *at && *at != ' ') {
		if (at[0] == '$' && at[1] == '\'')
			at = read_dollar_quoted(word, at);
		else if (at[0] == '\'')
			at = read_quoted(word, at);
		else if (at[0] == '\\' && at[1] == '\'')
			text_bytes(word, ++at, 1), at++;
		else if (is_plain(*at))
			text_bytes(word, at++, 1);
		else
			return NULL;
	}
	return at && !word->full ? at : NULL;
}

/* ---- hints -------------------------------------------------------------- */

bool grant_find(struct grant *grant, const char *option)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		if (strcmp(options[i].name, option) != 0)
			continue;
		grant->kind = options[i].kind;
		grant->ways = options[i].ways;
		return true;
	}
	return false;
}

static enum value value_of(enum grant_kind kind)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].kind == kind)
			return options[i].value;
	return VALUE_NONE;
}

/* Values are checked as far as they could be taken for something else. */
static bool is_acceptable(const struct grant *grant)
{
	if (grant->kind == GRANT_ALLOWLIST)
		return strcmp(grant->value, "allowlist") == 0;
	return grant->kind != GRANT_NETWORK ||
	       strcmp(grant->value, "none") == 0 ||
	       strcmp(grant->value, "full") == 0;
}

/* "--allow-connect"; returns what follows it, or NULL. */
static const char *read_option(struct grant *grant, const char *at)
{
	const size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
	char name[32];

	*grant = (struct grant){0};
	if (strncmp(at, "--", 2) != 0 || len >= sizeof(name))
		return NULL;
	memcpy(name, at, len);
	name[len] = '\0';
	return grant_find(grant, name + 2) ? at + len : NULL;
}

static bool begins_value(enum value value, const char *at)
{
	if (value == VALUE_NONE)
		return false;
	return *at == '=' || (*at == ' ' && strncmp(at, " --", 3) != 0);
}

static const char *read_grant(struct grant *grant, const char *at)
{
	enum value value;
	struct text word;

	at = read_option(grant, at);
	if (!at)
		return NULL;
	value = value_of(grant->kind);
	if (begins_value(value, at)) {
		text_open(&word, grant->value, sizeof(grant->value));
		at = read_word(&word, at + 1);
		grant->has_value = true;
		if (!at || word.len == 0)
			return NULL;
	} else if (value == VALUE_NEEDED) {
		return NULL;
	}
	return (*at == ' ' || !*at) && is_acceptable(grant) ? at : NULL;
}

/* That AF_UNIX stays restricted goes without saying: suggest_write.c. */
size_t grant_read(struct grant *grants, const char *hint)
{
	size_t count = 0;

	while (count < GRANTS_MAX) {
		hint = read_grant(&grants[count], hint);
		if (!hint)
			return 0;
		count += grants[count].kind != GRANT_ALLOWLIST;
		if (!*hint)
			return count;
		hint++;
	}
	return 0;
}

bool grant_read_removal(const char *hint, char *value)
{
	static const char start[] = "without --deny-unix-socket ";
	struct text word;

	if (strncmp(hint, start, sizeof(start) - 1) != 0)
		return false;
	text_open(&word, value, GRANT_VALUE_MAX);
	hint = read_word(&word, hint + sizeof(start) - 1);
	return hint && !*hint && word.len > 0;
}

/* ---- writing ------------------------------------------------------------ */

const char *grant_option(const struct grant *grant)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].kind == grant->kind &&
		    options[i].ways == grant->ways)
			return options[i].name;
	return "";
}

void grant_write(struct text *text, const struct grant *grant)
{
	text_string(text, "--");
	text_string(text, grant_option(grant));
	if (!grant->has_value)
		return;
	/* An optional value is not another word. */
	text_string(text, value_of(grant->kind) == VALUE_OPTIONAL ? "=" : " ");
	quote_shell(text, grant->value, strlen(grant->value));
}
