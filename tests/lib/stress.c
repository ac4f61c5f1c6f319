/* SPDX-License-Identifier: MIT */
/* stress.c - many clients at once, each connecting again and again.
 *
 *	stress [-r] [-c CLIENTS] [-s SECONDS] PATH
 *
 * Eight clients share a process, as threads.  Every connection is used (ping,
 * pong) and closed; -r expects EACCES from every connect instead.  Prints
 * "done CONNECTIONS" if all went as expected, else what did not; exit code 1.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8

struct totals {
	atomic_ulong good;
	atomic_ulong bad;
	atomic_int first_error;
};

static struct totals *totals; /* shared by all processes */
static struct sockaddr_un addr = {.sun_family = AF_UNIX};
static bool refused;
static struct timespec end;

static bool is_over(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > end.tv_sec ||
	       (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec);
}

/* Return: 0 or what went wrong. */
static int once(int fd)
{
	char text[8];

	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return refused && errno == EACCES ? 0 : errno;
	if (refused)
		return EISCONN;
	if (send(fd, "ping", 4, MSG_NOSIGNAL) != 4)
		return errno;
	if (read(fd, text, sizeof(text)) != 5)
		return EPROTO;
	return 0;
}

static void *client(void *unused)
{
	int fd, error, none;

	while (!is_over()) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		error = fd < 0 ? errno : once(fd);
		close(fd);
		if (!error) {
			atomic_fetch_add(&totals->good, 1);
			continue;
		}
		none = 0;
		atomic_fetch_add(&totals->bad, 1);
		atomic_compare_exchange_strong(&totals->first_error, &none,
					       error);
	}
	return unused;
}

static int process(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, client, NULL))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

int main(int argc, char **argv)
{
	int clients = 64, seconds = 1, opt;

	while ((opt = getopt(argc, argv, "rc:s:")) != -1) {
		if (opt == 'r')
			refused = true;
		else if (opt == 'c')
			clients = atoi(optarg);
		else if (opt == 's')
			seconds = atoi(optarg);
		else
			return 2;
	}
	if (optind + 1 != argc || strlen(argv[optind]) >= sizeof(addr.sun_path))
		errx(2, "usage: stress [-r] [-c CLIENTS] [-s SECONDS] PATH");
	strcpy(addr.sun_path, argv[optind]);
	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (totals == MAP_FAILED)
		err(2, "mmap");
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	for (int i = 0; i < clients; i += THREADS)
		if (fork() == 0)
			_exit(process());
	while (wait(NULL) > 0)
		;
	if (totals->bad)
		errx(1, "%lu of %lu went wrong, first: %s", totals->bad,
		     totals->bad + totals->good, strerror(totals->first_error));
	printf("done %lu\n", totals->good);
	return 0;
}
