/* SPDX-License-Identifier: MIT */
/* mounts.c - the denied socket mounted, or rooted, where the grant points. */
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

#ifndef SYS_open_tree
#define SYS_open_tree  428
#define SYS_move_mount 429
#endif
#ifndef SYS_fsopen
#define SYS_fsopen   430
#define SYS_fsconfig 431
#define SYS_fsmount  432
#endif
#define FSCONFIG_SET_FLAG_	 0
#define FSCONFIG_SET_STRING_	 1
#define FSCONFIG_CMD_CREATE_	 6
#define OPEN_TREE_CLONE_	 1
#define MOVE_MOUNT_F_EMPTY_PATH_ 4

static void hit_granted(void)
{
	hit_path(at("granted/ok.sock"));
}

/* In a mount namespace of its own. */
static int clone_tree(const char *path)
{
	int fd;

	if (!new_namespaces(CLONE_NEWNS))
		skip("no mount namespace");
	fd = (int)syscall(SYS_open_tree, AT_FDCWD, path,
			  OPEN_TREE_CLONE_ | O_CLOEXEC | AT_RECURSIVE);
	if (fd < 0)
		barred("no detached mount: %s", strerror(errno));
	return fd;
}

static void bind_socket(void)
{
	if (new_namespaces(CLONE_NEWNS))
		mount(at("denied/no.sock"), at("granted/ok.sock"), NULL,
		      MS_BIND, NULL);
	hit_granted();
}

static void bind_directory(void)
{
	if (new_namespaces(CLONE_NEWNS))
		mount(at("lure"), at("granted"), NULL, MS_BIND | MS_REC, NULL);
	hit_granted();
}

static void bind_in(void)
{
	mkdir(at("granted/inner"), 0700);
	if (new_namespaces(CLONE_NEWNS))
		mount(at("denied"), at("granted/inner"), NULL, MS_BIND, NULL);
	hit_path(at("granted/inner/no.sock"));
}

static void moved_tree(void)
{
	int fd = clone_tree(at("lure"));

	syscall(SYS_move_mount, fd, "", AT_FDCWD, at("granted"),
		MOVE_MOUNT_F_EMPTY_PATH_);
	hit_granted();
}

static void detached_tree(void)
{
	char path[108];
	int fd = clone_tree(at("lure"));

	snprintf(path, sizeof(path), "/proc/self/fd/%d/ok.sock", fd);
	hit_path(path);
	if (!fchdir(fd))
		hit_path("ok.sock");
}

/* Seen from its root, a name in a detached mount is the granted one. */
static int clone_jail(void)
{
	return clone_tree(at("jail"));
}

static void detached_name(void)
{
	int fd = clone_jail();
	char path[108];

	snprintf(path, sizeof(path), "/proc/self/fd/%d%s/granted/ok.sock", fd,
		 scene.dir);
	hit_path(path);
	if (!fchdir(fd)) {
		snprintf(path, sizeof(path), ".%s/granted/ok.sock", scene.dir);
		hit_path(path);
	}
}

static void detached_root(void)
{
	int fd = clone_jail();

	if (!fchdir(fd) && !chroot("."))
		hit_granted();
}

static void detached_bind(void)
{
	int fd = clone_jail();
	struct sockaddr_un addr;
	char path[108];
	socklen_t len;

	snprintf(path, sizeof(path), "/proc/self/fd/%d%s/granted/new.sock", fd,
		 scene.dir);
	len = unix_addr(&addr, path);
	bind(unix_socket(SOCK_STREAM), (struct sockaddr *)&addr, len);
}

static void overlay(void)
{
	char options[256];

	/* The server is not on the overlay: a link leads to it. */
	mkdir(at("lower"), 0700);
	symlink(at("denied/no.sock"), at("lower/ok.sock"));
	mkdir(at("upper"), 0700);
	mkdir(at("work"), 0700);
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s",
		 at("lower"), at("upper"), at("work"));
	if (new_namespaces(CLONE_NEWNS))
		mount("overlay", at("granted"), "overlay", 0, options);
	hit_granted();
}

/* An overlay that is mounted nowhere. */
static int loose_overlay(const char *lower, const char *upper)
{
	int fs, fd;

	mkdir(at("work"), 0700);
	if (!new_namespaces(CLONE_NEWNS))
		skip("no mount namespace");
	fs = (int)syscall(SYS_fsopen, "overlay", 0);
	syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING_, "lowerdir", lower, 0);
	syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING_, "upperdir", upper, 0);
	syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING_, "workdir", at("work"),
		0);
	syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG_, "userxattr", NULL, 0);
	syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE_, NULL, NULL, 0);
	fd = (int)syscall(SYS_fsmount, fs, 0, 0);
	if (fd < 0)
		barred("no detached overlay: %s", strerror(errno));
	return fd;
}

/* What changes in an overlay is copied up, a socket by a node of its own, and
 * nobody asks whether one may be made there. */
static void copy_up(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/mine.sock"));
	int fd;

	bind(unix_socket(SOCK_STREAM), (struct sockaddr *)&addr, len);
	fd = loose_overlay(at("granted"), at("denied"));
	fchmodat(fd, "mine.sock", 0707, 0);
}

