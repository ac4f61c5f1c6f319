/* SPDX-License-Identifier: MIT */
/* config.c - options from a file.
 *
 * A line becomes words first, as a shell's would, so that quoting and variables
 * are dealt with before anything is known of options.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clean.h"
#include "diag.h"
#include "variables.h"

#define WORD_SIZE  8192
#define WHERE_SIZE (PATH_MAX + 32)

struct line {
	const char *at;
	char word[WORD_SIZE];
	size_t len;
};

static void put(struct line *line, char c)
{
	if (line->len + 1 >= sizeof(line->word))
		die("a word is longer than %d bytes", WORD_SIZE);
	line->word[line->len++] = c;
}

/* "$NAME" or "${NAME}"; a "$" before anything else is itself. */
static void put_variable(struct line *line)
{
	const bool braces = line->at[1] == '{';
	const char *name = line->at + 1 + braces;
	size_t len = 0;
	const char *value;

	while (isalnum((unsigned char)name[len]) || name[len] == '_')
		len++;
	if (len == 0 || (braces && name[len] != '}')) {
		put(line, *line->at++);
		return;
	}
	value = variables_value(name, len);
	if (!value)
		die("the variable \"%.*s\" is not set, or is no path", (int)len,
		    name);
	while (*value)
		put(line, *value++);
	line->at = name + len + braces;
}

static void put_single_quoted(struct line *line)
{
	const char *end = strchr(++line->at, '\'');

	if (!end)
		die("a single quote is not closed");
	while (line->at < end)
		put(line, *line->at++);
	line->at++;
}

static void put_double_quoted(struct line *line)
{
	line->at++;
	while (*line->at != '"') {
		if (!*line->at)
			die("a double quote is not closed");
		if (*line->at == '$') {
			put_variable(line);
			continue;
		}
		if (*line->at == '\\' && line->at[1] &&
		    strchr("\\\"$`", line->at[1]))
			line->at++;
		put(line, *line->at++);
	}
	line->at++;
}

static unsigned int read_byte(const char *digits)
{
	char text[3] = {digits[0], digits[0] ? digits[1] : '\0'};

	if (!isxdigit((unsigned char)text[0]) ||
	    !isxdigit((unsigned char)text[1]))
		die("after \\x two hexadecimal digits are missing");
	return (unsigned int)strtoul(text, NULL, 16);
}

/* "$'...'", as quote_shell() writes what no terminal shows. */
static void put_dollar_quoted(struct line *line)
{
	unsigned int byte;

	for (line->at += 2; *line->at != '\''; line->at++) {
		if (*line->at == '\\' && line->at[1] == 'x') {
			byte = read_byte(line->at + 2);
			if (!byte)
				die("there is a NUL byte");
			put(line, (char)byte);
			line->at += 3;
			continue;
		}
		if (*line->at == '\\' && !strchr("\\'", *++line->at))
			die("after a backslash in $'...' comes another one, a "
			    "single quote, or x and two digits");
		if (!*line->at)
			die("a single quote is not closed");
		put(line, *line->at);
	}
	line->at++;
}

static void put_piece(struct line *line)
{
	switch (*line->at) {
	case '\'':
		put_single_quoted(line);
		break;
	case '"':
		put_double_quoted(line);
		break;
	case '$':
		if (line->at[1] == '\'')
			put_dollar_quoted(line);
		else
			put_variable(line);
		break;
	case '\\':
		if (!line->at[1])
			die("a line ends in a backslash; lines cannot be "
			    "continued");
		line->at++;
		put(line, *line->at++);
		break;
	default:
		put(line, *line->at++);
		break;
	}
}

/* Sets word to the next one, up to a blank or one of @ends; false: none. */
static bool next_word(struct line *line, const char *ends)
{
	line->at += strspn(line->at, " \t");
	line->len = 0;
	if (!*line->at || *line->at == '#')
		return false;
	while (*line->at && !strchr(" \t", *line->at) &&
	       !strchr(ends, *line->at))
		put_piece(line);
	line->word[line->len] = '\0';
	return true;
}

/* Which options make no sense in a file: those that are answers, and the one
 * that reads files. */
