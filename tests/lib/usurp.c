/* SPDX-License-Identifier: MIT */
/* usurp.c - have the supervisor take an outsider's socket for one of ours.
 *
 *	usurp outside NAME SECONDS
 *	usurp device DIR WAY SECONDS
 *	usurp network DIR WAY SECONDS
 *	usurp publish DIR SECONDS
 *
 * outside is that outsider: binds NAME, now and then.  device leads a socket to
 * DIR/sub, which is of another file system; network one that belongs to a
 * network of its own.  publish renames DIR/f/v to DIR/pub.
 *
 * The outsider binds DIR/v, or DIR/f/v, and prints what he hears.  WAY leads to
 * DIR, slowly.  Prints "tries N reached M" at the end.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../../policy/report.h"

#define LISTING_MAX (4 << 20)

static volatile bool stop, busy;
static volatile ino_t own;
static unsigned int tries, reached;
static const char *top;
static time_t end;

static const char *at(const char *name)
{
	static __thread char path[108];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static int on_socket(int (*call)(int, const struct sockaddr *, socklen_t),
		     int fd, const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	return call(fd, (const struct sockaddr *)&addr, sizeof(addr));
}

static int stream(void)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(2, "socket");
	return fd;
}

/* ---- the outsider -------------------------------------------------------- */

static void hear(int server, int ms)
{
	struct pollfd wait = {.fd = server, .events = POLLIN};
	char text[64] = "";

	if (poll(&wait, 1, ms) <= 0)
		return;
	wait.fd = accept(server, NULL, NULL);
	if (poll(&wait, 1, 200) > 0 &&
	    recv(wait.fd, text, sizeof(text) - 1, MSG_DONTWAIT) > 0)
		printf("heard %s\n", text);
	close(wait.fd);
}

static void be_outside(const char *name)
{
	umask(0);
	while (time(NULL) < end) {
		const int server = stream();

		unlink(name);
		if (on_socket(bind, server, name) == 0 &&
		    listen(server, 5) == 0)
			hear(server, 15 + rand() % 20);
		close(server);
		unlink(name);
		usleep(6000 + (useconds_t)(rand() % 6000));
	}
}

/* ---- a socket that is led astray ----------------------------------------- */

static void *turn_way(void *unused)
{
	char x[108], y[108];

	snprintf(x, sizeof(x), "%s", at("x"));
	snprintf(y, sizeof(y), "%s", at("y"));
	while (!stop) {
		syscall(SYS_renameat2, AT_FDCWD, x, AT_FDCWD, y,
			RENAME_EXCHANGE);
		usleep(1200 + (useconds_t)(rand() % 1200));
	}
	return unused;
}

static ino_t next_inode(const char *name)
{
	struct stat st;
	const int fd = open(at(name), O_CREAT | O_EXCL | O_RDWR, 0600);

	if (fd < 0 || fstat(fd, &st) != 0)
		err(2, "%s", at(name));
	close(fd);
	unlink(at(name));
	return st.st_ino;
}

/* What comes next has the same number here and there. */
static void align(void)
{
	ino_t here = next_inode("p"), there = next_inode("sub/p");

	while (there < here)
		there = next_inode("sub/p");
	while (here < there)
		here = next_inode("p");
}

static void greet(const char *name)
{
	const int fd = stream();

	if (on_socket(connect, fd, at(name)) == 0) {
		reached++;
		dprintf(fd, "from inside");
		usleep(200000);
	}
	close(fd);
}

static void lead_astray(const char *way, bool same_number)
{
	struct stat st;

	while (time(NULL) < end && !reached) {
		const int fd = stream();
		bool bound;

		if (lstat(at("v"), &st) == 0) { /* his turn */
			close(fd);
			usleep(300);
			continue;
		}
		if (same_number)
			align();
		tries++;
		bound = on_socket(bind, fd, way) == 0;
		if (bound)
			greet("v");
		unlink(at("sub/v"));
		close(fd);
		if (bound)
			unlink(at("v"));
	}
}

static void astray(const char *way, bool device)
{
	char name[108];
	pthread_t thread;

	if (!device && getuid() == 0 &&
	    (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
		err(2, "cannot become nobody");
	mkdir(at("sub"), 0777);
	if (symlink(".", at("x")) || symlink("sub", at("y")))
		err(2, "symlink");
	if (!device && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		err(77, "unshare");
	pthread_create(&thread, NULL, turn_way, NULL);
	snprintf(name, sizeof(name), "%s/x/v", way);
	lead_astray(name, device);
	stop = true;
	pthread_join(thread, NULL);
}

/* ---- a socket that takes the place of ours while it is renamed ----------- */

/* Who reads a large directory makes others wait that change it. */
static void *read_listing(void *unused)
{
	char *listing = malloc(LISTING_MAX);
	const int fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (!stop) {
		if (!busy) {
			usleep(200);
			continue;
		}
		lseek(fd, 0, SEEK_SET);
		syscall(SYS_getdents64, fd, listing, LISTING_MAX);
	}
	close(fd);
	free(listing);
	return unused;
}

static void *catch_his(void *unused)
{
	struct stat st;

	while (!stop) {
		if (!busy || lstat(at("pub"), &st) != 0 || st.st_ino == own)
			usleep(20);
		else
			greet("pub");
	}
	return unused;
}

static void publish_one(const struct report_publish *ask)
{
	const int fd = stream();
	struct stat st;

	if (on_socket(bind, fd, at("f/v")) == 0) {
		if (lstat(at("f/v"), &st) == 0)
			own = st.st_ino;
		busy = true;
		usleep(300);
		tries++;
		prctl(REPORT_PRCTL, REPORT_PUBLISH, ask, sizeof(*ask), 0);
		busy = false;
		if (lstat(at("pub"), &st) == 0 && st.st_ino == own)
			unlink(at("pub"));
		if (lstat(at("f/v"), &st) == 0 && st.st_ino == own)
			unlink(at("f/v"));
	}
	close(fd);
	usleep(500);
}

static void publish(void)
{
	char from[108], to[108];
	const struct report_publish ask = {
		.version = REPORT_VERSION,
		.call = PUBLISH_RENAME,
		.old_dir = AT_FDCWD,
		.new_dir = AT_FDCWD,
		.old_path = (uintptr_t)from,
		.new_path = (uintptr_t)to,
	};
	pthread_t threads[3];

	snprintf(from, sizeof(from), "%s", at("f/v"));
	snprintf(to, sizeof(to), "%s", at("pub"));
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL,
			       i < 2 ? read_listing : catch_his, NULL);
	while (time(NULL) < end && !reached)
		publish_one(&ask);
	stop = true;
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		errx(2, "usage: usurp WHAT NAME [WAY] SECONDS");
	setvbuf(stdout, NULL, _IOLBF, 0);
	end = time(NULL) + atoi(argv[argc - 1]);
	top = argv[2];
	if (!strcmp(argv[1], "outside")) {
		be_outside(argv[2]);
		return 0;
	}
	if (!strcmp(argv[1], "publish"))
		publish();
	else
		astray(argv[3], !strcmp(argv[1], "device"));
	printf("tries %u reached %u\n", tries, reached);
	return 0;
}
