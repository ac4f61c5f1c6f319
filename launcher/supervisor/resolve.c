/* SPDX-License-Identifier: MIT */
/* resolve.c - walk a client's path without being led astray.
 *
 * Theory of operation
 *
 * The kernel walks the path in one openat2(2) wherever that gives what the
 * client would get.  It does not in two cases, which the walk by hand treats:
 * "/proc/self" and "/proc/thread-self" would mean the supervisor, and so
 * would the magic links behind them.  A first attempt without magic links
 * that ends at a socket cannot have gone through them: procfs holds none.
 *
 * Magic links are followed only into processes of this sandbox.  The client
 * could not follow others (its Landlock domain forbids it), we could.
 */
#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../../policy/path.h"
#include "../clean.h"
#include "node.h"

#define LINKS_MAX 40 /* as the kernel's MAXSYMLINKS */

struct walk {
	const struct client *client;
	int root; /* the client's root; not owned */
	struct stat root_st;
	int cur;   /* where we are; owned */
	int links; /* symbolic links followed */
	char todo[2 * PATH_TEXT_MAX];
};

static int open_beneath(int dir, const char *path, uint64_t resolve)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = resolve,
	};
	const int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static void walk_to(struct walk *w, int fd)
{
	close(w->cur);
	w->cur = fd;
}

