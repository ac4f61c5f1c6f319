/* SPDX-License-Identifier: MIT */
/* naming.c - the denied socket by every spelling of its name. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

#define PATH_OFFSET offsetof(struct sockaddr_un, sun_path)

static void plain(void)
{
	hit_path(at("denied/no.sock"));
}

static void plain_seqpacket(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.seq"));

	hit(AF_UNIX, SOCK_SEQPACKET, &addr, len);
}

static void plain_dgram(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.dgram"));

	hit(AF_UNIX, SOCK_DGRAM, &addr, len);
}

static void relative(void)
{
	if (!chdir(at("denied")))
		hit_path("no.sock");
}

static void relative_dotdot(void)
{
	if (!chdir(at("granted")))
		hit_path("../denied/no.sock");
}

static void dotdot(void)
{
	hit_path(at("granted/../denied/no.sock"));
	hit_path(at("granted/./../granted/../denied/no.sock"));
}

static void slashes(void)
{
	char path[108];

	snprintf(path, sizeof(path), "//%s//denied//.///no.sock", scene.dir);
	hit_path(path);
}

static void symlink_made(void)
{
	symlink(at("denied/no.sock"), at("granted/made.sock"));
	hit_path(at("granted/made.sock"));
}

static void symlink_outside(void)
{
	hit_path(at("granted/link.sock"));
}

static void symlink_directory(void)
{
	hit_path(at("granted/linkdir/no.sock"));
}

static void symlink_dotdot(void)
{
	/* "..", seen lexically, leads back into the granted directory. */
	hit_path(at("granted/linkdir/../granted-evil/ok.sock"));
}

static void symlink_chain(void)
{
	char from[32], to[32];

	symlink(at("denied/no.sock"), at("granted/chain0"));
	for (int i = 1; i < 30; i++) {
		snprintf(from, sizeof(from), "granted/chain%d", i);
		snprintf(to, sizeof(to), "chain%d", i - 1);
		symlink(to, at(from));
	}
	hit_path(at("granted/chain29"));
}

static void proc_self_cwd(void)
{
	if (!chdir(at("denied")))
		hit_path("/proc/self/cwd/no.sock");
}

static void proc_self_root(void)
{
	char path[108];

	snprintf(path, sizeof(path), "/proc/self/root%s", at("denied/no.sock"));
	hit_path(path);
}

static void proc_thread_self(void)
{
	if (!chdir(at("denied")))
		hit_path("/proc/thread-self/cwd/no.sock");
}

static void proc_pid(void)
{
	char path[108];

	if (chdir(at("denied")))
		return;
	snprintf(path, sizeof(path), "/proc/%d/cwd/no.sock", getpid());
	hit_path(path);
}

static void *sit_in_denied(void *arg)
{
	char path[108];

	if (unshare(CLONE_FS) || chdir(at("denied")))
		return NULL;
	snprintf(path, sizeof(path), "/proc/self/task/%ld/cwd/no.sock",
		 syscall(SYS_gettid));
	strcpy(arg, path);
	pause_ms(300);
	return NULL;
}

static void proc_task(void)
{
	static char path[108];
	pthread_t thread;

	if (pthread_create(&thread, NULL, sit_in_denied, path))
		return;
	pause_ms(100);
	hit_path(path);
	pthread_join(thread, NULL);
}

/* Through a descriptor of the directory, or (name "") of the socket. */
static void through_fd(const char *fds, const char *opened, const char *name)
{
	int fd = open(at(opened), O_PATH | O_CLOEXEC);
	char path[108];

	snprintf(path, sizeof(path), "%s/%d%s", fds, fd, name);
	hit_path(path);
	close(fd);
}

static void proc_fd_directory(void)
{
	through_fd("/proc/self/fd", "denied", "/no.sock");
}

static void proc_fd_socket(void)
{
	through_fd("/proc/self/fd", "denied/no.sock", "");
}

static void dev_fd(void)
{
	through_fd("/dev/fd", "denied", "/no.sock");
	through_fd("/dev/fd", "denied/no.sock", "");
}

static void proc_fd_granted_dotdot(void)
{
	through_fd("/proc/self/fd", "granted", "/../denied/no.sock");
}

/* All 108 bytes used, no NUL. */
static void unterminated(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	const char *path = at("denied/no.sock");
	size_t left = sizeof(addr.sun_path) - strlen(path);

	memset(addr.sun_path, '/', left);
	memcpy(addr.sun_path + left, path, strlen(path));
	hit(AF_UNIX, SOCK_STREAM, &addr, sizeof(addr));
}

static void trailing_bytes(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));

	snprintf(addr.sun_path + (len - PATH_OFFSET),
		 sizeof(addr.sun_path) - (len - PATH_OFFSET), "%s",
		 at("granted/ok.sock"));
	hit(AF_UNIX, SOCK_STREAM, &addr, sizeof(addr));
}

static void without_nul(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));

	addr.sun_path[len - PATH_OFFSET - 1] = 'x';
	hit(AF_UNIX, SOCK_STREAM, &addr, len - 1);
}

/* The bytes say granted/ok.sock, the length says granted/ok. */
static void length_cut(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/ok.sock"));

	len -= (socklen_t)sizeof(".sock");
	hit(AF_UNIX, SOCK_STREAM, &addr, len);
}

static void longer_name(void)
{
	hit_path(at("granted/ok.sock2"));
}

static void newline_name(void)
{
	hit_path(at("granted/ok.sock\n"));
}

