/* SPDX-License-Identifier: MIT */
/* client.c - fetch memory, descriptors and directories of a client. */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../clean.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* Linux 6.9 */
#endif

#ifndef KCMP_FILES
#define KCMP_FILES 2
#endif

#define PAGE_MIN 4096 /* the smallest page that a kernel may have */

/* EPERM from ptrace_may_access() must not look like the call's own answer. */
static int inspection_error(int error)
{
	return error == EPERM ? EACCES : error;
}

/* Before Linux 6.9 only thread group leaders have pidfds.  The leader's
 * descriptor table serves if the thread shares it. */
static int open_leader(const struct client *client)
{
	struct client_status status;
	int error = client_status(client->sup, client->tid, &status);
	int fd;

	/* What may not be inspected may be hidden, too (hidepid, proc(5)). */
	if (error)
		return client_alive(client) ? -EACCES : -ESRCH;
	if (syscall(SYS_kcmp, client->tid, status.tgid, KCMP_FILES, 0, 0) != 0)
		return -EACCES;
	fd = (int)syscall(SYS_pidfd_open, status.tgid, 0);
	return fd < 0 ? -inspection_error(errno) : fd;
}

static int open_pidfd(const struct client *client)
{
	const int fd = (int)syscall(SYS_pidfd_open, client->tid, PIDFD_THREAD);

	if (fd >= 0)
		return fd;
	return errno == EINVAL ? open_leader(client) : -inspection_error(errno);
}

static void forget(struct client_cache *cache)
{
	if (cache->tid)
		close(cache->pidfd);
	cache->tid = 0;
}

int client_pidfd(const struct client *client)
{
	struct client_cache *cache = client->cache;
	int fd;

	if (cache->tid == client->tid)
		return cache->pidfd;
	forget(cache);
	fd = open_pidfd(client);
	if (fd >= 0)
		*cache = (struct client_cache){client->tid, fd};
	return fd;
}

bool client_alive(const struct client *client)
{
	uint64_t id = client->id;

	/* With --explain the client is a child of ours that nobody reaps. */
	if (client->sup->listener < 0)
		return true;
	return ioctl(client->sup->listener, SECCOMP_IOCTL_NOTIF_ID_VALID,
		     &id) == 0;
}

int client_readv(const struct client *client, const struct iovec *from,
		 unsigned int count, void *to, size_t len)
{
	const struct iovec local = {.iov_base = to, .iov_len = len};
	const ssize_t n =
		process_vm_readv(client->tid, &local, 1, from, count, 0);

	if (n < 0)
		return inspection_error(errno);
	return (size_t)n == len ? 0 : EFAULT;
}

int client_read(const struct client *client, uint64_t from, void *to,
		size_t len)
{
	const struct iovec remote = {
		.iov_base = (void *)(uintptr_t)from,
		.iov_len = len,
	};

	return client_readv(client, &remote, 1, to, len);
}

int client_write(const struct client *client, uint64_t to, const void *from,
		 size_t len)
{
	const struct iovec local = {.iov_base = (void *)from, .iov_len = len};
	const struct iovec remote = {
		.iov_base = (void *)(uintptr_t)to,
		.iov_len = len,
	};
	ssize_t n;

	/* The number of a thread that died may be a stranger's by now. */
	if (!client_alive(client))
		return ESRCH;
	n = process_vm_writev(client->tid, &local, 1, &remote, 1, 0);
	if (n < 0)
		return inspection_error(errno);
	return (size_t)n == len ? 0 : EFAULT;
}

/* What follows the string need not be readable, so page by page. */
int client_read_path(const struct client *client, uint64_t from, char *to,
		     size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t part = PAGE_MIN - (from + done) % PAGE_MIN;
		int error;

		if (part > size - done)
			part = size - done;
		error = client_read(client, from + done, to + done, part);
		if (error)
			return error;
		if (memchr(to + done, '\0', part))
			return 0;
		done += part;
	}
	return ENAMETOOLONG;
}

