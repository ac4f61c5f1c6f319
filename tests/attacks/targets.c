/* SPDX-License-Identifier: MIT */
/* targets.c - the judge's servers: granted, denied, by every family. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "judge.h"

#define EVERYWHERE (~0u)
#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif

struct target {
	const char *name; /* path in DIR, "@suffix", or what it is */
	int domain, type, protocol;
	unsigned int granted; /* by which grants */
	size_t port;	      /* member of struct scene */
	size_t nuls;	      /* of an abstract name: added at its end */
};

#define PORT(member) offsetof(struct scene, member)

static const struct target targets[] = {
	{"granted/ok.sock", AF_UNIX, SOCK_STREAM, 0, EVERYWHERE, 0, 0},
	{"granted/dgram.sock", AF_UNIX, SOCK_DGRAM, 0,
	 DIRECTORY | BIT(GRANT_DGRAM), 0, 0},
	{"granted/ok.sock2", AF_UNIX, SOCK_STREAM, 0, DIRECTORY, 0, 0},
	{"granted/ok", AF_UNIX, SOCK_STREAM, 0, DIRECTORY, 0, 0},
	{"granted/ok.sock\n", AF_UNIX, SOCK_STREAM, 0, DIRECTORY, 0, 0},
	{"granted/OK.SOCK", AF_UNIX, SOCK_STREAM, 0, DIRECTORY, 0, 0},
	{"granted/secret/no.sock", AF_UNIX, SOCK_STREAM, 0,
	 DIRECTORY & ~BIT(GRANT_EXCEPT_TREE), 0, 0},
	{"granted/secret/inner/no.sock", AF_UNIX, SOCK_STREAM, 0,
	 DIRECTORY & ~BIT(GRANT_EXCEPT_TREE), 0, 0},
	{"granted/except.sock", AF_UNIX, SOCK_STREAM, 0,
	 DIRECTORY & ~BIT(GRANT_EXCEPT), 0, 0},
	/* Those that protect() lets nobody but root reach. */
	{"granted/root.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"granted/group.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"granted/other.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"granted/private/any.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"denied/" HOSTILE_NAME, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"granted-evil/ok.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"denied/no.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"denied/no.seq", AF_UNIX, SOCK_SEQPACKET, 0, 0, 0, 0},
	{"denied/no.dgram", AF_UNIX, SOCK_DGRAM, 0, 0, 0, 0},
	{"denied/\xff\xfe\x80.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"lure/ok.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"lure/later.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"jail/DIR/granted/ok.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"jail/inner/ok.sock", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"@no", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"@no-seq", AF_UNIX, SOCK_SEQPACKET, 0, 0, 0, 0},
	{"@no-dgram", AF_UNIX, SOCK_DGRAM, 0, 0, 0, 0},
	{"@ok", AF_UNIX, SOCK_STREAM, 0, BIT(GRANT_ABSTRACT), 0, 0},
	{"@ok2", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"@ok", AF_UNIX, SOCK_STREAM, 0, 0, 0, 1},
	{"@ok", AF_UNIX, SOCK_STREAM, 0, 0, 0, 108},
	{"@o", AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
	{"TCP 127.0.0.1", AF_INET, SOCK_STREAM, 0, 0, PORT(tcp4), 0},
	{"TCP ::1", AF_INET6, SOCK_STREAM, 0, 0, PORT(tcp6), 0},
	{"UDP 127.0.0.1", AF_INET, SOCK_DGRAM, 0, 0, PORT(udp4), 0},
	{"UDP ::1", AF_INET6, SOCK_DGRAM, 0, 0, PORT(udp6), 0},
	{"UDP-Lite", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, 0, PORT(udplite4),
	 0},
	{"netlink usersock", AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK, 0,
	 PORT(netlink_user), 0},
	{"netlink route", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, 0,
	 PORT(netlink_route), 0},
};

#define TARGETS (sizeof(targets) / sizeof(targets[0]))
#define EXTRA	8 /* more sockets whose inodes are ours */

/* What an epoll event is about: a listener, a connection or a watched fd. */
enum kind { KIND_SERVER, KIND_CONNECTION, KIND_WATCH };

static const struct scene *here;
static enum grant granted_by;
static int fds[TARGETS], events = -1;
static ino_t own[TARGETS + EXTRA];
static size_t own_count;
static char hit_by[96];
static bool heard_before, heard_after;
static unsigned int tries;
static const char *watched;
static int naive_log = -1;

static bool denied(size_t i)
{
	return !(targets[i].granted & BIT(granted_by));
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

bool targets_heard(const char *word)
{
	return !strcmp(word, "after") ? heard_after : heard_before;
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
	for (size_t i = 0; i < TARGETS; i++)
		if (!strcmp(targets[i].name, "@no") &&
		    !bind(fd, (struct sockaddr *)&addr, len) && !listen(fd, 64))
			watch(fd, KIND_SERVER, i);
}

void targets_watch(int fd, const char *label)
{
	watched = label;
	watch(fd, KIND_WATCH, 0);
}

/* "DIR" within a name stands for the directory itself: a jail's view. */
static void expand(char *path, size_t size, const char *name)
{
	const char *dir = strstr(name, "/DIR/");

	if (dir)
		snprintf(path, size, "%s/%.*s%s%s", here->dir,
			 (int)(dir - name), name, here->dir, dir + 4);
	else
		snprintf(path, size, "%s/%s", here->dir, name);
}

static void make_parents(char *path)
{
	for (char *p = path + strlen(here->dir) + 1; (p = strchr(p, '/'));
	     p++) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
}

static bool bind_unix(int fd, const char *name, size_t nuls, int backlog)
{
	struct sockaddr_un addr;
	struct stat st;
	char path[160];
	socklen_t len;

	if (name[0] == '@') {
		len = abstract_addr(&addr, name + 1) + (socklen_t)nuls;
		if (len > sizeof(addr))
			len = sizeof(addr);
	} else {
		expand(path, sizeof(path), name);
		make_parents(path);
		len = unix_addr(&addr, path);
	}
	if (bind(fd, (struct sockaddr *)&addr, len))
		return false;
	if (name[0] != '@' && !lstat(path, &st) && own_count < TARGETS + EXTRA)
		own[own_count++] = st.st_ino;
	return !listen(fd, backlog) || errno == EOPNOTSUPP;
}

/* Bind to a free port of the loopback, or to a netlink port; 0: no. */
static long bind_port(int fd, const struct target *t)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_nl nl;
	} addr = {.any = {.sa_family = (sa_family_t)t->domain}};
	socklen_t len = sizeof(addr);
	int on = 1;

	if (t->domain == AF_INET)
		addr.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (t->domain == AF_INET6)
		addr.v6.sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
	if (t->domain == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	len = t->domain == AF_INET    ? sizeof(addr.v4)
	      : t->domain == AF_INET6 ? sizeof(addr.v6)
				      : sizeof(addr.nl);
	if (bind(fd, &addr.any, len) || getsockname(fd, &addr.any, &len))
		return 0;
	if (t->type == SOCK_STREAM && listen(fd, 64))
		return 0;
	return t->domain == AF_NETLINK ? (long)addr.nl.nl_pid
				       : ntohs(addr.v4.sin_port);
}

static bool open_target(struct scene *to, size_t i)
{
	const struct target *t = &targets[i];
	int fd = socket(t->domain, t->type | SOCK_CLOEXEC | SOCK_NONBLOCK,
			t->protocol);
	long port;

	fds[i] = fd;
	if (t->domain == AF_UNIX)
		return fd >= 0 && bind_unix(fd, t->name, t->nuls, 4096) &&
		       watch(fd, KIND_SERVER, i);
	port = fd < 0 ? 0 : bind_port(fd, t);
	memcpy((char *)to + t->port, &port, sizeof(port));
	return !port || watch(fd, KIND_SERVER, i);
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
	static const char *const directories[] = {"empty", "open", "log"};
	bool ok = !(needs & GIVES_UP) || protect();

	for (size_t i = 0; i < 3; i++)
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

	here = to;
	granted_by = attack->grant;
	events = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < TARGETS; i++)
		if (!open_target(to, i))
			return false;
	/* Nobody ever accepts there. */
	return bind_unix(full, "granted/full.sock", 0, 1) &&
	       make_links(attack->needs);
}

static void hear(size_t i, const char *text)
{
	if (denied(i))
		return;
	sscanf(text, "tries %u", &tries);
	if (!strncmp(text, "broke ", 6))
		targets_report(text);
	heard_before = heard_before || strstr(text, "before");
	heard_after = heard_after || strstr(text, "after");
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
	dprintf(naive_log, "deny: %s %s\n", comm, targets[i].name);
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
		targets_report(targets[i].name);
}

static void serve_one(enum kind kind, size_t i, int fd)
{
	char text[64] = "";
	ssize_t n;
	int new;

	if (kind == KIND_SERVER && (targets[i].type == SOCK_STREAM ||
				    targets[i].type == SOCK_SEQPACKET)) {
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
			targets_report(watched);
	} else {
		/* The kernel itself may send to a netlink socket. */
		if (kind == KIND_SERVER && n > 0 &&
		    (targets[i].domain != AF_NETLINK ||
		     memmem(text, (size_t)n, here->token, 8)))
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
