/* SPDX-License-Identifier: MIT */
/* client.h - look at a process that is waiting for our answer.
 *
 * A client is blocked in one system call, but its other threads are not:
 * memory, descriptors and directories may change while we look.  So
 * everything is fetched once, and only what was fetched is judged and used.
 */
#ifndef SBX_CLIENT_H
#define SBX_CLIENT_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "supervisor.h"

/* The thread that a worker served last: most programs call again.  A pidfd
 * never comes to mean another thread, so keeping it is safe. */
struct client_cache {
	pid_t tid; /* 0: none */
	int pidfd;
};

struct client {
	const struct supervisor *sup;
	struct client_cache *cache;
	uint64_t id; /* of the notification */
	pid_t tid;   /* the calling thread */
};

/* A row of /proc/TID/status that matters here. */
struct client_status {
	pid_t tgid;
	pid_t inner_tgid; /* in its own pid namespace; tgid if that is ours */
	pid_t ppid;
	uid_t uid[3]; /* real, effective, saved */
	gid_t gid[3];
	uid_t fsuid;
	gid_t fsgid;
	mode_t umask;
	uint64_t cap_effective;
	uint64_t pending; /* signals that would interrupt it now */
	unsigned int group_count;
	gid_t groups[CLIENT_GROUPS_MAX];
};

/** client_alive() - Is the thread still waiting for this very answer? */
bool client_alive(const struct client *client);

/**
 * client_read() - Copy its memory.
 *
 * Return: 0, EFAULT if any byte is unreadable, EACCES if not inspectable
 */
int client_read(const struct client *client, uint64_t from, void *to,
		size_t len);

/**
 * client_read_path() - Copy a string of its memory.
 * @size:	bytes in @to
 *
 * Return: 0, ENAMETOOLONG if it does not fit, else as client_read()
 */
int client_read_path(const struct client *client, uint64_t from, char *to,
		     size_t size);

/**
 * client_readv() - client_read() of memory that is scattered.
 * @from:	addresses in the client, 1024 at most
 * @len:	bytes to copy; @from may name more
 */
int client_readv(const struct client *client, const struct iovec *from,
		 unsigned int count, void *to, size_t len);

/**
 * client_write() - Change its memory, as the kernel would for its call.
 *
 * Return: 0, ESRCH if the client is gone, or as client_read()
 */
int client_write(const struct client *client, uint64_t to, const void *from,
		 size_t len);

/**
 * client_pidfd() - Take hold of the waiting thread.
 *
 * Return: a pidfd, owned by the cache, or -errno (EACCES: it may not be
 *	   inspected)
 */
int client_pidfd(const struct client *client);

/**
 * client_fd() - Fetch a descriptor of its table.
 *
 * Return: a duplicate (O_CLOEXEC), or -errno: EBADF, EACCES if not
 *	   inspectable
 */
int client_fd(const struct client *client, int fd);

/**
 * client_dir() - Open its root or current directory.
 * @which:	"root" or "cwd"
 *
 * Return: O_PATH descriptor, or -errno
 */
int client_dir(const struct client *client, const char *which);

/**
 * client_status() - Read /proc/TID/status.
 *
 * Return: 0, or an errno value
 */
int client_status(const struct supervisor *sup, pid_t tid,
		  struct client_status *status);

/**
 * client_act_as() - Take on its identity and rights in this thread.
 * @client:	client
 * @changed:	set to whether client_act_as_self() is due
 *
 * A privileged supervisor must not open doors that the client could not open
 * by itself, nor appear to a server as somebody else than the client.  Costs
 * nothing unless we are privileged and the client is less so.
 *
 * Return: 0, or an errno value: then nothing may be done for it
 */
int client_act_as(const struct client *client, bool *changed);

/**
 * client_act_to_send() - The same for sending, where capabilities matter.
 *
 * Once begun, a second call changes nothing.
 *
 * @unix_socket: ours stay that let a message say who the client is, see
 *		identity.h; else the capabilities are exactly the client's
 */
int client_act_to_send(const struct client *client, bool unix_socket,
		       bool *changed);

/** client_identity() - Its process id, real user and group, as we number them;
 *			returns 0 or an errno value. */
int client_identity(const struct client *client, struct ucred *who);

/** client_same_users() - Is it in our user namespace? */
bool client_same_users(const struct client *client);

/** client_act_as_self() - Undo client_act_as(); dies if it cannot. */
void client_act_as_self(const struct supervisor *sup);

/**
 * client_act_pause() - Use our own rights for a moment while acting.
 *
 * To look up the client itself, which it may always do, and we may not with
 * its rights; and to ask what others in the sandbox might do.
 */
void client_act_pause(const struct supervisor *sup);

/** client_act_resume() - Undo client_act_pause(); dies if it cannot. */
void client_act_resume(void);

/**
 * client_know_self() - Fill in our own identity.
 * @spare:	capabilities that we keep, but use only to say in a message who
 *		the client is
 */
void client_know_self(struct supervisor *sup, uint64_t spare);

#endif /* SBX_CLIENT_H */
