/* SPDX-License-Identifier: MIT */
/* test_connect.c - connect() under the shim: what is granted works as ever,
 * what is not fails as the kernel would, or else with EACCES. */
#include "harness.h"

#include <netinet/in.h>

int glibc_connect(int fd, const struct sockaddr *addr,
		  socklen_t len) __asm__("__connect");

static void connects_to_what_is_granted(void **state)
{
	static const char *const names[] = {"granted.sock", "connect.sock",
					    "tree/a.sock", "tree/b/c.sock"};

	(void)state;
	mkdir(in_dir("tree/b"), 0755);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int server = serve(in_dir(names[i]), SOCK_STREAM);

		assert_int_equal(try_connect(in_dir(names[i])), 0);
		assert_true(visited(server));
		close(server);
	}
}

static void refuses_what_is_not(void **state)
{
	static const char *const names[] = {"other.sock", "bind.sock",
					    "tree/denied.sock",
					    "granted.sock.old"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int server = serve(in_dir(names[i]), SOCK_STREAM);

		assert_int_equal(try_connect(in_dir(names[i])), EACCES);
		assert_false(visited(server));
		close(server);
	}
}

static void granted_errors_are_the_kernels(void **state)
{
	int server;

	(void)state;
	unlink(in_dir("granted.sock"));
	assert_int_equal(try_connect(in_dir("granted.sock")), ENOENT);
	assert_int_equal(try_connect(dead(in_dir("granted.sock"))),
			 ECONNREFUSED);
	server = serve(in_dir("granted.sock"), SOCK_SEQPACKET);
	assert_int_equal(try_connect(in_dir("granted.sock")), EPROTOTYPE);
	close(server);
}

static void refused_errors_are_the_kernels(void **state)
{
	int server;
	int file;

	(void)state;
	assert_int_equal(try_connect(in_dir("missing.sock")), ENOENT);
	assert_int_equal(try_connect(in_dir("missing/x.sock")), ENOENT);
	assert_int_equal(try_connect(dead(in_dir("dead.sock"))), ECONNREFUSED);
	assert_int_equal(try_connect(in_dir("dead.sock/x")), ENOTDIR);
	server = serve(in_dir("seq.sock"), SOCK_SEQPACKET);
	assert_int_equal(try_connect(in_dir("seq.sock")), EPROTOTYPE);
	assert_int_equal(try_connect_type(in_dir("seq.sock"), SOCK_SEQPACKET),
			 EACCES);
	assert_int_equal(try_connect_type(in_dir("seq.sock"), SOCK_DGRAM),
			 EPROTOTYPE);
	file = open(in_dir("file"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_int_equal(try_connect(in_dir("file")), ECONNREFUSED);
	assert_int_equal(symlink("loop", in_dir("loop")), 0);
	assert_int_equal(try_connect(in_dir("loop")), ELOOP);
	close(file);
	close(server);
}

static void full_backlog_is_refused_like_any(void **state)
{
	int server = raw_socket(AF_UNIX, SOCK_STREAM);
	const char *path = in_dir("full.sock");
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, path);

	(void)state;
	raw_bind(server, path);
	raw(SYS_listen, server, 0);
	for (int i = 0; i < 4; i++)
		raw(SYS_connect,
		    raw_socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK), &addr,
		    len);
	assert_int_equal(try_connect(path), EACCES);
	close(server);
}

static void the_target_counts_not_the_spelling(void **state)
{
	int granted = serve(in_dir("granted.sock"), SOCK_STREAM);
	int other = serve(in_dir("other.sock"), SOCK_STREAM);
	char path[64];
	int dir = open(test_dir(), O_PATH | O_CLOEXEC);
	int node = open(in_dir("other.sock"), O_PATH | O_CLOEXEC);

	(void)state;
	assert_int_equal(symlink("granted.sock", in_dir("to-granted")), 0);
	assert_int_equal(symlink("other.sock", in_dir("to-other")), 0);
	assert_int_equal(symlink("../other.sock", in_dir("tree/to-other")), 0);
	assert_int_equal(try_connect(in_dir("to-granted")), 0);
	assert_int_equal(try_connect(in_dir("to-other")), EACCES);
	assert_int_equal(try_connect(in_dir("tree/to-other")), EACCES);
	assert_int_equal(try_connect(in_dir("tree/../other.sock")), EACCES);
	assert_int_equal(try_connect(in_dir("tree/..//./granted.sock")), 0);

	snprintf(path, sizeof(path), "/proc/self/fd/%d/granted.sock", dir);
	assert_int_equal(try_connect(path), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/other.sock", dir);
	assert_int_equal(try_connect(path), EACCES);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", node);
	assert_int_equal(try_connect(path), EACCES);

	assert_int_equal(chdir(test_dir()), 0);
	assert_int_equal(try_connect("granted.sock"), 0);
	assert_int_equal(try_connect("./other.sock"), EACCES);
	assert_int_equal(chdir("tree"), 0);
	assert_int_equal(try_connect("../granted.sock"), 0);
	assert_int_equal(chdir("/"), 0);
	close(node);
	close(dir);
	close(other);
	close(granted);
}

/* Longer than what the shim tries first. */
static void long_names_are_decided_like_short_ones(void **state)
{
	char name[200];
	int granted;

	(void)state;
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(chdir(in_dir("tree")), 0);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(mkdir(name, 0755), 0);
		assert_int_equal(chdir(name), 0);
	}
	granted = serve("x.sock", SOCK_STREAM);
	assert_int_equal(try_connect("x.sock"), 0);
	assert_int_equal(try_bind("y.sock"), 0);
	assert_int_equal(chdir("/"), 0);
	close(granted);
}

