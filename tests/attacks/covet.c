/* SPDX-License-Identifier: MIT */
/* covet.c - somebody outside who takes a name as soon as it is free.
 *
 * As a server does that is started again until it has its name.  Who comes
 * while he has it is a hit.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "judge.h"

#define LOOK_US 100
#define KEEP_MS 10
#define REST_MS 20 /* the name is the attack's again */

static struct {
	int type;
	char name[32];
	int report;
} wish;

static int take(void)
{
	struct sockaddr_un addr;
	const socklen_t len = abstract_addr(&addr, wish.name);
	const int fd = socket(AF_UNIX, wish.type | SOCK_CLOEXEC, 0);

	while (bind(fd, (struct sockaddr *)&addr, len))
		usleep(LOOK_US);
	if (wish.type != SOCK_DGRAM)
		listen(fd, 8);
	return fd;
}

static void *covet(void *unused)
{
	for (;;) {
		struct pollfd p = {.fd = take(), .events = POLLIN};

		if (poll(&p, 1, KEEP_MS) > 0)
			write(wish.report, "!", 1);
		close(p.fd);
		pause_ms(REST_MS);
	}
	return unused;
}

bool covet_begin(const char *word, const char *what)
{
	pthread_t thread;
	int report[2];

	if (!strcmp(word, "covet-stream"))
		wish.type = SOCK_STREAM;
	else if (!strcmp(word, "covet-dgram"))
		wish.type = SOCK_DGRAM;
	else
		return false;
	if (pipe(report))
		return true;
	snprintf(wish.name, sizeof(wish.name), "%s", what);
	wish.report = report[1];
	targets_watch(report[0], "a name that was the sandbox's before");
	if (!pthread_create(&thread, NULL, covet, NULL))
		pthread_detach(thread);
	return true;
}
