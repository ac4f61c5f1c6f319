/* SPDX-License-Identifier: MIT */
/* inet_ops.c - TCP over the loopback: connects, and data once connected.  */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "meter.h"

static int stream = -1;

/* The port is in a file named after the server. */
static int find(const char *name, struct sockaddr_in *addr)
{
	char path[256];
	unsigned int port;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", places.granted, name);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%u", &port) != 1)
		return -1;
	fclose(file);
	*addr = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	return 0;
}

static int connect_to(const struct sockaddr_in *addr)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)addr, sizeof(*addr))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Closed by a reset: ports would be used up by TIME_WAIT. */
static int once_connect(void)
{
	static struct sockaddr_in addr;
	const struct linger at_once = {.l_onoff = 1};
	int fd;

	if (!addr.sin_port && find("tcp-accept", &addr))
		return -1;
	fd = connect_to(&addr);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	return close(fd);
}

static int connect_stream(void)
{
	struct sockaddr_in addr;

	if (stream < 0 && find("tcp-echo", &addr) == 0)
		stream = connect_to(&addr);
	return stream < 0 ? -1 : 0;
}

static int once_echo(void)
{
	char data[64] = "";

	if (send(stream, data, sizeof(data), 0) != sizeof(data) ||
	    recv(stream, data, sizeof(data), MSG_WAITALL) != sizeof(data))
		return -1;
	return 0;
}

const struct meter_op inet_ops[] = {
	{"tcp-connect", once_connect, NULL, NULL},
	{"tcp-echo", once_echo, NULL, connect_stream},
	{NULL, NULL, NULL, NULL},
};
