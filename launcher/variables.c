/* SPDX-License-Identifier: MIT */
/* variables.c - paths that the environment names: read and written.  */
#include "variables.h"

#include <stdlib.h>
#include <string.h>

#include "../policy/path.h"
#include "../policy/quote.h"

#define VARIABLE_MAX 64

static const char docker[] = "DOCKER_HOST";
static const char unix_scheme[] = "unix://";

/* Those that are written, the most telling first. */
static const char *const known[] = {
	"SSH_AUTH_SOCK", docker, "XDG_RUNTIME_DIR", "TMPDIR", "HOME",
};

const char *variables_value(const char *name, size_t len)
{
	char copy[VARIABLE_MAX];
	const char *value;

	if (len >= sizeof(copy))
		return NULL;
	memcpy(copy, name, len);
	copy[len] = '\0';
	value = getenv(copy);
	if (!value || !*value)
		return NULL;
	if (strcmp(copy, docker) != 0)
		return value;
	return strncmp(value, unix_scheme, sizeof(unix_scheme) - 1) == 0
		       ? value + sizeof(unix_scheme) - 1
		       : NULL;
}

/* What follows the variable's value in @path; NULL: it is not of it. */
static const char *rest_after(const char *path, const char *variable)
{
	const char *value = variables_value(variable, strlen(variable));
	static struct path_name name;

	if (!value || value[0] != '/' || path_canonical(value, &name) != 0 ||
	    name.len < 2 || strncmp(path, name.text, name.len) != 0 ||
	    (path[name.len] != '\0' && path[name.len] != '/'))
		return NULL;
	return path + name.len;
}

const char *variables_name(const char *path)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const char *rest = rest_after(path, known[i]);

		if (rest && !*rest)
			return known[i];
	}
	return NULL;
}

size_t variables_prefix(const char *path)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const char *rest = rest_after(path, known[i]);

		if (rest)
			return (size_t)(rest - path);
	}
	return 0;
}

/* A configuration reads what quote_shell() writes. */
void variables_shorten(struct text *text, const char *path)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const char *rest = rest_after(path, known[i]);

		if (!rest)
			continue;
		text_string(text, "$");
		text_string(text, known[i]);
		if (*rest)
			quote_shell(text, rest, strlen(rest));
		return;
	}
	quote_shell(text, path, strlen(path));
}
