/* SPDX-License-Identifier: MIT */
/* make.c - make a socket in a client's place and put it into the client. */
#include "make.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../clean.h"
#include "made.h"

#define NO_DEVICE 0x7fffffff

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* Linux 5.0 */
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static bool is_inet(int domain)
{
	return domain == AF_INET || domain == AF_INET6;
}

/* What is made here belongs to our network namespace. */
static bool same_network(const struct call *call)
{
	struct stat ours, theirs;
	char name[64];

	snprintf(name, sizeof(name), "%d/ns/net", (int)call->client.tid);
	return fstatat(call->sup->proc, name, &theirs, 0) == 0 &&
	       fstatat(call->sup->proc, "self/ns/net", &ours, 0) == 0 &&
	       ours.st_ino == theirs.st_ino;
}

static bool is_plain_inet(const struct call *call)
{
	if (!is_inet(call->domain))
		return false;
	if (call->type == SOCK_DGRAM)
		return call->protocol == 0 || call->protocol == IPPROTO_UDP;
	return call->type == SOCK_STREAM &&
	       (call->protocol == 0 || call->protocol == IPPROTO_TCP ||
		call->protocol == IPPROTO_MPTCP);
}

/* None of these needs a privilege that we might have and the client not. */
bool make_serves(const struct call *call)
{
	if (!call->sup->made)
		return false;
	if (call->domain == AF_UNIX)
		return !call->sup->policy->unix_all &&
		       (call->type == SOCK_STREAM ||
			call->type == SOCK_SEQPACKET);
	return (call->domain == AF_NETLINK || is_plain_inet(call)) &&
	       same_network(call);
}

/* Its inode gets the client's owner. */
static int make_as_client(const struct call *call)
{
	const int flags = (int)call->req->data.args[1] | SOCK_CLOEXEC;
	bool changed;
	int fd;

	if (client_act_as(&call->client, &changed) != 0)
		return -EACCES;
	fd = socket(call->domain, flags, call->protocol);
	if (fd < 0)
		fd = -errno;
	if (changed)
		client_act_as_self(call->sup);
	return fd;
}

/* Not in one step with the answer (SECCOMP_ADDFD_FLAG_SEND): if a signal
 * interrupts that, the client's call returns 0 (seccomp_notify_addfd() in
 * kernel/seccomp.c; measured on Linux 6.18). */
static struct answer hand_over(const struct call *call, int fd)
{
	const int flags = (int)call->req->data.args[1];
	struct seccomp_notif_addfd add = {
		.id = call->client.id,
		.srcfd = (uint32_t)fd,
		.newfd_flags = flags & SOCK_CLOEXEC ? O_CLOEXEC : 0,
	};
	int theirs;

	do
		theirs = ioctl(call->sup->listener, SECCOMP_IOCTL_NOTIF_ADDFD,
			       &add);
	while (theirs < 0 && errno == EINTR);
	if (theirs >= 0)
		return (struct answer){.value = theirs};
	return answer_error(errno == ENOENT   ? ESRCH
			    : errno == EMFILE ? EMFILE
					      : EACCES);
}

struct answer make_socket(struct call *call, bool jailed)
{
	struct made *made = call->sup->made;
	const int device = NO_DEVICE;
	autoclose int fd = make_as_client(call);
	struct answer answer;

	if (fd < 0)
		return answer_error(-fd);
	if (jailed && setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device,
				 sizeof(device)) != 0)
		return answer_error(EACCES);
	/* The client may use it before we are told that it has it. */
	if (made && !made_add(made, fd))
		return answer_error(ENFILE);
	answer = hand_over(call, fd);
	if (made && answer.error)
		made_forget(made, fd);
	return answer;
}
