/* SPDX-License-Identifier: MIT */
/* tamper.c - wear the supervisor out, feed it rubbish.  Afterwards the granted
 * socket must still work, and the denied one must not. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../policy/report.h"
#include "attack.h"
#include "raw.h"

#define WAITERS 500

static void report(long kind, const void *data, long size)
{
	raw_call(SYS_prctl, REPORT_PRCTL, kind, (long)data, size, 0, 0);
}

static void fill(void *data, size_t size, unsigned int seed)
{
	unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = (unsigned char)(seed >> 16);
	}
}

static void report_rubbish(void)
{
	struct report r;

	for (unsigned int i = 0; i < 2000; i++) {
		fill(&r, sizeof(r), i);
		r.version = i % 3 ? REPORT_VERSION : r.version;
		report((long)(i % 6), &r, sizeof(r));
		report(REPORT_PUBLISH, &r, sizeof(struct report_publish));
	}
	hit_denied();
}

static void report_sizes(void)
{
	static const long sizes[] = {
		0, 1, 4, 7, 4096, 1 << 20, -1, INT32_MAX, (long)1 << 62};
	static struct report r = {.version = REPORT_VERSION};

	r.addr_len = r.count = UINT32_MAX;
	memset(r.registers, 0xff, sizeof(r.registers));
	memset(r.host, 'h', sizeof(r.host));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (long kind = -1; kind < 5; kind++)
			report(kind, &r, sizes[i]);
	report(REPORT_REFUSED, &r, sizeof(r));
	hit_denied();
}

static void report_pointers(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const void *bad[] = {NULL, (void *)1, (void *)-1L,
			     (void *)0x7fffffffffff, page + 4096 - 8};

	munmap(page + 4096, 4096);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (long kind = 0; kind < 5; kind++) {
			report(kind, bad[i], sizeof(struct report));
			report(kind, bad[i], sizeof(struct report_publish));
		}
	hit_denied();
}

/* The shim says: refused; may I?  An answer must not become a grant. */
static void report_refused(void)
{
	struct report r = {.version = REPORT_VERSION, .fd = -1, .count = 1};
	struct sockaddr_un addr;

	r.addr_len = unix_addr(&addr, at("denied/no.sock"));
	memcpy(r.addr, &addr, sizeof(addr));
	r.domain = AF_UNIX;
	r.type = SOCK_STREAM;
	for (unsigned int op = 0; op < 12; op++) {
		r.op = op;
		report(REPORT_REFUSED, &r, sizeof(r));
		hit_denied();
	}
}

static void *flood(void *arg)
{
	struct report r = {.version = REPORT_VERSION, .fd = -1, .count = 1};

	for (unsigned int i = 0; i < 5000; i++) {
		memcpy(r.addr, &i, sizeof(i));
		r.addr_len = 16;
		r.op = i;
		report(REPORT_REFUSED, &r, sizeof(r));
	}
	return arg;
}

static void report_flood(void)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, flood, NULL);
	hit_denied();
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	hit_denied();
}

/* Wrong pointers and lengths in the calls themselves. */
static void bad_addresses(void)
{
	static const long lengths[] = {0, 1, 2, 3, 111, 129, 4096, -1};
	static const long pointers[] = {0, 1, -1, 0x7ffffffff000};
	int fd = unix_socket(SOCK_STREAM);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		for (size_t j = 0; j < 4; j++) {
			raw_call(SYS_connect, fd, pointers[j], lengths[i], 0, 0,
				 0);
			raw_call(SYS_bind, fd, pointers[j], lengths[i], 0, 0,
				 0);
			raw_call(SYS_connect, -1, pointers[j], lengths[i], 0, 0,
				 0);
		}
	hit_denied();
}

static void *wait_in_queue(void *arg)
{
	hit_path(at("granted/full.sock"));
	return arg;
}

static unsigned int start_waiters(unsigned int count)
{
	pthread_attr_t attr;
	pthread_t thread;
	unsigned int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < count; i++)
		if (pthread_create(&thread, &attr, wait_in_queue, NULL))
			break;
	pthread_attr_destroy(&attr);
	return i;
}

/* A server that accepts nobody keeps 500 clients waiting. */
static void full_backlog(void)
{
	if (start_waiters(WAITERS) < WAITERS)
		skip("no %d threads", WAITERS);
	pause_ms(300);
	alarm(5 * slowness());
	hit_denied();
	greet("after");
}

static void full_backlog_killed(void)
{
	for (int round = 0; round < 5; round++) {
		pid_t pid = fork();

		if (!pid) {
			start_waiters(100);
			for (;;)
				pause();
		}
		pause_ms(60);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	alarm(5 * slowness());
	hit_denied();
}

static void no_descriptors(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));
	int fds[64], count = 0, fd = unix_socket(SOCK_STREAM);

	setrlimit(RLIMIT_NOFILE, &(const struct rlimit){64, 64});
	while (count < 64 && (fds[count] = dup(0)) >= 0)
		count++;
	connect_and_deliver(fd, &addr, len);
	close(fds[--count]);
	hit_denied();
	while (count > 0)
		close(fds[--count]);
}

static void close_everything(void)
{
	if (syscall(SYS_close_range, 0, ~0U, 0))
		for (int fd = 0; fd < 1024; fd++)
			close(fd);
	hit_denied();
}

static void close_others(void)
{
	/* A listener that leaked in, say. */
	for (int fd = 3; fd < 4096; fd++)
		close(fd);
	hit_denied();
}

static void *connect_much(void *arg)
{
	for (int i = 0; i < 100; i++) {
		hit_path(at("granted/ok.sock"));
		hit_denied();
	}
	return arg;
}

static void many_clients(void)
{
	pthread_t threads[64];
	int count = 0;

	while (count < 64 &&
	       !pthread_create(&threads[count], NULL, connect_much, NULL))
		count++;
	while (count > 0)
		pthread_join(threads[--count], NULL);
}

static void many_processes(void)
{
	int count = 0;

	while (count < 100) {
		pid_t pid = fork();

		if (!pid) {
			hit_denied();
			pause_ms(20);
			_exit(0);
		}
		if (pid < 0)
			break;
		count++;
	}
	while (wait(NULL) > 0)
		;
}

#define TAMPER(name, run, what)                                                \
	{                                                                      \
		name, "tampering", run, GRANT_DIRECTORY, WORKS_AFTER, what     \
	}

const struct attack tamper_attacks[] = {
	TAMPER("report-rubbish", report_rubbish, "random reports"),
	TAMPER("report-sizes", report_sizes, "reports of impossible sizes"),
	TAMPER("report-pointers", report_pointers, "reports at bad addresses"),
	TAMPER("report-refused", report_refused, "reports that ask for leave"),
	TAMPER("report-flood", report_flood, "20000 different reports"),
	TAMPER("bad-addresses", bad_addresses, "bad pointers and lengths"),
	TAMPER("full-backlog", full_backlog, "500 clients that wait"),
	TAMPER("full-backlog-killed", full_backlog_killed,
	       "waiting clients are killed"),
	TAMPER("no-descriptors", no_descriptors, "no descriptor is free"),
	TAMPER("close-everything", close_everything, "close_range(2) of all"),
	TAMPER("close-others", close_others, "all but three are closed"),
	TAMPER("many-clients", many_clients, "64 threads at once"),
	TAMPER("many-processes", many_processes, "100 processes at once"),
	{0},
};
