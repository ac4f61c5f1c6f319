/* SPDX-License-Identifier: MIT */
/* probe_send.c - what sendto, sendmsg and sendmmsg answer, case by case.
 *
 *	probe_send -m DIRECTORY		makes the servers, and stays
 *	probe_send [-n] DIRECTORY	tries; -n: only names and arguments
 *
 * Prints one line for each case, the same in every run.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
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
static volatile sig_atomic_t alarms, pipes;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void on_pipe(int sig)
{
	(void)sig;
	pipes++;
}

static void say(const char *what, ssize_t result)
{
	if (result < 0)
		printf("%s: %s\n", what, strerrorname_np(errno));
	else
		printf("%s: %zd\n", what, result);
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

static int server(int type, const char *base)
{
	struct sockaddr_un addr;
	socklen_t len = name(&addr, base);
	int fd = sock(type);

	unlink(addr.sun_path);
	if (bind(fd, (struct sockaddr *)&addr, len) ||
	    (type != SOCK_DGRAM && listen(fd, 64)) ||
	    chmod(addr.sun_path, 0777))
		err(2, "%s", addr.sun_path);
	return fd;
}

/* The servers; one of them takes what comes, until it is ended. */
static int make(void)
{
	char path[4096], data[4096];
	int taker, fd;

	umask(0);
	taker = server(SOCK_DGRAM, "dgram");
	server(SOCK_STREAM, "stream");
	server(SOCK_SEQPACKET, "seqpacket");
	close(server(SOCK_DGRAM, "dead"));
	server(SOCK_DGRAM, "closed");
	snprintf(path, sizeof(path), "%s/closed", dir);
	chmod(path, 0);
	snprintf(path, sizeof(path), "%s/file", dir);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
	close(fd);
	puts("ready");
	fflush(stdout);
	for (;;)
		if (recv(taker, data, sizeof(data), 0) < 0)
			return 1;
}

/* ---- three ways to say the same ----------------------------------------- */

static ssize_t by_sendto(int fd, const void *addr, socklen_t len)
{
	return sendto(fd, "hello", 5, MSG_NOSIGNAL, addr, len);
}

static ssize_t by_sendmsg(int fd, const void *addr, socklen_t len)
{
	struct iovec iov[2] = {{(char *)"hel", 3}, {(char *)"lo", 2}};
	struct msghdr m = {
		.msg_name = (void *)addr,
		.msg_namelen = len,
		.msg_iov = iov,
		.msg_iovlen = 2,
	};

	return sendmsg(fd, &m, MSG_NOSIGNAL);
}

static ssize_t by_sendmmsg(int fd, const void *addr, socklen_t len)
{
	struct iovec iov = {(char *)"hello", 5};
	struct mmsghdr m = {
		.msg_hdr = {.msg_name = (void *)addr,
			    .msg_namelen = len,
			    .msg_iov = &iov,
			    .msg_iovlen = 1},
	};
	int n = sendmmsg(fd, &m, 1, MSG_NOSIGNAL);

	return n == 1 ? (ssize_t)m.msg_len : n;
}

static ssize_t (*const ways[])(int, const void *, socklen_t) = {
	by_sendto, by_sendmsg, by_sendmmsg};
static const char *const way_names[] = {"sendto", "sendmsg", "sendmmsg"};

static void each_way(const char *what, int fd, const void *addr, socklen_t len)
{
	char text[128];

	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "%s, %s", what, way_names[i]);
		say(text, ways[i](fd, addr, len));
	}
}

static void names(void)
{
	static const char *const bases[] = {
		"missing", "no/such", "dgram/x",   "dead",  "file",  ".",
		"closed",  "stream",  "seqpacket", "dgram", "dgram/"};
	struct sockaddr_un addr;
	int fd = sock(SOCK_DGRAM);

	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		socklen_t len = name(&addr, bases[i]);

		each_way(bases[i], fd, &addr, len);
	}
	close(fd);
}

