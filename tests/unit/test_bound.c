/* SPDX-License-Identifier: MIT */
/* test_bound.c - the table of the socket files that sandboxed processes bound:
 * which is found, what is forgotten, and what happens at its limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/supervisor/bound.h"
#include "launcher/supervisor/clock.h"

static char dir[] = "/tmp/sbx-bound-XXXXXX";
static struct bound *bound; /* a new one for each test, never freed */

static struct rlimit limit; /* of open files, at start */

/* ---- helpers ------------------------------------------------------------ */

static bool set_files(rlim_t files)
{
	const struct rlimit now = {files, limit.rlim_max};

	return setrlimit(RLIMIT_NOFILE, &now) == 0;
}

static const char *path(unsigned int n)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s/%u", dir, n);
	return text;
}

static int make_socket(unsigned int n)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(addr.sun_path, path(n));
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static ino_t inode(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static void add(unsigned int n, int socket)
{
	struct stat st;
	int fd = open(path(n), O_PATH | O_CLOEXEC);

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(bound_add_node(bound, fd, &st, inode(socket)), 0);
}

static bool has(unsigned int n)
{
	struct stat st;

	assert_int_equal(lstat(path(n), &st), 0);
	return bound_has_node(bound, &st);
}

static unsigned int open_descriptors(void)
{
	DIR *fds = opendir("/proc/self/fd");
	unsigned int count = 0;

	while (readdir(fds))
		count++;
	closedir(fds);
	return count;
}

/* ---- tests -------------------------------------------------------------- */

static void finds_what_was_added(void **state)
{
	int one = make_socket(1);
	int two = make_socket(2);

	(void)state;
	assert_false(has(1));
	add(1, one);
	assert_true(has(1));
	assert_false(has(2));
	add(2, two);
	assert_true(has(2));
	close(one);
	close(two);
	/* The file is what counts, not who listens. */
	assert_true(has(1));
}

/* The number of a file that is held is not given to another one. */
static void another_file_is_a_stranger(void **state)
{
	int fd = make_socket(1);

	(void)state;
	add(1, fd);
	for (int i = 0; i < 200; i++) {
		unlink(path(1));
		close(fd);
		fd = make_socket(1);
		assert_false(has(1));
	}
	close(fd);
}

static void another_name_is_the_same_file(void **state)
{
	static char from[64];
	int fd = make_socket(1);

	(void)state;
	add(1, fd);
	strcpy(from, path(1));
	assert_int_equal(link(from, path(2)), 0);
	assert_true(has(2));
	assert_int_equal(rename(from, path(3)), 0);
	unlink(path(2));
	assert_true(has(3));
	close(fd);
}

static void what_comes_and_goes_leaves_nothing(void **state)
{
	unsigned int before = open_descriptors();

	(void)state;
	for (unsigned int i = 0; i < 3000; i++) {
		int fd = make_socket(1);

		add(1, fd);
		assert_true(has(1));
		unlink(path(1));
		close(fd);
		assert_true(open_descriptors() - before <= 32);
	}
}

static void a_tick_forgets_what_is_gone(void **state)
{
	unsigned int before = open_descriptors();
	int wait;

	(void)state;
	assert_int_equal(bound_tick(bound), -1);
	for (unsigned int i = 0; i < 200; i++) {
		int fd = make_socket(i);

		add(i, fd);
		close(fd);
	}
	assert_int_equal(open_descriptors() - before, 200);
	for (unsigned int i = 1; i < 200; i++)
		unlink(path(i));
	wait = bound_tick(bound);
	assert_int_equal(open_descriptors() - before, 1);
	assert_true(has(0));
	assert_in_range(wait, 1, 1000);
	/* One that lives is asked about once more, but not at once. */
	unlink(path(0));
	assert_in_range(bound_tick(bound), 1, 1000);
	assert_int_equal(open_descriptors() - before, 1);
	usleep((useconds_t)(wait + 10) * 1000);
	bound_tick(bound);
	assert_int_equal(open_descriptors() - before, 0);
	assert_int_equal(bound_tick(bound), -1);
}

/* Many more than a table starts with, gone in an order of no account. */
static void many_are_all_found(void **state)
{
	enum { MANY = 400 };
	static int fds[MANY];

	(void)state;
	for (unsigned int i = 0; i < MANY; i++) {
		fds[i] = make_socket(i);
		add(i, fds[i]);
	}
	for (unsigned int i = 0; i < MANY; i++)
		assert_true(has(i));
	for (unsigned int i = 0; i < MANY; i += 3)
		unlink(path(i));
	bound_tick(bound);
	for (unsigned int i = 0; i < MANY; i++) {
		close(fds[i]);
		if (i % 3 != 0)
			assert_true(has(i));
		unlink(path(i));
	}
}

#define ROOM 128

/* Another process holds the sockets, so that all descriptors of this one that
 * count are the table's. */
static pid_t hold_sockets(int *orders, ino_t inodes[ROOM])
{
	int fds[ROOM];
	int to[2], from[2];
	char byte;
	pid_t pid;

	assert_true(pipe(to) == 0 && pipe(from) == 0);
	pid = fork();
	if (pid == 0) {
		close(to[1]);
		for (unsigned int i = 0; i < ROOM; i++) {
			fds[i] = make_socket(i);
			inodes[i] = inode(fds[i]);
		}
		if (write(from[1], inodes, ROOM * sizeof(*inodes)) < 0)
			_exit(1);
		while (read(to[0], &byte, 1) == 1)
			close(fds[(unsigned char)byte]);
		_exit(0);
	}
	close(from[1]);
	close(to[0]);
	assert_int_equal(read(from[0], inodes, ROOM * sizeof(*inodes)),
			 ROOM * sizeof(*inodes));
	close(from[0]);
	*orders = to[1];
	return pid;
}

static void the_living_are_never_forgotten(void **state)
{
	static ino_t inodes[ROOM];
	struct stat st;
	int64_t looked;
	bool room;
	int orders;
	pid_t pid = hold_sockets(&orders, inodes);

	(void)state;
	assert_true(set_files(2 * ROOM));
	for (unsigned int i = 0; i < ROOM; i++) {
		int fd = open(path(i), O_PATH | O_CLOEXEC);

		assert_int_equal(fstat(fd, &st), 0);
		assert_true(bound_has_room(bound));
		assert_int_equal(bound_add_node(bound, fd, &st, inodes[i]), 0);
	}
	for (unsigned int i = 0; i < ROOM; i++)
		assert_true(has(i));
	assert_false(bound_has_room(bound));
	/* A dead one makes room; they are looked at once a second. */
	usleep(1010000);
	looked = clock_ms();
	assert_false(bound_has_room(bound));
	assert_int_equal(write(orders, "\7", 1), 1);
	room = bound_has_room(bound);
	assert_true(clock_ms() - looked >= 1000 || !room);
	usleep(1010000);
	assert_true(bound_has_room(bound));
	for (unsigned int i = 0; i < ROOM; i++)
		assert_int_equal(has(i), i != 7);
	add(7, orders); /* whatever socket that is */
	assert_false(bound_has_room(bound));
	/* So does one whose file is gone. */
	unlink(path(9));
	usleep(1010000);
	assert_true(bound_has_room(bound));
	close(orders);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* ---- all ---------------------------------------------------------------- */

/* The supervisor has one for its whole life, so that nothing frees it. */
static int make_table(void **state)
{
	static struct bound *kept[16];
	static unsigned int count;

	(void)state;
	bound = kept[count++] = bound_new();
	return bound && set_files(limit.rlim_max) ? 0 : -1;
}

static int remove_files(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2000; i++)
		unlink(path(i));
	return 0;
}

static int start(void **state)
{
	(void)state;
	return mkdtemp(dir) ? getrlimit(RLIMIT_NOFILE, &limit) : -1;
}

static int end(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_table, remove_files)
	const struct CMUnitTest tests[] = {
		TEST(the_living_are_never_forgotten),
		TEST(finds_what_was_added),
		TEST(another_file_is_a_stranger),
		TEST(another_name_is_the_same_file),
		TEST(what_comes_and_goes_leaves_nothing),
		TEST(a_tick_forgets_what_is_gone),
		TEST(many_are_all_found),
	};

	return cmocka_run_group_tests(tests, start, end);
}
