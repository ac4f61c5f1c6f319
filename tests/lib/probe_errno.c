/* SPDX-License-Identifier: MIT */
/* probe_errno.c - what connect(2) answers, case by case.
 *
 *	probe_errno -m DIRECTORY	makes servers that never accept, and
 *stays probe_errno [-n] DIRECTORY	tries; -n: only names and arguments
 *
 * Prints one line for each case, the same in every run.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *dir;
static volatile sig_atomic_t alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

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

static socklen_t name(struct sockaddr_un *addr, const char *base)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	if (snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/%s", dir,
		     base) >= (int)sizeof(addr->sun_path))
		errx(2, "%s/%s: too long", dir, base);
	return sizeof(*addr);
}

static int reach(int fd, const char *base)
{
	struct sockaddr_un addr;
	socklen_t len = name(&addr, base);

	return connect(fd, (struct sockaddr *)&addr, len);
}

/* Connect a fresh socket of a type to a name and say what happened. */
static void one(const char *what, int type, const char *base)
{
	int fd = sock(type);

	say(what, reach(fd, base));
	close(fd);
}

static int server(int type, const char *base, int backlog)
{
	struct sockaddr_un addr;
	socklen_t len = name(&addr, base);
	int fd = sock(type);

	if (bind(fd, (struct sockaddr *)&addr, len) ||
	    (backlog >= 0 && listen(fd, backlog)) || chmod(addr.sun_path, 0777))
		err(2, "%s", addr.sun_path);
	return fd;
}

/* The servers, of which none ever accepts; stays until it is ended. */
static int make(void)
{
	char path[4096];
	int dead;

	umask(0);
	server(SOCK_STREAM, "stream", 64);
	server(SOCK_SEQPACKET, "seqpacket", 64);
	server(SOCK_STREAM, "bound", -1);
	dead = server(SOCK_STREAM, "dead", 8);
	close(dead);
	server(SOCK_STREAM, "closed", 64);
	snprintf(path, sizeof(path), "%s/closed", dir);
	chmod(path, 0);
	snprintf(path, sizeof(path), "%s/file", dir);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	if (mkfifo(path, 0666))
		err(2, "%s", path);
	snprintf(path, sizeof(path), "%s/loop", dir);
	if (symlink("loop", path))
		err(2, "%s", path);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

static void names(void)
{
	one("missing", SOCK_STREAM, "missing");
	one("missing directory", SOCK_STREAM, "no/such");
	one("beneath a socket", SOCK_STREAM, "stream/x");
	one("beneath a file", SOCK_STREAM, "file/x");
	one("loop", SOCK_STREAM, "loop");
	one("dead server", SOCK_STREAM, "dead");
	one("bound, not listening", SOCK_STREAM, "bound");
	one("a file", SOCK_STREAM, "file");
	one("a fifo", SOCK_STREAM, "fifo");
	one("a directory", SOCK_STREAM, ".");
	one("trailing slash", SOCK_STREAM, "stream/");
	one("no permission", SOCK_STREAM, "closed");
	one("stream to stream", SOCK_STREAM, "stream");
	one("seqpacket to seqpacket", SOCK_SEQPACKET, "seqpacket");
	one("stream to seqpacket", SOCK_STREAM, "seqpacket");
	one("seqpacket to stream", SOCK_SEQPACKET, "stream");
}

/* Before Linux 6.17 sbx-run takes the same connect within 5 ms for a restarted
 * one (connect.c). */
static int reach_again(int fd, const char *name)
{
	usleep(50000);
	return reach(fd, name);
}

static void states(void)
{
	struct sockaddr addr = {.sa_family = AF_UNSPEC};
	int pair[2], fd = sock(SOCK_STREAM);

	say("first connect", reach(fd, "stream"));
	say("second connect", reach_again(fd, "stream"));
	say("second connect, elsewhere", reach(fd, "missing"));
	say("connected, AF_UNSPEC", connect(fd, &addr, sizeof(addr)));
	close(fd);

	fd = server(SOCK_STREAM, "probe", 1);
	say("a listening socket", reach(fd, "stream"));
	close(fd);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0) {
		say("one of a pair", reach(pair[0], "stream"));
		say("one of a pair, missing", reach(pair[0], "missing"));
		close(pair[1]);
		say("a lone one of a pair", reach(pair[0], "stream"));
		close(pair[0]);
	}
	fd = sock(SOCK_STREAM);
	say("failed first", reach(fd, "missing"));
	say("then connected", reach(fd, "stream"));
	shutdown(fd, SHUT_RDWR);
	say("after shutdown", reach_again(fd, "stream"));
	close(fd);
}

