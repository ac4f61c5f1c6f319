/* SPDX-License-Identifier: MIT */
/* links.c - the denied socket moved to where the grant points. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

static void exchange(const char *a, const char *b)
{
	syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
}

static void hit_granted(void)
{
	hit_path(at("granted/ok.sock"));
}

static void hardlink_in(void)
{
	link(at("denied/no.sock"), at("granted/in.sock"));
	hit_path(at("granted/in.sock"));
}

static void hardlink_over(void)
{
	unlink(at("granted/ok.sock"));
	link(at("denied/no.sock"), at("granted/ok.sock"));
	hit_granted();
}

static void hardlink_fd(void)
{
	int fd = open(at("denied/no.sock"), O_PATH | O_CLOEXEC);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	linkat(AT_FDCWD, path, AT_FDCWD, at("granted/in.sock"),
	       AT_SYMLINK_FOLLOW);
	linkat(fd, "", AT_FDCWD, at("granted/in.sock"), AT_EMPTY_PATH);
	hit_path(at("granted/in.sock"));
}

static void hardlink_outside(void)
{
	hit_path(at("granted/hard.sock"));
}

static void hardlink_rename(void)
{
	link(at("denied/no.sock"), at("denied/two.sock"));
	rename(at("denied/two.sock"), at("granted/ok.sock"));
	hit_granted();
}

static void rename_in(void)
{
	rename(at("denied/no.sock"), at("granted/in.sock"));
	hit_path(at("granted/in.sock"));
}

static void rename_over(void)
{
	rename(at("denied/no.sock"), at("granted/ok.sock"));
	hit_granted();
}

static void rename_directory_in(void)
{
	rename(at("denied"), at("granted/inner"));
	hit_path(at("granted/inner/no.sock"));
}

static void rename_parent_directory_in(void)
{
	mkdir(at("box"), 0700);
	mkdir(at("box/deep"), 0700);
	rename(at("denied"), at("box/deep/denied"));
	rename(at("box"), at("granted/box"));
	hit_path(at("granted/box/deep/denied/no.sock"));
}

static void rename_over_parent(void)
{
	rename(at("granted"), at("aside"));
	rename(at("lure"), at("granted"));
	hit_granted();
}

static void directory_recreated(void)
{
	rename(at("granted"), at("aside"));
	mkdir(at("granted"), 0700);
	rename(at("lure/ok.sock"), at("granted/ok.sock"));
	link(at("lure/ok.sock"), at("granted/ok.sock"));
	hit_granted();
}

static void exchange_sockets(void)
{
	exchange(at("denied/no.sock"), at("granted/ok.sock"));
	hit_granted();
}

static void exchange_directories(void)
{
	exchange(at("lure"), at("granted"));
	hit_granted();
}

static void exchange_in(void)
{
	mkdir(at("granted/inner"), 0700);
	exchange(at("denied"), at("granted/inner"));
	hit_path(at("granted/inner/no.sock"));
}

static void symlink_over(void)
{
	unlink(at("granted/ok.sock"));
	symlink(at("denied/no.sock"), at("granted/ok.sock"));
	hit_granted();
}

static void symlink_over_parent(void)
{
	rename(at("granted"), at("aside"));
	symlink("lure", at("granted"));
	hit_granted();
}

static void missing_hardlink(void)
{
	link(at("lure/later.sock"), at("empty/later.sock"));
	hit_path(at("empty/later.sock"));
}

static void missing_rename(void)
{
	rename(at("lure/later.sock"), at("empty/later.sock"));
	hit_path(at("empty/later.sock"));
}

static void missing_symlink(void)
{
	symlink("../lure/later.sock", at("empty/later.sock"));
	hit_path(at("empty/later.sock"));
}

static void missing_parent(void)
{
	rmdir(at("empty"));
	rename(at("lure"), at("empty"));
	hit_path(at("empty/later.sock"));
}

static void missing_parent_symlink(void)
{
	rmdir(at("empty"));
	symlink("lure", at("empty"));
	hit_path(at("empty/later.sock"));
}

/* The name of the grant stays behind on a directory that is gone. */
static void deleted_directory(void)
{
	if (chdir(at("lure")))
		return;
	rename(at("granted"), at("aside"));
	rename(at("lure"), at("granted"));
	hit_path("ok.sock");
	hit_path("../granted/ok.sock");
}

