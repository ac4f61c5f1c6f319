/* SPDX-License-Identifier: MIT */
/* probe_bind.c - what bind(2) and listen(2) leave behind, case by case.
 *
 *	probe_bind [-n] DIRECTORY	-n: only what can fail
 *
 * Prints one line for each case, the same in every run, and removes what it
 * made.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME_MAX_BYTES sizeof(((struct sockaddr_un *)0)->sun_path)
#define HEAD	       offsetof(struct sockaddr_un, sun_path)

static void say(const char *what, int result)
{
	printf("%s: %s\n", what, result ? strerrorname_np(errno) : "ok");
	fflush(stdout);
}

static int sock(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(2, "socket");
	return fd;
}

/* Bind to exactly the bytes of a name, without a terminator. */
static int bind_bytes(int fd, const char *name, size_t len)
{
	struct sockaddr_un addr;

	memset(&addr, 'X', sizeof(addr));
	addr.sun_family = AF_UNIX;
	memcpy(addr.sun_path, name, len);
	return bind(fd, (struct sockaddr *)&addr, (socklen_t)(HEAD + len));
}

static int bind_name(int fd, const char *name)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	strncpy(addr.sun_path, name, sizeof(addr.sun_path) - 1);
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr));
}

static void print_name(const char *what, int fd,
		       int get(int, struct sockaddr *, socklen_t *))
{
	unsigned char bytes[sizeof(struct sockaddr_un) + 1] = {0};
	socklen_t len = sizeof(bytes);

	if (get(fd, (struct sockaddr *)bytes, &len)) {
		say(what, -1);
		return;
	}
	printf("%s: %u bytes, ", what, len);
	for (socklen_t i = 0; i < len && i < sizeof(bytes); i++)
		printf(bytes[i] > ' ' && bytes[i] < 127 ? "%c" : "\\%o",
		       bytes[i]);
	putchar('\n');
}

static void print_node(const char *what, const char *name)
{
	struct stat st;

	if (lstat(name, &st)) {
		say(what, -1);
		return;
	}
	printf("%s: mode %o uid %u gid %u links %u size %u\n", what, st.st_mode,
	       st.st_uid, st.st_gid, (unsigned int)st.st_nlink,
	       (unsigned int)st.st_size);
}

/* Bind a fresh socket, print all that can be seen of it, and remove it. */
static void one(const char *what, int type, const char *name)
{
	int fd = sock(type), result = bind_name(fd, name);

	say(what, result);
	if (!result) {
		print_name("  its name", fd, getsockname);
		print_node("  its node", name);
		say("  listen", listen(fd, 1));
		say("  unlink", unlink(name));
	}
	close(fd);
}

static void try(const char *what, const char *name)
{
	int fd = sock(SOCK_STREAM);

	say(what, bind_name(fd, name));
	close(fd);
}

static void failures(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = "arg"};
	struct sockaddr *sa = (struct sockaddr *)&addr;
	int fd, pair[2], file = open("/dev/null", O_RDONLY | O_CLOEXEC);

	try("over a socket", "socket");
	try("over a file", "file");
	try("over a directory", "sub");
	try("over a dangling link", "dangling");
	try("over a link to a file", "link");
	try("in a missing directory", "missing/x");
	try("beneath a file", "file/x");
	try("trailing slash", "new/");
	try("a directory and a slash", "sub/");
	try("a file and slashes", "file//");
	try("a dangling link and a slash", "dangling/");
	try("the root", "/");
	try("dot", ".");
	try("through a loop", "loop/x");
	try("in a directory without permission", "closed/x");
	unlink("closed/x");

	fd = sock(SOCK_STREAM);
	say("EBADF", bind(-1, sa, sizeof(addr)));
	say("a file descriptor", bind(file, sa, sizeof(addr)));
	say("null address", bind(fd, NULL, sizeof(addr)));
	say("bad address", bind(fd, (struct sockaddr *)8, sizeof(addr)));
	say("length 0", bind(fd, sa, 0));
	say("length 1", bind(fd, sa, 1));
	say("length 111", bind(fd, sa, 111));
	say("length 129", bind(fd, sa, 129));
	addr.sun_family = AF_INET;
	say("wrong family", bind(fd, sa, sizeof(addr)));
	say("listen, not bound", listen(fd, 1));
	close(fd);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0) {
		say("listen, one of a pair", listen(pair[0], 1));
		close(pair[0]);
		close(pair[1]);
	}
	say("listen, EBADF", listen(-1, 1));
	say("listen, a file", listen(file, 1));
	close(file);
	try("at last, a good name", "good");
	unlink("good");
}

