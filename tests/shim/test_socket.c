/* SPDX-License-Identifier: MIT */
/* test_socket.c - which sockets may exist. */
#include "harness.h"

#include <linux/netlink.h>
#include <netinet/in.h>

#define KERNEL (-1) /* the kernel answers */

struct row {
	int domain;
	int type;
	int protocol;
	int error; /* in network none without AF_UNIX, or KERNEL */
};

static const struct row rows[] = {
	{AF_UNIX, SOCK_STREAM, 0, KERNEL},
	{AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, KERNEL},
	{AF_UNIX, SOCK_DGRAM, 0, EACCES},
	{AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, EACCES},
	{AF_UNIX, SOCK_RAW | SOCK_NONBLOCK, 0, EACCES},
	{AF_UNIX, SOCK_RDM, 0, KERNEL},
	{AF_UNIX, 0, 0, KERNEL},
	{AF_UNIX, 15, 0, KERNEL},
	{AF_UNIX, SOCK_DGRAM | 0x10000, 0, KERNEL},
	{AF_UNIX, SOCK_STREAM, 77, KERNEL},
	{AF_INET, SOCK_STREAM, 0, KERNEL},
	{AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP, KERNEL},
	{AF_INET, SOCK_STREAM, 262 /* IPPROTO_MPTCP */, EPROTONOSUPPORT},
	{AF_INET, SOCK_STREAM, 132 /* IPPROTO_SCTP */, EPROTONOSUPPORT},
	{AF_INET, SOCK_DGRAM, 0, EACCES},
	{AF_INET, SOCK_RAW, IPPROTO_ICMP, EACCES},
	{AF_INET6, SOCK_STREAM, 0, KERNEL},
	{AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0, EACCES},
	{AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, KERNEL},
	{AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE, KERNEL},
	{AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT, EAFNOSUPPORT},
	{40 /* AF_VSOCK */, SOCK_STREAM, 0, EAFNOSUPPORT},
	{17 /* AF_PACKET */, SOCK_RAW, 0, EAFNOSUPPORT},
	{38 /* AF_ALG */, SOCK_SEQPACKET, 0, EAFNOSUPPORT},
	{AF_UNSPEC, SOCK_STREAM, 0, KERNEL},
	{-1, SOCK_STREAM, 0, KERNEL},
	{AF_MAX, SOCK_STREAM, 0, KERNEL},
};

static int outcome(long result)
{
	if (result >= 0)
		raw(SYS_close, result);
	return result < 0 ? (int)-result : 0;
}

static int try_socket(const struct row *row)
{
	errno = ENOTUNIQ;
	if (outcome(socket(row->domain, row->type, row->protocol)) != 0)
		return errno;
	return errno == ENOTUNIQ ? 0 : -errno;
}

static int ask_kernel(const struct row *row)
{
	return outcome(raw(SYS_socket, row->domain, row->type, row->protocol));
}

static int check_all(bool open)
{
	int failed = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		int want = row->error == KERNEL || open ? ask_kernel(row)
							: row->error;
		int got = try_socket(row);

		if (got == want)
			continue;
		fprintf(stderr, "socket(%d, %d, %d): %d, not %d\n", row->domain,
			row->type, row->protocol, got, want);
		failed++;
	}
	return failed;
}

static void families_and_types(void **state)
{
	(void)state;
	assert_int_equal(check_all(false), 0);
}

static int case_open(void)
{
	return check_all(true);
}

/* network full and every AF_UNIX name: nothing is ours to refuse. */
static void open_policy(void **state)
{
	static struct policy policy;

	(void)state;
	policy_init(&policy);
	policy.network = NETWORK_FULL;
	policy.unix_all = true;
	export_policy(&policy);
	expect_case("open", NULL);
}

static int try_pair(int domain, int type);

static int case_datagrams(void)
{
	return try_socket(&rows[2]) == 0 &&
			       try_pair(AF_UNIX, SOCK_DGRAM) == 0 &&
			       try_pair(AF_UNIX, SOCK_RAW) == 0
		       ? 0
		       : 1;
}

static void datagrams_where_the_policy_lets_them_be(void **state)
{
	static struct policy policy;

	(void)state;
	policy_init(&policy);
	policy.unix_dgram = true;
	export_policy(&policy);
	expect_case("datagrams", NULL);
}

static int try_pair(int domain, int type)
{
	int pair[2];

	errno = ENOTUNIQ;
	if (socketpair(domain, type, 0, pair) != 0)
		return errno;
	close(pair[0]);
	close(pair[1]);
	return errno == ENOTUNIQ ? 0 : -errno;
}

static void pairs(void **state)
{
	(void)state;
	assert_int_equal(try_pair(AF_UNIX, SOCK_STREAM), 0);
	assert_int_equal(try_pair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC), 0);
	assert_int_equal(try_pair(AF_UNIX, SOCK_DGRAM), EACCES);
	assert_int_equal(try_pair(AF_UNIX, SOCK_RAW | SOCK_CLOEXEC), EACCES);
	assert_int_equal(try_pair(AF_INET, SOCK_STREAM), EOPNOTSUPP);
}

static int case_errno(void)
{
	return try_socket(&rows[2]) == EPERM &&
			       try_connect_type(in_dir("other.sock"),
						SOCK_STREAM) == EPERM
		       ? 0
		       : 1;
}

static void deny_errno_is_configurable(void **state)
{
	static struct policy policy;
	int server = serve(in_dir("other.sock"), SOCK_STREAM);

	(void)state;
	default_policy(&policy);
	policy.deny_errno = EPERM;
	export_policy(&policy);
	expect_case("errno", NULL);
	close(server);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families_and_types),
		cmocka_unit_test(open_policy),
		cmocka_unit_test(datagrams_where_the_policy_lets_them_be),
		cmocka_unit_test(pairs),
		cmocka_unit_test(deny_errno_is_configurable),
	};

	return cmocka_run_group_tests_name("shim: socket", tests, NULL, NULL);
}

int main(int argc, char *argv[])
{
	static const struct test_case cases[] = {
		{"open", case_open},
		{"datagrams", case_datagrams},
		{"errno", case_errno},
		{NULL, NULL},
	};

	return harness(argc, argv, run, cases);
}
