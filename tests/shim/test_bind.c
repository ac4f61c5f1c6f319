/* SPDX-License-Identifier: MIT */
/* test_bind.c - bind() under the shim. */
#include "harness.h"

static void binds_what_is_granted(void **state)
{
	static const char *const names[] = {"granted.sock", "bind.sock",
					    "tree/new.sock"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		unlink(in_dir(names[i]));
		assert_int_equal(try_bind(in_dir(names[i])), 0);
		assert_int_equal(access(in_dir(names[i]), F_OK), 0);
	}
}

static void refuses_what_is_not(void **state)
{
	static const char *const names[] = {"other.sock", "connect.sock",
					    "tree/denied.sock",
					    "granted.sock2"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(try_bind(in_dir(names[i])), EACCES);
		assert_int_equal(access(in_dir(names[i]), F_OK), -1);
	}
}

static void existing_names_are_in_use(void **state)
{
	(void)state;
	assert_int_equal(try_bind(dead(in_dir("other.sock"))), EADDRINUSE);
	assert_int_equal(try_bind(dead(in_dir("granted.sock"))), EADDRINUSE);
	assert_int_equal(symlink("nowhere", in_dir("link")), 0);
	assert_int_equal(try_bind(in_dir("link")), EADDRINUSE);
	assert_int_equal(try_bind(in_dir("missing/x.sock")), ENOENT);
	unlink(in_dir("other.sock"));
}

static void bound_sockets_stay_bound(void **state)
{
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, in_dir("other.sock"));
	int fd = raw_socket(AF_UNIX, SOCK_STREAM);

	(void)state;
	unlink(in_dir("granted.sock"));
	assert_int_equal(raw_bind(fd, in_dir("granted.sock")), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, len), -1);
	assert_int_equal(errno, EINVAL);
	close(fd);
}

/* The parent directory counts, whatever it is called. */
static void the_directory_counts(void **state)
{
	(void)state;
	assert_int_equal(symlink("tree", in_dir("to-tree")), 0);
	assert_int_equal(symlink("..", in_dir("tree/out")), 0);
	assert_int_equal(try_bind(in_dir("to-tree/linked.sock")), 0);
	assert_int_equal(try_bind(in_dir("tree/out/x.sock")), EACCES);
	assert_int_equal(try_bind(in_dir("tree/../x.sock")), EACCES);
	assert_int_equal(chdir(in_dir("tree")), 0);
	assert_int_equal(try_bind("relative.sock"), 0);
	assert_int_equal(try_bind("../x.sock"), EACCES);
	assert_int_equal(chdir("/"), 0);
}

static void the_name_is_what_was_given(void **state)
{
	struct sockaddr_un addr;
	struct sockaddr_un got;
	socklen_t len = sizeof(got);
	int fd = raw_socket(AF_UNIX, SOCK_STREAM);

	(void)state;
	assert_int_equal(chdir(in_dir("tree")), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr,
			      unix_address(&addr, "./name.sock")),
			 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&got, &len), 0);
	assert_string_equal(got.sun_path, "./name.sock");
	assert_int_equal(chdir("/"), 0);
	close(fd);
}

static void abstract_names(void **state)
{
	(void)state;
	assert_int_equal(try_bind(abstract_name("-bind")), 0);
	assert_int_equal(try_bind("@sbx-not-granted"), EACCES);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binds_what_is_granted),
		cmocka_unit_test(refuses_what_is_not),
		cmocka_unit_test(existing_names_are_in_use),
		cmocka_unit_test(bound_sockets_stay_bound),
		cmocka_unit_test(the_directory_counts),
		cmocka_unit_test(the_name_is_what_was_given),
		cmocka_unit_test(abstract_names),
	};

	return cmocka_run_group_tests_name("shim: bind", tests, NULL, NULL);
}

int main(int argc, char *argv[])
{
	return harness(argc, argv, run, NULL);
}
