/* SPDX-License-Identifier: MIT */
/* probe_send.c - what sendto, sendmsg and sendmmsg answer to their arguments.
 *
 *	probe_send -m DIRECTORY		makes the servers, and stays
 *	probe_send [-n] DIRECTORY	tries; -n: only names and arguments
 *
 * Prints one line for each case, the same in every run.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>

#include "probe_send.h"

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
	return 0;
}
