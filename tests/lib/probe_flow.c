/* SPDX-License-Identifier: MIT */
/* probe_flow.c - how sendto, sendmsg and sendmmsg wait, end early and break.
 *
 *	probe_flow DIRECTORY
 *
 * Needs the servers of `probe_send -m DIRECTORY`.  Prints one line for each
 * case, the same in every run.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "probe_send.h"

static volatile sig_atomic_t alarms, pipes;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void on_pipe(int sig)
{
	(void)sig;
	pipes++;
}

/* ---- connected sockets -------------------------------------------------- */

static void pair_of(const char *what, int type, int *pair)
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair))
		err(2, "%s", what);
}

static void broken_pipe(const char *what, int type, int flags)
{
	struct iovec iov = {(char *)"x", 1};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	int pair[2];

	pipes = 0;
	pair_of(what, type, pair);
	close(pair[1]);
	say(what, sendmsg(pair[0], &m, flags));
	printf("%s: %d signals\n", what, (int)pipes);
	close(pair[0]);
}

static void connected(void)
{
	struct sigaction action = {.sa_handler = on_pipe};
	struct sockaddr_un addr;
	socklen_t len = name(&addr, "dgram");
	int fd = sock(SOCK_DGRAM), pair[2];

	sigaction(SIGPIPE, &action, NULL);
	say("connect", connect(fd, (struct sockaddr *)&addr, len));
	each_way("connected", fd, NULL, 0);
	name(&addr, "missing");
	each_way("connected, elsewhere", fd, &addr, len);
	name(&addr, "dgram");
	close(fd);
	pair_of("stream", SOCK_STREAM, pair);
	each_way("stream, a name", pair[0], &addr, len);
	each_way("stream, no name", pair[0], NULL, 0);
	close(pair[0]);
	close(pair[1]);
	pair_of("seqpacket", SOCK_SEQPACKET, pair);
	each_way("seqpacket, a name", pair[0], &addr, len);
	close(pair[0]);
	close(pair[1]);
	pair_of("dgram", SOCK_DGRAM, pair);
	each_way("one of a pair", pair[0], NULL, 0);
	each_way("one of a pair, elsewhere", pair[0], &addr, len);
	close(pair[1]);
	each_way("a lone one of a pair", pair[0], NULL, 0);
	close(pair[0]);
	fd = sock(SOCK_STREAM);
	each_way("lone stream, a name", fd, &addr, len);
	each_way("lone stream", fd, NULL, 0);
	close(fd);
	fd = sock(SOCK_SEQPACKET);
	each_way("lone seqpacket, a name", fd, &addr, len);
	close(fd);
	broken_pipe("broken stream", SOCK_STREAM, 0);
	broken_pipe("broken stream, MSG_NOSIGNAL", SOCK_STREAM, MSG_NOSIGNAL);
	broken_pipe("broken seqpacket", SOCK_SEQPACKET, 0);
	broken_pipe("broken dgram", SOCK_DGRAM, 0);
}

/* ---- a receiver that is full -------------------------------------------- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void timed(const char *what, int fd, int flags, double least,
		  double most)
{
	struct sockaddr_un addr;
	socklen_t len = name(&addr, "full");
	struct iovec iov = {(char *)"x", 1};
	struct msghdr m = {.msg_name = &addr,
			   .msg_namelen = len,
			   .msg_iov = &iov,
			   .msg_iovlen = 1};
	double start = now(), took;
	ssize_t result = sendmsg(fd, &m, flags);
	int saved = errno;

	took = now() - start;
	errno = saved;
	say(what, result);
	if (took < least || took > most)
		printf("%s: took %.2f s\n", what, took);
}

static int fill(void)
{
	struct sockaddr_un addr;
	socklen_t len = name(&addr, "full");
	int fd = sock(SOCK_DGRAM), n = 0;

	while (sendto(fd, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&addr,
		      len) == 1)
		n++;
	close(fd);
	return n;
}

static void late_reader(int full)
{
	char data[16];

	if (fork() == 0) {
		usleep(900000);
		recv(full, data, sizeof(data), 0);
		sleep(1);
		_exit(0);
	}
}

static void full(void)
{
	struct itimerval soon = {.it_value = {.tv_usec = 300000}};
	struct itimerval often = {.it_value = {.tv_usec = 200000},
				  .it_interval = {.tv_usec = 200000}};
	struct timeval timeout = {.tv_usec = 400000};
	struct sigaction action = {.sa_handler = on_alarm};
	int receiver = server(SOCK_DGRAM, "full");
	int fd = sock(SOCK_DGRAM | SOCK_NONBLOCK);

	printf("full: room for %d\n", fill());
	timed("full, O_NONBLOCK", fd, 0, 0, 0.2);
	close(fd);
	fd = sock(SOCK_DGRAM);
	timed("full, MSG_DONTWAIT", fd, MSG_DONTWAIT, 0, 0.2);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	timed("full, alarm", fd, 0, 0.29, 1.5);
	printf("full, alarm: %d handled\n", (int)alarms);
	alarms = 0;
	action.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &action, NULL);
	late_reader(receiver);
	setitimer(ITIMER_REAL, &often, NULL);
	timed("full, SA_RESTART", fd, 0, 0.5, 3);
	memset(&often, 0, sizeof(often));
	setitimer(ITIMER_REAL, &often, NULL);
	printf("full, SA_RESTART: %s handled\n", alarms > 0 ? "some" : "none");
	fill();
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	timed("full, SO_SNDTIMEO", fd, 0, 0.39, 1.5);
	close(fd);
	close(receiver);
	wait(NULL);
}

/* ---- streams ------------------------------------------------------------ */

