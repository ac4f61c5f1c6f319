/* SPDX-License-Identifier: MIT */
/* mounts.c - what of a file system is mounted beneath a directory. */
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../clean.h"

#define ESCAPE_DIGITS 3

/* Undo mangle() of the kernel: "\040" is a space. */
static void unescape(char *text)
{
	char *out = text;

	while (*text) {
		unsigned int value = 0;
		int digits = 0;

		while (*text == '\\' && digits < ESCAPE_DIGITS &&
		       text[1 + digits] >= '0' && text[1 + digits] <= '7')
			value = 8 * value +
				(unsigned int)(text[1 + digits++] - '0');
		if (digits == ESCAPE_DIGITS) {
			*out++ = (char)value;
			text += 1 + ESCAPE_DIGITS;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

static bool is_beneath(const char *name, const char *dir)
{
	const size_t len = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

	return strncmp(name, dir, len) == 0 && name[len] == '/' &&
	       name[len + 1] != '\0';
}

/* Where something is mounted, in /proc/PID/mountinfo (proc_pid_mountinfo(5));
 * NULL if it is all of a file system.  To be freed. */
static char *mount_point(const char *row)
{
	autofree char *root = NULL, *point = NULL;
	char *name;

	if (sscanf(row, "%*d %*d %*s %ms %ms", &root, &point) != 2 ||
	    strcmp(root, "/") == 0)
		return NULL;
	unescape(point);
	name = point;
	point = NULL;
	return name;
}

/* What we cannot open, the command cannot, either. */
static int visit_mount(const char *name, int (*visit)(int fd, void *ctx),
		       void *ctx)
{
	/* Without O_DIRECTORY, which would have autofs(5) mount something. */
	autoclose int fd = open(name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)
		       ? visit(fd, ctx)
		       : 0;
}

int mounts_beneath(const char *dir, int (*visit)(int fd, void *ctx), void *ctx)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	autofree char *row = NULL;
	size_t size = 0;
	int result = 0;

	if (!file)
		return -1;
	while (result == 0 && getline(&row, &size, file) > 0) {
		autofree char *name = mount_point(row);

		if (name && is_beneath(name, dir))
			result = visit_mount(name, visit, ctx);
	}
	if (result == 0 && ferror(file))
		result = -1;
	fclose(file);
	return result;
}