static void other_case(void)
{
	hit_path(at("granted/OK.SOCK"));
}

static void sibling_directory(void)
{
	hit_path(at("granted-evil/ok.sock"));
}

static void non_utf8(void)
{
	hit_path(at("denied/\xff\xfe\x80.sock"));
}

static void directory_dotdot(void)
{
	hit_path(at("granted/../granted-evil/ok.sock"));
	if (!chdir(at("granted")))
		hit_path("./../granted-evil/ok.sock");
}

static void exception(void)
{
	hit_path(at("granted/except.sock"));
	hit_path(at("denied/../granted//./except.sock"));
	if (!chdir(at("granted")))
		hit_path("except.sock");
}

static void exception_symlink(void)
{
	symlink("except.sock", at("granted/alias.sock"));
	hit_path(at("granted/alias.sock"));
}

static void exception_link(void)
{
	link(at("granted/except.sock"), at("granted/alias.sock"));
	hit_path(at("granted/alias.sock"));
	rename(at("granted/except.sock"), at("granted/moved.sock"));
	hit_path(at("granted/moved.sock"));
}

static void bind_only(void)
{
	hit_path(at("lure/ok.sock"));
}

#define NAMING(name, run, grant, what)                                         \
	{                                                                      \
		name, "naming", run, grant, 0, what                            \
	}

const struct attack naming_attacks[] = {
	NAMING("plain-stream", plain, GRANT_FILE, "connect(2) to its path"),
	NAMING("plain-seqpacket", plain_seqpacket, GRANT_FILE,
	       "the same, SOCK_SEQPACKET"),
	NAMING("plain-dgram", plain_dgram, GRANT_FILE, "the same, SOCK_DGRAM"),
	NAMING("relative", relative, GRANT_FILE, "chdir, then a bare name"),
	NAMING("relative-dotdot", relative_dotdot, GRANT_FILE,
	       "../ from the granted directory"),
	NAMING("dotdot", dotdot, GRANT_FILE,
	       "granted/../, starts like the grant"),
	NAMING("slashes", slashes, GRANT_FILE, "double slashes and dots"),
	NAMING("symlink-made", symlink_made, GRANT_DIRECTORY,
	       "a new symbolic link in the granted directory"),
	NAMING("symlink-outside", symlink_outside, GRANT_DIRECTORY,
	       "a symbolic link that was there before"),
	NAMING("symlink-directory", symlink_directory, GRANT_DIRECTORY,
	       "a symbolic link to the directory"),
	NAMING("symlink-dotdot", symlink_dotdot, GRANT_DIRECTORY,
	       ".. after a symbolic link"),
	NAMING("symlink-chain", symlink_chain, GRANT_DIRECTORY,
	       "30 symbolic links in a row"),
	NAMING("proc-self-cwd", proc_self_cwd, GRANT_FILE, "/proc/self/cwd/"),
	NAMING("proc-self-root", proc_self_root, GRANT_FILE,
	       "/proc/self/root/"),
	NAMING("proc-thread-self", proc_thread_self, GRANT_FILE,
	       "/proc/thread-self/cwd/"),
	NAMING("proc-pid", proc_pid, GRANT_FILE, "/proc/PID/cwd/"),
	NAMING("proc-task", proc_task, GRANT_FILE,
	       "cwd of another thread, unshared"),
	NAMING("proc-fd-directory", proc_fd_directory, GRANT_FILE,
	       "/proc/self/fd/N/no.sock"),
	NAMING("proc-fd-socket", proc_fd_socket, GRANT_FILE,
	       "/proc/self/fd/N of an O_PATH descriptor"),
	NAMING("dev-fd", dev_fd, GRANT_FILE, "/dev/fd/N"),
	NAMING("proc-fd-dotdot", proc_fd_granted_dotdot, GRANT_DIRECTORY,
	       ".. from a descriptor of the granted directory"),
	NAMING("unterminated", unterminated, GRANT_FILE,
	       "108 bytes without a NUL"),
	NAMING("trailing-bytes", trailing_bytes, GRANT_FILE,
	       "the granted path behind the NUL"),
	NAMING("without-nul", without_nul, GRANT_FILE,
	       "ended by the length, rubbish behind it"),
	NAMING("length-cut", length_cut, GRANT_FILE,
	       "the granted path, cut short by the length"),
	NAMING("longer-name", longer_name, GRANT_FILE,
	       "the granted path is a prefix of its name"),
	NAMING("newline-name", newline_name, GRANT_FILE,
	       "the granted path and a newline"),
	NAMING("other-case", other_case, GRANT_FILE,
	       "the granted path in capitals"),
	NAMING("sibling-directory", sibling_directory, GRANT_DIRECTORY,
	       "the granted directory is a prefix of its directory"),
	NAMING("non-utf8", non_utf8, GRANT_FILE, "bytes that are not UTF-8"),
	NAMING("directory-dotdot", directory_dotdot, GRANT_DIRECTORY,
	       ".. out of a granted directory"),
	NAMING("exception", exception, GRANT_EXCEPT,
	       "a denied socket in a granted directory"),
	NAMING("exception-symlink", exception_symlink, GRANT_EXCEPT,
	       "a link to the denied one, same directory"),
	NAMING("exception-rename", exception_link, GRANT_EXCEPT,
	       "another name for the denied one, same directory"),
	NAMING("bind-only", bind_only, GRANT_BIND_ONLY,
	       "connect where only bind is granted"),
	{0},
};