static const struct option_spec *find_option(const char *name)
{
	const struct option_spec *spec;

	if (strncmp(name, "--", 2) == 0)
		name += 2;
	spec = option_find(name);
	if (!spec || !spec->in_config)
		die("unknown option \"%s\"%s", name,
		    spec ? " in a file; give it on the command line"
			 : "; see sbx-run --help");
	return spec;
}

const char *config_keep(const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		die_errno("cannot remember \"%s\"", value);
	return copy;
}

static void set_option(struct parse *parse, const struct option_spec *spec,
		       struct line *line)
{
	const bool equals = *line->at == '=';
	const char *value = NULL;

	line->at += equals;
	if (next_word(line, "") || equals)
		value = config_keep(line->len ? line->word : "");
	if (value && !option_has_value(spec))
		die("%s takes no value", spec->name);
	if (!value && option_has_value(spec) && !spec->optional)
		die("%s needs a value", spec->name);
	if (next_word(line, ""))
		die("\"%s\" is one word too many; quote what belongs together",
		    line->word);
	option_apply(parse, spec, value);
}

static int depth;

static void include(struct parse *parse, const char *from, struct line *line)
{
	const char *slash = strrchr(from, '/');
	char path[PATH_MAX];

	if (!next_word(line, ""))
		die("include needs a FILE");
	if (snprintf(path, sizeof(path), "%.*s%s",
		     line->word[0] == '/' || !slash ? 0
						    : (int)(slash - from + 1),
		     from, line->word) >= (int)sizeof(path))
		die("the path \"%s\" is too long", line->word);
	if (next_word(line, ""))
		die("\"%s\" is one word too many; quote what belongs together",
		    line->word);
	config_read(parse, path);
}

static void read_line(struct parse *parse, const char *path, const char *text)
{
	static struct line lines[CONFIG_DEPTH_MAX];
	struct line *line = &lines[depth - 1];

	line->at = text;
	if (!next_word(line, "="))
		return;
	if (strcmp(line->word, "include") == 0)
		include(parse, path, line);
	else
		set_option(parse, find_option(line->word), line);
}

static void read_all(struct parse *parse, FILE *file, const char *path)
{
	const char *outside = diag_where(NULL);
	char where[WHERE_SIZE];
	autofree char *text = NULL;
	size_t size = 0;
	ssize_t n;

	for (unsigned int number = 1; (n = getline(&text, &size, file)) >= 0;
	     number++) {
		if (n > 0 && text[n - 1] == '\n')
			text[--n] = '\0';
		snprintf(where, sizeof(where), "%s:%u", path, number);
		diag_where(where);
		if (strlen(text) != (size_t)n)
			die("there is a NUL byte");
		read_line(parse, path, text);
	}
	diag_where(outside);
	if (ferror(file))
		die_errno("cannot read the configuration \"%s\"", path);
}

void config_read(struct parse *parse, const char *path)
{
	FILE *file;

	if (depth >= CONFIG_DEPTH_MAX)
		die("\"%s\" is included more than %d files deep; does it "
		    "include itself?",
		    path, CONFIG_DEPTH_MAX);
	file = fopen(path, "re");
	if (!file)
		die_errno("cannot open the configuration \"%s\"", path);
	depth++;
	read_all(parse, file, path);
	depth--;
	fclose(file);
}

static bool default_path(char *path, size_t size)
{
	const char *base = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int len;

	if (base && base[0] == '/')
		len = snprintf(path, size, "%s/sbx/default.conf", base);
	else if (home && home[0] == '/')
		len = snprintf(path, size, "%s/.config/sbx/default.conf", home);
	else
		return false;
	return len > 0 && (size_t)len < size;
}

void config_read_default(struct parse *parse)
{
	char path[PATH_MAX];
	struct stat st;

	if (!default_path(path, sizeof(path)) || stat(path, &st) != 0)
		return;
	if ((st.st_uid != geteuid() && st.st_uid != 0) ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)))
		die("\"%s\" can be changed by others, so it is not read; make "
		    "it your own (chown, chmod go-w), or use --no-config",
		    path);
	config_read(parse, path);
}
