/* SPDX-License-Identifier: MIT */
/* planted.c - look for socket files where none may be. */
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "judge.h"

#define EVERYWHERE (~0u)

static enum grant granted_by;

/* Where sockets of the sandbox may appear: a name, or "directory/". */
static const struct {
	unsigned int granted;
	const char *name;
} bindable[] = {
	{EVERYWHERE, "granted/ok.sock"},
	{DIRECTORY, "granted/"},
	{BIT(GRANT_NEAR), "near.sock"},
	{BIT(GRANT_SPLIT), "lure/"},
	{BIT(GRANT_MISSING), "empty/later.sock"},
	{BIT(GRANT_MISSING_TREE), "none/later.sock"},
	{BIT(GRANT_BIND_ONLY), "lure/ok.sock"},
	{BIT(GRANT_ABSTRACT_BIND), "granted/"},
};

static bool may_bind(const char *name)
{
	if (!strncmp(name, "granted/private/", 16))
		return false;
	if (granted_by == GRANT_EXCEPT && !strcmp(name, "granted/except.sock"))
		return false;
	for (size_t i = 0; i < sizeof(bindable) / sizeof(bindable[0]); i++) {
		const char *b = bindable[i].name;
		size_t len = strlen(b);

		if ((bindable[i].granted & BIT(granted_by)) &&
		    (b[len - 1] == '/' ? !strncmp(name, b, len)
				       : !strcmp(name, b)))
			return true;
	}
	return false;
}

static int visit(const char *path, const struct stat *st, int flag,
		 struct FTW *ftw)
{
	char label[96];
	(void)flag;
	(void)ftw;

	if (!S_ISSOCK(st->st_mode) || may_bind(path + strlen(scene.dir) + 1))
		return 0;
	if (targets_own(st->st_ino))
		return 0;
	snprintf(label, sizeof(label), "a new socket, %.60s",
		 path + strlen(scene.dir) + 1);
	targets_report(label);
	return 0;
}

void targets_planted(enum grant grant)
{
	granted_by = grant;
	nftw(scene.dir, visit, 16, FTW_PHYS | FTW_CHDIR);
}
