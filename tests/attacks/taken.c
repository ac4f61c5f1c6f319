/* SPDX-License-Identifier: MIT */
/* taken.c - a call that waits at our own abstract name, until that is a
 * stranger's.
 *
 * Whoever connects to a full backlog, or sends to a full receiver, waits.  When
 * the socket there is closed, the kernel looks for the name again, and finds
 * whoever has taken it.
 */
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

#define SECONDS 5
#define WAITING 4
#define FULL	600 /* no queue is longer */

static struct sockaddr_un name;
static socklen_t name_len;
static int type;

static bool reach(int fd)
{
	const struct sockaddr *addr = (struct sockaddr *)&name;

	return type == SOCK_DGRAM ? sendto(fd, scene.token, strlen(scene.token),
					   0, addr, name_len) > 0
				  : !connect(fd, addr, name_len);
}

static void *wait_there(void *fd)
{
	if (reach((int)(intptr_t)fd) && type != SOCK_DGRAM)
		deliver((int)(intptr_t)fd);
	return NULL;
}

static int fill(int *fds)
{
	int count = 0;

	while (count < FULL) {
		fds[count] = unix_socket(type | SOCK_NONBLOCK);
		if (!reach(fds[count++]))
			break;
	}
	return count;
}

/* Whose it is meanwhile, and then nobody's. */
static void hold_and_let_go(int mine)
{
	int fds[FULL], waiting[WAITING];
	pthread_t threads[WAITING];
	const int count = fill(fds);

	for (int i = 0; i < WAITING; i++) {
		waiting[i] = unix_socket(type);
		pthread_create(&threads[i], NULL, wait_there,
			       (void *)(intptr_t)waiting[i]);
	}
	pause_ms(4);
	close(mine);
	for (int i = 0; i < WAITING; i++) {
		pthread_join(threads[i], NULL);
		close(waiting[i]);
	}
	for (int i = 0; i < count; i++)
		close(fds[i]);
}

static void again_and_again(void)
{
	const time_t end = time(NULL) + SECONDS * (time_t)slowness();

	while (time(NULL) < end) {
		const int mine = unix_socket(type);

		if (bind(mine, (struct sockaddr *)&name, name_len)) {
			close(mine);
			pause_ms(1);
			continue;
		}
		if (type != SOCK_DGRAM)
			listen(mine, 0);
		hold_and_let_go(mine);
		pause_ms(15);
	}
}

static void stream(void)
{
	type = SOCK_STREAM;
	name_len = abstract_addr(&name, "mine");
	announce("covet-stream mine");
	again_and_again();
}

static void dgram(void)
{
	type = SOCK_DGRAM;
	name_len = abstract_addr(&name, "mine");
	announce("covet-dgram mine");
	again_and_again();
}

const struct attack taken_attacks[] = {
	{"abstract-taken", "abstract", stream, GRANT_ABSTRACT_BIND,
	 NEEDS_SCOPES | WORKS_AFTER,
	 "a connect that waits at a name of ours until it is a stranger's"},
	{"abstract-taken-dgram", "abstract", dgram, GRANT_DGRAM, NEEDS_SCOPES,
	 "... a message"},
	{0},
};
