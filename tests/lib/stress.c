/* SPDX-License-Identifier: MIT */
/* stress.c - many clients at once, each connecting again and again.
 *
 *	stress [-r|-b] [-l] [-c CLIENTS] [-s SECONDS | -n COUNT] PATH
 *
 * Eight clients share a process, as threads.  Every connection is used (ping,
 * pong) and closed; -r expects EACCES from every connect instead.  With -b
 * each client is a server, too: it binds a name that starts with PATH, which
 * may be an abstract "@NAME", connects to itself, and removes it.  -l goes on
 * without complaint when the supervisor is lost (ENOSYS).
 *
 * It lasts SECONDS, or until COUNT times have been tried.  Prints "done TIMES"
 * if all went as expected, else what did not; exit code 1.  A client that does
 * not get on for 20 seconds is stuck; all are killed then.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS	      8
#define CLIENTS_MAX   1024
#define STUCK_SECONDS 20

struct shared {
	atomic_ulong started, good, bad, lost;
	atomic_int first_error;
	atomic_ulong turns[CLIENTS_MAX]; /* of each client; ~0: it ended */
};

static struct shared *shared; /* by all processes */
static pid_t children[CLIENTS_MAX / THREADS];
static const char *path;
static struct sockaddr_un addr;
static socklen_t addr_len;
static bool refused, binding, may_lose;
static unsigned long limit; /* 0: by time */
static struct timespec end;

static socklen_t fill(struct sockaddr_un *to, const char *name)
{
	const size_t len = strlen(name);

	*to = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (len >= sizeof(to->sun_path))
		errx(2, "name too long: %s", name);
	strcpy(to->sun_path, name);
	if (name[0] == '@')
		to->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len +
			   (name[0] != '@'));
}

static bool is_over(void)
{
	struct timespec now;

	if (limit)
		return atomic_fetch_add(&shared->started, 1) >= limit;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > end.tv_sec ||
	       (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec);
}

/* Each returns 0 or what went wrong. */
static int once(int fd)
{
	char text[8];

	if (connect(fd, (struct sockaddr *)&addr, addr_len))
		return refused && errno == EACCES ? 0 : errno;
	if (refused)
		return EISCONN;
	if (send(fd, "ping", 4, MSG_NOSIGNAL) != 4)
		return errno;
	if (read(fd, text, sizeof(text)) != 5)
		return EPROTO;
	return 0;
}

static int talk(int server, int client, const struct sockaddr_un *own,
		socklen_t len)
{
	char byte = 0;
	int conn, error = 0;

	if (bind(server, (const struct sockaddr *)own, len) ||
	    listen(server, 1) ||
	    connect(client, (const struct sockaddr *)own, len))
		return errno;
	conn = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	if (conn < 0 || send(client, "x", 1, MSG_NOSIGNAL) != 1 ||
	    read(conn, &byte, 1) != 1 || byte != 'x')
		error = errno ? errno : EPROTO;
	close(conn);
	return error;
}

static int serve_once(int server)
{
	struct sockaddr_un own;
	char name[sizeof(own.sun_path)];
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	snprintf(name, sizeof(name), "%s%d", path, gettid());
	error = talk(server, client, &own, fill(&own, name));
	close(client);
	if (path[0] != '@')
		unlink(name);
	return error;
}

static void count(int error)
{
	int none = 0;

	if (!error) {
		atomic_fetch_add(&shared->good, 1);
	} else if (may_lose && error == ENOSYS) {
		atomic_fetch_add(&shared->lost, 1);
		poll(NULL, 0, 1);
	} else {
		atomic_fetch_add(&shared->bad, 1);
		atomic_compare_exchange_strong(&shared->first_error, &none,
					       error);
	}
}

static void *client(void *arg)
{
	atomic_ulong *turns = arg;
	int fd, error;

	while (!is_over()) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		error = fd < 0 ? errno : binding ? serve_once(fd) : once(fd);
		close(fd);
		count(error);
		atomic_fetch_add(turns, 1);
	}
	atomic_store(turns, ~0UL);
	return NULL;
}

static int process(int first)
{
	pthread_t threads[THREADS];

	prctl(PR_SET_PDEATHSIG, may_lose ? 0 : SIGKILL);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, client,
				   &shared->turns[first + i]))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

/* Looks every second; returns whether a process has been lost. */
static bool wait_for_all(int clients)
{
	static unsigned long seen[CLIENTS_MAX];
	static int idle[CLIENTS_MAX];
	bool killed = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) >= 0) {
		if (pid > 0) {
			killed |= !WIFEXITED(status) || WEXITSTATUS(status);
			continue;
		}
		poll(NULL, 0, 10);
		for (int i = 0; i < clients; i++) {
			const unsigned long now = shared->turns[i];

			idle[i] =
				now == seen[i] && now != ~0UL ? idle[i] + 1 : 0;
			seen[i] = now;
			if (idle[i] < STUCK_SECONDS * 100 || killed)
				continue;
			printf("stuck: client %d after %lu turns\n", i, now);
			fflush(stdout);
			for (int j = 0; j < clients; j += THREADS)
				kill(children[j / THREADS], SIGKILL);
		}
	}
	return killed;
}

static void parse(int argc, char **argv, int *clients)
{
	double seconds = 1;
	int opt;

	while ((opt = getopt(argc, argv, "rblc:s:n:")) != -1) {
		if (opt == 'r')
			refused = true;
		else if (opt == 'b')
			binding = true;
		else if (opt == 'l')
			may_lose = true;
		else if (opt == 'c')
			*clients = atoi(optarg);
		else if (opt == 's')
			seconds = atof(optarg);
		else if (opt == 'n')
			limit = strtoul(optarg, NULL, 10);
		else
			exit(2);
	}
	if (optind + 1 != argc || *clients > CLIENTS_MAX)
		errx(2, "usage: stress [-r|-b] [-l] [-c CLIENTS] "
			"[-s SECONDS | -n COUNT] PATH");
	path = argv[optind];
	addr_len = fill(&addr, path);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += (long)(seconds * 1e9) % 1000000000;
	end.tv_sec += (time_t)seconds + end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
}

int main(int argc, char **argv)
{
	int clients = 64;
	bool killed;

	parse(argc, argv, &clients);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(2, "mmap");
	clients = (clients + THREADS - 1) / THREADS * THREADS;
	for (int i = 0; i < clients; i += THREADS) {
		children[i / THREADS] = fork();
		if (children[i / THREADS] < 0)
			err(2, "fork");
		if (children[i / THREADS] == 0)
			_exit(process(i));
	}
	killed = wait_for_all(clients);
	if (shared->bad)
		errx(1, "%lu of %lu went wrong, first: %s", shared->bad,
		     shared->bad + shared->good, strerror(shared->first_error));
	if (killed && !may_lose)
		errx(1, "a client was killed");
	if (shared->lost)
		printf("lost %lu\n", shared->lost);
	printf("done %lu\n", shared->good);
	return 0;
}
