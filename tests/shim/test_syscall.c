/* SPDX-License-Identifier: MIT */
/* test_syscall.c - syscall(): all passes, but for what is wrapped elsewhere. */
#include "harness.h"

#include <sys/mman.h>

static void six_arguments_arrive(void **state)
{
	int fd = memfd_create("x", MFD_CLOEXEC);
	long page;

	(void)state;
	assert_int_equal(ftruncate(fd, 8192), 0);
	assert_int_equal(pwrite(fd, "second", 6, 4096), 6);
	page = syscall(SYS_mmap, NULL, 4096L, PROT_READ, MAP_PRIVATE, fd,
		       4096L);
	assert_true(page > 0);
	assert_memory_equal((void *)page, "second", 6);
	assert_int_equal(syscall(SYS_munmap, page, 4096L), 0);
	close(fd);
}

static void results_and_errno_pass(void **state)
{
	(void)state;
	errno = ENOTUNIQ;
	assert_int_equal(syscall(SYS_getpid), getpid());
	assert_int_equal(errno, ENOTUNIQ);
	assert_int_equal(syscall(SYS_close, -1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(syscall(99999), -1);
	assert_int_equal(errno, ENOSYS);
}

static void sockets_by_number(void **state)
{
	int pair[2];
	long fd;

	(void)state;
	fd = syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	close((int)fd);
	assert_int_equal(syscall(SYS_socket, AF_UNIX, SOCK_DGRAM, 0), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(syscall(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, pair),
			 -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair),
			 0);
	close(pair[0]);
	close(pair[1]);
}

static void names_by_number(void **state)
{
	int server = serve(in_dir("other.sock"), SOCK_STREAM);
	int granted = serve(in_dir("granted.sock"), SOCK_STREAM);
	int fd = raw_socket(AF_UNIX, SOCK_STREAM);
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, in_dir("other.sock"));

	(void)state;
	assert_int_equal(syscall(SYS_connect, fd, &addr, len), -1);
	assert_int_equal(errno, EACCES);
	len = unix_address(&addr, in_dir("new.sock"));
	assert_int_equal(syscall(SYS_bind, fd, &addr, len), -1);
	assert_int_equal(errno, EACCES);
	len = unix_address(&addr, in_dir("granted.sock"));
	assert_int_equal(syscall(SYS_connect, fd, &addr, len), 0);
	close(fd);
	close(granted);
	close(server);
}

static void messages_by_number(void **state)
{
	int granted = serve(in_dir("granted.sock"), SOCK_DGRAM);
	int other = serve(in_dir("other.sock"), SOCK_DGRAM);
	int fd = raw_socket(AF_UNIX, SOCK_DGRAM);
	struct iovec data = {.iov_base = "x", .iov_len = 1};
	struct sockaddr_un good;
	struct sockaddr_un bad;
	struct mmsghdr vector[2] = {
		{.msg_hdr = {.msg_name = &good,
			     .msg_iov = &data,
			     .msg_iovlen = 1}},
		{.msg_hdr = {.msg_name = &bad,
			     .msg_iov = &data,
			     .msg_iovlen = 1}},
	};

	(void)state;
	vector[0].msg_hdr.msg_namelen =
		unix_address(&good, in_dir("granted.sock"));
	vector[1].msg_hdr.msg_namelen =
		unix_address(&bad, in_dir("other.sock"));
	assert_int_equal(syscall(SYS_sendto, fd, "x", 1L, 0, &bad,
				 vector[1].msg_hdr.msg_namelen),
			 -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(syscall(SYS_sendto, fd, "x", 1L, 0, &good,
				 vector[0].msg_hdr.msg_namelen),
			 1);
	assert_int_equal(syscall(SYS_sendto, fd, "x", 1L, 0, NULL, 0), -1);
	assert_int_equal(errno, ENOTCONN);
	assert_int_equal(syscall(SYS_sendmsg, fd, &vector[1].msg_hdr, 0), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(syscall(SYS_sendmmsg, fd, vector, 2, 0), 1);
	assert_int_equal(syscall(SYS_sendmmsg, fd, vector + 1, 1, 0), -1);
	assert_int_equal(errno, EACCES);
	close(fd);
	close(other);
	close(granted);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_arguments_arrive),
		cmocka_unit_test(results_and_errno_pass),
		cmocka_unit_test(sockets_by_number),
		cmocka_unit_test(names_by_number),
		cmocka_unit_test(messages_by_number),
	};

	return cmocka_run_group_tests_name("shim: syscall", tests, NULL, NULL);
}

int main(int argc, char *argv[])
{
	return harness(argc, argv, run, NULL);
}
