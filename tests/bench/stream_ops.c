/* SPDX-License-Identifier: MIT */
/* stream_ops.c - send, receive, poll on connected sockets.  */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "meter.h"

#define SIZE 64

static int pair[2] = {-1, -1};
static int echo = -1;

static int make_pair(void)
{
	if (pair[0] >= 0)
		return 0;
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

static int make_echo(void)
{
	if (echo < 0)
		echo = meter_connect(places.granted, "echo");
	return echo < 0 ? -1 : 0;
}

static int complete(ssize_t n)
{
	if (n >= 0 && n != SIZE)
		errno = EIO;
	return n == SIZE ? 0 : -1;
}

static int pass(int from, int to)
{
	char data[SIZE] = {0};

	if (complete(send(from, data, SIZE, MSG_NOSIGNAL)))
		return -1;
	return complete(recv(to, data, SIZE, 0));
}

static int once_send_recv(void)
{
	return pass(pair[0], pair[1]) || pass(pair[1], pair[0]) ? -1 : 0;
}

static int once_echo(void)
{
	return pass(echo, echo);
}

static int pass_message(struct msghdr *message)
{
	char data[SIZE] = {0};
	struct iovec iov = {.iov_base = data, .iov_len = SIZE};

	message->msg_iov = &iov;
	message->msg_iovlen = 1;
	if (complete(sendmsg(pair[0], message, MSG_NOSIGNAL)))
		return -1;
	return complete(recvmsg(pair[1], message, 0));
}

static int once_sendmsg(void)
{
	struct msghdr message = {0};

	return pass_message(&message);
}

/* Not on the stack: the shim looks at the header, wherever it is. */
static int once_sendmsg_far(void)
{
	static struct msghdr message;

	return pass_message(&message);
}

/* A receiver of our own, sent to by its name. */
static struct sockaddr_un target = {.sun_family = AF_UNIX};
static int receiver = -1, sender = -1;

static int make_receiver(void)
{
	if (receiver >= 0)
		return 0;
	snprintf(target.sun_path, sizeof(target.sun_path), "%s/d.%d",
		 places.granted, (int)getpid());
	receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return sender < 0 ? -1
			  : bind(receiver, (struct sockaddr *)&target,
				 sizeof(target));
}

static int once_datagram(void)
{
	char data[SIZE] = {0};

	if (complete(sendto(sender, data, SIZE, 0, (struct sockaddr *)&target,
			    sizeof(target))))
		return -1;
	return complete(recv(receiver, data, SIZE, 0));
}

static int once_read_write(void)
{
	char data[SIZE] = {0};

	if (complete(write(pair[0], data, SIZE)))
		return -1;
	return complete(read(pair[1], data, SIZE));
}

static int once_poll(void)
{
	struct pollfd p = {.fd = pair[0], .events = POLLIN | POLLOUT};

	return poll(&p, 1, 0) == 1 ? 0 : -1;
}

const struct meter_op stream_ops[] = {
	{"send-recv", once_send_recv, NULL, make_pair},
	{"sendmsg-recvmsg", once_sendmsg, NULL, make_pair},
	{"sendmsg-recvmsg-far", once_sendmsg_far, NULL, make_pair},
	{"datagram", once_datagram, NULL, make_receiver},
	{"socket-write-read", once_read_write, NULL, make_pair},
	{"poll", once_poll, NULL, make_pair},
	{"echo", once_echo, NULL, make_echo},
	{NULL, NULL, NULL, NULL},
};
