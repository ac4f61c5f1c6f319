/* SPDX-License-Identifier: MIT */
/* server.c - the other end: accepts and closes, or echoes.
 *
 *	server [tcp-]accept|[tcp-]echo PATH
 *
 * "accept" closes each connection at once; "echo" has a child for each, which
 * sends back what it gets.  With "tcp-" it listens on the loopback, and PATH
 * is a file that gets the port.
 */
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int listen_at(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(addr.sun_path))
		errx(2, "path too long: %s", path);
	strcpy(addr.sun_path, path);
	umask(0); /* any user may connect */
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(fd, 512))
		err(1, "%s", path);
	return fd;
}

static int listen_at_port(const char *path)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FILE *file;

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, len) ||
	    listen(fd, 512) || getsockname(fd, (struct sockaddr *)&addr, &len))
		err(1, "TCP");
	file = fopen(path, "we");
	if (!file || fprintf(file, "%d\n", ntohs(addr.sin_port)) < 0 ||
	    fclose(file))
		err(1, "%s", path);
	return fd;
}

static _Noreturn void echo(int fd)
{
	char data[4096];
	ssize_t n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while ((n = recv(fd, data, sizeof(data), 0)) > 0)
		if (send(fd, data, (size_t)n, MSG_NOSIGNAL) != n)
			break;
	_exit(0);
}

int main(int argc, char **argv)
{
	bool tcp;
	int listener, fd;

	if (argc != 3)
		errx(2, "usage: server [tcp-]accept|[tcp-]echo PATH");
	tcp = !strncmp(argv[1], "tcp-", 4);
	listener = tcp ? listen_at_port(argv[2]) : listen_at(argv[2]);
	signal(SIGCHLD, SIG_IGN);
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		if (strstr(argv[1], "echo") && fork() == 0)
			echo(fd);
		close(fd);
	}
	err(1, "accept");
}
