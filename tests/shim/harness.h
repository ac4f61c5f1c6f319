/* SPDX-License-Identifier: MIT */
/* harness.h - cmocka programs that run under the shim.
 *
 * A program starts itself anew with LD_PRELOAD and a policy, so that it can be
 * run as it is.  There is no supervisor: this is --backstop=none.  What must
 * get past the shim uses raw().
 */
#ifndef SBX_TESTS_SHIM_HARNESS_H
#define SBX_TESTS_SHIM_HARNESS_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "names.h"
#include "scene.h"
#include "shim/raw.h"

/* A function that the program runs in place of its tests: `PROGRAM NAME`. */
struct test_case {
	const char *name;
	int (*run)(void);
};

struct result {
	int status;	   /* of waitpid(2) */
	char output[8192]; /* standard output and error, NUL-terminated */
};

/* ---- sockets, past the shim --------------------------------------------- */

HARNESS int raw_socket(int domain, int type)
{
	int fd = (int)raw(SYS_socket, domain, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	return fd;
}

HARNESS long raw_bind(int fd, const char *name)
{
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, name);

	return raw(SYS_bind, fd, &addr, len);
}

/* A server of that type at a fresh name, which never blocks. */
HARNESS int serve(const char *name, int type)
{
	int fd = raw_socket(AF_UNIX, type | SOCK_NONBLOCK);

	if (name[0] != '@')
		unlink(name);
	assert_int_equal(raw_bind(fd, name), 0);
	if (type != SOCK_DGRAM)
		assert_int_equal(raw(SYS_listen, fd, 64), 0);
	return fd;
}

/* A path at which a server once was. */
HARNESS const char *dead(const char *path)
{
	raw(SYS_close, serve(path, SOCK_STREAM));
	return path;
}

/* Has anybody come to this server?  Takes one visitor away. */
HARNESS bool visited(int server)
{
	int fd = accept(server, NULL, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* ---- calls under test --------------------------------------------------- */

/* 0 or the errno of a connect() through the shim; errno is kept on success. */
HARNESS int try_connect_on(int fd, const char *name)
{
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, name);

	errno = ENOTUNIQ;
	if (connect(fd, (struct sockaddr *)&addr, len) != 0)
		return errno;
	assert_int_equal(errno, ENOTUNIQ);
	return 0;
}

HARNESS int try_connect_type(const char *name, int type)
{
	int fd = raw_socket(AF_UNIX, type);
	int error = try_connect_on(fd, name);

	close(fd);
	return error;
}

HARNESS int try_connect(const char *name)
{
	return try_connect_type(name, SOCK_STREAM);
}

HARNESS int try_bind(const char *name)
{
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, name);
	int fd = raw_socket(AF_UNIX, SOCK_STREAM);
	int error = 0;

	errno = ENOTUNIQ;
	if (bind(fd, (struct sockaddr *)&addr, len) != 0)
		error = errno;
	else
		assert_int_equal(errno, ENOTUNIQ);
	close(fd);
	return error;
}

/* ---- processes ---------------------------------------------------------- */

HARNESS void collect(struct result *result, pid_t pid, int from)
{
	size_t used = 0;
	ssize_t got;

	while (used < sizeof(result->output) - 1 &&
	       (got = read(from, result->output + used,
			   sizeof(result->output) - 1 - used)) > 0)
		used += (size_t)got;
	result->output[used] = '\0';
	close(from);
	assert_int_equal(waitpid(pid, &result->status, 0), pid);
}

/* Runs a program to its end. @env: NULL: ours. */
HARNESS void run_program(struct result *result, char *const argv[],
			 char *const env[])
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		execvpe(argv[0], argv, env ? env : environ);
		_exit(127);
	}
	close(ends[1]);
	collect(result, pid, ends[0]);
}

/* Runs a function of this program, unless it exits 0 the test fails. */
HARNESS void expect_case(const char *name, char *const env[])
{
	char *const argv[] = {"/proc/self/exe", (char *)name, NULL};
	struct result result;

	run_program(&result, argv, env);
	if (result.status != 0)
		fail_msg("case %s: status 0x%x: %s", name, result.status,
			 result.output);
}

HARNESS int exit_code(const struct result *result)
{
	return WIFEXITED(result->status) ? WEXITSTATUS(result->status) : -1;
}

/* ---- what the machine has ----------------------------------------------- */

/* Skips this test. */
#define skip_because(...)                                                      \
	do {                                                                   \
		print_message("# skipped: ");                                  \
		print_message(__VA_ARGS__);                                    \
		print_message("\n");                                           \
		skip();                                                        \
	} while (0)

HARNESS bool must_work(void)
{
	const char *must = getenv("SBX_MUST_WORK");

	return must && !strcmp(must, "1");
}

/* Skips what this machine cannot do, or fails where everything must work. */
#define skip_or_fail(...)                                                      \
	do {                                                                   \
		if (must_work())                                               \
			fail_msg(__VA_ARGS__);                                 \
		skip_because(__VA_ARGS__);                                     \
	} while (0)

HARNESS bool has_program(const char *name)
{
	char command[256];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1",
		 name);
	return system(command) == 0;
}

/* Compiles C text with a command; the product is in the test's directory. */
HARNESS bool compile(const char *compiler, const char *source, const char *name,
		     const char *flags)
{
	char command[1024];
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "env -u LD_PRELOAD %s -D_GNU_SOURCE -x c - -o %s %s "
		 ">/dev/null 2>&1",
		 compiler, in_dir(name), flags);
	pipe = popen(command, "w");
	if (!pipe)
		return false;
	fputs(source, pipe);
	return pclose(pipe) == 0;
}

/* ---- starting ----------------------------------------------------------- */

/* @run: runs the tests.  @cases: ends with a row of zeros, or NULL. */
HARNESS int harness(int argc, char *argv[], int (*run)(void),
		    const struct test_case *cases)
{
	if (!getenv(STAGE))
		return stage(argv);
	if (argc < 2)
		return run();
	for (; cases && cases->name; cases++)
		if (!strcmp(cases->name, argv[1]))
			return cases->run();
	fprintf(stderr, "no case %s\n", argv[1]);
	return 1;
}

#endif /* SBX_TESTS_SHIM_HARNESS_H */
