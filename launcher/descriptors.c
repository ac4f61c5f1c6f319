/* SPDX-License-Identifier: MIT */
/* descriptors.c - look after the descriptors that the caller left us. */
#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <netinet/in.h>
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

static bool is_inet(int domain)
{
	return domain == AF_INET || domain == AF_INET6;
}

/* AF_VSOCK and others lead out, too, and Landlock does not know them. */
static bool is_of_network(int domain)
{
	return domain != AF_UNIX && domain != AF_NETLINK;
}

static int option(int fd, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : 0;
}

/* Its messages are mediated where UDP may exist; UDP-Lite and the rest have
 * ports of their own, or none. */
static bool is_mediated(const struct policy *policy, int fd, int domain,
			int type)
{
	return is_inet(domain) && type == SOCK_DGRAM &&
	       option(fd, SO_PROTOCOL) == IPPROTO_UDP &&
	       policy_mediates(policy, SOCK_DGRAM);
}

/* A message on such a socket has an address and connects, whatever its type. */
static bool connects_by_message(int fd, int domain)
{
	return domain == AF_TIPC || domain == AF_RDS ||
	       (is_inet(domain) && option(fd, SO_PROTOCOL) == IPPROTO_SCTP);
}

static bool reaches_anything(const struct policy *policy, int fd, int domain)
{
	const int type = option(fd, SO_TYPE);

	if (domain == AF_NETLINK)
		return false;
	if (domain == AF_UNIX)
		return type != SOCK_STREAM && type != SOCK_SEQPACKET &&
		       !policy->unix_all && !policy->unix_dgram;
	if (policy->network == NETWORK_FULL)
		return false;
	if (type == SOCK_STREAM || type == SOCK_SEQPACKET)
		return connects_by_message(fd, domain);
	/* What a packet socket sends is not mediated, as it may have its
	 * address already. */
	return !is_mediated(policy, fd, domain, type);
}

/* A socket of the network that is restricted, made where it was not. */
static enum foreign kind_of(const struct policy *policy, int fd, int domain)
{
	const int protocol = option(fd, SO_PROTOCOL);

	if (!is_of_network(domain) || policy->network == NETWORK_FULL)
		return FOREIGN_NONE;
	if (!is_inet(domain) ||
	    (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return FOREIGN_OTHER;
	return FOREIGN_TCP_OR_UDP;
}

/* Whoever has a connection may dissolve it, by connect(2) to no address, and
 * connect or listen again: Landlock allows the former, knows no listen(2) that
 * chooses a port, and no MPTCP.  So without anybody who looks at those calls
 * being connected already is no excuse. */
static void refuse_unwatched(const struct policy *policy, bool supervised,
			     int fd)
{
	if (policy->network == NETWORK_ISOLATED)
		die("inherited descriptor %d is a network socket, which "
		    "belongs to the network outside of --network isolated and "
		    "could be connected there anew; close it, e.g. with %d>&- "
		    "in the shell",
		    fd, fd);
	if (!supervised && policy->network == NETWORK_NONE)
		die("inherited descriptor %d is a network socket, which could "
		    "be connected anew while nobody looks; close it, e.g. with "
		    "%d>&- in the shell, or use --backstop=landlock",
		    fd, fd);
}

static enum foreign check(const struct policy *policy, bool supervised, int fd)
{
	int domain;
	socklen_t len = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0) {
		if (is_ring(fd))
			die("inherited descriptor %d is an io_uring, which "
			    "would get round the sandbox; close it, e.g. "
			    "with %d>&- in the shell",
			    fd, fd);
		return FOREIGN_NONE;
	}
	if (is_of_network(domain))
		refuse_unwatched(policy, supervised, fd);
	if (!reaches_anything(policy, fd, domain))
		return kind_of(policy, fd, domain);
	die("inherited descriptor %d is a datagram socket, which could send "
	    "to any address; close it, e.g. with %d>&- in the shell%s",
	    fd, fd, domain == AF_UNIX ? ", or use --allow-unix-dgram" : "");
}

enum foreign descriptors_check(const struct policy *policy, bool supervised)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	enum foreign most = FOREIGN_NONE;

	if (!dir)
		die_errno("cannot list /proc/self/fd");
	while ((entry = readdir(dir))) {
		char *end;
		const long fd = strtol(entry->d_name, &end, 10);

		if (end != entry->d_name && !*end && fd != dirfd(dir)) {
			const enum foreign found =
				check(policy, supervised, (int)fd);

			most = found > most ? found : most;
		}
	}
	closedir(dir);
	return most;
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
