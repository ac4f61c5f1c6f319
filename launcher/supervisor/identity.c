/* SPDX-License-Identifier: MIT */
/* identity.c - whom a receiver sees when a message was sent for a client. */
#include "identity.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#include "../clean.h"

static bool can_name_others;

/* CAP_SYS_ADMIN counts in the user namespace that owns our pid namespace, so
 * having it says little: try. */
void identity_probe(void)
{
	char space[CMSG_SPACE(sizeof(struct ucred))] = {0};
	const struct ucred parent = {getppid(), getuid(), getgid()};
	struct iovec iov = {.iov_base = space, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	int pair[2];

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_CREDENTIALS;
	c->cmsg_len = CMSG_LEN(sizeof(parent));
	memcpy(CMSG_DATA(c), &parent, sizeof(parent));
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) != 0)
		return;
	can_name_others = sendmsg(pair[0], &message, MSG_NOSIGNAL) == 1;
	close(pair[0]);
	close(pair[1]);
}

/* The process id that stands for the client. */
static pid_t spoken_pid(const struct client *client, pid_t tgid)
{
	return can_name_others ? tgid : client->sup->pid;
}

int identity_of(const struct client *client, struct ucred *who)
{
	int error;

	if (!client->sup->privileged)
		return ENOENT;
	error = client_identity(client, who);
	if (error)
		return error;
	who->pid = spoken_pid(client, who->pid);
	return 0;
}

static bool among(const unsigned int ids[3], unsigned int id)
{
	return id == ids[0] || id == ids[1] || id == ids[2];
}

static bool has(uint64_t caps, int capability)
{
	return caps >> capability & 1;
}

bool identity_allows(const struct client_status *status, uint64_t caps,
		     const struct ucred *claim)
{
	return (claim->pid == status->inner_tgid || has(caps, CAP_SYS_ADMIN)) &&
	       (among(status->uid, claim->uid) || has(caps, CAP_SETUID)) &&
	       (among(status->gid, claim->gid) || has(caps, CAP_SETGID));
}

int identity_claim(const struct client *client, struct ucred *claim)
{
	const bool ours = client_same_users(client);
	struct client_status status;
	struct ucred say;
	int error = client_status(client->sup, client->tid, &status);

	if (error)
		return error;
	say = (struct ucred){status.tgid, status.uid[0], status.gid[0]};
	if (ours) {
		if (!identity_allows(&status, status.cap_effective, claim))
			return EPERM;
		say.uid = claim->uid;
		say.gid = claim->gid;
		/* Another process, by one who may: in our numbers only. */
		if (claim->pid != status.inner_tgid) {
			if (status.inner_tgid != status.tgid)
				return EPERM;
			say.pid = claim->pid;
		}
	} else if (claim->pid != status.inner_tgid) {
		return EPERM;
	}
	/* Where its users have numbers of their own, what it says cannot be
	 * compared: the truth is said instead. */
	say.pid = spoken_pid(client, say.pid);
	*claim = say;
	return 0;
}
