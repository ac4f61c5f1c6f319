/* SPDX-License-Identifier: MIT */
/* test_descriptors.c - which inherited sockets could go where nothing may.  */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/descriptors.h"
#include "launcher/diag.h"

#define PROTO_MPTCP 262

/* With this socket, and the descriptors that the test has anyway. */
static enum foreign found(enum network_mode network, int domain, int protocol)
{
	const struct policy policy = {.network = network};
	const int type = domain == AF_NETLINK ? SOCK_RAW : SOCK_STREAM;
	int fd = socket(domain, type | SOCK_CLOEXEC, protocol);
	enum foreign kind;

	if (fd < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT))
		skip();
	assert_true(fd >= 0);
	kind = descriptors_check(&policy, true);
	close(fd);
	return kind;
}

static void tcp(void **state)
{
	(void)state;
	assert_int_equal(found(NETWORK_NONE, AF_INET, 0), FOREIGN_TCP_OR_UDP);
	assert_int_equal(found(NETWORK_NONE, AF_INET6, 0), FOREIGN_TCP_OR_UDP);
	assert_int_equal(found(NETWORK_LOOPBACK, AF_INET, 0),
			 FOREIGN_TCP_OR_UDP);
}

static void mptcp(void **state)
{
	(void)state;
	assert_int_equal(found(NETWORK_NONE, AF_INET, PROTO_MPTCP),
			 FOREIGN_OTHER);
}

static void vsock(void **state)
{
	(void)state;
	assert_int_equal(found(NETWORK_NONE, AF_VSOCK, 0), FOREIGN_OTHER);
}

static void not_of_the_network(void **state)
{
	(void)state;
	assert_int_equal(found(NETWORK_NONE, AF_UNIX, 0), FOREIGN_NONE);
	assert_int_equal(found(NETWORK_NONE, AF_NETLINK, 0), FOREIGN_NONE);
}

static void not_restricted(void **state)
{
	(void)state;
	assert_int_equal(found(NETWORK_FULL, AF_INET, 0), FOREIGN_NONE);
	assert_int_equal(found(NETWORK_FULL, AF_VSOCK, 0), FOREIGN_NONE);
}

/* Nobody looks at what it is connected to: then it does not start. */
static void unwatched(void **state)
{
	const struct policy policy = {.network = NETWORK_NONE};
	const struct policy isolated = {.network = NETWORK_ISOLATED};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0), status;

	(void)state;
	if (fd < 0 && errno == EAFNOSUPPORT)
		skip();
	for (int i = 0; i < 2; i++) {
		const pid_t pid = fork();

		if (pid == 0) {
			descriptors_check(i ? &isolated : &policy, i);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WEXITSTATUS(status), EXIT_SBX);
	}
	close(fd);
}

/* Does it start with such a socket? */
static bool starts_with(const struct policy *policy, int domain, int type,
			int protocol)
{
	const int fd = socket(domain, type | SOCK_CLOEXEC, protocol);
	int status;
	pid_t pid;

	assert_true(fd >= 0);
	pid = fork();
	if (pid == 0) {
		descriptors_check(policy, true);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(fd);
	return WEXITSTATUS(status) == 0;
}

static const struct policy with_udp = {
	.network = NETWORK_NONE,
	.rules = {{.kind = RULE_UDP}},
	.rule_count = 1,
};

static void udp(void **state)
{
	const struct policy none = {.network = NETWORK_NONE};

	(void)state;
	assert_false(starts_with(&none, AF_INET, SOCK_DGRAM, 0));
	assert_true(starts_with(&with_udp, AF_INET, SOCK_DGRAM, 0));
	assert_true(starts_with(&with_udp, AF_INET6, SOCK_DGRAM, 0));
}

/* Few kernels have SCTP, and 7.2 has no UDP-Lite any more; cmocka 1.1 calls
 * what it skips "not ok". */
static bool has(const char *what, int type, int protocol)
{
	const int fd = socket(AF_INET, type | SOCK_CLOEXEC, protocol);

	if (fd < 0) {
		print_message("# SKIP %s: this kernel has none\n", what);
		return false;
	}
	close(fd);
	return true;
}

/* A server at the port that is granted for UDP is another one. */
static void udplite(void **state)
{
	(void)state;
	if (!has("UDP-Lite", SOCK_DGRAM, IPPROTO_UDPLITE))
		return;
	assert_false(
		starts_with(&with_udp, AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE));
}

/* It connects where a message says, and nobody sees messages. */
static void sctp(void **state)
{
	const struct policy full = {.network = NETWORK_FULL};

	(void)state;
	if (!has("SCTP", SOCK_STREAM, IPPROTO_SCTP))
		return;
	assert_true(starts_with(&full, AF_INET, SOCK_STREAM, IPPROTO_SCTP));
	assert_false(
		starts_with(&with_udp, AF_INET, SOCK_STREAM, IPPROTO_SCTP));
	assert_false(
		starts_with(&with_udp, AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp),
		cmocka_unit_test(mptcp),
		cmocka_unit_test(vsock),
		cmocka_unit_test(not_of_the_network),
		cmocka_unit_test(not_restricted),
		cmocka_unit_test(unwatched),
		cmocka_unit_test(udp),
		cmocka_unit_test(udplite),
		cmocka_unit_test(sctp),
	};

	return cmocka_run_group_tests_name("descriptors", tests, NULL, NULL);
}
