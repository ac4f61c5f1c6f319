/* SPDX-License-Identifier: MIT */
/* targets.c - what reaches the judge's servers. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "servers.h"

#define EXTRA 8 /* more sockets whose inodes are ours */

/* What an epoll event is about: a listener, a connection or a watched fd. */
enum kind { KIND_SERVER, KIND_CONNECTION, KIND_WATCH };

static enum grant granted_by;
static int events = -1;
static ino_t own[SERVERS_MAX + EXTRA];
static size_t own_count;
static char hit_by[96];
static unsigned int before, after; /* which servers heard it */
static unsigned int tries;
static const char *watched[8];
static size_t watched_count;
static int naive_log = -1;

static bool denied(size_t i)
{
	if (grant_all_unix(granted_by) && servers[i].domain == AF_UNIX)
		return granted_by == GRANT_ISOLATED_UNIX &&
		       servers[i].name[0] == '@';
	return !(servers[i].granted & BIT(granted_by));
}

void targets_report(const char *label)
{
	if (!hit_by[0])
		snprintf(hit_by, sizeof(hit_by), "%s", label);
}

const char *targets_hit(void)
{
	return hit_by[0] ? hit_by : NULL;
}

static unsigned int kind_of(size_t i)
{
	if (servers[i].domain == AF_UNIX)
		return HEARD_UNIX;
	return servers[i].type == SOCK_STREAM ? HEARD_TCP : HEARD_UDP;
}

bool targets_heard(const char *word, unsigned int wanted)
{
	return (~(!strcmp(word, "after") ? after : before) & wanted) == 0;
}

void targets_add_own(ino_t inode)
{
	if (own_count < sizeof(own) / sizeof(own[0]))
		own[own_count++] = inode;
}

static bool watch(int fd, enum kind kind, size_t i)
{
	struct epoll_event event = {.events = EPOLLIN};

	event.data.u64 =
		(uint64_t)kind << 56 | (uint64_t)i << 32 | (uint32_t)fd;
	return !epoll_ctl(events, EPOLL_CTL_ADD, fd, &event);
}

unsigned int targets_tries(void)
{
	return tries;
}

bool targets_own(ino_t inode)
{
	for (size_t i = 0; i < own_count; i++)
		if (own[i] == inode)
			return true;
	return false;
}

void targets_serve_abstract(const char *suffix)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, suffix);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* Accounted to the first denied abstract name. */
	for (size_t i = 0; i < server_count; i++)
		if (!strcmp(servers[i].name, "@no") &&
		    !bind(fd, (struct sockaddr *)&addr, len) && !listen(fd, 64))
			watch(fd, KIND_SERVER, i);
}

void targets_serve_at(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* Accounted to the first denied path. */
	for (size_t i = 0; i < server_count; i++)
		if (!strcmp(servers[i].name, "denied/no.sock") &&
		    server_bind_unix(fd, name, 0, 4096))
			watch(fd, KIND_SERVER, i);
}

void targets_watch(int fd, const char *label)
{
	if (watched_count == sizeof(watched) / sizeof(watched[0]))
		return;
	watched[watched_count] = label;
	watch(fd, KIND_WATCH, watched_count++);
}

/* Within a granted directory, but for root alone. */
static bool protect(void)
{
	return !chmod(at("granted/root.sock"), 0600) &&
	       !chown(at("granted/group.sock"), 0, PROTECTED_GROUP) &&
	       !chmod(at("granted/group.sock"), 0660) &&
	       !chown(at("granted/other.sock"), 65534, 65534) &&
	       !chmod(at("granted/other.sock"), 0600) &&
	       !chmod(at("granted/private/any.sock"), 0777) &&
	       !chmod(at("granted/private"), 0700);
}

static bool make_links(unsigned int needs)
{
	static const char *const directories[] = {"empty", "open", "log",
						  "room", "granted/room"};
	bool ok = !(needs & GIVES_UP) || protect();

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		ok = ok && !mkdir(at(directories[i]), 0700);
	ok = ok && !symlink("../denied/no.sock", at("granted/link.sock")) &&
	     !symlink("../denied", at("granted/linkdir"));
	if (needs & NEEDS_HARD_LINK)
		ok = ok && !link(at("denied/no.sock"), at("granted/hard.sock"));
	return ok;
}

bool targets_open(struct scene *to, const struct attack *attack)
{
	int full = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	granted_by = attack->grant;
	events = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < server_count; i++) {
		const int fd = server_open(to, &servers[i]);

		if (fd == -1 || (fd >= 0 && !watch(fd, KIND_SERVER, i)))
			return false;
	}
	to->listen_ok = server_free_port();
	/* Nobody ever accepts there. */
	return server_bind_unix(full, "granted/full.sock", 0, 1) &&
	       make_links(attack->needs);
}

static void hear(size_t i, const char *text)
{
	if (denied(i))
		return;
	sscanf(text, "tries %u", &tries);
	if (!strncmp(text, "broke ", 6))
		targets_report(text);
	before |= strstr(text, "before") ? kind_of(i) : 0;
	after |= strstr(text, "after") ? kind_of(i) : 0;
}

/* What a logger writes that trusts its clients. */
static void log_naively(size_t i, int fd)
{
	char comm[32] = "", path[32];
	int from;

	snprintf(path, sizeof(path), "/proc/%d/comm", peers_pid(fd));
	from = open(path, O_RDONLY | O_CLOEXEC);
	if (from >= 0) {
		read(from, comm, sizeof(comm) - 1);
		close(from);
	}
	dprintf(naive_log, "deny: %s %s\n", comm, servers[i].name);
}

void targets_log(int fd)
{
	naive_log = fd;
}

static void got(size_t i, int fd)
{
	if (!denied(i))
		return;
	if (naive_log >= 0)
		log_naively(i, fd);
	else
		targets_report(servers[i].name);
}

static void serve_one(enum kind kind, size_t i, int fd)
{
	char text[64] = "";
	ssize_t n;
	int new;

	if (kind == KIND_SERVER && (servers[i].type == SOCK_STREAM ||
				    servers[i].type == SOCK_SEQPACKET)) {
		new = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (new < 0)
			return;
		got(i, new);
		peers_watch(new);
		if (!watch(new, KIND_CONNECTION, i))
			close(new);
		return;
	}
	n = kind == KIND_CONNECTION
		    ? peers_receive(fd, text, sizeof(text) - 1)
		    : recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	if (n < 0 && errno == ENOTSOCK)
		n = read(fd, text, sizeof(text) - 1);
	if (kind == KIND_WATCH) {
		if (n > 0)
			targets_report(watched[i]);
	} else {
		/* The kernel itself may send to a netlink socket. */
		if (kind == KIND_SERVER && n > 0 &&
		    (servers[i].domain != AF_NETLINK ||
		     memmem(text, (size_t)n, scene.token, 8)))
			got(i, fd);
		hear(i, text);
	}
	if (n == 0 || (n < 0 && errno != EAGAIN))
		close(fd);
}

int targets_serve(int timeout_ms)
{
	struct epoll_event ready[64];
	int count = epoll_wait(events, ready, 64, timeout_ms);

	for (int i = 0; i < count; i++) {
		uint64_t data = ready[i].data.u64;

		serve_one((enum kind)(data >> 56), data >> 32 & 0xffff,
			  (int)(data & 0xffffffff));
	}
	return count;
}
