/* SPDX-License-Identifier: MIT */
/* tcpload.c - many threads that connect by TCP, again and again.
 *
 *	tcpload connect CLIENTS COUNT PORT	to 127.0.0.1; each connection
 *						is used: "x" is echoed
 *	tcpload scan CLIENTS COUNT PORT		to COUNT other addresses and
 *						ports, from 127.0.0.2:PORT on;
 *						each must be EACCES
 *	tcpload serve				prints its port, and echoes
 *
 * Prints "done COUNT" if all went as expected, else the first error.
 */
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS_MAX 256
#define PORTS	    65535

static atomic_long next, good;
static atomic_int first_error;
static long count;
static unsigned int port;
static bool scanning;

static struct sockaddr_in address(uint32_t host, unsigned int to)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)to),
		.sin_addr.s_addr = htonl(host),
	};
}

static int use(int fd)
{
	const struct linger at_once = {.l_onoff = 1};
	char byte = 'x';

	if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
		return errno;
	byte = 0;
	if (recv(fd, &byte, 1, 0) != 1 || byte != 'x')
		return errno ? errno : EPROTO;
	/* TIME_WAIT would use up the ports. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	return 0;
}

static int once(long turn)
{
	const long to = port + turn;
	const struct sockaddr_in addr =
		scanning ? address(INADDR_LOOPBACK + 1 + (uint32_t)(to / PORTS),
				   (unsigned int)(1 + to % PORTS))
			 : address(INADDR_LOOPBACK, port);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error = 0;

	if (fd < 0)
		return errno;
	errno = 0;
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		error = scanning && errno == EACCES ? 0 : errno;
	else
		error = scanning ? EISCONN : use(fd);
	close(fd);
	return error;
}

static void *client(void *arg)
{
	long turn;
	int none = 0, error;

	while ((turn = atomic_fetch_add(&next, 1)) < count) {
		error = once(turn);
		if (!error)
			atomic_fetch_add(&good, 1);
		else
			atomic_compare_exchange_strong(&first_error, &none,
						       error);
	}
	return arg;
}

static int load(int clients)
{
	pthread_t threads[CLIENTS_MAX];

	for (int i = 0; i < clients; i++)
		if (pthread_create(&threads[i], NULL, client, NULL))
			errx(2, "no thread");
	for (int i = 0; i < clients; i++)
		pthread_join(threads[i], NULL);
	if (good != count)
		errx(1, "%ld of %ld: %s", (long)good, count,
		     strerror(first_error));
	printf("done %ld\n", (long)good);
	return 0;
}

static void *serve_one(void *arg)
{
	const int fd = (int)(intptr_t)arg;
	char byte;

	while (recv(fd, &byte, 1, 0) == 1)
		send(fd, &byte, 1, MSG_NOSIGNAL);
	close(fd);
	return NULL;
}

static _Noreturn void serve(void)
{
	struct sockaddr_in addr = address(INADDR_LOOPBACK, 0);
	socklen_t len = sizeof(addr);
	const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pthread_attr_t attr;
	int fd;

	/* Not pthread_detach(): glibc 2.36 still looks at a thread that has
	 * ended meanwhile. */
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);

	if (bind(listener, (struct sockaddr *)&addr, len) ||
	    listen(listener, 1024) ||
	    getsockname(listener, (struct sockaddr *)&addr, &len))
		err(1, "listen");
	printf("port %d\n", ntohs(addr.sin_port));
	fflush(stdout);
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		pthread_t thread;

		if (pthread_create(&thread, &attr, serve_one,
				   (void *)(intptr_t)fd))
			close(fd);
	}
	err(1, "accept");
}

int main(int argc, char **argv)
{
	int clients;

	if (argc == 2 && !strcmp(argv[1], "serve"))
		serve();
	if (argc != 5)
		errx(2, "usage: tcpload connect|scan CLIENTS COUNT PORT");
	scanning = !strcmp(argv[1], "scan");
	clients = atoi(argv[2]);
	count = atol(argv[3]);
	port = (unsigned int)atoi(argv[4]);
	if (clients < 1 || clients > CLIENTS_MAX)
		errx(2, "too many clients");
	return load(clients);
}