/* Two grants: may things move from the one's place to the other's? */
static void rename_lure_in(void)
{
	rename(at("lure"), at("granted/lure"));
	hit_path(at("granted/lure/ok.sock"));
}

static void missing_directory(void)
{
	rename(at("lure"), at("none"));
	hit_path(at("none/later.sock"));
}

/* As if nobody could have written there. */
static void hit_closed(const char *path)
{
	chmod(scene.dir, 0500);
	hit_path(path);
	chmod(scene.dir, 0700);
}

static void missing_directory_closed(void)
{
	rename(at("lure"), at("none"));
	hit_closed(at("none/later.sock"));
}

static void missing_parent_closed(void)
{
	rmdir(at("empty"));
	rename(at("lure"), at("empty"));
	hit_closed(at("empty/later.sock"));
}

static void missing_directory_symlink(void)
{
	symlink("lure", at("none"));
	hit_path(at("none/later.sock"));
}

static void missing_directory_made(void)
{
	mkdir(at("none"), 0700);
	link(at("lure/later.sock"), at("none/later.sock"));
	rename(at("lure/later.sock"), at("none/later.sock"));
	hit_path(at("none/later.sock"));
}

/* What is moved there comes into the grant by its other name. */
static void mounted_directory(void)
{
	rename(at("denied"), at("box/app/denied"));
	hit_path(at("granted/app/denied/no.sock"));
}

static void exception_tree(void)
{
	hit_path(at("granted/secret/no.sock"));
	hit_path(at("granted/./secret/../secret/inner/no.sock"));
}

static void exception_tree_rename(void)
{
	rename(at("granted/secret"), at("granted/public"));
	hit_path(at("granted/public/no.sock"));
}

static void exception_tree_move(void)
{
	mkdir(at("granted/box"), 0700);
	rename(at("granted/secret"), at("granted/box/secret"));
	hit_path(at("granted/box/secret/no.sock"));
}

static void exception_tree_inner(void)
{
	rename(at("granted/secret/inner"), at("granted/inner"));
	hit_path(at("granted/inner/no.sock"));
}

static void exception_tree_exchange(void)
{
	mkdir(at("granted/public"), 0700);
	exchange(at("granted/secret"), at("granted/public"));
	hit_path(at("granted/public/no.sock"));
}

static void exception_tree_mounted(void)
{
	hit_path(at("granted/app/no.sock"));
}

#define LINK(name, run, grant, what)                                           \
	{                                                                      \
		name, "links", run, grant, 0, what                             \
	}