static int walk_restart(struct walk *w)
{
	const int fd = fcntl(w->root, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return errno;
	walk_to(w, fd);
	return 0;
}

/* Put a symbolic link's text before what is left to walk. */
static int walk_prepend(struct walk *w, const char *text)
{
	const size_t len = strlen(text), left = strlen(w->todo);

	if (len == 0)
		return ENOENT;
	if (len + 1 + left + 1 > sizeof(w->todo))
		return ENAMETOOLONG;
	memmove(w->todo + len + 1, w->todo, left + 1);
	memcpy(w->todo, text, len);
	w->todo[len] = '/';
	return text[0] == '/' ? walk_restart(w) : 0;
}

static bool on_procfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* Is @pid one of ours?  Its ancestors then lead to us. */
static bool sandboxed(const struct supervisor *sup, pid_t pid)
{
	struct client_status status;

	for (int depth = 0; depth < 1024 && pid > 1; depth++) {
		if (pid == sup->pid)
			return depth > 0;
		if (client_status(sup, pid, &status) != 0)
			return false;
		pid = status.ppid;
	}
	return false;
}

/* The process that a directory of procfs is about, 0 if about none. */
static pid_t procfs_owner(int dir)
{
	char name[PATH_TEXT_MAX];
	const char *digits;

	if (path_of_fd(dir, name, sizeof(name)) < 0)
		return 0;
	digits = strpbrk(name, "0123456789");
	return digits && digits > name && digits[-1] == '/'
		       ? (pid_t)strtol(digits, NULL, 10)
		       : 0;
}

static bool is_own(const struct client *client, pid_t pid)
{
	struct client_status status;

	return client_status(client->sup, client->tid, &status) == 0 &&
	       status.tgid == pid;
}

/* The client may follow its own links always, others with its rights. */
static int follow_magic(struct walk *w, const char *name)
{
	const pid_t owner = procfs_owner(w->cur);
	bool own;
	int fd, error;

	if (owner <= 0 || !sandboxed(w->client->sup, owner))
		return EACCES;
	own = is_own(w->client, owner);
	if (own)
		client_act_pause(w->client->sup);
	fd = openat(w->cur, name, O_PATH | O_CLOEXEC);
	error = errno;
	if (own)
		client_act_resume();
	if (fd < 0)
		return error;
	walk_to(w, fd);
	return 0;
}

/* "self" and "thread-self" mean the client, everything else in procfs is a
 * magic link unless openat2(2) agrees to follow it without. */
static int follow_procfs(struct walk *w, const char *name)
{
	struct client_status status;
	char text[64];
	int fd;

	if (strcmp(name, "self") == 0 || strcmp(name, "thread-self") == 0) {
		const int error =
			client_status(w->client->sup, w->client->tid, &status);

		if (error)
			return error;
		if (name[0] == 's')
			snprintf(text, sizeof(text), "%d", (int)status.tgid);
		else
			snprintf(text, sizeof(text), "%d/task/%d",
				 (int)status.tgid, (int)w->client->tid);
		return walk_prepend(w, text);
	}
	fd = open_beneath(w->cur, name, RESOLVE_NO_MAGICLINKS);
	if (fd == -ELOOP)
		return follow_magic(w, name);
	if (fd < 0)
		return -fd;
	walk_to(w, fd);
	return 0;
}

static int follow(struct walk *w, int link, const char *name)
{
	char text[PATH_TEXT_MAX];
	ssize_t n;

	if (++w->links > LINKS_MAX)
		return ELOOP;
	if (on_procfs(link))
		return follow_procfs(w, name);
	n = readlinkat(link, "", text, sizeof(text) - 1);
	if (n < 0)
		return errno;
	text[n] = '\0';
	return walk_prepend(w, text);
}

static int step_up(struct walk *w)
{
	struct stat st;
	int fd;

	if (fstat(w->cur, &st) != 0)
		return errno;
	if (node_same(&st, &w->root_st))
		return 0;
	fd = openat(w->cur, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	walk_to(w, fd);
	return 0;
}

static int step(struct walk *w, const char *name, bool must_be_dir)
{
	struct stat st;
	autoclose int fd = -1;

	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0)
		return step_up(w);
	fd = openat(w->cur, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (fstat(fd, &st) != 0)
		return errno;
	if (S_ISLNK(st.st_mode))
		return follow(w, fd, name);
	if (must_be_dir && !S_ISDIR(st.st_mode))
		return ENOTDIR;
	walk_to(w, steal_fd(&fd));
	return 0;
}

static int walk(struct walk *w)
{
	while (w->todo[0]) {
		char name[256]; /* NAME_MAX + 1 */
		const size_t len = strcspn(w->todo, "/");
		const size_t slashes = strspn(w->todo + len, "/");
		int error = 0;

		if (len >= sizeof(name))
			return ENAMETOOLONG;
		memcpy(name, w->todo, len);
		name[len] = '\0';
		memmove(w->todo, w->todo + len + slashes,
			strlen(w->todo + len + slashes) + 1);
		if (len > 0)
			error = step(w, name, slashes > 0);
		if (error)
			return error;
	}
	return 0;
}

static int walk_by_hand(const struct client *client, int root, int start,
			const char *path)
{
	struct walk w = {.client = client, .root = root, .cur = -1};
	int error;

	if (strlen(path) >= sizeof(w.todo))
		return -ENAMETOOLONG;
	strcpy(w.todo, path);
	if (fstat(root, &w.root_st) != 0)
		return -errno;
	w.cur = fcntl(start, F_DUPFD_CLOEXEC, 3);
	if (w.cur < 0)
		return -errno;
	error = walk(&w);
	if (error) {
		close(w.cur);
		return -error;
	}
	return w.cur;
}

static int resolve_from(const struct client *client, int root, int start,
			const char *path, struct stat *st)
{
	autoclose int fd = walk_by_hand(client, root, start, path);

	if (fd < 0)
		return fd;
	return fstat(fd, st) == 0 ? steal_fd(&fd) : -errno;
}

static int resolve_slowly(const struct client *client, int dir,
			  const char *path, struct stat *st)
{
	autoclose int root = client_dir(client, "root");
	autoclose int cwd = -1;

	if (root < 0)
		return root;
	if (path[0] == '/')
		return resolve_from(client, root, root, path, st);
	if (dir >= 0)
		return resolve_from(client, root, dir, path, st);
	cwd = client_dir(client, "cwd");
	if (cwd < 0)
		return cwd;
	return resolve_from(client, root, cwd, path, st);
}

static bool shares_our_root(const struct client *client)
{
	struct stat st;
	char name[64];
	int failed;

	snprintf(name, sizeof(name), "%d/root", (int)client->tid);
	client_act_pause(client->sup);
	failed = fstatat(client->sup->proc, name, &st, 0);
	client_act_resume();
	return !failed && node_same(&st, &client->sup->root);
}

/* In one step, for a client whose root is ours. */
static int open_quickly(const struct client *client, int dir, const char *path)
{
	autoclose int cwd = -1;

	if (!shares_our_root(client))
		return -EXDEV;
	if (path[0] == '/')
		return open_beneath(AT_FDCWD, path, RESOLVE_NO_MAGICLINKS);
	if (dir >= 0)
		return open_beneath(dir, path, RESOLVE_NO_MAGICLINKS);
	cwd = client_dir(client, "cwd");
	if (cwd < 0)
		return cwd;
	return open_beneath(cwd, path, RESOLVE_NO_MAGICLINKS);
}

/* @dir: what a relative path starts from; -1: the current directory */
static int pin(const struct client *client, int dir, const char *path,
	       struct stat *st)
{
	autoclose int fd = open_quickly(client, dir, path);

	if (fd >= 0 && fstat(fd, st) == 0 &&
	    (S_ISSOCK(st->st_mode) || !on_procfs(fd)))
		return steal_fd(&fd);
	return resolve_slowly(client, dir, path, st);
}

int resolve_pin(const struct client *client, const char *path, struct stat *st)
{
	return pin(client, -1, path, st);
}

int resolve_parent(const struct client *client, int dir, const char *path,
		   struct stat *st, const char **base)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_TEXT_MAX];
	size_t len;
	int fd;

	*base = slash ? slash + 1 : path;
	len = (size_t)(*base - path);
	if (len >= sizeof(parent))
		return -ENAMETOOLONG;
	memcpy(parent, path, len);
	parent[len] = '\0';
	fd = pin(client, dir, len ? parent : ".", st);
	if (fd >= 0 && !S_ISDIR(st->st_mode)) {
		close(fd);
		return -ENOTDIR;
	}
	return fd;
}
