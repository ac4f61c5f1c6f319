/* SPDX-License-Identifier: MIT */
/* connect_ops.c - connect that is granted, connect that is refused, bind.  */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "meter.h"

static uint64_t in_connect; /* nanoseconds */

static void fill(struct sockaddr_un *addr, const char *dir, const char *name)
{
	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/%s", dir, name);
}

int meter_connect(const char *dir, const char *name)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;

	fill(&addr, dir, name);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Return: the result of connect(2), -1 with errno if there is no socket */
static int try(const char *dir, const char *name, bool timed)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;
	uint64_t before = 0;
	int result, saved;

	fill(&addr, dir, name);
	if (fd < 0)
		return -1;
	if (timed)
		before = meter_now();
	result = connect(fd, (struct sockaddr *)&addr, sizeof(addr));
	saved = errno;
	if (timed)
		in_connect += meter_now() - before;
	close(fd);
	errno = saved;
	return result;
}

/* Success is what a refused connect must not have. */
static int refused(const char *name, bool timed)
{
	if (try(places.refused, name, timed) == 0) {
		errno = EISCONN;
		return -1;
	}
	return errno == EACCES ? 0 : -1;
}

static int once_granted(void)
{
	return try(places.granted, "accept", false);
}

static int once_granted_timed(void)
{
	return try(places.granted, "accept", true);
}

/* Until the server has been there: it closes what it accepts. */
static int once_accepted(void)
{
	const int fd = meter_connect(places.granted, "accept");
	char byte;
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, &byte, 1);
	close(fd);
	return n == 0 ? 0 : -1;
}

static int once_refused(void)
{
	return refused("accept", false);
}

static int once_refused_timed(void)
{
	return refused("accept", true);
}

/* Each in turn of so many that none counts as a repeat: every one is logged. */
static int once_refused_new(void)
{
	static unsigned int next;
	char name[32];

	snprintf(name, sizeof(name), "many/%u", next++ % METER_MANY);
	return refused(name, false);
}

static uint64_t spent_in_connect(void)
{
	return in_connect;
}

static int once_bind(void)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;
	char name[32];
	int error;

	snprintf(name, sizeof(name), "bound.%d", (int)getpid());
	fill(&addr, places.granted, name);
	if (fd < 0)
		return -1;
	error = bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
		listen(fd, 5);
	close(fd);
	return error || unlink(addr.sun_path) ? -1 : 0;
}

const struct meter_op connect_ops[] = {
	{"connect", once_granted, NULL, NULL},
	{"connect-only", once_granted_timed, spent_in_connect, NULL},
	{"connect-accepted", once_accepted, NULL, NULL},
	/* The first refusal after a pause is told to the supervisor. */
	{"refused", once_refused, NULL, once_refused},
	{"refused-new", once_refused_new, NULL, NULL},
	{"refused-only", once_refused_timed, spent_in_connect, once_refused},
	{"bind", once_bind, NULL, NULL},
	{NULL, NULL, NULL, NULL},
};
