/* SPDX-License-Identifier: MIT */
/* namespaces.c - the same connect(2) from new namespaces. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif
#ifndef SYS_fsopen
#define SYS_fsopen   430
#define SYS_fsconfig 431
#define SYS_fsmount  432
#endif
#define FSCONFIG_CMD_CREATE_ 6

static void user(void)
{
	new_namespaces(CLONE_NEWUSER);
	hit_denied();
}

static void net(void)
{
	new_namespaces(CLONE_NEWNET);
	hit_denied();
}

static void mnt(void)
{
	new_namespaces(CLONE_NEWNS);
	hit_denied();
}

/* Its pid means something else to the checker. */
static void pid(void)
{
	new_namespaces(CLONE_NEWPID);
	in_child(hit_denied);
}

static void pid_inner(void)
{
	new_namespaces(CLONE_NEWPID);
	in_child(hit_denied);
	in_child(hit_denied);
}

static void pid_nested(void)
{
	new_namespaces(CLONE_NEWPID);
	in_child(pid_inner);
}

static void everything(void)
{
	new_namespaces(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
		       CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS |
		       CLONE_NEWCGROUP);
	in_child(hit_denied);
}

static void user_nested(void)
{
	for (int i = 0; i < 20; i++)
		new_namespaces(CLONE_NEWUSER);
	hit_denied();
}

static void own_pids(void)
{
	if (!new_namespaces(CLONE_NEWPID | CLONE_NEWNS))
		skip("no pid namespace");
}

/* /proc of a pid namespace: "self" is pid 1, and so is the machine's init. */
static void hit_by_new_proc(void)
{
	mount("proc", "/proc", "proc", 0, NULL);
	if (!chdir(at("denied"))) {
		hit_path("/proc/self/cwd/no.sock");
		hit_path("/proc/1/cwd/no.sock");
	}
}

/* The same without a place in the tree, so without mount(2). */
static void hit_by_loose_proc(void)
{
	int fs = (int)syscall(SYS_fsopen, "proc", 0), fd;
	char path[64];

	syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE_, NULL, NULL, 0);
	fd = (int)syscall(SYS_fsmount, fs, 0, 0);
	if (fd < 0)
		barred("no detached /proc: %s", strerror(errno));
	if (chdir(at("denied")))
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/self/cwd/no.sock", fd);
	hit_path(path);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/1/cwd/no.sock", fd);
	hit_path(path);
}

static void pid_proc(void)
{
	own_pids();
	in_child(hit_by_new_proc);
}

static void pid_loose_proc(void)
{
	own_pids();
	in_child(hit_by_loose_proc);
}

static void made_before(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));
	int fd = unix_socket(SOCK_STREAM);

	new_namespaces(CLONE_NEWNET | CLONE_NEWNS);
	connect_and_deliver(fd, &addr, len);
}

#define SPACE(name, run, what)                                                 \
	{                                                                      \
		name, "namespaces", run, GRANT_FILE, 0, what                   \
	}

const struct attack namespace_attacks[] = {
	SPACE("new-user", user, "a user namespace"),
	SPACE("new-user-nested", user_nested, "20 nested user namespaces"),
	SPACE("new-net", net, "a network namespace"),
	SPACE("new-mount", mnt, "a mount namespace"),
	SPACE("new-pid", pid, "a pid namespace"),
	SPACE("new-pid-nested", pid_nested, "two pid namespaces"),
	SPACE("new-pid-proc", pid_proc, "its own /proc"),
	SPACE("new-pid-loose-proc", pid_loose_proc, "... mounted nowhere"),
	SPACE("new-all", everything, "all namespaces at once"),
	SPACE("socket-before", made_before, "a socket made before them"),
	{0},
};
