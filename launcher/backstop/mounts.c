/* SPDX-License-Identifier: MIT */
/* mounts.c - what is mounted beneath a directory, and what of it elsewhere. */
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

/* A row of /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
struct mount {
	char *device; /* major:minor */
	char *root;   /* of that file system, what is mounted */
	char *point;  /* where */
};

static void release(const struct mount *mount)
{
	free(mount->device);
	free(mount->root);
	free(mount->point);
}

static bool parse(const char *row, struct mount *mount)
{
	*mount = (struct mount){.root = NULL};
	if (sscanf(row, "%*d %*d %ms %ms %ms", &mount->device, &mount->root,
		   &mount->point) != 3)
		return false;
	unescape(mount->root);
	unescape(mount->point);
	return true;
}

/* Calls @fn for each mount until it returns something else than 0. */
static int each_mount(int (*fn)(struct mount *mount, void *arg), void *arg)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	autofree char *row = NULL;
	size_t size = 0;
	int result = 0;

	if (!file)
		return -1;
	while (result == 0 && getline(&row, &size, file) > 0) {
		struct mount mount;

		if (parse(row, &mount))
			result = fn(&mount, arg);
		release(&mount);
	}
	if (result == 0 && ferror(file))
		result = -1;
	fclose(file);
	return result;
}

struct search {
	const char *dir;
	int (*visit)(int fd, void *ctx);
	void *ctx;
	struct mount home; /* of @dir */
	char *inner;	   /* the name of @dir in its file system */
};

/* What we cannot open, the command cannot, either. */
static int visit_mount(const struct mount *mount, const struct search *search)
{
	/* Without O_DIRECTORY, which would have autofs(5) mount something. */
	autoclose int fd = open(mount->point, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)
		       ? search->visit(fd, search->ctx)
		       : 0;
}

static int look_beneath(struct mount *mount, void *arg)
{
	const struct search *search = arg;

	return strcmp(mount->root, "/") != 0 &&
			       is_beneath(mount->point, search->dir)
		       ? visit_mount(mount, search)
		       : 0;
}

int mounts_beneath(const char *dir, int (*visit)(int fd, void *ctx), void *ctx)
{
	struct search search = {.dir = dir, .visit = visit, .ctx = ctx};

	return each_mount(look_beneath, &search);
}

/* The deepest mount, and the last of those at the same place. */
static int look_for_home(struct mount *mount, void *arg)
{
	struct search *search = arg;
	struct mount *home = &search->home;

	if (strcmp(mount->point, search->dir) != 0 &&
	    !is_beneath(search->dir, mount->point))
		return 0;
	if (!home->point || strlen(mount->point) >= strlen(home->point)) {
		release(home);
		*home = *mount;
		*mount = (struct mount){.root = NULL};
	}
	return 0;
}

static int look_inside(struct mount *mount, void *arg)
{
	const struct search *search = arg;

	return strcmp(mount->device, search->home.device) == 0 &&
			       is_beneath(mount->root, search->inner)
		       ? visit_mount(mount, search)
		       : 0;
}

static int find_inside(struct search *search)
{
	const struct mount *home = &search->home;
	const char *root = strcmp(home->root, "/") == 0 ? "" : home->root;
	const char *rest = search->dir;

	if (strcmp(home->point, "/") != 0)
		rest += strlen(home->point);
	if (asprintf(&search->inner, "%s%s", root, rest) < 0)
		return -1;
	return each_mount(look_inside, search);
}

int mounts_inside(const char *dir, int (*visit)(int fd, void *ctx), void *ctx)
{
	struct search search = {.dir = dir, .visit = visit, .ctx = ctx};
	int result = each_mount(look_for_home, &search);

	if (result == 0 && search.home.point)
		result = find_inside(&search);
	release(&search.home);
	free(search.inner);
	return result;
}
