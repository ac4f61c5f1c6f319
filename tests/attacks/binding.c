/* SPDX-License-Identifier: MIT */
/* binding.c - make a socket appear where none is granted.  The judge looks for
 * socket files that are not his own outside the granted places. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attack.h"

static void bind_at(int type, const char *path)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, path);
	int fd = unix_socket(type);

	bind(fd, (struct sockaddr *)&addr, len);
	listen(fd, 8);
}

static void plain(void)
{
	bind_at(SOCK_STREAM, at("denied/planted.sock"));
}

static void dgram(void)
{
	bind_at(SOCK_DGRAM, at("denied/planted.sock"));
}

static void relative(void)
{
	if (!chdir(at("granted")))
		bind_at(SOCK_STREAM, "../denied/planted.sock");
}

static void dotdot(void)
{
	bind_at(SOCK_STREAM, at("granted/../denied/planted.sock"));
}

static void by_symlink(void)
{
	bind_at(SOCK_STREAM, at("granted/linkdir/planted.sock"));
}

static void beside(void)
{
	bind_at(SOCK_STREAM, at("granted/planted.sock"));
}

static void make_node(void)
{
	mknod(at("denied/planted.sock"), S_IFSOCK | 0700, 0);
}

static void rename_out(void)
{
	bind_at(SOCK_STREAM, at("granted/mine.sock"));
	rename(at("granted/mine.sock"), at("denied/planted.sock"));
}

static void link_out(void)
{
	bind_at(SOCK_STREAM, at("granted/mine.sock"));
	link(at("granted/mine.sock"), at("denied/planted.sock"));
}

static void directory_out(void)
{
	mkdir(at("granted/inner"), 0700);
	bind_at(SOCK_STREAM, at("granted/inner/mine.sock"));
	rename(at("granted/inner"), at("denied/inner"));
}

/* The granted directory's name moves to another directory. */
static void directory_swap(void)
{
	rename(at("granted"), at("aside"));
	rename(at("denied"), at("granted"));
	bind_at(SOCK_STREAM, at("granted/planted.sock"));
	rename(at("granted"), at("denied"));
}

static void connect_only(void)
{
	bind_at(SOCK_STREAM, at("open/planted.sock"));
}

static void exception(void)
{
	unlink(at("granted/except.sock"));
	bind_at(SOCK_STREAM, at("granted/except.sock"));
}

static void take_over(void)
{
	/* Instead of the denied server, for its clients. */
	unlink(at("denied/no.sock"));
	bind_at(SOCK_STREAM, at("denied/no.sock"));
}

#define BIND(name, run, grant, what)                                           \
	{                                                                      \
		name, "binding", run, grant, 0, what                           \
	}

const struct attack binding_attacks[] = {
	BIND("bind-plain", plain, GRANT_DIRECTORY, "bind(2) to a path"),
	BIND("bind-dgram", dgram, GRANT_DGRAM,
	     "the same, where datagrams are granted"),
	BIND("bind-relative", relative, GRANT_DIRECTORY,
	     "../ from the granted directory"),
	BIND("bind-dotdot", dotdot, GRANT_DIRECTORY, "granted/../"),
	BIND("bind-symlink", by_symlink, GRANT_DIRECTORY,
	     "through a symbolic link"),
	BIND("bind-beside", beside, GRANT_FILE,
	     "beside the granted name, in its directory"),
	BIND("bind-mknod", make_node, GRANT_DIRECTORY, "mknod(2)"),
	BIND("bind-rename-out", rename_out, GRANT_DIRECTORY,
	     "bound where granted, renamed out"),
	BIND("bind-link-out", link_out, GRANT_DIRECTORY,
	     "bound where granted, linked out"),
	/* Landlock refuses a move that gains rights, this one loses some. */
	{"bind-directory-out", "binding", directory_out, GRANT_DIRECTORY,
	 KNOWN_LIMIT, "bound where granted, its directory moved out"},
	BIND("bind-swap", directory_swap, GRANT_DIRECTORY,
	     "another directory under the granted name"),
	BIND("bind-connect-only", connect_only, GRANT_CONNECT_ONLY,
	     "bind where only connect is granted"),
	BIND("bind-exception", exception, GRANT_EXCEPT,
	     "bind at a denied name in a granted directory"),
	BIND("bind-take-over", take_over, GRANT_DIRECTORY,
	     "in place of a denied server"),
	{0},
};
