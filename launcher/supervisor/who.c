/* SPDX-License-Identifier: MIT */
/* who.c - which process an event is about. */
#include "who.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../clean.h"

#define COMM_LEN 15 /* TASK_COMM_LEN, without its NUL */

/* Reads the start of a file in /proc/TID; @to is a string then. */
static void read_start(const struct call *call, const char *file, char *to,
		       size_t size)
{
	char name[64];
	autoclose int fd = -1;
	ssize_t n;

	snprintf(name, sizeof(name), "%d/%s", (int)call->client.tid, file);
	fd = openat(call->sup->proc, name, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, to, size - 1);
	to[n > 0 ? n : 0] = '\0';
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool who_says_more(const char *argv0, const char *exe, const char *comm)
{
	const char *name = last_component(argv0);

	if (argv0[0] == '\0' || strcmp(name, last_component(exe)) == 0)
		return false;
	return strncmp(name, comm, COMM_LEN) != 0;
}

void who_argument(const struct call *call, char *argv0)
{
	read_start(call, "cmdline", argv0, EVENT_ARGV0_MAX);
	/* A thread that has died may have left its number to a stranger. */
	if (!client_alive(&call->client))
		argv0[0] = '\0';
}

void who_called(const struct call *call, struct event *event)
{
	struct client_status status;
	char name[64];
	ssize_t n;

	event->tid = call->client.tid;
	event->pid = call->client.tid;
	event->ppid = 0;
	if (client_status(call->sup, call->client.tid, &status) == 0) {
		event->pid = status.tgid;
		event->ppid = status.ppid;
	}
	read_start(call, "comm", event->comm, sizeof(event->comm));
	event->comm[strcspn(event->comm, "\n")] = '\0';
	snprintf(name, sizeof(name), "%d/exe", (int)call->client.tid);
	n = readlinkat(call->sup->proc, name, event->exe,
		       sizeof(event->exe) - 1);
	event->exe[n > 0 ? n : 0] = '\0';
}

void who_named(const char *argv0, struct event *event)
{
	if (who_says_more(argv0, event->exe, event->comm))
		memcpy(event->argv0, argv0, strlen(argv0) + 1);
}
