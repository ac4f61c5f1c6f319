/* SPDX-License-Identifier: MIT */
/* test_names.c - the table of the abstract names that sandboxed processes
 * bound: which is found, what is forgotten, and what happens at its limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "launcher/supervisor/names.h"

static struct names *names; /* a new one for each test, never freed */

static ino_t inode(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static int make_name(const char *name)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
				    strlen(name));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(addr.sun_path + 1, name, strlen(name));
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, len), 0);
	return fd;
}

static const char *name(unsigned int n)
{
	static char text[64];

	snprintf(text, sizeof(text), "sbx-%d-%u", getpid(), n);
	return text;
}

static int add_name(unsigned int n)
{
	int fd = make_name(name(n));

	assert_int_equal(names_add(names, name(n), strlen(name(n)), inode(fd)),
			 0);
	return fd;
}

static bool has_name(unsigned int n)
{
	return names_has(names, name(n), strlen(name(n)), SOCK_STREAM);
}

static void a_name_counts_while_it_is_held(void **state)
{
	int fd = add_name(1);
	int stranger;

	(void)state;
	assert_true(has_name(1));
	assert_false(has_name(2));
	assert_false(
		names_has(names, name(1), strlen(name(1)) - 1, SOCK_STREAM));
	assert_false(
		names_has(names, name(1), strlen(name(1)), SOCK_SEQPACKET));
	close(fd);
	assert_false(has_name(1));
	stranger = make_name(name(1));
	assert_false(has_name(1));
	close(stranger);
	fd = add_name(1);
	assert_true(has_name(1));
	close(fd);
}

static void names_make_room(void **state)
{
	static int fds[NAMES_MAX];
	struct rlimit limit;
	int wait;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < NAMES_MAX + 100)
		skip();
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(names_tick(names), -1);
	for (unsigned int i = 0; i < NAMES_MAX; i++) {
		assert_true(names_has_room(names));
		fds[i] = add_name(i);
	}
	assert_false(names_has_room(names));
	assert_true(has_name(0));
	assert_true(has_name(NAMES_MAX - 1));
	for (unsigned int i = 0; i < NAMES_MAX; i++)
		if (i != 5)
			close(fds[i]);
	usleep(1010000);
	assert_true(names_has_room(names));
	assert_true(has_name(5));
	assert_false(has_name(6));
	close(fds[5]);
	for (int i = 0; i < 5 && (wait = names_tick(names)) >= 0; i++)
		usleep((useconds_t)(wait + 10) * 1000);
	assert_int_equal(names_tick(names), -1);
}

/* Many more than there is room for, one after the other. */
static void names_that_come_and_go_leave_nothing(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * NAMES_MAX; i++)
		close(add_name(i));
	/* One tick looks at no more than a few. */
	names_tick(names);
	assert_int_equal(names_tick(names), -1);
}

/* The supervisor has one for its whole life, so that nothing frees it. */
static int make_table(void **state)
{
	static struct names *kept[16];
	static unsigned int count;

	(void)state;
	names = kept[count++] = names_new();
	return names ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_name_counts_while_it_is_held,
				       make_table),
		cmocka_unit_test_setup(names_make_room, make_table),
		cmocka_unit_test_setup(names_that_come_and_go_leave_nothing,
				       make_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