#define LARGE (3 << 20)

static unsigned char *pattern(void)
{
	unsigned char *bytes = malloc(LARGE);

	for (size_t i = 0; bytes && i < LARGE; i++)
		bytes[i] = (unsigned char)(i * 7 + i / 4093);
	return bytes;
}

/* In a child: take it all, and tell whether it is right. */
static void take(int fd, const unsigned char *want)
{
	unsigned char *got = malloc(LARGE);
	size_t len = 0;
	ssize_t n;

	while (len < LARGE && (n = read(fd, got + len, LARGE - len)) > 0)
		len += (size_t)n;
	_exit(len == LARGE && !memcmp(got, want, LARGE) ? 0 : 1);
}

static void large_stream(void)
{
	unsigned char *bytes = pattern();
	struct iovec iov[3] = {
		{bytes, 1000},
		{bytes + 1000, 2 << 20},
		{bytes + 1000 + (2 << 20), LARGE - (2 << 20) - 1000}};
	struct msghdr m = {.msg_iov = iov, .msg_iovlen = 3};
	int pair[2], status;

	pair_of("large", SOCK_STREAM, pair);
	fflush(stdout);
	if (fork() == 0) {
		close(pair[0]);
		take(pair[1], bytes);
	}
	close(pair[1]);
	say("large stream", sendmsg(pair[0], &m, 0));
	close(pair[0]);
	wait(&status);
	printf("large stream: %s\n", status ? "wrong" : "right");
	free(bytes);
}

/* Nobody reads: what fits is the answer, also when a signal ends the wait. */
static void partly(const char *what, int flags, bool alarmed)
{
	static char bytes[LARGE];
	struct iovec iov = {bytes, LARGE};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	struct itimerval soon = {.it_value = {.tv_usec = 300000}};
	struct sigaction action = {.sa_handler = on_alarm,
				   .sa_flags = SA_RESTART};
	int pair[2];
	ssize_t n;

	sigaction(SIGALRM, &action, NULL);
	pair_of(what, SOCK_STREAM, pair);
	if (alarmed)
		setitimer(ITIMER_REAL, &soon, NULL);
	n = sendmsg(pair[0], &m, flags);
	printf("%s: %s\n", what,
	       n > 65536 && n < LARGE ? "part"
	       : n < 0		      ? "failed"
				      : "other");
	say(what, sendmsg(pair[0], &m, MSG_DONTWAIT));
	close(pair[0]);
	close(pair[1]);
}

static void out_of_band(void)
{
	struct iovec iov = {(char *)"abc", 3};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	char byte = '-';
	int pair[2];

	pair_of("oob", SOCK_STREAM, pair);
	say("out of band", sendmsg(pair[0], &m, MSG_OOB));
	recv(pair[1], &byte, 1, MSG_OOB);
	printf("out of band: %c\n", byte);
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	dir = argv[argc - 1];
	connected();
	full();
	large_stream();
	partly("partly, MSG_DONTWAIT", MSG_DONTWAIT, false);
	partly("partly, alarm", 0, true);
	out_of_band();
	return 0;
}
