/* SPDX-License-Identifier: MIT */
/* kit.c - what the attacks share. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

struct scene scene;
char *attack_self;

static _Noreturn void end(int status, const char *fmt, va_list ap)
{
	printf("skip: ");
	vprintf(fmt, ap);
	printf("\n");
	fflush(stdout);
	_exit(status);
}

void skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end(EXIT_SKIP, fmt, ap);
}

void barred(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end(EXIT_BARRED, fmt, ap);
}

const char *at(const char *name)
{
	static char buffers[16][160];
	static unsigned int next;
	char *buf = buffers[next++ % 16];

	snprintf(buf, sizeof(buffers[0]), "%s/%s", scene.dir, name);
	return buf;
}

socklen_t unix_addr(struct sockaddr_un *addr, const char *path)
{
	size_t len = strlen(path);

	if (len > sizeof(addr->sun_path))
		len = sizeof(addr->sun_path);
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	memcpy(addr->sun_path, path, len);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len +
			   (len < sizeof(addr->sun_path)));
}

socklen_t abstract_addr(struct sockaddr_un *addr, const char *suffix)
{
	int len;

	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	len = snprintf(addr->sun_path + 1, sizeof(addr->sun_path) - 1,
		       "sbx-%s-%s", scene.token, suffix);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			   (size_t)len);
}

int unix_socket(int type)
{
	return socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
}

void deliver(int fd)
{
	send(fd, scene.token, strlen(scene.token), MSG_NOSIGNAL);
}

bool connect_and_deliver(int fd, const void *addr, socklen_t len)
{
	if (connect(fd, addr, len))
		return false;
	deliver(fd);
	return true;
}

bool hit(int domain, int type, const void *addr, socklen_t len)
{
	int fd = socket(domain, type | SOCK_CLOEXEC, 0);
	bool ok;

	if (fd < 0)
		return false;
	ok = connect_and_deliver(fd, addr, len);
	close(fd);
	return ok;
}

bool hit_path(const char *path)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, path);

	return hit(AF_UNIX, SOCK_STREAM, &addr, len);
}

bool give_up(void)
{
	return !scene.keep;
}

void confess(const char *what)
{
	char text[64];

	snprintf(text, sizeof(text), "broke %s", what);
	greet(text);
}

void hit_denied(void)
{
	hit_path(at("denied/no.sock"));
}

bool greet(const char *word)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/ok.sock"));
	int fd = unix_socket(SOCK_STREAM);
	bool ok;

	if (fd < 0)
		return false;
	ok = !connect(fd, (struct sockaddr *)&addr, len) &&
	     send(fd, word, strlen(word), MSG_NOSIGNAL) > 0;
	close(fd);
	return ok;
}

bool greet_dgram(const char *word)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/dgram.sock"));
	int fd = unix_socket(SOCK_DGRAM);
	bool ok = sendto(fd, word, strlen(word), MSG_NOSIGNAL,
			 (struct sockaddr *)&addr, len) > 0;

	close(fd);
	return ok;
}

bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t len = strlen(text);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, len) == (ssize_t)len;
	return close(fd) == 0 && ok;
}

void announce(const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	write_text(at("announce.new"), text);
	rename(at("announce.new"), at("announce"));
	for (int i = 0; i < 200 && !access(at("announce"), F_OK); i++)
		pause_ms(10);
}

void offer(int fd, const struct sockaddr_un *addr, socklen_t len)
{
	struct sockaddr_un bound;
	socklen_t bound_len = sizeof(bound);
	char hex[2 * sizeof(bound) + 1] = "";
	const unsigned char *bytes = (const unsigned char *)&bound;

	bind(fd, (const struct sockaddr *)addr, len);
	listen(fd, 8);
	getsockname(fd, (struct sockaddr *)&bound, &bound_len);
	for (size_t i = 0; i < bound_len && i < 50; i++)
		sprintf(hex + 2 * i, "%02x", bytes[i]);
	announce("unix %s", hex);
}

/* A child that could not begin speaks for all. */
void in_child(void (*fn)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		fn();
		_exit(0);
	}
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		_exit(WEXITSTATUS(status));
}

void run_variant(const char *program, const char *const args[])
{
	char path[256];
	const char *argv[8] = {path};
	char *slash;

	snprintf(path, sizeof(path), "%s", attack_self);
	slash = strrchr(path, '/');
	snprintf(slash ? slash + 1 : path, 64, "%s", program);
	for (int i = 0; i < 6 && args[i]; i++)
		argv[i + 1] = args[i];
	if (access(path, X_OK))
		skip("%s was not built", program);
	execv(path, (char **)argv);
	skip("cannot run %s: %s", program, strerror(errno));
}

static bool with_user_namespace(int flags)
{
	char map[64];
	unsigned int uid = getuid(), gid = getgid();

	if (unshare(flags | CLONE_NEWUSER))
		return false;
	snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	write_text("/proc/self/uid_map", map);
	write_text("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	write_text("/proc/self/gid_map", map);
	return true;
}

/* Never let a mount out into the namespace of the machine.  From that of a new
 * user namespace none gets there (mount_namespaces(7)), and where a sandbox
 * forbids mount(2), other calls are left. */
bool new_namespaces(int flags)
{
	const bool own = (flags & CLONE_NEWUSER) || unshare(flags);

	if (own && !with_user_namespace(flags))
		return false;
	return !(flags & CLONE_NEWNS) ||
	       !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || own;
}

unsigned int number_in(const char *variable)
{
	const char *text = getenv(variable);
	const int n = text ? atoi(text) : 0;

	return n > 0 ? (unsigned int)n : 0;
}

unsigned int slowness(void)
{
	const unsigned int n = number_in("SBX_SLOW");

	return n ? n : 1;
}

void pause_ms(long ms)
{
	/* A short one is part of a loop that waits for something. */
	if (ms >= 50)
		ms *= slowness() < 5 ? slowness() : 5;
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}
