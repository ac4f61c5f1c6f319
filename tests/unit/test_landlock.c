/* SPDX-License-Identifier: MIT */
/* test_landlock.c - the domain of a thread that moves sockets moves nothing
 * else, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/backstop/landlock.h"

static char dir[] = "/tmp/sbx-landlock-XXXXXX";
static int from, to, third; /* directories */

static void make_socket(const char *name)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/%s", dir, name);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
}

/* What happens in that domain: 0 or an errno value. */
static int confined(int dir_a, int dir_b, int (*act)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    landlock_confine_move(dir_a, dir_b) != 0)
			_exit(254);
		_exit(act() == 0 ? 0 : errno);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static int move(const char *name, int target)
{
	return renameat(from, name, target, name);
}

static int move_socket(void)
{
	return move("socket", to);
}

static int move_back(void)
{
	return renameat(to, "socket", from, "socket");
}

static int move_socket_away(void)
{
	return move("socket", third);
}

static int rename_socket(void)
{
	return renameat(from, "socket", from, "other");
}

static int rename_again(void)
{
	return renameat(from, "other", from, "socket");
}

static int move_directory(void)
{
	return move("directory", to);
}

static int move_file(void)
{
	return move("file", to);
}

static int move_symlink(void)
{
	return move("symlink", to);
}

static int move_fifo(void)
{
	return move("fifo", to);
}

static int exchange(void)
{
	return renameat2(from, "socket", to, "directory", RENAME_EXCHANGE);
}

static int link_held(void)
{
	char held[32];
	int node = openat(from, "socket", O_PATH | O_NOFOLLOW | O_CLOEXEC);

	snprintf(held, sizeof(held), "/proc/self/fd/%d", node);
	return linkat(AT_FDCWD, held, to, "linked", AT_SYMLINK_FOLLOW);
}

static int make_file(void)
{
	return openat(to, "new", O_CREAT | O_WRONLY | O_CLOEXEC, 0600) < 0;
}

static bool is_in(int where, const char *name)
{
	struct stat st;

	return fstatat(where, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void sockets_move(void **state)
{
	(void)state;
	assert_int_equal(confined(from, to, move_socket), 0);
	assert_true(is_in(to, "socket"));
	assert_int_equal(confined(from, to, move_back), 0);
	assert_int_equal(confined(from, from, rename_socket), 0);
	assert_true(is_in(from, "other"));
	assert_int_equal(confined(from, from, rename_again), 0);
	assert_int_equal(confined(from, to, link_held), 0);
	assert_true(is_in(to, "linked") && is_in(from, "socket"));
}

static void sockets_move_nowhere_else(void **state)
{
	(void)state;
	assert_int_equal(confined(from, to, move_socket_away), EACCES);
	assert_int_equal(confined(from, from, move_socket), EACCES);
	assert_int_equal(confined(to, to, move_socket), EXDEV);
	assert_true(is_in(from, "socket"));
	assert_false(is_in(to, "socket") || is_in(third, "socket"));
}

/* A directory might hold somebody else's socket. */
static void nothing_else_moves(void **state)
{
	(void)state;
	assert_int_equal(confined(from, to, move_directory), EACCES);
	assert_int_equal(confined(from, to, move_file), EACCES);
	assert_int_equal(confined(from, to, move_symlink), EACCES);
	assert_int_equal(confined(from, to, move_fifo), EACCES);
	assert_int_equal(confined(from, to, exchange), ENOENT);
	assert_int_equal(mkdirat(to, "directory", 0700), 0);
	assert_int_equal(confined(from, to, exchange), EACCES);
	assert_int_equal(confined(from, to, make_file), EACCES);
}

static int make_scene(void **state)
{
	char name[64];
	int *const fds[] = {&from, &to, &third};
	const char *const names[] = {"from", "to", "third"};

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s/%s", dir, names[i]);
		if (mkdir(name, 0700) != 0)
			return -1;
		*fds[i] = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	make_socket("from/socket");
	return mkdirat(from, "directory", 0700) ||
	       mknodat(from, "file", S_IFREG | 0600, 0) ||
	       mkfifoat(from, "fifo", 0600) ||
	       symlinkat("file", from, "symlink");
}

static int remove_scene(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_move),
		cmocka_unit_test(sockets_move_nowhere_else),
		cmocka_unit_test(nothing_else_moves),
	};

	if (landlock_probe() < LANDLOCK_ABI_NEEDED) {
		puts("1..0 # SKIP no Landlock here");
		return getenv("SBX_MUST_WORK") ? 1 : 0;
	}
	return cmocka_run_group_tests(tests, make_scene, remove_scene);
}
