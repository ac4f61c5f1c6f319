/* SPDX-License-Identifier: MIT */
/* knock.c - outside clients: does somebody inside listen? */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "judge.h"

#define ASKED 16 /* enough for one of two listeners to get some of them */

static bool answered;

bool knock_was_answered(void)
{
	return answered;
}

/* Returns the connection, or -1. */
static int call_at(const void *addr, socklen_t len)
{
	const struct sockaddr *any = addr;
	int fd = socket(any->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!connect(fd, addr, len))
		return fd;
	close(fd);
	return -1;
}

static bool answers(const void *addr, socklen_t len)
{
	int fd = call_at(addr, len);

	close(fd);
	return fd >= 0;
}

static bool answers_at(const char *ip, int port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	char plain[64] = "", device[IFNAMSIZ] = "";

	if (port <= 0 || port > 65535)
		return false;
	v4.sin_port = v6.sin6_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1)
		return answers(&v4, sizeof(v4));
	sscanf(ip, "%63[^%]%%%15s", plain, device);
	v6.sin6_scope_id = if_nametoindex(device);
	return inet_pton(AF_INET6, plain, &v6.sin6_addr) == 1 &&
	       answers(&v6, sizeof(v6));
}

static void knock_at(const char *ip, const char *port)
{
	if (answers_at(ip, atoi(port)))
		targets_report("an outside client, by TCP");
}

static void knock_tcp4(const char *port)
{
	knock_at("127.0.0.1", port);
}

static void knock_tcp6(const char *port)
{
	knock_at("::1", port);
}

/* "ADDRESS[%DEVICE]/PORT" */
static void knock_tcp(const char *what)
{
	char ip[64];
	const char *slash = strchr(what, '/');

	if (!slash || (size_t)(slash - what) >= sizeof(ip))
		return;
	memcpy(ip, what, (size_t)(slash - what));
	ip[slash - what] = '\0';
	knock_at(ip, slash + 1);
}

static void knock_granted(const char *port)
{
	answered = answered || answers_at("127.0.0.1", atoi(port));
}

/* Whose clients are they?  The judge's own server says nothing. */
static void ask_tcp4(const char *port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct pollfd calls[ASKED];
	char text[64] = "";

	for (int i = 0; i < ASKED; i++)
		calls[i] = (struct pollfd){call_at(&addr, sizeof(addr)), POLLIN,
					   0};
	poll(calls, ASKED, 300);
	for (int i = 0; i < ASKED; i++) {
		if (recv(calls[i].fd, text, sizeof(text) - 1, MSG_DONTWAIT) >
			    0 &&
		    strstr(text, scene.token))
			targets_report("a client of the judge's server");
		close(calls[i].fd);
	}
}

/* A datagram that only its receiver knows. */
static void tell_udp4(const char *port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	sendto(fd, "secret", 6, 0, (struct sockaddr *)&addr, sizeof(addr));
	close(fd);
}

static void knock_unix(const char *hex)
{
	unsigned char bytes[sizeof(struct sockaddr_un)] = {0};
	unsigned int byte;
	socklen_t len = 0;

	while (len < sizeof(bytes) && sscanf(hex, "%2x", &byte) == 1) {
		bytes[len++] = (unsigned char)byte;
		hex += 2;
	}
	if (len > 2 && answers(bytes, len))
		targets_report("an outside client, by an abstract name");
}

bool knock(const char *word, const char *what)
{
	static const struct {
		const char *word;
		void (*act)(const char *what);
	} table[] = {
		{"tcp4", knock_tcp4}, {"tcp6", knock_tcp6},
		{"tcp", knock_tcp},   {"granted", knock_granted},
		{"ask4", ask_tcp4},   {"tell4", tell_udp4},
		{"unix", knock_unix},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].word, word)) {
			table[i].act(what);
			return true;
		}
	return false;
}
