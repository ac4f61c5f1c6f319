/* SPDX-License-Identifier: MIT */
/* dsrv.c - a datagram server that prints what it really got, and from whom.
 *
 *	dsrv [-c] PATH|@NAME
 *
 * Prints "data TEXT" for each datagram, followed by " fd CONTENT" for each
 * descriptor that came with it, by " pid P uid U gid G" with -c (SO_PASSCRED),
 * and by " from NAME" if the sender has one, which is answered.
 */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static socklen_t fill(struct sockaddr_un *addr, const char *name)
{
	size_t len = strlen(name);

	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	if (len > sizeof(addr->sun_path))
		errx(2, "name too long: %s", name);
	memcpy(addr->sun_path, name, len);
	if (name[0] == '@')
		addr->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static void show_descriptors(const struct cmsghdr *c)
{
	size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	for (size_t i = 0; i < count; i++) {
		char text[64] = "";
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
		if (pread(fd, text, sizeof(text) - 1, 0) < 0)
			strcpy(text, "?");
		printf(" fd %s", text);
		close(fd);
	}
}

static void show_control(struct msghdr *m)
{
	struct ucred who;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_RIGHTS)
			show_descriptors(c);
		if (c->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(&who, CMSG_DATA(c), sizeof(who));
		printf(" pid %d uid %u gid %u", who.pid, who.uid, who.gid);
	}
}

static void show_sender(int fd, const struct sockaddr_un *from, socklen_t len)
{
	if (len <= offsetof(struct sockaddr_un, sun_path))
		return;
	printf(" from %s%.*s", from->sun_path[0] ? "" : "@",
	       (int)(len - offsetof(struct sockaddr_un, sun_path)),
	       from->sun_path + !from->sun_path[0]);
	sendto(fd, "pong", 4, 0, (const struct sockaddr *)from, len);
}

static void show_one(int fd)
{
	static char text[1 << 20];
	_Alignas(8) char control[2048];
	struct sockaddr_un from;
	struct iovec iov = {text, sizeof(text) - 1};
	struct msghdr m = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);

	if (n < 0)
		err(1, "recvmsg");
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (n > 200)
		printf("data %zd bytes", n);
	else
		printf("data %s", text);
	show_control(&m);
	show_sender(fd, &from, m.msg_namelen);
	printf("%s\n", m.msg_flags & MSG_CTRUNC ? " truncated" : "");
}

int main(int argc, char **argv)
{
	int on = argc == 3 && !strcmp(argv[1], "-c");
	struct sockaddr_un addr;
	socklen_t len;
	int fd;

	if (argc != 2 + on)
		errx(2, "usage: dsrv [-c] PATH|@NAME");
	setvbuf(stdout, NULL, _IOLBF, 0);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	len = fill(&addr, argv[argc - 1]);
	umask(0); /* any user may send */
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, len))
		err(1, "%s", argv[argc - 1]);
	if (on)
		setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	puts("ready");
	for (;;)
		show_one(fd);
}