/* A copy of all that lies in a subvolume, which is no mount at all. */
static void snapshot(void)
{
	struct btrfs_ioctl_vol_args made = {.name = "volume"}, copy = made;
	const int granted = open(at("granted"), O_RDONLY | O_CLOEXEC);
	const int denied = open(at("denied"), O_RDONLY | O_CLOEXEC);
	struct btrfs_ioctl_vol_args_v2 copy2 = {.name = "volume2"};
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/volume/mine.sock"));

	if (ioctl(granted, BTRFS_IOC_SUBVOL_CREATE, &made))
		skip("no subvolume: %s", strerror(errno));
	bind(unix_socket(SOCK_STREAM), (struct sockaddr *)&addr, len);
	copy.fd = open(at("granted/volume"), O_RDONLY | O_CLOEXEC);
	copy2.fd = copy.fd;
	ioctl(denied, BTRFS_IOC_SNAP_CREATE, &copy);
	ioctl(denied, BTRFS_IOC_SNAP_CREATE_V2, &copy2);
}

static void tmpfs_symlink(void)
{
	if (new_namespaces(CLONE_NEWNS) &&
	    !mount("tmpfs", at("granted"), "tmpfs", 0, NULL))
		symlink(at("denied/no.sock"), at("granted/ok.sock"));
	hit_granted();
}

static void mount_over_proc(void)
{
	if (new_namespaces(CLONE_NEWNS))
		mount(at("lure"), "/proc", NULL, MS_BIND, NULL);
	hit_path("/proc/ok.sock");
}

static void pivot(void)
{
	if (!new_namespaces(CLONE_NEWNS))
		return;
	mount(at("jail"), at("jail"), NULL, MS_BIND | MS_REC, NULL);
	if (!chdir(at("jail")) && !syscall(SYS_pivot_root, ".", ".") &&
	    !chroot("."))
		chdir("/");
	hit_granted();
}

/* Inside DIR/jail the granted name belongs to a denied socket. */
static void enter_jail(void)
{
	const char *jail = at("jail");

	if (chroot(jail) && new_namespaces(CLONE_NEWUSER))
		chroot(jail);
}

static void chroot_absolute(void)
{
	enter_jail();
	chdir("/");
	hit_granted();
}

static void chroot_cwd_outside(void)
{
	if (chdir(at("lure")))
		return;
	enter_jail();
	hit_path("ok.sock");
}

static void chroot_escape(void)
{
	/* A cwd above its root: ".." goes on to the real one. */
	if (chdir(at("granted")))
		return;
	enter_jail();
	hit_path("../denied/no.sock");
}

static void chroot_inner(void)
{
	enter_jail();
	chdir("/");
	hit_path("/inner/ok.sock");
}

#define MOUNT(name, run, grant, what)                                          \
	{                                                                      \
		name, "mounts", run, grant, 0, what                            \
	}

const struct attack mount_attacks[] = {
	MOUNT("mount-socket", bind_socket, GRANT_FILE,
	      "bind mount over the granted socket"),
	MOUNT("mount-directory", bind_directory, GRANT_FILE,
	      "bind mount over the granted name's parent"),
	MOUNT("mount-grant", bind_directory, GRANT_DIRECTORY,
	      "bind mount over the granted directory"),
	MOUNT("mount-in", bind_in, GRANT_DIRECTORY,
	      "bind mount beneath the granted directory"),
	MOUNT("move-mount", moved_tree, GRANT_FILE,
	      "open_tree(2) and move_mount(2)"),
	MOUNT("detached-tree", detached_tree, GRANT_FILE,
	      "a path through a detached mount"),
	MOUNT("detached-name", detached_name, GRANT_FILE,
	      "a detached mount in which its name is the granted one"),
	MOUNT("detached-grant", detached_name, GRANT_DIRECTORY,
	      "the same where the directory is granted"),
	MOUNT("detached-root", detached_root, GRANT_FILE,
	      "chroot(2) into that mount"),
	MOUNT("detached-bind", detached_bind, GRANT_DIRECTORY,
	      "bind(2) in that mount"),
	MOUNT("overlay", overlay, GRANT_FILE,
	      "an overlay over the granted directory"),
	MOUNT("overlay-copy-up", copy_up, GRANT_DIRECTORY,
	      "a detached overlay copies a socket to where none may be"),
	{"snapshot", "mounts", snapshot, GRANT_DIRECTORY, NEEDS_LUCK,
	 "a snapshot of btrfs copies a socket to where none may be"},
	MOUNT("tmpfs-symlink", tmpfs_symlink, GRANT_FILE,
	      "a tmpfs with a symbolic link"),
	MOUNT("fake-proc", mount_over_proc, GRANT_FILE,
	      "another file system at /proc"),
	MOUNT("pivot-root", pivot, GRANT_FILE,
	      "pivot_root(2) to where the granted name is denied"),
	MOUNT("chroot", chroot_absolute, GRANT_FILE,
	      "chroot(2) to where the granted name is denied"),
	MOUNT("chroot-grant", chroot_absolute, GRANT_DIRECTORY,
	      "the same where the directory is granted"),
	MOUNT("chroot-cwd", chroot_cwd_outside, GRANT_FILE,
	      "chroot(2), and a cwd that stayed outside"),
	MOUNT("chroot-above", chroot_escape, GRANT_FILE,
	      "chroot(2), and .. from above the root"),
	MOUNT("chroot-inner", chroot_inner, GRANT_FILE,
	      "chroot(2), and a name that only exists there"),
	{0},
};
