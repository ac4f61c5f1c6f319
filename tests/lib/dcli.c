/* SPDX-License-Identifier: MIT */
/* dcli.c - send datagrams in the ways that programs do.
 *
 *	dcli [-u UID] WAY TEXT PATH|@NAME...
 *
 *	to	sendto(2)
 *	msg	sendmsg(2)
 *	conn	connect(2), send(2), sendmsg(2): the text comes twice
 *	memfd	as sd_journal_send(3) does with a large entry: nothing but a
 *		descriptor, of a sealed file that holds the text
 *	cred	with SCM_CREDENTIALS, who we are
 *	root	... or rather, who we are not: user 0, unless we are
 *	mix	sendmmsg(2), one message to each name
 *	ask	from a socket of our own name, PATH.mine; prints the answer
 *	stream	connect a stream, sendmsg(2)
 *	pass	descriptors over many streams, by threads; TEXT: how many
 *
 * -u first becomes that user.  Prints "ok" and what was sent, or the error.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define NAMES_MAX 8
#define THREADS	  8

static const char *text;
static struct sockaddr_un addrs[NAMES_MAX];
static socklen_t lens[NAMES_MAX];
static unsigned int names;
static _Alignas(8) char control[64];

static void say(ssize_t n)
{
	if (n < 0)
		printf("%s\n", strerrorname_np(errno));
	else
		printf("ok %zd\n", n);
}

static void add_name(const char *name)
{
	struct sockaddr_un *addr = &addrs[names];
	size_t len = strlen(name);

	if (len >= sizeof(addr->sun_path) || names == NAMES_MAX)
		errx(2, "name too long, or too many: %s", name);
	addr->sun_family = AF_UNIX;
	memcpy(addr->sun_path, name, len);
	if (name[0] == '@')
		addr->sun_path[0] = '\0';
	lens[names++] =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static int sock(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static struct sockaddr *name(unsigned int i)
{
	return (struct sockaddr *)&addrs[i];
}

static ssize_t send_message(int fd, const char *bytes, size_t control_len)
{
	struct iovec iov = {(char *)bytes, strlen(bytes)};
	struct msghdr m = {
		.msg_name = name(0),
		.msg_namelen = lens[0],
		.msg_iov = &iov,
		.msg_iovlen = *bytes ? 1 : 0,
		.msg_control = control_len ? control : NULL,
		.msg_controllen = control_len,
	};

	return sendmsg(fd, &m, 0);
}

static void *item(int type, size_t len)
{
	struct cmsghdr *c = (struct cmsghdr *)control;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	return CMSG_DATA(c);
}

static void to(void)
{
	for (unsigned int i = 0; i < names; i++)
		say(sendto(sock(SOCK_DGRAM), text, strlen(text), 0, name(i),
			   lens[i]));
}

static void msg(void)
{
	say(send_message(sock(SOCK_DGRAM), text, 0));
}

static void conn(void)
{
	struct iovec iov = {(char *)text, strlen(text)};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	int fd = sock(SOCK_DGRAM);

	if (connect(fd, name(0), lens[0])) {
		say(-1);
		return;
	}
	say(send(fd, text, strlen(text), 0));
	say(sendmsg(fd, &m, 0));
}

static void memfd(void)
{
	int fd = memfd_create("entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (write(fd, text, strlen(text)) < 0 ||
	    fcntl(fd, F_ADD_SEALS,
		  F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		err(1, "memfd");
	memcpy(item(SCM_RIGHTS, sizeof(fd)), &fd, sizeof(fd));
	say(send_message(sock(SOCK_DGRAM), "", CMSG_SPACE(sizeof(fd))));
}

static void credentials(uid_t uid)
{
	const struct ucred who = {getpid(), uid, getgid()};

	memcpy(item(SCM_CREDENTIALS, sizeof(who)), &who, sizeof(who));
	say(send_message(sock(SOCK_DGRAM), text, CMSG_SPACE(sizeof(who))));
}

static void cred(void)
{
	credentials(getuid());
}

static void root(void)
{
	credentials(0);
}

static void mix(void)
{
	struct iovec iov = {(char *)text, strlen(text)};
	struct mmsghdr m[NAMES_MAX] = {0};

	for (unsigned int i = 0; i < names; i++) {
		m[i].msg_hdr.msg_name = name(i);
		m[i].msg_hdr.msg_namelen = lens[i];
		m[i].msg_hdr.msg_iov = &iov;
		m[i].msg_hdr.msg_iovlen = 1;
	}
	say(sendmmsg(sock(SOCK_DGRAM), m, names, 0));
	for (unsigned int i = 0; i < names; i++)
		printf(" %u", m[i].msg_len);
	printf("\n");
}

static void ask(void)
{
	struct sockaddr_un mine = addrs[0];
	int fd = sock(SOCK_DGRAM);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char answer[64] = "";

	umask(0); /* whoever the server is, it may answer */
	strcat(mine.sun_path, ".mine");
	unlink(mine.sun_path);
	if (bind(fd, (struct sockaddr *)&mine, sizeof(mine)))
		err(1, "bind");
	say(send_message(fd, text, 0));
	if (poll(&p, 1, 3000) == 1 &&
	    recv(fd, answer, sizeof(answer) - 1, 0) > 0)
		printf("answer %s\n", answer);
	unlink(mine.sun_path);
}

