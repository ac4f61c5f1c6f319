/* SPDX-License-Identifier: MIT */
/* env.c - the command's environment: LD_PRELOAD, the policy, markers.
 *
 * ld.so splits LD_PRELOAD at spaces and colons, knows no escape, and goes on
 * without what it cannot load.  So the shim is checked before it is named, and
 * the list is rebuilt item by item: an ASan runtime first (its program refuses
 * to start under anything that comes before it), the shim, then whatever the
 * caller had there.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../policy/wire.h"
#include "clean.h"
#include "diag.h"
#include "env.h"

#define PRELOAD	   "LD_PRELOAD"
#define SEPARATORS " :"
#define ASAN_NAME  "libasan.so"

/* A list under construction in a buffer that is large enough. */
struct list {
	char *text;
	size_t len;
};

static void list_add(struct list *list, const char *item, size_t len)
{
	if (list->len)
		list->text[list->len++] = ':';
	memcpy(list->text + list->len, item, len);
	list->len += len;
	list->text[list->len] = '\0';
}

/* Does the file name of a path, not terminated, start with @prefix? */
static bool names(const char *item, size_t len, const char *prefix)
{
	const char *slash = memrchr(item, '/', len);
	const char *base = slash ? slash + 1 : item;

	len -= (size_t)(base - item);
	return len >= strlen(prefix) && !memcmp(base, prefix, strlen(prefix));
}

/* Adds the items of @old that are ASan runtimes, or those that are not. */
static bool list_add_old(struct list *list, const char *old, bool asan)
{
	bool added = false;

	while (*(old += strspn(old, SEPARATORS))) {
		size_t len = strcspn(old, SEPARATORS);

		if (names(old, len, ASAN_NAME) == asan &&
		    !names(old, len, ENV_SHIM_NAME)) {
			list_add(list, old, len);
			added = true;
		}
		old += len;
	}
	return added;
}

static bool mentions_shim(const char *old)
{
	return strstr(old, ENV_SHIM_NAME) != NULL;
}

static void set(const char *name, const char *value)
{
	int failed = value ? setenv(name, value, 1) : unsetenv(name);

	if (failed)
		die_errno("cannot set the environment variable %s", name);
}

static void set_preload(const char *shim, const struct elf_info *program)
{
	const char *old = getenv(PRELOAD);
	struct list list = {NULL, 0};
	autofree char *text = NULL;

	if (!old)
		old = "";
	if (!shim && !mentions_shim(old))
		return;
	text = malloc(strlen(old) + sizeof(program->asan_name) +
		      (shim ? strlen(shim) : 0) + sizeof("::"));
	if (!text)
		die_errno("cannot set the environment variable " PRELOAD);
	list.text = text;
	if (!list_add_old(&list, old, true) && shim && program->asan)
		list_add(&list, program->asan_name, strlen(program->asan_name));
	if (shim)
		list_add(&list, shim, strlen(shim));
	list_add_old(&list, old, false);
	set(PRELOAD, list.len ? list.text : NULL);
}

/* The command may change its directory before the shim opens the log. */
static void set_log(const char *log)
{
	char path[2 * PATH_MAX];
	char dir[PATH_MAX];
	int len;

	if (!log || *log == '/') {
		set("SBX_LOG", log);
		return;
	}
	if (!getcwd(dir, sizeof(dir)))
		die_errno("cannot tell where \"%s\" is", log);
	len = snprintf(path, sizeof(path), "%s/%s", dir, log);
	if (len < 0 || (size_t)len >= sizeof(path))
		die("--log: the path \"%s\" is too long", log);
	set("SBX_LOG", path);
}

void env_prepare(const struct policy *policy, const char *run, const char *shim,
		 const struct elf_info *program, const char *log)
{
	static char wire[WIRE_TEXT_MAX];

	if (shim && wire_encode(policy, wire, sizeof(wire)) < 0)
		die("the policy does not fit into the environment; "
		    "grant directories instead of single sockets");
	set(WIRE_VARIABLE, shim ? wire : NULL);
	set("SBX_RUN", run);
	set_log(log);
	set("SBX_QUIET", shim && diag_is_quiet() ? "1" : NULL);
	set_preload(shim, program);
}

void env_set_tier(const char *tier)
{
	set("SBX_TIER", tier);
}

void env_set_stacks(bool wanted)
{
	set("SBX_STACKS", wanted ? "1" : NULL);
}

/* The directory of the running executable, without a slash at its end. */
static bool own_directory(char *buf, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", buf, size);
	char *slash;

	if (len < 0 || (size_t)len >= size)
		return false;
	buf[len] = '\0';
	slash = strrchr(buf, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

static bool shim_at(char *path, size_t size, const char *dir, const char *below)
{
	int len = snprintf(path, size, "%s%s/" ENV_SHIM_NAME, dir, below);

	return len >= 0 && (size_t)len < size && !access(path, F_OK);
}

const char *env_shim_path(const char **why)
{
	static char path[PATH_MAX];
	char dir[PATH_MAX];

	if (!own_directory(dir, sizeof(dir))) {
		*why = "/proc/self/exe cannot be read";
		return NULL;
	}
	if (!shim_at(path, sizeof(path), dir, "")) {
		char *slash = strrchr(dir, '/');

		if (slash)
			*slash = '\0';
		if (!shim_at(path, sizeof(path), dir, "/lib/sbx")) {
			*why = ENV_SHIM_NAME " is neither beside sbx-run "
					     "nor in ../lib/sbx";
			return NULL;
		}
	}
	if (strpbrk(path, SEPARATORS)) {
		*why = "its path holds a space or a colon";
		return NULL;
	}
	*why = elf_check_library(path);
	return *why ? NULL : path;
}