static void arguments(void)
{
	struct sockaddr_storage large = {.ss_family = AF_UNIX};
	struct sockaddr_un addr;
	socklen_t len = name(&addr, "dgram");
	int fd = sock(SOCK_DGRAM), file = open("/dev/null", O_RDWR);
	int path = open("/dev/null", O_PATH);

	each_way("EBADF", -1, &addr, len);
	each_way("a file descriptor", file, &addr, len);
	each_way("an O_PATH descriptor", path, &addr, len);
	each_way("bad address", fd, (void *)8, len);
	each_way("bad address, bad fd", -1, (void *)8, len);
	each_way("no address", fd, NULL, 0);
	each_way("no address, a length", fd, NULL, len);
	each_way("length 0", fd, &addr, 0);
	each_way("length 1", fd, &addr, 1);
	each_way("length 2", fd, &addr, 2);
	each_way("length 111", fd, &addr, 111);
	each_way("length 128", fd, &large, 128);
	each_way("length 129", fd, &large, 129);
	each_way("length -1", fd, &addr, (socklen_t)-1);
	addr.sun_family = AF_INET;
	each_way("wrong family", fd, &addr, len);
	addr.sun_family = AF_UNSPEC;
	each_way("AF_UNSPEC", fd, &addr, len);
	close(fd);
	close(file);
	close(path);
}

/* ---- what a message holds ----------------------------------------------- */

static ssize_t message(int fd, struct iovec *iov, size_t count, void *control,
		       size_t control_len, int flags)
{
	struct sockaddr_un addr;
	socklen_t len = name(&addr, "dgram");
	struct msghdr m = {
		.msg_name = &addr,
		.msg_namelen = len,
		.msg_iov = iov,
		.msg_iovlen = count,
		.msg_control = control,
		.msg_controllen = control_len,
	};

	return sendmsg(fd, &m, flags);
}

static void vectors(void)
{
	static char bytes[300000];
	static struct iovec many[1025];
	struct iovec one = {bytes, sizeof(bytes)};
	int fd = sock(SOCK_DGRAM), size = 0;
	socklen_t len = sizeof(size);

	for (int i = 0; i < 1025; i++)
		many[i] = (struct iovec){bytes + 200 * i, 195};
	say("1024 vectors", message(fd, many, 1024, NULL, 0, 0));
	say("1025 vectors", message(fd, many, 1025, NULL, 0, 0));
	say("no vector", message(fd, NULL, 0, NULL, 0, 0));
	say("bad vector", message(fd, (void *)8, 1, NULL, 0, 0));
	say("nothing in 9 vectors", message(fd, many + 9, 0, NULL, 0, 0));
	many[3].iov_len = 0;
	many[3].iov_base = NULL;
	say("an empty one among them", message(fd, many, 9, NULL, 0, 0));
	many[3] = (struct iovec){(void *)8, 10};
	say("bad bytes among them", message(fd, many, 9, NULL, 0, 0));
	many[3].iov_len = (size_t)-1;
	say("negative length", message(fd, many, 9, NULL, 0, 0));
	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &len);
	one.iov_len = (size_t)size - 32;
	say("as large as it gets", message(fd, &one, 1, NULL, 0, MSG_DONTWAIT));
	one.iov_len++;
	say("too large", message(fd, &one, 1, NULL, 0, 0));
	size = 1;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	one.iov_len = 5000;
	say("too large for a small buffer", message(fd, &one, 1, NULL, 0, 0));
	one.iov_len = 5;
	say("MSG_OOB", message(fd, &one, 1, NULL, 0, MSG_OOB));
	say("bad header", sendmsg(fd, (void *)8, 0));
	say("null header", sendmsg(fd, NULL, 0));
	close(fd);
	fd = sock(SOCK_DGRAM);
	say("sendto, bad bytes",
	    sendto(fd, (void *)8, 10, 0,
		   (struct sockaddr *)&(struct sockaddr_un){AF_UNIX, "/x"}, 5));
	close(fd);
}