static void arguments(void)
{
	struct sockaddr_un addr;
	struct sockaddr_storage large;
	socklen_t len = name(&addr, "stream");
	const struct sockaddr *sa = (struct sockaddr *)&addr;
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = sock(SOCK_STREAM), file = open("/dev/null", O_RDONLY);
	int path = open("/dev/null", O_PATH);

	say("EBADF", connect(-1, sa, len));
	say("EBADF, large", connect(1 << 20, sa, len));
	say("a file descriptor", connect(file, sa, len));
	say("an O_PATH descriptor", connect(path, sa, len));
	say("null address", connect(fd, NULL, len));
	say("bad address", connect(fd, (struct sockaddr *)8, len));
	say("bad address, bad fd", connect(-1, (struct sockaddr *)8, len));
	say("bad address, a file", connect(file, (struct sockaddr *)8, len));
	say("length 0", connect(fd, sa, 0));
	say("length 1", connect(fd, sa, 1));
	say("length 2", connect(fd, sa, 2));
	say("length 3", connect(fd, sa, 3));
	say("length 111", connect(fd, sa, 111));
	say("length 128", connect(fd, (struct sockaddr *)&large, 128));
	say("length 129", connect(fd, (struct sockaddr *)&large, 129));
	say("length -1", connect(fd, sa, (socklen_t)-1));
	/* The address ends where readable memory ends. */
	if (page != MAP_FAILED && !munmap(page + 4096, 4096)) {
		len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				  strlen(addr.sun_path));
		memcpy(page + 4096 - len, &addr, len);
		say("at the end of memory",
		    connect(fd, (struct sockaddr *)(page + 4096 - len), len));
		say("across the end of memory",
		    connect(fd, (struct sockaddr *)(page + 4096 - len),
			    len + 1));
	}
	addr.sun_family = AF_INET;
	say("wrong family", connect(fd, sa, sizeof(addr)));
	addr.sun_family = 4711;
	say("no such family", connect(fd, sa, sizeof(addr)));
	close(fd);
	fd = sock(SOCK_STREAM);
	addr.sun_family = AF_UNSPEC;
	say("AF_UNSPEC, unconnected", connect(fd, sa, sizeof(addr)));
	close(fd);
	close(file);
	close(path);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void timed(const char *what, int fd, double least, double most)
{
	const char *slow = getenv("SBX_SLOW"); /* as in tap.sh */
	double start = now(), took;
	int result = reach(fd, "full"), saved = errno;

	took = now() - start;
	errno = saved;
	say(what, result);
	if (took < least || took > most * (slow ? atoi(slow) : 1))
		printf("%s: took %.2f s\n", what, took);
}

/* A server with room for one, in a child that accepts after a while. */
static void late(void)
{
	int fd = server(SOCK_STREAM, "late", 0);

	if (fork() == 0) {
		usleep(900000);
		close(accept(fd, NULL, NULL));
		sleep(1);
		_exit(0);
	}
	close(fd);
}

static void full(void)
{
	struct itimerval soon = {.it_value = {.tv_usec = 300000}};
	struct itimerval often = {.it_value = {.tv_usec = 200000},
				  .it_interval = {.tv_usec = 200000}};
	struct timeval timeout = {.tv_usec = 400000};
	struct sigaction action = {.sa_handler = on_alarm};
	int first = sock(SOCK_STREAM), fd = sock(SOCK_STREAM | SOCK_NONBLOCK);
	int listener = server(SOCK_STREAM, "full", 0);

	/* A backlog of 0 holds one. */
	say("the one that fits", reach(first, "full"));
	close(first);
	first = sock(SOCK_STREAM);
	timed("full, non-blocking", fd, 0, 0.2);
	say("full, again", reach(fd, "full"));
	close(fd);

	fd = sock(SOCK_STREAM);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	timed("full, SO_SNDTIMEO", fd, 0.35, 1.5);
	close(fd);

	fd = sock(SOCK_STREAM);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	timed("full, alarm", fd, 0.25, 1.5);
	printf("full, alarm: %d handled\n", (int)alarms);

	/* Restarted after each alarm, until somebody accepts. */
	alarms = 0;
	action.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &action, NULL);
	late();
	reach(first, "late");
	setitimer(ITIMER_REAL, &often, NULL);
	say("full, SA_RESTART", reach(fd, "late"));
	memset(&often, 0, sizeof(often));
	setitimer(ITIMER_REAL, &often, NULL);
	printf("full, SA_RESTART: %s handled\n", alarms > 0 ? "some" : "none");
	close(fd);
	wait(NULL);
	close(first);
	close(listener);
}

static void nonblocking(void)
{
	struct pollfd poller = {.events = POLLOUT};
	int fd = sock(SOCK_STREAM | SOCK_NONBLOCK), flags, n;

	say("non-blocking", reach(fd, "stream"));
	poller.fd = fd;
	n = poll(&poller, 1, 1000);
	printf("non-blocking: poll %d, events %x\n", n,
	       (unsigned int)poller.revents);
	flags = fcntl(fd, F_GETFL);
	printf("non-blocking: flags %o\n", (unsigned int)flags);
	close(fd);
}

static void details(void)
{
	struct sockaddr_un addr;
	socklen_t len = sizeof(addr);
	int fd = sock(SOCK_STREAM), error = -1;

	reach(fd, "stream");
	getpeername(fd, (struct sockaddr *)&addr, &len);
	printf("peer name: %u bytes, ends with %s\n", len,
	       strrchr(addr.sun_path, '/'));
	len = sizeof(addr);
	getsockname(fd, (struct sockaddr *)&addr, &len);
	printf("own name: %u bytes\n", len);
	len = sizeof(error);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	printf("SO_ERROR: %d\n", error);
	close(fd);
}

static void unlink_own(void)
{
	static const char *const bases[] = {"probe", "full", "late"};
	struct sockaddr_un addr;

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		name(&addr, bases[i]);
		unlink(addr.sun_path);
	}
}

int main(int argc, char **argv)
{
	dir = argv[argc - 1];
	if (argc == 3 && !strcmp(argv[1], "-m"))
		return make();
	names();
	arguments();
	if (argc == 3 && !strcmp(argv[1], "-n"))
		return 0;
	states();
	details();
	nonblocking();
	full();
	unlink_own();
	return 0;
}
