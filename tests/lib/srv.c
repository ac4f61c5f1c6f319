/* SPDX-License-Identifier: MIT */
/* srv.c - a counting AF_UNIX server: what it prints is what it really got.
 *
 *	srv [-t stream|seqpacket] [-q] [-b BACKLOG] PATH|@NAME
 *
 * Prints "conn N pid P uid U gid G" for each connection, and "data N TEXT" for
 * each message, which it answers with "pong"; -q prints only the totals, and
 * all of it at SIGTERM: "total CONNECTIONS MESSAGES".  -b listens with that
 * backlog and never accepts.  A file that exists at PATH is an error.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS_MAX 1000

static volatile sig_atomic_t stop;
static struct pollfd polls[CLIENTS_MAX + 1];
static unsigned long numbers[CLIENTS_MAX + 1];
static nfds_t polled = 1;
static unsigned long connections, messages;
static bool quiet;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

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

static void take(void)
{
	struct ucred peer = {0};
	socklen_t len = sizeof(peer);
	int fd = accept4(polls[0].fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	connections++;
	if (!quiet)
		printf("conn %lu pid %d uid %u gid %u\n", connections, peer.pid,
		       peer.uid, peer.gid);
	numbers[polled] = connections;
	polls[polled].fd = fd;
	polls[polled++].events = POLLIN;
}

static void drop(nfds_t i)
{
	close(polls[i].fd);
	polled--;
	polls[i] = polls[polled];
	numbers[i] = numbers[polled];
}

/* Return: whether the client stays.  One that has sent a byte out of band is
 * readable, but a read(2) would wait for more, and so would all others. */
static bool answer(nfds_t i)
{
	char text[256];
	ssize_t n = recv(polls[i].fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (n <= 0)
		return false;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	messages++;
	if (!quiet)
		printf("data %lu %s\n", numbers[i], text);
	return send(polls[i].fd, "pong\n", 5, MSG_NOSIGNAL) == 5;
}

static void serve(int fd)
{
	polls[0].fd = fd;
	while (!stop) {
		polls[0].events = polled <= CLIENTS_MAX ? POLLIN : 0;
		if (poll(polls, polled, -1) < 0)
			continue;
		for (nfds_t i = polled - 1; i > 0; i--)
			if (polls[i].revents && !answer(i))
				drop(i);
		if (polls[0].revents)
			take();
	}
	printf("total %lu %lu\n", connections, messages);
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_term};
	struct sockaddr_un addr;
	int type = SOCK_STREAM, backlog = -1, opt, fd;
	socklen_t len;

	while ((opt = getopt(argc, argv, "t:qb:")) != -1) {
		if (opt == 't' && !strcmp(optarg, "seqpacket"))
			type = SOCK_SEQPACKET;
		else if (opt == 'q')
			quiet = true;
		else if (opt == 'b')
			backlog = atoi(optarg);
		else if (opt != 't')
			return 2;
	}
	if (optind + 1 != argc)
		errx(2, "usage: srv [-t TYPE] [-q] [-b BACKLOG] PATH|@NAME");
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGTERM, &action, NULL);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	len = fill(&addr, argv[optind]);
	umask(0); /* any user may connect */
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, len) ||
	    listen(fd, backlog < 0 ? 512 : backlog))
		err(1, "%s", argv[optind]);
	if (backlog < 0)
		serve(fd);
	while (!stop)
		pause();
	return 0;
}