const struct attack link_attacks[] = {
	LINK("hardlink-in", hardlink_in, GRANT_DIRECTORY,
	     "link(2) into the granted directory"),
	LINK("hardlink-over", hardlink_over, GRANT_FILE,
	     "link(2) at the granted name"),
	LINK("hardlink-fd", hardlink_fd, GRANT_DIRECTORY,
	     "linkat(2) of an O_PATH descriptor"),
	LINK("hardlink-rename", hardlink_rename, GRANT_FILE,
	     "a second name, renamed over the granted one"),
	{"hardlink-outside", "links", hardlink_outside, GRANT_DIRECTORY,
	 NEEDS_HARD_LINK | LIMIT_ALONE, "a hard link that was there before"},
	LINK("rename-in", rename_in, GRANT_DIRECTORY,
	     "rename(2) into the granted directory"),
	LINK("rename-over", rename_over, GRANT_FILE,
	     "rename(2) over the granted name"),
	LINK("rename-directory-in", rename_directory_in, GRANT_DIRECTORY,
	     "its directory into the granted one"),
	LINK("rename-tree-in", rename_parent_directory_in, GRANT_DIRECTORY,
	     "a tree that holds it into the granted one"),
	LINK("rename-over-parent", rename_over_parent, GRANT_FILE,
	     "its directory to the granted name's parent"),
	LINK("rename-over-directory", rename_over_parent, GRANT_DIRECTORY,
	     "its directory to the granted directory's name"),
	LINK("directory-recreated", directory_recreated, GRANT_DIRECTORY,
	     "the granted directory made anew, socket moved in"),
	LINK("exchange-sockets", exchange_sockets, GRANT_FILE,
	     "RENAME_EXCHANGE of the sockets"),
	LINK("exchange-directories", exchange_directories, GRANT_FILE,
	     "RENAME_EXCHANGE of their directories"),
	LINK("exchange-grants", exchange_directories, GRANT_DIRECTORY,
	     "the same where the directory is granted"),
	LINK("exchange-in", exchange_in, GRANT_DIRECTORY,
	     "RENAME_EXCHANGE with a granted subdirectory"),
	LINK("symlink-over", symlink_over, GRANT_FILE,
	     "the granted name replaced by a symbolic link"),
	LINK("symlink-over-parent", symlink_over_parent, GRANT_FILE,
	     "its parent replaced by a symbolic link"),
	LINK("symlink-over-directory", symlink_over_parent, GRANT_DIRECTORY,
	     "the granted directory replaced by a symbolic link"),
	LINK("missing-hardlink", missing_hardlink, GRANT_MISSING,
	     "link(2) at a granted name that was free"),
	LINK("missing-rename", missing_rename, GRANT_MISSING,
	     "rename(2) to a granted name that was free"),
	LINK("missing-symlink", missing_symlink, GRANT_MISSING,
	     "symlink(2) at a granted name that was free"),
	LINK("missing-parent", missing_parent, GRANT_MISSING,
	     "its directory in place of the free name's parent"),
	LINK("missing-parent-link", missing_parent_symlink, GRANT_MISSING,
	     "a symbolic link in place of the free name's parent"),
	LINK("near-rename", rename_directory_in, GRANT_NEAR,
	     "into the granted directory, a free name beside it granted too"),
	LINK("split-rename", rename_lure_in, GRANT_SPLIT,
	     "from a directory granted for bind to one for connect"),
	LINK("missing-directory", missing_directory, GRANT_MISSING_TREE,
	     "its directory as the missing parent of the granted name"),
	LINK("missing-directory-closed", missing_directory_closed,
	     GRANT_MISSING_TREE, "... and what is above made read-only"),
	LINK("missing-parent-closed", missing_parent_closed, GRANT_MISSING,
	     "its directory for the granted one's, and above read-only"),
	LINK("missing-directory-link", missing_directory_symlink,
	     GRANT_MISSING_TREE, "a symbolic link as the missing parent"),
	LINK("missing-directory-made", missing_directory_made,
	     GRANT_MISSING_TREE, "the missing parent made, the socket moved"),
	{"mounted-directory", "links", mounted_directory, GRANT_DIRECTORY,
	 NEEDS_MOUNT | MAY_NOT_START,
	 "into a directory that is also mounted in the grant"},
	LINK("exception-tree", exception_tree, GRANT_EXCEPT_TREE,
	     "in a denied directory in a granted one"),
	{"exception-tree-mounted", "links", exception_tree_mounted,
	 GRANT_EXCEPT_TREE, NEEDS_MOUNT | MAY_NOT_START,
	 "by another place where a part of it is mounted"},
	LINK("exception-tree-rename", exception_tree_rename, GRANT_EXCEPT_TREE,
	     "the denied directory gets another name"),
	LINK("exception-tree-move", exception_tree_move, GRANT_EXCEPT_TREE,
	     "the denied directory moves to another parent"),
	{"exception-tree-inner", "links", exception_tree_inner,
	 GRANT_EXCEPT_TREE, KNOWN_LIMIT,
	 "a directory moves out of the denied one"},
	LINK("exception-tree-swap", exception_tree_exchange, GRANT_EXCEPT_TREE,
	     "the denied directory is exchanged"),
	LINK("moved-cwd", deleted_directory, GRANT_FILE,
	     "a cwd that was renamed to the granted directory"),
	{0},
};
