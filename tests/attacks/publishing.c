/* SPDX-License-Identifier: MIT */
/* publishing.c - ask the supervisor to link or rename sockets, as the shim
 * does: a socket that is not ours, or ours to where none is granted. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../policy/report.h"
#include "race.h"
#include "raw.h"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

static char *paths[2]; /* at() is not for two threads */
static char name_a[160], name_b[160];
static int places[2];

/* The plain call, and the forged question. */
static void publish(enum publish_call call, int old_dir, const char *old,
		    int new_dir, const char *new, unsigned int flags)
{
	const struct report_publish ask = {
		.version = REPORT_VERSION,
		.call = call,
		.old_dir = old_dir,
		.new_dir = new_dir,
		.old_path = (uintptr_t)old,
		.new_path = (uintptr_t) new,
		.flags = flags,
	};

	raw_call(call == PUBLISH_LINK ? SYS_linkat : SYS_renameat2, old_dir,
		 (long)old, new_dir, (long)new, flags, 0);
	raw_call(SYS_prctl, REPORT_PRCTL, REPORT_PUBLISH, (long)&ask,
		 sizeof(ask), 0, 0);
}

static void publish_link(const char *old, const char *new)
{
	publish(PUBLISH_LINK, AT_FDCWD, old, AT_FDCWD, new, 0);
}

static void publish_rename(const char *old, const char *new)
{
	publish(PUBLISH_RENAME, AT_FDCWD, old, AT_FDCWD, new, 0);
}

/* It does not listen: whoever connects must not wait for us. */
static void bind_at(const char *path)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, path);
	int fd = unix_socket(SOCK_STREAM);

	bind(fd, (struct sockaddr *)&addr, len);
}

/* ---- sockets of others -------------------------------------------------- */

static void link_in(void)
{
	publish_link(at("denied/no.sock"), at("granted/in.sock"));
	hit_path(at("granted/in.sock"));
}

static void rename_over(void)
{
	publish_rename(at("denied/no.sock"), at("granted/ok.sock"));
	hit_path(at("granted/ok.sock"));
}

/* Both names may be bound; the socket is the judge's. */
static void from_lure(void)
{
	publish_rename(at("lure/ok.sock"), at("granted/in.sock"));
	publish_link(at("lure/ok.sock"), at("granted/in.sock"));
	hit_path(at("granted/in.sock"));
}