static void stream(void)
{
	struct iovec iov = {(char *)text, strlen(text)};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	int fd = sock(SOCK_STREAM);

	if (connect(fd, name(0), lens[0]))
		say(-1);
	else
		say(sendmsg(fd, &m, 0));
}

/* One byte and one descriptor, whose file holds the thread's number. */
static int pass_one(int from, int to_fd, int number)
{
	_Alignas(8) char room[CMSG_SPACE(sizeof(int))] = {0};
	struct cmsghdr *c = (struct cmsghdr *)room;
	char byte = 'x';
	struct iovec iov = {&byte, 1};
	struct msghdr m = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	int fd = memfd_create("pass", MFD_CLOEXEC), got = -1, read_back = -1;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (write(fd, &number, sizeof(number)) != sizeof(number) ||
	    sendmsg(from, &m, MSG_NOSIGNAL) != 1)
		return 0;
	close(fd);
	memset(room, 0, sizeof(room));
	if (recvmsg(to_fd, &m, MSG_CMSG_CLOEXEC) != 1 ||
	    m.msg_controllen < CMSG_LEN(sizeof(got)))
		return 0;
	memcpy(&got, CMSG_DATA(c), sizeof(got));
	if (pread(got, &read_back, sizeof(read_back), 0) < 0)
		return 0;
	close(got);
	return read_back == number;
}

static void *passer(void *arg)
{
	const int number = (int)(long)arg, rounds = atoi(text);
	int pair[2], right = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return NULL;
	for (int i = 0; i < rounds; i++)
		right += pass_one(pair[i % 2], pair[1 - i % 2],
				  number * 1000000 + i);
	return (void *)(long)right;
}

static void pass(void)
{
	pthread_t threads[THREADS];
	ssize_t right = 0;

	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, passer, (void *)i))
			errx(1, "no thread");
	for (int i = 0; i < THREADS; i++) {
		void *count;

		pthread_join(threads[i], &count);
		right += (long)count;
	}
	say(right);
}

static const struct {
	const char *name;
	void (*run)(void);
} ways[] = {
	{"to", to},	    {"msg", msg},   {"conn", conn}, {"memfd", memfd},
	{"cred", cred},	    {"root", root}, {"mix", mix},   {"ask", ask},
	{"stream", stream}, {"pass", pass},
};

int main(int argc, char **argv)
{
	int at = 1;

	if (argc > 2 && !strcmp(argv[1], "-u")) {
		const uid_t id = (uid_t)atoi(argv[2]);

		if (setgid(id) || setuid(id))
			err(1, "cannot become %s", argv[2]);
		at = 3;
	}
	if (at + 2 > argc)
		errx(2, "usage: dcli [-u UID] WAY TEXT NAME...");
	text = argv[at + 1];
	for (int i = at + 2; i < argc; i++)
		add_name(argv[i]);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].name, argv[at])) {
			ways[i].run();
			return 0;
		}
	errx(2, "no such way: %s", argv[at]);
}
