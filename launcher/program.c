/* SPDX-License-Identifier: MIT */
/* program.c - find the program that a command names, and become it. */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag.h"

#define DEFAULT_PATH "/bin:/usr/bin" /* confstr(_CS_PATH) */

static _Noreturn void not_found(const char *name)
{
	warn_msg("command not found: \"%s\"; give its path or check PATH",
		 name);
	exit(EXIT_NOT_FOUND);
}

static _Noreturn void cannot_execute(const char *name, int error)
{
	warn_msg("cannot execute \"%s\": %s", name, strerror(error));
	exit(EXIT_CANNOT_EXEC);
}

/* 0, or the errno value that execve(2) would give. */
static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

static bool missing(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

static void check_path(const char *name, char path[PATH_MAX])
{
	int error;

	if (snprintf(path, PATH_MAX, "%s", name) >= PATH_MAX)
		cannot_execute(name, ENAMETOOLONG);
	error = executable(path);
	if (missing(error))
		not_found(name);
	if (error)
		cannot_execute(name, error);
}

void program_find(const char *name, char path[PATH_MAX])
{
	const char *dirs = getenv("PATH");
	int refused = 0;

	if (name[0] == '\0')
		not_found(name);
	if (strchr(name, '/')) {
		check_path(name, path);
		return;
	}
	if (!dirs)
		dirs = DEFAULT_PATH;
	for (const char *dir = dirs;; dir++) {
		const size_t len = strcspn(dir, ":");
		int error;

		/* An empty entry is the current directory. */
		if (snprintf(path, PATH_MAX, "%.*s%s%s", (int)len, dir,
			     len ? "/" : "./", name) < PATH_MAX) {
			error = executable(path);
			if (error == 0)
				return;
			if (!missing(error))
				refused = error;
		}
		dir += len;
		if (*dir == '\0')
			break;
	}
	if (refused)
		cannot_execute(name, refused);
	not_found(name);
}

_Noreturn void program_execute(const char *path, char **argv)
{
	execv(path, argv);
	if (errno == ENOEXEC)
		execvp(path, argv); /* runs it by the shell */
	warn_msg("cannot execute \"%s\": %s", argv[0], strerror(errno));
	_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXEC);
}
