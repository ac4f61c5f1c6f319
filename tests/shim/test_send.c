/* SPDX-License-Identifier: MIT */
/* test_send.c - datagrams that name their target, and those that do not. */
#include "harness.h"

#define BATCH 4

static int receive(int server)
{
	char data[16];
	ssize_t got = recv(server, data, sizeof(data), MSG_DONTWAIT);

	return got < 0 ? -errno : (int)got;
}

static int drain(int server)
{
	int count = 0;

	while (receive(server) > 0)
		count++;
	return count;
}

static long send_by(int how, int fd, const char *name)
{
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, name);
	struct iovec data = {.iov_base = "x", .iov_len = 1};
	struct mmsghdr vector = {.msg_hdr = {.msg_name = &addr,
					     .msg_namelen = len,
					     .msg_iov = &data,
					     .msg_iovlen = 1}};
	long result;

	errno = ENOTUNIQ;
	if (how == 0)
		result = sendto(fd, "x", 1, 0, (struct sockaddr *)&addr, len);
	else if (how == 1)
		result = sendmsg(fd, &vector.msg_hdr, 0);
	else
		result = sendmmsg(fd, &vector, 1, 0);
	if (result < 0)
		return -errno;
	assert_int_equal(errno, ENOTUNIQ);
	return result;
}

static void each_way(void **state)
{
	int granted = serve(in_dir("granted.sock"), SOCK_DGRAM);
	int other = serve(in_dir("other.sock"), SOCK_DGRAM);
	int stream = serve(in_dir("stream.sock"), SOCK_STREAM);
	int fd = raw_socket(AF_UNIX, SOCK_DGRAM);

	(void)state;
	for (int how = 0; how < 3; how++) {
		assert_int_equal(send_by(how, fd, in_dir("granted.sock")), 1);
		assert_int_equal(send_by(how, fd, in_dir("other.sock")),
				 -EACCES);
		assert_int_equal(send_by(how, fd, in_dir("stream.sock")),
				 -EPROTOTYPE);
		assert_int_equal(send_by(how, fd, in_dir("missing.sock")),
				 -ENOENT);
		assert_int_equal(send_by(how, fd, "@sbx-nobody"),
				 -ECONNREFUSED);
	}
	assert_int_equal(drain(granted), 3);
	assert_int_equal(drain(other), 0);
	close(fd);
	close(stream);
	close(other);
	close(granted);
}

/* One end of a datagram pair reaches any path, connected or not. */
static void pairs_are_no_way_out(void **state)
{
	int other = serve(in_dir("other.sock"), SOCK_DGRAM);
	int pair[2];

	(void)state;
	assert_int_equal(raw(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	for (int how = 0; how < 3; how++)
		assert_int_equal(send_by(how, pair[0], in_dir("other.sock")),
				 -EACCES);
	assert_int_equal(try_connect_on(pair[0], in_dir("other.sock")), EACCES);
	assert_int_equal(drain(other), 0);
	/* ... and the pair is as good as before. */
	assert_int_equal(send(pair[0], "x", 1, 0), 1);
	assert_int_equal(receive(pair[1]), 1);
	close(pair[0]);
	close(pair[1]);
	close(other);
}

static void fill(struct mmsghdr *vector, struct sockaddr_un *addr,
		 socklen_t len, struct iovec *data)
{
	memset(vector, 0, sizeof(*vector));
	vector->msg_hdr.msg_name = addr;
	vector->msg_hdr.msg_namelen = len;
	vector->msg_hdr.msg_iov = data;
	vector->msg_hdr.msg_iovlen = 1;
}

/* As in the kernel: what comes before the one that fails is sent. */
static void vectors_stop_at_the_refused_one(void **state)
{
	int granted = serve(in_dir("granted.sock"), SOCK_DGRAM);
	int other = serve(in_dir("other.sock"), SOCK_DGRAM);
	int fd = raw_socket(AF_UNIX, SOCK_DGRAM);
	struct iovec data = {.iov_base = "x", .iov_len = 1};
	struct mmsghdr vector[BATCH];
	struct sockaddr_un good;
	struct sockaddr_un bad;
	socklen_t good_len = unix_address(&good, in_dir("granted.sock"));
	socklen_t bad_len = unix_address(&bad, in_dir("other.sock"));

	(void)state;
	for (int i = 0; i < BATCH; i++)
		fill(&vector[i], &good, good_len, &data);
	assert_int_equal(sendmmsg(fd, vector, BATCH, 0), BATCH);
	assert_int_equal(drain(granted), BATCH);
	fill(&vector[2], &bad, bad_len, &data);
	assert_int_equal(sendmmsg(fd, vector, BATCH, 0), 2);
	assert_int_equal(drain(granted), 2);
	assert_int_equal(sendmmsg(fd, vector + 2, BATCH - 2, 0), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(sendmmsg(fd, vector, 0, 0), 0);
	assert_int_equal(drain(granted) + drain(other), 0);
	close(fd);
	close(other);
	close(granted);
}

/* What goes over a connection is nobody's business. */
static void connections_are_not_policed(void **state)
{
	struct iovec data = {.iov_base = "x", .iov_len = 1};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
	struct mmsghdr vector = {.msg_hdr = message};
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, "/etc/passwd");
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(sendmsg(pair[0], &message, 0), 1);
	assert_int_equal(sendmmsg(pair[0], &vector, 1, 0), 1);
	assert_int_equal(sendto(pair[0], "x", 1, 0, NULL, 0), 1);
	assert_int_equal(
		sendto(pair[0], "x", 1, 0, (struct sockaddr *)&addr, len), -1);
	assert_int_equal(errno, EISCONN);
	assert_int_equal(receive(pair[1]), 3);
	close(pair[0]);
	close(pair[1]);
	/* A seqpacket socket ignores the name (unix(7)). */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(send_by(1, pair[0], "/etc/passwd"), 1);
	close(pair[0]);
	close(pair[1]);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way),
		cmocka_unit_test(pairs_are_no_way_out),
		cmocka_unit_test(vectors_stop_at_the_refused_one),
		cmocka_unit_test(connections_are_not_policed),
	};

	return cmocka_run_group_tests_name("shim: send", tests, NULL, NULL);
}

int main(int argc, char *argv[])
{
	return harness(argc, argv, run, NULL);
}
