/* SPDX-License-Identifier: MIT */
/* planted.c - look for socket files where none may be. */
#include <dirent.h>
#include <fcntl.h>
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
	{BIT(GRANT_MISSING_DEEP), "room/none/later.sock"},
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

static void look_at(const char *name, ino_t inode)
{
	char label[96];

	if (grant_all_unix(granted_by) || may_bind(name) || targets_own(inode))
		return;
	snprintf(label, sizeof(label), "a new socket, %.60s", name);
	targets_report(label);
}

/* @name is relative to DIR, and cut off if it is very long. */
static void look_into(int parent, const char *base, const char *name)
{
	int fd = openat(parent, base,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;
	char inner[1024];

	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(inner, sizeof(inner), "%s%s%s", name, *name ? "/" : "",
			 entry->d_name);
		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (S_ISSOCK(st.st_mode))
			look_at(inner, st.st_ino);
		else if (S_ISDIR(st.st_mode))
			look_into(fd, entry->d_name, inner);
	}
	if (dir)
		closedir(dir);
}

void targets_planted(enum grant grant)
{
	granted_by = grant;
	look_into(AT_FDCWD, scene.dir, "");
}