static void modes(void)
{
	static const mode_t umasks[] = {0, 022, 077, 0777};
	char what[32];
	int fd;

	for (size_t i = 0; i < sizeof(umasks) / sizeof(umasks[0]); i++) {
		umask(umasks[i]);
		snprintf(what, sizeof(what), "umask %03o", umasks[i]);
		one(what, SOCK_STREAM, "mode");
	}
	printf("umask stays %03o\n", umask(022));
	fd = sock(SOCK_STREAM);
	say("fchmod before", fchmod(fd, 0700));
	say("bind", bind_name(fd, "mode"));
	print_node("  its node", "mode");
	say("chmod after", chmod("mode", 0640));
	print_node("  its node", "mode");
	unlink("mode");
	close(fd);
	one("in a set-group-ID directory", SOCK_STREAM, "setgid/x");
}

static void names(const char *dir)
{
	char name[NAME_MAX_BYTES + 1];
	int fd;

	snprintf(name, sizeof(name), "%s/absolute", dir);
	one("absolute", SOCK_STREAM, name);
	snprintf(name, sizeof(name), "%s//sub/./../dots", dir);
	one("dots and slashes", SOCK_STREAM, name);
	one("through a link", SOCK_SEQPACKET, "sublink/x");
	one("relative", SOCK_STREAM, "relative");
	one("dot slash", SOCK_STREAM, "./dot");
	if (chdir("sub"))
		err(2, "sub");
	one("relative, after chdir", SOCK_STREAM, "below");
	one("upwards", SOCK_STREAM, "../up");
	if (chdir(".."))
		err(2, "..");
	one("control bytes", SOCK_STREAM, "a\nb\377c d");

	memset(name, 'n', sizeof(name));
	fd = sock(SOCK_STREAM);
	say("108 bytes, not terminated", bind_bytes(fd, name, NAME_MAX_BYTES));
	print_name("  its name", fd, getsockname);
	name[NAME_MAX_BYTES] = '\0';
	print_node("  its node", name);
	unlink(name);
	close(fd);
	fd = sock(SOCK_STREAM);
	say("5 bytes, not terminated", bind_bytes(fd, "short", 5));
	print_name("  its name", fd, getsockname);
	print_node("  its node", "short");
	say("bound twice", bind_name(fd, "again"));
	unlink("short");
	close(fd);
	fd = sock(SOCK_STREAM);
	say("a NUL inside", bind_bytes(fd, "cut\0off", 7));
	print_name("  its name", fd, getsockname);
	unlink("cut");
	close(fd);
}

/* In a child of the listener. */
static int client(pid_t listener)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = "talk"};
	struct ucred peer = {0};
	socklen_t len = sizeof(peer);
	char text[8] = "";
	int fd = sock(SOCK_STREAM);

	say("client connects",
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
	print_name("  peer name", fd, getpeername);
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	printf("  peer is the listener: %s, uid %u gid %u\n",
	       peer.pid == listener ? "yes" : "no", peer.uid, peer.gid);
	if (read(fd, text, sizeof(text) - 1) > 0)
		printf("  it says: %s\n", text);
	fflush(stdout);
	return 0;
}

static void talk(void)
{
	struct ucred peer = {0};
	socklen_t len = sizeof(peer);
	pid_t self = getpid(), child;
	int flag = 0, conn, fd = sock(SOCK_STREAM);

	say("a server binds", bind_name(fd, "talk"));
	say("and listens", listen(fd, 4));
	say("and again", listen(fd, 8));
	len = sizeof(flag);
	getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &flag, &len);
	printf("accepts connections: %d\n", flag);
	fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(client(self));
	conn = accept(fd, NULL, NULL);
	len = sizeof(peer);
	getsockopt(conn, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	if (write(conn, "hello", 5) != 5)
		warn("write");
	waitpid(child, NULL, 0);
	printf("the client's uid %u gid %u\n", peer.uid, peer.gid);
	print_name("name of the accepted", conn, getsockname);
	close(conn);
	close(fd);
	unlink("talk");
}

int main(int argc, char **argv)
{
	const char *dir = argv[argc - 1];

	if (argc < 2 || chdir(dir))
		err(2, "%s", dir);
	failures();
	if (argc == 3)
		return 0;
	modes();
	names(dir);
	talk();
	return 0;
}
