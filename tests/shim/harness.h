/* SPDX-License-Identifier: MIT */
/* harness.h - cmocka programs that run under the shim.
 *
 * A program starts itself anew with LD_PRELOAD and a policy, so that it can be
 * run as it is.  There is no supervisor: this is --backstop=none.  What must
 * get past the shim, such as setting the scene, uses raw().
 *
 * The policy grants, in a fresh directory: granted.sock, both directions;
 * tree/, everything beneath; connect.sock and bind.sock, one direction; not
 * tree/denied.sock; and the abstract name of the directory's base name, also
 * as a prefix.
 */
#ifndef SBX_TESTS_SHIM_HARNESS_H
#define SBX_TESTS_SHIM_HARNESS_H

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/policy.h"
#include "policy/wire.h"
#include "shim/raw.h"

#define HARNESS static __attribute__((unused))
#define STAGE	"SBX_TEST_DIR"

/* A function that the program runs in place of its tests: `PROGRAM NAME`. */
struct test_case {
	const char *name;
	int (*run)(void);
};

struct result {
	int status;	   /* of waitpid(2) */
	char output[8192]; /* standard output and error, NUL-terminated */
};

/* ---- names -------------------------------------------------------------- */

HARNESS const char *test_dir(void)
{
	return getenv(STAGE);
}

/* A path in the test's directory; four of them live at a time. */
HARNESS const char *in_dir(const char *name)
{
	static char paths[4][256];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", test_dir(), name);
	return path;
}

HARNESS const char *shim_path(void)
{
	static char path[4096];
	const char *given = getenv("SBX_SHIM");
	char *slash;
	ssize_t len;

	if (given)
		return given;
	len = readlink("/proc/self/exe", path, sizeof(path) - 64);
	path[len > 0 ? len : 0] = '\0';
	slash = strstr(path, "/tests/shim/");
	strcpy(slash ? slash : path, "/libsbxshim.so");
	return path;
}

/* The address of a path, or of an abstract name if it starts with "@". */
HARNESS socklen_t unix_address(struct sockaddr_un *addr, const char *name)
{
	size_t len = strlen(name);

	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	assert_true(len < sizeof(addr->sun_path));
	memcpy(addr->sun_path, name, len);
	if (name[0] == '@')
		addr->sun_path[0] = '\0';
	else
		len++;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

/* "@NAME" of the granted abstract name, with @suffix appended. */
HARNESS const char *abstract_name(const char *suffix)
{
	static char name[128];

	snprintf(name, sizeof(name), "@%s%s", strrchr(test_dir(), '/') + 1,
		 suffix);
	return name;
}

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

static int find_asan(struct dl_phdr_info *info, size_t size, void *found)
{
	(void)size;
	if (strstr(info->dlpi_name, "libasan.so"))
		strcpy(found, info->dlpi_name);
	return 0;
}

/* The shim, after what must come first when we are sanitized. */
HARNESS const char *preload_value(void)
{
	static char value[8192];
	char asan[4096] = "";

	dl_iterate_phdr(find_asan, asan);
	snprintf(value, sizeof(value), "%s%s%s", asan, asan[0] ? ":" : "",
		 shim_path());
	return value;
}

HARNESS void grant(struct policy *policy, enum policy_effect effect,
		   unsigned int ops, enum rule_kind kind, const char *name)
{
	struct policy_rule rule = {
		.effect = (uint8_t)effect,
		.ops = (uint8_t)ops,
		.kind = (uint8_t)kind,
	};

	rule.pin_len = kind == RULE_TREE ? (uint32_t)strlen(name) : 0;
	if (policy_add(policy, &rule, name, strlen(name), name) != POLICY_OK)
		abort();
}

HARNESS void default_policy(struct policy *policy)
{
	policy_init(policy);
	grant(policy, EFFECT_ALLOW, OPS_ALL, RULE_NODE, in_dir("granted.sock"));
	grant(policy, EFFECT_ALLOW, OPS_ALL, RULE_TREE, in_dir("tree"));
	grant(policy, EFFECT_DENY, OPS_ALL, RULE_NODE,
	      in_dir("tree/denied.sock"));
	grant(policy, EFFECT_ALLOW, OPS_CONNECT, RULE_NODE,
	      in_dir("connect.sock"));
	grant(policy, EFFECT_ALLOW, OPS_BIND, RULE_NODE, in_dir("bind.sock"));
	grant(policy, EFFECT_ALLOW, OPS_ALL, RULE_ABSTRACT_PREFIX,
	      strrchr(test_dir(), '/') + 1);
}

HARNESS void export_policy(const struct policy *policy)
{
	static char text[WIRE_TEXT_MAX];

	if (wire_encode(policy, text, sizeof(text)) < 0)
		abort();
	setenv(WIRE_VARIABLE, text, 1);
}

HARNESS void remove_dir(void)
{
	char command[512];

	unsetenv("LD_PRELOAD");
	snprintf(command, sizeof(command), "rm -rf '%s'", test_dir());
	if (system(command) != 0)
		fprintf(stderr, "# cannot remove %s\n", test_dir());
}

/* cmocka 1.1 calls what it skips "not ok", and does not tell why. */
HARNESS void print_tap(FILE *from)
{
	char line[8192];
	char reason[256] = "";

	while (fgets(line, sizeof(line), from)) {
		char *skipped = strstr(line, " # SKIP ");

		if (skipped && !strncmp(line, "not ok ", 7)) {
			*skipped = '\0';
			printf("%s -%s # SKIP %s\n", line + 4,
			       strtok(skipped + 7, "\n"), reason);
		} else if (sscanf(line, "# skipped: %255[^\n]", reason) != 1) {
			fputs(line, stdout);
		}
		fflush(stdout);
	}
}

/* Runs the program again, in the scene that is set. */
HARNESS int run_staged(char *argv[])
{
	int status = 1;
	int ends[2];
	FILE *output;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return 1;
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	close(ends[1]);
	output = fdopen(ends[0], "r");
	if (output)
		print_tap(output);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The first start: sets the scene, and clears it away. */
HARNESS int stage(char *argv[])
{
	static struct policy policy;
	char dir[] = "/tmp/sbx.XXXXXX";
	int code;

	if (!mkdtemp(dir))
		return 1;
	setenv(STAGE, dir, 1);
	mkdir(in_dir("tree"), 0755);
	default_policy(&policy);
	export_policy(&policy);
	setenv("SBX_LOG", in_dir("log"), 1);
	setenv("CMOCKA_MESSAGE_OUTPUT", "TAP", 0);
	setenv("LD_PRELOAD", preload_value(), 1);
	code = run_staged(argv);
	remove_dir();
	return code;
}

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