static void control_data(void)
{
	static _Alignas(8) char control[4096];
	struct cmsghdr *c = (struct cmsghdr *)control;
	struct iovec one = {(char *)"x", 1};
	struct ucred self = {getpid(), getuid(), getgid()};
	int fd = sock(SOCK_DGRAM), fds[256];

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	say("a descriptor", message(fd, &one, 1, c, c->cmsg_len, 0));
	memcpy(CMSG_DATA(c), &(int){-1}, sizeof(int));
	say("no descriptor", message(fd, &one, 1, c, c->cmsg_len, 0));
	memcpy(CMSG_DATA(c), &(int){999}, sizeof(int));
	say("closed descriptor", message(fd, &one, 1, c, c->cmsg_len, 0));
	/* Numbers that mean nothing here mean nothing to the receiver. */
	for (int i = 3; i < 1000; i++) {
		if (fcntl(i, F_GETFD) >= 0)
			continue;
		memcpy(CMSG_DATA(c), &i, sizeof(int));
		if (message(fd, &one, 1, c, c->cmsg_len, 0) >= 0 ||
		    errno != EBADF)
			printf("descriptor %d is somebody's\n", i);
	}
	for (int i = 0; i < 256; i++)
		fds[i] = i % 2 ? fd : 1;
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	c->cmsg_len = CMSG_LEN(253 * sizeof(int));
	say("253 descriptors", message(fd, &one, 1, c, c->cmsg_len, 0));
	c->cmsg_len = CMSG_LEN(254 * sizeof(int));
	say("254 descriptors", message(fd, &one, 1, c, c->cmsg_len, 0));
	c->cmsg_len = CMSG_LEN(0);
	say("0 descriptors", message(fd, &one, 1, c, c->cmsg_len, 0));
	c->cmsg_len = CMSG_LEN(0) - 1;
	say("short item", message(fd, &one, 1, c, 64, 0));
	c->cmsg_len = 65;
	say("long item", message(fd, &one, 1, c, 64, 0));
	say("half a header", message(fd, &one, 1, c, 8, 0));
	say("bad control", message(fd, &one, 1, (void *)8, 64, 0));
	say("much control", message(fd, &one, 1, c, (size_t)INT_MAX + 1, 0));
	say("much bad control", message(fd, &one, 1, (void *)8, 8 << 20, 0));
	c->cmsg_len = CMSG_LEN(sizeof(int));
	c->cmsg_type = 0x77;
	say("unknown item", message(fd, &one, 1, c, c->cmsg_len, 0));
	c->cmsg_level = SOL_SOCKET + 1;
	say("unknown level", message(fd, &one, 1, c, c->cmsg_len, 0));

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_CREDENTIALS;
	c->cmsg_len = CMSG_LEN(sizeof(self));
	memcpy(CMSG_DATA(c), &self, sizeof(self));
	say("credentials", message(fd, &one, 1, c, c->cmsg_len, 0));
	c->cmsg_len -= 4;
	say("short credentials", message(fd, &one, 1, c, c->cmsg_len, 0));
	c->cmsg_len += 4;
	if (self.uid != 0) {
		self.pid = getppid();
		memcpy(CMSG_DATA(c), &self, sizeof(self));
		say("a parent's", message(fd, &one, 1, c, c->cmsg_len, 0));
		self.pid = getpid();
		self.uid = 0;
		memcpy(CMSG_DATA(c), &self, sizeof(self));
		say("root's", message(fd, &one, 1, c, c->cmsg_len, 0));
		self.uid = getuid();
		self.gid = 0;
		memcpy(CMSG_DATA(c), &self, sizeof(self));
		say("root's group", message(fd, &one, 1, c, c->cmsg_len, 0));
	}
	close(fd);
}

/* ---- several messages --------------------------------------------------- */

static void row(const char *what, const char *const *bases, unsigned int n)
{
	struct sockaddr_un addrs[8];
	struct mmsghdr m[8] = {0};
	struct iovec iov = {(char *)"hello", 5};
	int fd = sock(SOCK_DGRAM);

	for (unsigned int i = 0; i < n; i++) {
		m[i].msg_hdr.msg_namelen = name(&addrs[i], bases[i]);
		m[i].msg_hdr.msg_name = &addrs[i];
		m[i].msg_hdr.msg_iov = &iov;
		m[i].msg_hdr.msg_iovlen = 1;
		m[i].msg_len = 77;
	}
	say(what, sendmmsg(fd, m, n, 0));
	for (unsigned int i = 0; i < n; i++)
		printf("%s: message %u: %u\n", what, i, m[i].msg_len);
	close(fd);
}

static void several(void)
{
	static const char *const fine[] = {"dgram", "dgram", "dgram"};
	static const char *const broken[] = {"dgram", "missing", "dgram"};
	static const char *const none[] = {"missing", "dgram"};
	static const char *const dead[] = {"dgram", "dgram", "dead", "dgram"};
	struct mmsghdr *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = sock(SOCK_DGRAM), pair[2];
	struct iovec iov = {(char *)"x", 1};
	struct mmsghdr *last = (struct mmsghdr *)((char *)page + 4096) - 1;

	row("three", fine, 3);
	row("the second is missing", broken, 3);
	row("the first is missing", none, 2);
	row("the third is dead", dead, 4);
	say("no messages", sendmmsg(fd, page, 0, 0));
	say("bad messages", sendmmsg(fd, (void *)8, 2, 0));
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		err(2, "socketpair");
	mprotect((char *)page + 4096, 4096, PROT_NONE);
	last->msg_hdr.msg_iov = &iov;
	last->msg_hdr.msg_iovlen = 1;
	say("memory ends", sendmmsg(pair[0], last, 2, 0));
	printf("memory ends: %u\n", last->msg_len);
	mprotect(page, 4096, PROT_READ);
	say("read-only memory", sendmmsg(pair[0], last, 1, 0));
	munmap(page, 8192);
	close(pair[0]);
	close(pair[1]);
	close(fd);
}

