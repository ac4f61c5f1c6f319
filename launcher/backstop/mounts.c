/* SPDX-License-Identifier: MIT */
/* mounts.c - what is mounted beneath a directory, and what of it elsewhere. */
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../policy/path.h"
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

/* What of @name lies beneath @dir, from its slash on. */
static const char *rest_of(const char *name, const char *dir)
{
	return name + (strcmp(dir, "/") == 0 ? 0 : strlen(dir));
}

static char *join(const char *dir, const char *rest)
{
	char *name;

	return asprintf(&name, "%s%s", strcmp(dir, "/") == 0 ? "" : dir, rest) <
			       0
		       ? NULL
		       : name;
}

/* A row of /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
struct mount {
	unsigned long long id;
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
	if (sscanf(row, "%llu %*d %ms %ms %ms", &mount->id, &mount->device,
		   &mount->root, &mount->point) != 4)
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

	search->inner = join(home->root, rest_of(search->dir, home->point));
	return search->inner ? each_mount(look_inside, search) : -1;
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

/* ---- mounted here, and more of it elsewhere ------------------------------ */
struct mounts {
	struct mount *mount;
	size_t count;
};

static int keep(struct mount *mount, void *arg)
{
	struct mounts *all = arg;
	const size_t size = (all->count + 1) * sizeof(*mount);
	struct mount *more = realloc(all->mount, size);

	if (!more)
		return -1;
	all->mount = more;
	all->mount[all->count++] = *mount;
	*mount = (struct mount){.root = NULL};
	return 0;
}

static int open_beneath(int top, const char *rest, uint64_t resolve)
{
	const struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = resolve | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, top, *rest ? rest : ".", &how,
			    sizeof(how));
}

/* What keeps us out belongs to us: the command lets itself in. */
static bool is_closed_by_us(int top, const char *rest, uint64_t resolve)
{
	char way[PATH_TEXT_MAX];
	char *slash;

	if (strlen(rest) >= sizeof(way))
		return false;
	strcpy(way, rest);
	do {
		autoclose int fd = -1;
		struct stat st;

		slash = strrchr(way, '/');
		*(slash ? slash : way) = '\0';
		fd = open_beneath(top, way, resolve);
		if (fd >= 0)
			return fstat(fd, &st) == 0 && st.st_uid == geteuid();
	} while (slash);
	return false;
}

/* The same of the way to where it is mounted. */
static bool is_shut_away(const char *point)
{
	autoclose int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return root >= 0 && is_closed_by_us(root, point + 1, 0);
}

/* Is a directory of this mount there to be seen, or covered by another one?
 * Nothing is to be mounted by looking, see visit_mount(). */
static bool shows(const struct mount *mount, const char *rest)
{
	autoclose int top = open(mount->point, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	autoclose int fd = -1;
	struct statx st;

	if (top < 0)
		return errno == EACCES && is_shut_away(mount->point);
	fd = open_beneath(top, rest, RESOLVE_NO_XDEV);
	if (fd < 0)
		return errno == EACCES &&
		       is_closed_by_us(top, rest, RESOLVE_NO_XDEV);
	return statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MNT_ID, &st) ==
		       0 &&
	       S_ISDIR(st.stx_mode) && st.stx_mnt_id == mount->id;
}

/* By whatever name one gets there: is @dir above? */
static bool lies_in(const char *name, const char *dir)
{
	char above[PATH_TEXT_MAX];
	struct stat want, st;
	char *slash;

	if (strcmp(name, dir) == 0 || is_beneath(name, dir))
		return true;
	if (strlen(name) >= sizeof(above) || stat(dir, &want) != 0)
		return false;
	strcpy(above, name);
	while ((slash = strrchr(above, '/'))) {
		if (lstat(above, &st) == 0 && st.st_dev == want.st_dev &&
		    st.st_ino == want.st_ino)
			return true;
		*slash = '\0';
	}
	return false;
}

/* If @larger shows what @part does and what lies around that, as @name, and
 * one of them shows it in @dir. */
static bool is_loose(const struct mount *part, const struct mount *larger,
		     const char *dir, char **name)
{
	const char *rest;

	if (strcmp(part->device, larger->device) != 0 ||
	    !is_beneath(part->root, larger->root))
		return false;
	rest = rest_of(part->root, larger->root);
	*name = join(larger->point, rest);
	if (*name && (lies_in(part->point, dir) || lies_in(*name, dir)) &&
	    shows(part, "") && shows(larger, rest + 1))
		return true;
	free(*name);
	*name = NULL;
	return false;
}

static bool find_loose(const struct mounts *all, const char *dir, char **point,
		       char **name)
{
	for (size_t i = 0; i < all->count; i++)
		for (size_t j = 0; j < all->count; j++)
			if (is_loose(&all->mount[i], &all->mount[j], dir,
				     name)) {
				*point = strdup(all->mount[i].point);
				return true;
			}
	return false;
}

int mounts_loose(const char *dir, char **point, char **name)
{
	struct mounts all = {.count = 0};
	int result = each_mount(keep, &all);

	*point = *name = NULL;
	if (result == 0)
		result = find_loose(&all, dir, point, name);
	for (size_t i = 0; i < all.count; i++)
		release(&all.mount[i]);
	free(all.mount);
	return result;
}
