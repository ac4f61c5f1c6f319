/* SPDX-License-Identifier: MIT */
/* spawn_ops.c - start a small program and wait for its end.  */
#include <errno.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "meter.h"

static int spawn(const char *program)
{
	char *const argv[] = {(char *)"nop", NULL};
	int status;
	pid_t pid;

	errno = posix_spawn(&pid, program, NULL, NULL, argv, environ);
	if (errno)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	errno = ECHILD;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int once_dynamic(void)
{
	return spawn("/bin/true");
}

static int once_static(void)
{
	return spawn(places.nop);
}

const struct meter_op spawn_ops[] = {
	{"spawn-dynamic", once_dynamic, NULL, NULL},
	{"spawn-static", once_static, NULL, NULL},
	{NULL, NULL, NULL, NULL},
};
