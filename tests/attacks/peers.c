/* SPDX-License-Identifier: MIT */
/* peers.c - who does a server think that its client is?
 *
 * A client that sends "iam UID GID GROUPS" tells what it is; the server looks
 * at what the kernel says, by SO_PEERCRED and SO_PEERGROUPS, and at what came
 * by SCM_CREDENTIALS if the client says "sent".
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "judge.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

static struct ucred peer_of(int fd)
{
	struct ucred peer = {.pid = -1, .uid = (uid_t)-1, .gid = (gid_t)-1};
	socklen_t len = sizeof(peer);

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	return peer;
}

pid_t peers_pid(int fd)
{
	return peer_of(fd).pid;
}

void peers_watch(int fd)
{
	const int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
}

static unsigned int group_count(int fd)
{
	gid_t groups[256];
	socklen_t len = sizeof(groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return 0;
	return len / (socklen_t)sizeof(gid_t);
}

static void compare(int fd, const char *text, const struct ucred *sent)
{
	const struct ucred peer = peer_of(fd);
	unsigned int uid, gid, groups;

	if (sscanf(text, "iam %u %u %u", &uid, &gid, &groups) != 3)
		return;
	if (peer.uid != uid || peer.gid != gid)
		targets_report("a server that takes its client for another");
	if (group_count(fd) > groups)
		targets_report("a server that sees another's groups");
	/* What nobody has chosen is the real user, whoever is effective. */
	if (sent && strstr(text, "sent") &&
	    (sent->uid != uid || sent->gid != gid))
		targets_report("forged credentials");
	if (sent && sent->pid == scene.judge)
		targets_report("a forged process id");
}

ssize_t peers_receive(int fd, char *text, size_t size)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec part = {.iov_base = text, .iov_len = size};
	struct msghdr msg = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const struct cmsghdr *head;
	struct ucred sent;
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n <= 0)
		return n;
	head = CMSG_FIRSTHDR(&msg);
	if (head && head->cmsg_level == SOL_SOCKET &&
	    head->cmsg_type == SCM_CREDENTIALS) {
		memcpy(&sent, CMSG_DATA(head), sizeof(sent));
		compare(fd, text, &sent);
	} else {
		compare(fd, text, NULL);
	}
	return n;
}