static void by_descriptors(void)
{
	int old = open(at("denied"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int new = open(at("granted"), O_PATH | O_DIRECTORY | O_CLOEXEC);

	publish(PUBLISH_LINK, old, "no.sock", new, "in.sock", 0);
	hit_path(at("granted/in.sock"));
}

static void by_magic_link(void)
{
	int fd = open(at("denied/no.sock"), O_PATH | O_CLOEXEC);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	publish(PUBLISH_LINK, AT_FDCWD, path, AT_FDCWD, at("granted/in.sock"),
		AT_SYMLINK_FOLLOW);
	publish(PUBLISH_LINK, fd, "", AT_FDCWD, at("granted/in.sock"),
		AT_EMPTY_PATH);
	hit_path(at("granted/in.sock"));
}

static void by_symlink(void)
{
	symlink("../denied/no.sock", at("lure/link"));
	publish(PUBLISH_LINK, AT_FDCWD, at("lure/link"), AT_FDCWD,
		at("granted/in.sock"), AT_SYMLINK_FOLLOW);
	hit_path(at("granted/in.sock"));
}

static void by_exchange(void)
{
	bind_at(at("granted/mine.sock"));
	publish(PUBLISH_RENAME, AT_FDCWD, at("granted/mine.sock"), AT_FDCWD,
		at("denied/no.sock"), RENAME_EXCHANGE);
	hit_path(at("granted/mine.sock"));
}

/* A directory with the judge's socket in it, in place of ours. */
static void by_directory(void)
{
	mkdir(at("lure/sub"), 0700);
	bind_at(at("lure/sub/no.sock"));
	publish_rename(at("denied"), at("granted/sub"));
	hit_path(at("granted/sub/no.sock"));
}

/* ---- one of another user inside ----------------------------------------- */

/* Root's server has a socket that is ours, in a directory that is closed to us:
 * what is ours may be linked by whoever holds it. */
static void from_closed(void)
{
	struct sockaddr_un addr;
	const socklen_t len = unix_addr(&addr, at("granted/closed/in.sock"));
	int server = unix_socket(SOCK_STREAM);

	open_to_others();
	mkdir(at("granted/public"), 0700);
	chmod(at("granted/public"), 0777);
	mkdir(at("granted/closed"), 0700);
	unlink(addr.sun_path); /* of the control's first half */
	if (bind(server, (struct sockaddr *)&addr, len) || listen(server, 1) ||
	    chown(addr.sun_path, 65534, 65534))
		return;
	if (give_up())
		become_other();
	publish_link(addr.sun_path, at("granted/public/out.sock"));
	if (hit_path(at("granted/public/out.sock")))
		confess("a link from a closed directory");
}

/* ---- ours, where none is granted ---------------------------------------- */

static void link_out(void)
{
	bind_at(at("granted/mine.sock"));
	publish_link(at("granted/mine.sock"), at("denied/planted.sock"));
}

static void rename_out(void)
{
	bind_at(at("granted/mine.sock"));
	publish_rename(at("granted/mine.sock"), at("denied/planted.sock"));
}

static void out_by_dots(void)
{
	bind_at(at("granted/mine.sock"));
	publish_link(at("granted/mine.sock"),
		     at("granted/../denied/planted.sock"));
}

static void out_by_symlink(void)
{
	bind_at(at("granted/mine.sock"));
	publish_link(at("granted/mine.sock"),
		     at("granted/linkdir/planted.sock"));
}

static void out_by_descriptor(void)
{
	int fd = open(at("denied"), O_PATH | O_DIRECTORY | O_CLOEXEC);

	bind_at(at("granted/mine.sock"));
	publish(PUBLISH_RENAME, AT_FDCWD, at("granted/mine.sock"), fd,
		"planted.sock", 0);
}

static void take_over(void)
{
	bind_at(at("granted/mine.sock"));
	publish_rename(at("granted/mine.sock"), at("denied/no.sock"));
}

static void exception(void)
{
	unlink(at("granted/except.sock"));
	bind_at(at("granted/mine.sock"));
	publish_link(at("granted/mine.sock"), at("granted/except.sock"));
}

/* ---- races -------------------------------------------------------------- */

static void save(const char *a, const char *b)
{
	for (int i = 0; i < 2; i++) {
		paths[i] = race_memory(160);
		snprintf(paths[i], 160, "%s", at(i ? b : a));
	}
}

static void flip_path(unsigned int turn)
{
	memcpy(name_a, turn & 1 ? paths[1] : paths[0], sizeof(name_a));
}

static void attempt_in(void)
{
	publish_link(name_a, name_b);
	hit_path(name_b);
	unlink(name_b);
}

/* The name of ours and that of the judge's, in turns. */
static void race_memory_in(void)
{
	bind_at(at("lure/mine.sock"));
	save("lure/mine.sock", "denied/no.sock");
	snprintf(name_b, sizeof(name_b), "%s", at("granted/in.sock"));
	flip_path(0);
	race_run(&(const struct race){RACE_THREAD, flip_path, attempt_in});
}

static void flip_exchange(unsigned int turn)
{
	(void)turn;
	syscall(SYS_renameat2, AT_FDCWD, paths[0], AT_FDCWD, paths[1],
		RENAME_EXCHANGE);
}

/* The directory of ours and that of the judge's. */
static void race_directory_in(void)
{
	struct stat mine, now;

	mkdir(at("lure/sub"), 0700);
	bind_at(at("lure/sub/no.sock"));
	stat(at("lure/sub/no.sock"), &mine);
	save("lure/sub", "denied");
	snprintf(name_a, sizeof(name_a), "%s", at("lure/sub/no.sock"));
	snprintf(name_b, sizeof(name_b), "%s", at("granted/in.sock"));
	race_run(&(const struct race){RACE_THREAD, flip_exchange, attempt_in});
	/* A directory may move out, which is a limit of its own. */
	if (stat(at("denied/no.sock"), &now) == 0 && now.st_ino == mine.st_ino)
		flip_exchange(0);
}

static void attempt_out(void)
{
	publish(PUBLISH_LINK, AT_FDCWD, name_a, AT_FDCWD, name_b, 0);
	unlink(paths[0]);
}

static void flip_target(unsigned int turn)
{
	memcpy(name_b, turn & 1 ? paths[1] : paths[0], sizeof(name_b));
}

static void race_memory_out(void)
{
	bind_at(at("granted/mine.sock"));
	save("granted/two.sock", "denied/planted.sock");
	snprintf(name_a, sizeof(name_a), "%s", at("granted/mine.sock"));
	flip_target(0);
	race_run(&(const struct race){RACE_THREAD, flip_target, attempt_out});
}

static void flip_cwd(unsigned int turn)
{
	fchdir(places[turn & 1]);
}

static void race_cwd_out(void)
{
	bind_at(at("granted/mine.sock"));
	save("granted/planted.sock", "granted/planted.sock");
	snprintf(name_a, sizeof(name_a), "%s", at("granted/mine.sock"));
	snprintf(name_b, sizeof(name_b), "planted.sock");
	places[0] = open(at("granted"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	places[1] = open(at("denied"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	race_run(&(const struct race){RACE_THREAD, flip_cwd, attempt_out});
}

#define PUBLISH(name, run, grant, needs, what)                                 \
	{                                                                      \
		name, "publishing", run, grant, needs, what                    \
	}

const struct attack publishing_attacks[] = {
	PUBLISH("pub-link-in", link_in, GRANT_DIRECTORY, 0,
		"a denied socket linked into the grant"),
	PUBLISH("pub-rename-over", rename_over, GRANT_FILE, 0,
		"a denied socket renamed over the granted one"),
	PUBLISH("pub-lure", from_lure, GRANT_SPLIT, 0,
		"from where one may bind to where one may connect"),
	PUBLISH("pub-descriptors", by_descriptors, GRANT_DIRECTORY, 0,
		"the same relative to descriptors"),
	PUBLISH("pub-magic", by_magic_link, GRANT_DIRECTORY, 0,
		"by /proc/self/fd"),
	PUBLISH("pub-symlink", by_symlink, GRANT_SPLIT, 0,
		"by a symbolic link that is followed"),
	PUBLISH("pub-exchange", by_exchange, GRANT_DIRECTORY, 0,
		"in exchange for one of ours"),
	PUBLISH("pub-directory", by_directory, GRANT_SPLIT, 0,
		"its directory instead of a socket"),
	PUBLISH("pub-closed", from_closed, GRANT_DIRECTORY,
		NEEDS_ROOT | GIVES_UP,
		"one in a directory that is closed to who asks"),
	PUBLISH("pub-link-out", link_out, GRANT_DIRECTORY, 0,
		"ours linked to a denied name"),
	PUBLISH("pub-rename-out", rename_out, GRANT_DIRECTORY, 0,
		"ours renamed to a denied name"),
	PUBLISH("pub-dots-out", out_by_dots, GRANT_DIRECTORY, 0,
		"... by granted/../"),
	PUBLISH("pub-symlink-out", out_by_symlink, GRANT_DIRECTORY, 0,
		"... by a symbolic link to a directory"),
	PUBLISH("pub-descriptor-out", out_by_descriptor, GRANT_DIRECTORY, 0,
		"... relative to a descriptor"),
	PUBLISH("pub-take-over", take_over, GRANT_DIRECTORY, 0,
		"ours in place of a denied server's"),
	PUBLISH("pub-exception", exception, GRANT_EXCEPT, 0,
		"ours at a denied name in a granted directory"),
	PUBLISH("pub-race-memory", race_memory_in, GRANT_SPLIT, NEEDS_TRIES,
		"the old name changes meanwhile"),
	PUBLISH("pub-race-directory", race_directory_in, GRANT_SPLIT,
		NEEDS_TRIES, "the old directory changes meanwhile"),
	PUBLISH("pub-race-memory-out", race_memory_out, GRANT_DIRECTORY,
		NEEDS_TRIES, "the new name changes meanwhile"),
	PUBLISH("pub-race-cwd-out", race_cwd_out, GRANT_DIRECTORY, NEEDS_TRIES,
		"the current directory changes meanwhile"),
	{0},
};
