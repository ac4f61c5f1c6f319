/* SPDX-License-Identifier: MIT */
/* severed.c - a directory that is reached by a mount, and no more part of it.
 *
 * Who holds a directory of a mount may move it away by another one.  Landlock,
 * which walks up from a file to see what is granted above it, then comes by the
 * new place and goes on with the root of the mount: a directory that has
 * been severed so counts as granted, with whatever is put into it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif
#define OPEN_TREE_CLONE_ 1

/* DIR/granted, once more, and attached nowhere. */
static int detached(void)
{
	int fd;

	if (!new_namespaces(CLONE_NEWNS))
		skip("no mount namespace");
	fd = (int)syscall(SYS_open_tree, AT_FDCWD, at("granted"),
			  OPEN_TREE_CLONE_ | O_CLOEXEC);
	if (fd < 0)
		barred("no detached mount: %s", strerror(errno));
	return fd;
}

static int mounted(const char *name)
{
	return open(at(name),
		    O_RDONLY | O_CLOEXEC); /* handles want no O_PATH */
}

/* Of a mount of @from, a directory that holds DIR/denied and lies elsewhere. */
static int sever(int mount, const char *from)
{
	char name[64];
	int fd;

	mkdirat(mount, "severed", 0700);
	fd = openat(mount, "severed", O_PATH | O_CLOEXEC);
	snprintf(name, sizeof(name), "%s/severed", from);
	rename(at(name), at("severed"));
	rename(at("denied"), at("severed/denied"));
	return fd;
}

static void hit_severed(int fd, const char *name)
{
	char path[108];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", fd, name);
	hit_path(path);
}

static void steal(int mount, int severed)
{
	renameat(severed, "denied", mount, "stolen");
	hit_path(at("granted/stolen/no.sock"));
	hit_path(at("granted/app/stolen/no.sock"));
}

static void severed_name(void)
{
	hit_severed(sever(detached(), "granted"), "denied/no.sock");
}

static void severed_move(void)
{
	const int mount = detached();

	steal(mount, sever(mount, "granted"));
}

static void severed_mounted(void)
{
	hit_severed(sever(mounted("granted/app"), "box/app"), "denied/no.sock");
}

static void severed_mounted_move(void)
{
	const int mount = mounted("granted/app");

	steal(mount, sever(mount, "box/app"));
}

static void severed_outside(void)
{
	const int mount = mounted("box/app");

	steal(mount, sever(mount, "granted/app"));
}

/* A handle leads anywhere in a file system, by whatever mount of it. */
static int by_handle(int mount)
{
	struct {
		struct file_handle head;
		char bytes[MAX_HANDLE_SZ];
	} handle = {.head.handle_bytes = MAX_HANDLE_SZ};
	int id, fd;

	if (name_to_handle_at(AT_FDCWD, scene.dir, &handle.head, &id, 0))
		skip("no handle: %s", strerror(errno));
	fd = open_by_handle_at(mount, &handle.head, O_PATH | O_CLOEXEC);
	if (fd < 0)
		barred("nothing by its handle: %s", strerror(errno));
	return fd;
}

static void severed_handle(void)
{
	hit_severed(by_handle(mounted("granted/app")), "denied/no.sock");
}

static void severed_handle_move(void)
{
	const int mount = mounted("granted/app");

	steal(mount, by_handle(mount));
}

#define SEVERED(name, run, needs, what)                                        \
	{                                                                      \
		name, "mounts", run, GRANT_DIRECTORY, needs, what              \
	}

const struct attack severed_attacks[] = {
	SEVERED("severed-name", severed_name, 0,
		"a name in a directory that was moved out of a detached mount"),
	SEVERED("severed-move", severed_move, 0,
		"a directory moved from there into the granted one"),
	SEVERED("severed-mounted", severed_mounted, NEEDS_MOUNT | MAY_NOT_START,
		"a name in one that was moved out of a mount in the grant"),
	SEVERED("severed-mounted-move", severed_mounted_move,
		NEEDS_MOUNT | MAY_NOT_START,
		"a directory moved from there into that mount"),
	SEVERED("severed-outside", severed_outside,
		NEEDS_MOUNT_OUT | MAY_NOT_START,
		"the same where the grant is what was mounted"),
	SEVERED("severed-handle", severed_handle, NEEDS_MOUNT_SELF | NEEDS_ROOT,
		"a handle of what lies outside of a mount"),
	SEVERED("severed-handle-move", severed_handle_move,
		NEEDS_MOUNT_SELF | NEEDS_ROOT,
		"a directory moved from there into that mount"),
	{0},
};