int client_fd(const struct client *client, int fd)
{
	int pidfd = client_pidfd(client);
	int copy;

	if (pidfd < 0)
		return pidfd;
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (copy < 0 && errno == ESRCH) {
		/* That was an earlier thread of the same number. */
		forget(client->cache);
		pidfd = client_pidfd(client);
		if (pidfd < 0)
			return pidfd;
		copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	}
	return copy < 0 ? -inspection_error(errno) : copy;
}

int client_dir(const struct client *client, const char *which)
{
	char name[64];
	int fd, error;

	snprintf(name, sizeof(name), "%d/%s", (int)client->tid, which);
	client_act_pause(client->sup);
	fd = openat(client->sup->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	error = errno;
	client_act_resume();
	return fd < 0 ? -inspection_error(error) : fd;
}

/* The rows of /proc/TID/status, see proc(5). */
static void parse_row(struct client_status *s, const char *row,
		      uint64_t *thread, uint64_t *process, uint64_t *masked)
{
	const char *value = strchr(row, '\t');
	unsigned int ids[4] = {0};

	if (!value)
		return;
	if (strncmp(row, "Tgid:", 5) == 0) {
		s->tgid = (pid_t)strtol(value, NULL, 10);
		s->inner_tgid = s->tgid;
	} else if (strncmp(row, "NStgid:", 7) == 0) {
		value = strrchr(row, '\t');
		s->inner_tgid = (pid_t)strtol(value, NULL, 10);
	} else if (strncmp(row, "PPid:", 5) == 0) {
		s->ppid = (pid_t)strtol(value, NULL, 10);
	} else if (strncmp(row, "Umask:", 6) == 0) {
		s->umask = (mode_t)strtoul(value, NULL, 8);
	} else if (strncmp(row, "Uid:", 4) == 0) {
		if (sscanf(value, "%u %u %u %u", &ids[0], &ids[1], &ids[2],
			   &ids[3]) == 4) {
			memcpy(s->uid, ids, sizeof(s->uid));
			s->fsuid = ids[3];
		}
	} else if (strncmp(row, "Gid:", 4) == 0) {
		if (sscanf(value, "%u %u %u %u", &ids[0], &ids[1], &ids[2],
			   &ids[3]) == 4) {
			memcpy(s->gid, ids, sizeof(s->gid));
			s->fsgid = ids[3];
		}
	} else if (strncmp(row, "CapEff:", 7) == 0) {
		s->cap_effective = strtoull(value, NULL, 16);
	} else if (strncmp(row, "SigPnd:", 7) == 0) {
		*thread = strtoull(value, NULL, 16);
	} else if (strncmp(row, "ShdPnd:", 7) == 0) {
		*process = strtoull(value, NULL, 16);
	} else if (strncmp(row, "SigBlk:", 7) == 0) {
		*masked = strtoull(value, NULL, 16);
	} else if (strncmp(row, "Groups:", 7) == 0) {
		char *end = (char *)value;

		while (s->group_count < CLIENT_GROUPS_MAX) {
			const char *from = end;
			unsigned long gid = strtoul(from, &end, 10);

			if (end == from)
				break;
			s->groups[s->group_count++] = (gid_t)gid;
		}
	}
}

int client_status(const struct supervisor *sup, pid_t tid,
		  struct client_status *status)
{
	uint64_t thread = 0, process = 0, masked = 0;
	char name[32], text[8192];
	char *save = NULL;
	autoclose int fd = -1;
	ssize_t n;

	memset(status, 0, sizeof(*status));
	status->fsuid = (uid_t)-1;
	status->fsgid = (gid_t)-1;
	snprintf(name, sizeof(name), "%d/status", (int)tid);
	fd = openat(sup->proc, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return inspection_error(errno);
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return n < 0 ? inspection_error(errno) : ESRCH;
	text[n] = '\0';
	for (const char *row = strtok_r(text, "\n", &save); row;
	     row = strtok_r(NULL, "\n", &save))
		parse_row(status, row, &thread, &process, &masked);
	status->pending = (thread | process) & ~masked;
	return status->tgid > 0 && status->fsuid != (uid_t)-1 ? 0 : ESRCH;
}