/* ---- connected sockets -------------------------------------------------- */

static void pair_of(const char *what, int type, int *pair)
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair))
		err(2, "%s", what);
}

static void broken_pipe(const char *what, int type, int flags)
{
	struct iovec iov = {(char *)"x", 1};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	int pair[2];

	pipes = 0;
	pair_of(what, type, pair);
	close(pair[1]);
	say(what, sendmsg(pair[0], &m, flags));
	printf("%s: %d signals\n", what, (int)pipes);
	close(pair[0]);
}

static void connected(void)
{
	struct sigaction action = {.sa_handler = on_pipe};
	struct sockaddr_un addr;
	socklen_t len = name(&addr, "dgram");
	int fd = sock(SOCK_DGRAM), pair[2];

	sigaction(SIGPIPE, &action, NULL);
	say("connect", connect(fd, (struct sockaddr *)&addr, len));
	each_way("connected", fd, NULL, 0);
	name(&addr, "missing");
	each_way("connected, elsewhere", fd, &addr, len);
	name(&addr, "dgram");
	close(fd);
	pair_of("stream", SOCK_STREAM, pair);
	each_way("stream, a name", pair[0], &addr, len);
	each_way("stream, no name", pair[0], NULL, 0);
	close(pair[0]);
	close(pair[1]);
	pair_of("seqpacket", SOCK_SEQPACKET, pair);
	each_way("seqpacket, a name", pair[0], &addr, len);
	close(pair[0]);
	close(pair[1]);
	pair_of("dgram", SOCK_DGRAM, pair);
	each_way("one of a pair", pair[0], NULL, 0);
	each_way("one of a pair, elsewhere", pair[0], &addr, len);
	close(pair[1]);
	each_way("a lone one of a pair", pair[0], NULL, 0);
	close(pair[0]);
	fd = sock(SOCK_STREAM);
	each_way("lone stream, a name", fd, &addr, len);
	each_way("lone stream", fd, NULL, 0);
	close(fd);
	fd = sock(SOCK_SEQPACKET);
	each_way("lone seqpacket, a name", fd, &addr, len);
	close(fd);
	broken_pipe("broken stream", SOCK_STREAM, 0);
	broken_pipe("broken stream, MSG_NOSIGNAL", SOCK_STREAM, MSG_NOSIGNAL);
	broken_pipe("broken seqpacket", SOCK_SEQPACKET, 0);
	broken_pipe("broken dgram", SOCK_DGRAM, 0);
}

/* ---- a receiver that is full -------------------------------------------- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void timed(const char *what, int fd, int flags, double least,
		  double most)
{
	struct sockaddr_un addr;
	socklen_t len = name(&addr, "full");
	struct iovec iov = {(char *)"x", 1};
	struct msghdr m = {.msg_name = &addr,
			   .msg_namelen = len,
			   .msg_iov = &iov,
			   .msg_iovlen = 1};
	double start = now(), took;
	ssize_t result = sendmsg(fd, &m, flags);
	int saved = errno;

	took = now() - start;
	errno = saved;
	say(what, result);
	if (took < least || took > most)
		printf("%s: took %.2f s\n", what, took);
}

static int fill(void)
{
	struct sockaddr_un addr;
	socklen_t len = name(&addr, "full");
	int fd = sock(SOCK_DGRAM), n = 0;

	while (sendto(fd, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&addr,
		      len) == 1)
		n++;
	close(fd);
	return n;
}

static void late_reader(int full)
{
	char data[16];

	if (fork() == 0) {
		usleep(900000);
		recv(full, data, sizeof(data), 0);
		sleep(1);
		_exit(0);
	}
}

static void full(void)
{
	struct itimerval soon = {.it_value = {.tv_usec = 300000}};
	struct itimerval often = {.it_value = {.tv_usec = 200000},
				  .it_interval = {.tv_usec = 200000}};
	struct timeval timeout = {.tv_usec = 400000};
	struct sigaction action = {.sa_handler = on_alarm};
	int receiver = server(SOCK_DGRAM, "full");
	int fd = sock(SOCK_DGRAM | SOCK_NONBLOCK);

	printf("full: room for %d\n", fill());
	timed("full, O_NONBLOCK", fd, 0, 0, 0.2);
	close(fd);
	fd = sock(SOCK_DGRAM);
	timed("full, MSG_DONTWAIT", fd, MSG_DONTWAIT, 0, 0.2);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	timed("full, alarm", fd, 0, 0.29, 1.5);
	printf("full, alarm: %d handled\n", (int)alarms);
	alarms = 0;
	action.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &action, NULL);
	late_reader(receiver);
	setitimer(ITIMER_REAL, &often, NULL);
	timed("full, SA_RESTART", fd, 0, 0.5, 3);
	memset(&often, 0, sizeof(often));
	setitimer(ITIMER_REAL, &often, NULL);
	printf("full, SA_RESTART: %s handled\n", alarms > 0 ? "some" : "none");
	fill();
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	timed("full, SO_SNDTIMEO", fd, 0, 0.39, 1.5);
	close(fd);
	close(receiver);
	wait(NULL);
}

/* ---- streams ------------------------------------------------------------ */

