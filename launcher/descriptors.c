/* SPDX-License-Identifier: MIT */
/* descriptors.c - look after the descriptors that the caller left us. */
#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clean.h"
#include "diag.h"

void descriptors_secure(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", O_RDWR | O_CLOEXEC) != fd)
			_exit(EXIT_SBX);
}

static bool is_ring(int fd)
{
	char name[64], target[64];
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	return strcmp(target, "anon_inode:[io_uring]") == 0;
}

/* Landlock knows neither MPTCP nor a listen(2) that chooses a port, so without
 * a supervisor such a socket must have its peer already; and so must one that
 * belongs to another network than the one that is meant. */
static bool is_loose_tcp(int fd, int domain)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	return (domain == AF_INET || domain == AF_INET6) &&
	       getpeername(fd, (struct sockaddr *)&peer, &len) != 0;
}

static bool reaches_anything(const struct policy *policy, int domain, int type)
{
	if (type == SOCK_STREAM || type == SOCK_SEQPACKET ||
	    domain == AF_NETLINK)
		return false;
	/* What a datagram socket sends is mediated where one may exist. */
	return domain == AF_UNIX ? !policy->unix_all && !policy->unix_dgram
				 : policy->network != NETWORK_FULL &&
					   !policy_mediates(policy, SOCK_DGRAM);
}

static void check(const struct policy *policy, bool supervised, int fd)
{
	int domain, type;
	socklen_t len = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0) {
		if (is_ring(fd))
			die("inherited descriptor %d is an io_uring, which "
			    "would get round the sandbox; close it, e.g. "
			    "with %d>&- in the shell",
			    fd, fd);
		return;
	}
	if (policy->network == NETWORK_ISOLATED && is_loose_tcp(fd, domain))
		die("inherited descriptor %d is a TCP socket that is not "
		    "connected, and belongs to the network outside of "
		    "--network isolated; close it, e.g. with %d>&- in the "
		    "shell",
		    fd, fd);
	if (!supervised && policy->network == NETWORK_NONE &&
	    is_loose_tcp(fd, domain))
		die("inherited descriptor %d is a TCP socket that is not "
		    "connected yet, which nobody would look at; close it, "
		    "e.g. with %d>&- in the shell, or use --backstop=landlock",
		    fd, fd);
	len = sizeof(type);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	    !reaches_anything(policy, domain, type))
		return;
	die("inherited descriptor %d is a datagram socket, which could send "
	    "to any address; close it, e.g. with %d>&- in the shell%s",
	    fd, fd, domain == AF_UNIX ? ", or use --allow-unix-dgram" : "");
}

void descriptors_check(const struct policy *policy, bool supervised)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	if (!dir)
		die_errno("cannot list /proc/self/fd");
	while ((entry = readdir(dir))) {
		char *end;
		const long fd = strtol(entry->d_name, &end, 10);

		if (end != entry->d_name && !*end && fd != dirfd(dir))
			check(policy, supervised, (int)fd);
	}
	closedir(dir);
}

void descriptors_null(int fd)
{
	autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == fd)
		steal_fd(&null);
	else if (null < 0 || dup3(null, fd, O_CLOEXEC) < 0)
		close(fd);
}

static int ascending(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void close_between(int first, int last)
{
	if (first <= last)
		syscall(SYS_close_range, first, last, 0);
}

void descriptors_keep(int *keep, size_t n)
{
	int next = STDERR_FILENO + 1;

	qsort(keep, n, sizeof(*keep), ascending);
	for (size_t i = 0; i < n; i++) {
		if (keep[i] < next)
			continue;
		close_between(next, keep[i] - 1);
		next = keep[i] + 1;
	}
	syscall(SYS_close_range, next, ~0U, 0);
	descriptors_null(STDIN_FILENO);
	descriptors_null(STDOUT_FILENO);
}
