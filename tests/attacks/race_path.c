/* SPDX-License-Identifier: MIT */
/* race_path.c - the path leads elsewhere between the check and the use. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "race.h"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

static char target[108]; /* at() is not for two threads */
static char name_a[160], name_b[160];
static int root_fd, jail_fd, places[2];

static void attempt(void)
{
	hit_path(target);
}

static void run(void (*flip)(unsigned int), enum race_by by)
{
	race_run(&(const struct race){by, flip, attempt});
}

static void set_target(const char *path)
{
	snprintf(target, sizeof(target), "%s", path);
}

static void set_names(const char *a, const char *b)
{
	snprintf(name_a, sizeof(name_a), "%s", at(a));
	snprintf(name_b, sizeof(name_b), "%s", at(b));
}

static void flip_exchange(unsigned int turn)
{
	(void)turn;
	syscall(SYS_renameat2, AT_FDCWD, name_a, AT_FDCWD, name_b,
		RENAME_EXCHANGE);
}

static void symlink_exchange(void)
{
	symlink("granted/ok.sock", at("flip"));
	symlink("denied/no.sock", at("flop"));
	set_names("flip", "flop");
	set_target(at("flip"));
	run(flip_exchange, RACE_THREAD);
}

static void directory_symlink(void)
{
	symlink("granted", at("flip"));
	symlink("lure", at("flop"));
	set_names("flip", "flop");
	set_target(at("flip/ok.sock"));
	run(flip_exchange, RACE_PROCESS);
}

static void symlink_in_grant(void)
{
	symlink("ok.sock", at("granted/flip"));
	symlink("../denied/no.sock", at("granted/flop"));
	set_names("granted/flip", "granted/flop");
	set_target(at("granted/flip"));
	run(flip_exchange, RACE_THREAD);
}

static void directory_exchange(void)
{
	set_names("granted", "lure");
	set_target(at("granted/ok.sock"));
	run(flip_exchange, RACE_THREAD);
}

static void socket_exchange(void)
{
	set_names("granted/ok.sock", "denied/no.sock");
	set_target(at("granted/ok.sock"));
	run(flip_exchange, RACE_THREAD);
}

static void flip_cwd(unsigned int turn)
{
	fchdir(places[turn & 1]);
}

static void open_places(void)
{
	places[0] = open(at("granted"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	places[1] = open(at("lure"), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void cwd_thread(void)
{
	open_places();
	set_target("ok.sock");
	run(flip_cwd, RACE_THREAD);
}

static void cwd_process(void)
{
	open_places();
	set_target("ok.sock");
	run(flip_cwd, RACE_CLONE_FS);
}

static void cwd_proc(void)
{
	open_places();
	set_target("/proc/self/cwd/ok.sock");
	run(flip_cwd, RACE_THREAD);
}

static void flip_root(unsigned int turn)
{
	if (!fchdir(turn & 1 ? jail_fd : root_fd))
		chroot(".");
}

static void root_thread(void)
{
	const char *jail = at("jail");

	root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	jail_fd = open(jail, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (chroot("/"))
		new_namespaces(CLONE_NEWUSER);
	set_target(at("granted/ok.sock"));
	run(flip_root, RACE_THREAD);
	flip_root(0);
}

static void flip_link(unsigned int turn)
{
	if (turn & 1)
		link(name_a, name_b);
	else
		unlink(name_b);
}

static void hardlink(void)
{
	set_names("denied/no.sock", "granted/flip");
	set_target(at("granted/flip"));
	run(flip_link, RACE_THREAD);
}

static void flip_fd_number(unsigned int turn)
{
	dup3(places[turn & 1], 60, O_CLOEXEC);
}

static void proc_fd(void)
{
	open_places();
	set_target("/proc/self/fd/60/ok.sock");
	run(flip_fd_number, RACE_THREAD);
}

static void proc_fd_socket(void)
{
	places[0] = open(at("granted/ok.sock"), O_PATH | O_CLOEXEC);
	places[1] = open(at("denied/no.sock"), O_PATH | O_CLOEXEC);
	set_target("/proc/self/fd/60");
	run(flip_fd_number, RACE_THREAD);
}

#define RACE(name, run, grant, what)                                           \
	{                                                                      \
		name, "races", run, grant, NEEDS_TRIES, what                   \
	}

const struct attack race_path_attacks[] = {
	RACE("race-symlink", symlink_exchange, GRANT_FILE,
	     "a symbolic link flips"),
	RACE("race-symlink-directory", directory_symlink, GRANT_FILE,
	     "a link to the directory flips, by another process"),
	RACE("race-symlink-grant", symlink_in_grant, GRANT_DIRECTORY,
	     "a symbolic link in the granted directory flips"),
	RACE("race-rename-directory", directory_exchange, GRANT_FILE,
	     "the directories change places"),
	RACE("race-rename-grant", directory_exchange, GRANT_DIRECTORY,
	     "the granted directory changes places"),
	RACE("race-rename-socket", socket_exchange, GRANT_FILE,
	     "the sockets change places"),
	RACE("race-hardlink", hardlink, GRANT_DIRECTORY,
	     "a hard link comes and goes in the granted directory"),
	RACE("race-cwd", cwd_thread, GRANT_FILE, "the cwd flips"),
	RACE("race-cwd-process", cwd_process, GRANT_FILE,
	     "the cwd flips, by a process that shares it"),
	RACE("race-proc-cwd", cwd_proc, GRANT_FILE,
	     "/proc/self/cwd while it flips"),
	RACE("race-chroot", root_thread, GRANT_FILE, "the root flips"),
	RACE("race-proc-fd", proc_fd, GRANT_FILE,
	     "/proc/self/fd/N/ok.sock while N flips"),
	RACE("race-proc-fd-socket", proc_fd_socket, GRANT_FILE,
	     "/proc/self/fd/N while N flips"),
	{0},
};