#define LARGE (3 << 20)

static unsigned char *pattern(void)
{
	unsigned char *bytes = malloc(LARGE);

	for (size_t i = 0; bytes && i < LARGE; i++)
		bytes[i] = (unsigned char)(i * 7 + i / 4093);
	return bytes;
}

/* In a child: take it all, and tell whether it is right. */
static void take(int fd, const unsigned char *want)
{
	unsigned char *got = malloc(LARGE);
	size_t len = 0;
	ssize_t n;

	while (len < LARGE && (n = read(fd, got + len, LARGE - len)) > 0)
		len += (size_t)n;
	_exit(len == LARGE && !memcmp(got, want, LARGE) ? 0 : 1);
}

static void large_stream(void)
{
	unsigned char *bytes = pattern();
	struct iovec iov[3] = {
		{bytes, 1000},
		{bytes + 1000, 2 << 20},
		{bytes + 1000 + (2 << 20), LARGE - (2 << 20) - 1000}};
	struct msghdr m = {.msg_iov = iov, .msg_iovlen = 3};
	int pair[2], status;

	pair_of("large", SOCK_STREAM, pair);
	fflush(stdout);
	if (fork() == 0) {
		close(pair[0]);
		take(pair[1], bytes);
	}
	close(pair[1]);
	say("large stream", sendmsg(pair[0], &m, 0));
	close(pair[0]);
	wait(&status);
	printf("large stream: %s\n", status ? "wrong" : "right");
	free(bytes);
}

/* Nobody reads: what fits is the answer, also when a signal ends the wait. */
static void partly(const char *what, int flags, bool alarmed)
{
	static char bytes[LARGE];
	struct iovec iov = {bytes, LARGE};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	struct itimerval soon = {.it_value = {.tv_usec = 300000}};
	struct sigaction action = {.sa_handler = on_alarm,
				   .sa_flags = SA_RESTART};
	int pair[2];
	ssize_t n;

	sigaction(SIGALRM, &action, NULL);
	pair_of(what, SOCK_STREAM, pair);
	if (alarmed)
		setitimer(ITIMER_REAL, &soon, NULL);
	n = sendmsg(pair[0], &m, flags);
	printf("%s: %s\n", what,
	       n > 65536 && n < LARGE ? "part"
	       : n < 0		      ? "failed"
				      : "other");
	say(what, sendmsg(pair[0], &m, MSG_DONTWAIT));
	close(pair[0]);
	close(pair[1]);
}

static void out_of_band(void)
{
	struct iovec iov = {(char *)"abc", 3};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	char byte = '-';
	int pair[2];

	pair_of("oob", SOCK_STREAM, pair);
	say("out of band", sendmsg(pair[0], &m, MSG_OOB));
	recv(pair[1], &byte, 1, MSG_OOB);
	printf("out of band: %c\n", byte);
	close(pair[0]);
	close(pair[1]);
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
	vectors();
	control_data();
	several();
	connected();
	full();
	large_stream();
	partly("partly, MSG_DONTWAIT", MSG_DONTWAIT, false);
	partly("partly, alarm", 0, true);
	out_of_band();
	return 0;
}
