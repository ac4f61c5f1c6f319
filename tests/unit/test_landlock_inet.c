/* SPDX-License-Identifier: MIT */
/* test_landlock_inet.c - with plan.inet the command connects and binds no IP
 * socket itself, whenever it was made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/backstop/landlock.h"

static int abi;
static struct policy policy;
static struct pins pins;
static struct landlock_grants grants;

/* Servers of ours, and sockets that the client inherits. */
static struct sockaddr_in tcp_at, udp_at;
static int tcp, udp, early, connected, accepted;

static int confine(bool inet)
{
	const struct landlock_plan plan = {.abi = abi, .inet = inet};
	const int ruleset = landlock_prepare(&plan, &policy, &pins, &grants);

	return ruleset < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	       landlock_apply(ruleset) != 0;
}

/* What happens in that domain: 0 or an errno value. */
static int confined(bool inet, int (*act)(void))
{
	int status;
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (confine(inet) != 0)
			_exit(254);
		errno = 0;
		_exit(act() < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static int new (int type)
{
	return socket(AF_INET, type | SOCK_CLOEXEC, 0);
}

static int reach(int fd, const struct sockaddr_in *at)
{
	return connect(fd, (const struct sockaddr *)at, sizeof(*at));
}

static int connect_tcp(void)
{
	return reach(new (SOCK_STREAM), &tcp_at);
}

static int connect_early(void)
{
	return reach(early, &tcp_at);
}

static int connect_mapped(void)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6,
				  .sin6_port = tcp_at.sin_port};

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &at.sin6_addr);
	return connect(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0),
		       (struct sockaddr *)&at, sizeof(at));
}

static int bind_to(int type, uint16_t port)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};

	return bind(new (type), (const struct sockaddr *)&at, sizeof(at));
}

static int bind_tcp(void)
{
	return bind_to(SOCK_STREAM, 0);
}

static int connect_udp(void)
{
	return reach(new (SOCK_DGRAM), &udp_at);
}

static int send_udp(void)
{
	return (int)sendto(new (SOCK_DGRAM), "x", 1, 0,
			   (struct sockaddr *)&udp_at, sizeof(udp_at));
}

static int bind_udp(void)
{
	return bind_to(SOCK_DGRAM, 65000);
}

static int send_connected(void)
{
	return (int)send(connected, "x", 1, 0);
}

static int disconnect(void)
{
	const struct sockaddr none = {.sa_family = AF_UNSPEC};

	return connect(new (SOCK_STREAM), &none, sizeof(none));
}

/* Has anybody come?  Takes it away. */
static bool is_reached(void)
{
	const int fd = accept4(tcp, NULL, NULL, SOCK_CLOEXEC);
	char byte;

	if (fd >= 0)
		close(fd);
	return fd >= 0 || recv(udp, &byte, 1, MSG_DONTWAIT) == 1;
}

static void without_it_all_is_free(void **state)
{
	(void)state;
	assert_int_equal(confined(false, connect_tcp), 0);
	assert_true(is_reached());
	assert_int_equal(confined(false, connect_mapped), 0);
	assert_true(is_reached());
	assert_int_equal(confined(false, bind_tcp), 0);
	assert_int_equal(confined(false, send_udp), 0);
	assert_true(is_reached());
	assert_int_equal(confined(false, bind_udp), 0);
	assert_false(is_reached());
}

static void tcp_is_refused(void **state)
{
	(void)state;
	if (abi < LANDLOCK_ABI_TCP)
		skip();
	assert_int_equal(confined(true, connect_tcp), EACCES);
	assert_int_equal(confined(true, connect_early), EACCES);
	assert_int_equal(confined(true, connect_mapped), EACCES);
	assert_int_equal(confined(true, bind_tcp), EACCES);
	assert_false(is_reached());
	/* What is connected stays so, and may be undone. */
	assert_int_equal(confined(true, send_connected), 0);
	assert_int_equal(confined(true, disconnect), 0);
}

/* Only since ABI 10; before it, UDP is the filter's and the supervisor's. */
static void udp_is_refused(void **state)
{
	const int want = abi >= LANDLOCK_ABI_UDP ? EACCES : 0;

	(void)state;
	assert_int_equal(confined(true, connect_udp), want);
	assert_int_equal(confined(true, send_udp), want);
	assert_int_equal(is_reached(), want == 0);
	assert_int_equal(confined(true, bind_udp), want);
}

/* ---- what the caller may rely on ---------------------------------------- */

static void locks_what_may_exist(void **state)
{
	static const struct {
		int abi;
		bool inet, tcp, udp, want;
	} rows[] = {
		/* jailed, and to be kept from a bind */
		{3, true, false, false, false},	 {4, true, false, false, true},
		{3, true, true, false, false},	 {4, true, true, false, true},
		{4, false, true, false, false},	 {9, true, false, true, false},
		{9, true, true, true, false},	 {10, true, false, true, true},
		{10, true, true, true, true},	 {10, false, true, true, false},
		{3, false, false, false, false},
	};
	static struct policy asked;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct landlock_plan plan = {.abi = rows[i].abi,
						   .inet = rows[i].inet};

		policy_init(&asked);
		if (rows[i].tcp)
			asked.rules[asked.rule_count++].kind = RULE_TCP;
		if (rows[i].udp)
			asked.rules[asked.rule_count++].kind = RULE_UDP;
		if (landlock_locks_inet(&plan, &asked) != rows[i].want)
			fail_msg("row %zu", i);
	}
}

static int serve(int type, struct sockaddr_in *at)
{
	const int fd = new (type | SOCK_NONBLOCK);
	socklen_t len = sizeof(*at);

	*at = (struct sockaddr_in){.sin_family = AF_INET,
				   .sin_addr = {htonl(INADDR_LOOPBACK)}};
	if (bind(fd, (struct sockaddr *)at, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)at, &len) != 0)
		return -1;
	return fd;
}

static int make_scene(void **state)
{
	(void)state;
	policy_init(&policy);
	policy.unix_all = true;
	tcp = serve(SOCK_STREAM, &tcp_at);
	udp = serve(SOCK_DGRAM, &udp_at);
	early = new (SOCK_STREAM);
	connected = new (SOCK_STREAM);
	if (tcp < 0 || udp < 0 || listen(tcp, 16) != 0 ||
	    reach(connected, &tcp_at) != 0)
		return -1;
	accepted = accept4(tcp, NULL, NULL, SOCK_CLOEXEC);
	return accepted < 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_it_all_is_free),
		cmocka_unit_test(tcp_is_refused),
		cmocka_unit_test(udp_is_refused),
		cmocka_unit_test(locks_what_may_exist),
	};

	abi = landlock_probe();
	if (abi < LANDLOCK_ABI_NEEDED) {
		puts("1..0 # SKIP no Landlock here");
		return getenv("SBX_MUST_WORK") ? 1 : 0;
	}
	return cmocka_run_group_tests(tests, make_scene, NULL);
}