static void deleted_names_are_not_granted(void **state)
{
	int server = serve(in_dir("tree/gone.sock"), SOCK_STREAM);
	int node = open(in_dir("tree/gone.sock"), O_PATH | O_CLOEXEC);
	char path[64];

	(void)state;
	unlink(in_dir("tree/gone.sock"));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", node);
	assert_int_equal(try_connect(path), EACCES);
	close(node);
	close(server);
}

static void abstract_names(void **state)
{
	int granted = serve(abstract_name("-x"), SOCK_STREAM);
	int other = serve("@sbx-other-abstract-name", SOCK_STREAM);

	(void)state;
	assert_int_equal(try_connect(abstract_name("-x")), 0);
	assert_int_equal(try_connect(abstract_name("-missing")), ECONNREFUSED);
	/* Whoever listens: X clients try the path then (libxcb). */
	assert_int_equal(try_connect("@sbx-other-abstract-name"), ECONNREFUSED);
	assert_false(visited(other));
	close(other);
	close(granted);
}

static void the_other_name_of_connect(void **state)
{
	int server = serve(in_dir("other.sock"), SOCK_STREAM);
	int fd = raw_socket(AF_UNIX, SOCK_STREAM);
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, in_dir("other.sock"));

	(void)state;
	assert_int_equal(glibc_connect(fd, (struct sockaddr *)&addr, len), -1);
	assert_int_equal(errno, EACCES);
	close(fd);
	close(server);
}

static void network_none_refuses_ip(void **state)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = raw_socket(AF_INET, SOCK_STREAM);

	(void)state;
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)),
			 -1);
	assert_int_equal(errno, EACCES);
	/* That reaches nobody; to listen there would be refused. */
	addr.sin_port = 0;
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
}

static void a_restarted_server_stays_granted(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		int server = serve(in_dir("granted.sock"), SOCK_STREAM);

		assert_int_equal(try_connect(in_dir("granted.sock")), 0);
		close(server);
		assert_int_equal(try_connect(in_dir("granted.sock")),
				 ECONNREFUSED);
	}
}

/* The remembered answer is about the inode, and ENOENT is never remembered. */
static void repeats_follow_the_file_system(void **state)
{
	const char *path = in_dir("other.sock");
	int server = serve(path, SOCK_STREAM);

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(try_connect(path), EACCES);
	unlink(path);
	assert_int_equal(try_connect(path), ENOENT);
	assert_int_equal(try_connect(dead(path)), ECONNREFUSED);
	assert_int_equal(try_connect_type(path, SOCK_SEQPACKET), ECONNREFUSED);
	assert_int_equal(symlink("granted.sock", in_dir("moving")), 0);
	close(server);
	usleep(10000); /* two ticks: the inode may be the same, but not as old
			*/
	server = serve(in_dir("granted.sock"), SOCK_STREAM);
	assert_int_equal(try_connect(in_dir("moving")), 0);
	unlink(path);
	assert_int_equal(rename(in_dir("moving"), path), 0);
	assert_int_equal(try_connect(path), 0);
	unlink(path);
	close(server);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connects_to_what_is_granted),
		cmocka_unit_test(refuses_what_is_not),
		cmocka_unit_test(granted_errors_are_the_kernels),
		cmocka_unit_test(refused_errors_are_the_kernels),
		cmocka_unit_test(full_backlog_is_refused_like_any),
		cmocka_unit_test(the_target_counts_not_the_spelling),
		cmocka_unit_test(long_names_are_decided_like_short_ones),
		cmocka_unit_test(deleted_names_are_not_granted),
		cmocka_unit_test(abstract_names),
		cmocka_unit_test(the_other_name_of_connect),
		cmocka_unit_test(network_none_refuses_ip),
		cmocka_unit_test(a_restarted_server_stays_granted),
		cmocka_unit_test(repeats_follow_the_file_system),
	};

	return cmocka_run_group_tests_name("shim: connect", tests, NULL, NULL);
}

int main(int argc, char *argv[])
{
	return harness(argc, argv, run, NULL);
}
