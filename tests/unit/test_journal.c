/* SPDX-License-Identifier: MIT */
/* test_journal.c - events that are too long for a datagram reach the journal.
 *
 * In a mount namespace of its own, this test is the journal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "launcher/supervisor/journal.h"

static struct event event;
static char line[EVENT_JSON_MAX];
static int receiver = -1;

static bool tell(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return false;
	fputs(text, file);
	return fclose(file) == 0;
}

/* An ordinary user is root there, and keeps the id. */
static bool own_namespace(void)
{
	const uid_t uid = geteuid();
	const gid_t gid = getegid();
	char map[32];

	if (unshare(CLONE_NEWNS) == 0)
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return false;
	snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	if (!tell("/proc/self/uid_map", map) ||
	    !tell("/proc/self/setgroups", "deny"))
		return false;
	snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	return tell("/proc/self/gid_map", map);
}

static bool own_run_directory(void)
{
	return own_namespace() &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", "/run", "tmpfs", 0, NULL) == 0 &&
	       mkdir("/run/systemd", 0755) == 0 &&
	       mkdir("/run/systemd/journal", 0755) == 0;
}

static int setup(void **state)
{
	const struct sockaddr_un name = {AF_UNIX,
					 "/run/systemd/journal/socket"};
	const struct timeval limit = {.tv_sec = 20};

	(void)state;
	memset(&event, 0, sizeof(event));
	event.run = "r1";
	event.seq = 1;
	event.pid = event.tid = 4711;
	event.op = OP_CONNECT;
	event.domain = AF_UNIX;
	event.tier = "supervised";
	event.layer = LAYER_SUPERVISOR;
	event.verdict.rule = -1;
	event.count = 1;
	receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(receiver, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return bind(receiver, (const struct sockaddr *)&name, sizeof(name));
}

static int teardown(void **state)
{
	(void)state;
	return close(receiver);
}

/* What came: bytes, or a descriptor. */
static ssize_t receive(char *bytes, size_t size, int *fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = {bytes, size};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const ssize_t n = recvmsg(receiver, &message, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	*fd = -1;
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return n;
}

static void a_short_event_is_a_datagram(void **state)
{
	static char bytes[EVENT_JSON_MAX];
	int fd, sender;
	ssize_t n;

	(void)state;
	sender = journal_open(LOG_JOURNAL);
	assert_true(sender >= 0);
	assert_true(journal_send(sender, &event, line));
	n = receive(bytes, sizeof(bytes) - 1, &fd);
	assert_true(n > 0 && fd < 0);
	bytes[n] = '\0';
	assert_non_null(strstr(bytes, "MESSAGE=sbx: denied: [4711] connect "));
	assert_non_null(strstr(bytes, "\nPRIORITY=4\n"));
	assert_non_null(strstr(bytes, "\nSBX_EVENT={\"ts\":"));
	assert_int_equal(bytes[n - 1], '\n');
	close(sender);
}

static void a_long_one_is_a_sealed_file(void **state)
{
	static char bytes[EVENT_JSON_MAX + EVENT_TEXT_MAX];
	const int small = 2048;
	char nothing[16];
	int fd, sender;
	ssize_t n;

	(void)state;
	sender = journal_open(LOG_JOURNAL);
	assert_true(sender >= 0);
	assert_int_equal(setsockopt(sender, SOL_SOCKET, SO_SNDBUF, &small,
				    sizeof(small)),
			 0);
	memset(event.exe, '\xff', sizeof(event.exe) - 1);
	memset(event.resolved, 'r', sizeof(event.resolved) - 1);
	assert_true(journal_send(sender, &event, line));
	n = receive(nothing, sizeof(nothing), &fd);
	assert_int_equal(n, 0);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL | F_SEAL_SHRINK |
							 F_SEAL_GROW |
							 F_SEAL_WRITE);
	n = pread(fd, bytes, sizeof(bytes) - 1, 0);
	assert_true(n > (ssize_t)(6 * sizeof(event.exe)));
	bytes[n] = '\0';
	assert_non_null(strstr(bytes, "\\udcff\\udcff"));
	assert_non_null(strstr(bytes, "\"count\":1}\n"));
	close(fd);
	close(sender);
}

static void a_journal_that_is_full_is_not_waited_for(void **state)
{
	static char bytes[EVENT_JSON_MAX];
	int fd, sender, sent = 0;

	(void)state;
	event.exe[0] = event.resolved[0] = '\0';
	sender = journal_open(LOG_JOURNAL);
	assert_true(sender >= 0);
	while (sent < 100000 && journal_send(sender, &event, line))
		sent++;
	assert_in_range(sent, 1, 99999);
	for (int i = 0; i < sent; i++)
		assert_true(receive(bytes, sizeof(bytes), &fd) > 0);
	assert_true(journal_send_lost(sender, LOG_JOURNAL, 5));
	assert_true(receive(bytes, sizeof(bytes), &fd) > 0);
	assert_memory_equal(bytes, "MESSAGE=5 events were lost\n", 27);
	close(sender);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_event_is_a_datagram),
		cmocka_unit_test(a_long_one_is_a_sealed_file),
		cmocka_unit_test(a_journal_that_is_full_is_not_waited_for),
	};

	if (!own_run_directory()) {
		puts("1..0 # SKIP no mount namespace for a journal");
		return getenv("SBX_MUST_WORK") != NULL;
	}
	return cmocka_run_group_tests_name("journal", tests, setup, teardown);
}
