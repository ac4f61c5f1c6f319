/* SPDX-License-Identifier: MIT */
/* test_resolve.c - what a supervisor hears of lookups and of hosts; what comes
 * of the calls is untouched. */
#include "harness.h"

#include "listener.h"
#include "policy/inet.h"
#include "stand_in.h"

#define SUPERVISE(heard, name)                                                 \
	do {                                                                   \
		if (!supervise(heard, name, say_eperm))                        \
			skip_or_fail("no seccomp notifications here");         \
	} while (0)

static long say_eperm(const struct report *report)
{
	(void)report;
	return EPERM;
}

/* ---- calls -------------------------------------------------------------- */

static int lookup(const char *node, int flags)
{
	const struct addrinfo hints = {.ai_flags = flags};
	struct addrinfo *result = NULL;
	int code = getaddrinfo(node, "443", &hints, &result);

	/* Nobody has touched what the resolver left. */
	return errno != ENOTUNIQ || (code == 0) != (result != NULL) ? -99
								    : code;
}

/* 0 or the errno of a TCP connect, or of a datagram. */
static int reach(const char *ip, int type)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(443)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
				   .sin6_port = htons(443)};
	const bool six = inet_pton(AF_INET6, ip, &in6.sin6_addr) == 1;
	const void *addr = six ? (void *)&in6 : (void *)&in;
	const socklen_t len = six ? sizeof(in6) : sizeof(in);
	int fd = raw_socket(six ? AF_INET6 : AF_INET, type);
	long result;

	inet_pton(AF_INET, ip, &in.sin_addr);
	result = type == SOCK_DGRAM ? sendto(fd, "x", 1, 0, addr, len)
				    : connect(fd, addr, len);
	raw(SYS_close, fd);
	return result < 0 ? errno : 0;
}

static int case_refused(void)
{
	int bad = 0;

	bad += reach("127.1.2.3", SOCK_STREAM) != EPERM;
	bad += lookup("127-1-2-3.example", 0) != 0;
	/* The same call within 0.1 s would be counted only. */
	bad += reach("::ffff:127.1.2.3", SOCK_STREAM) != EPERM;
	bad += reach("127.1.2.3", SOCK_DGRAM) != EPERM;
	bad += reach("fd00::7f01:203", SOCK_STREAM) != EPERM;
	bad += reach("127.1.2.4", SOCK_STREAM) != EPERM;
	return bad;
}

static void refusals_name_the_host(void **state)
{
	static const char *const hosts[] = {"", "127-1-2-3.example",
					    "127-1-2-3.example",
					    "127-1-2-3.example", ""};
	static struct heard heard;

	(void)state;
	SUPERVISE(&heard, "refused");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.lookups, 1);
	assert_int_equal(heard.ends, 1);
	assert_int_equal(heard.count, 5);
	for (int i = 0; i < 5; i++)
		assert_string_equal(heard.reports[i].host, hosts[i]);
	assert_int_equal(heard.reports[2].op, OP_SEND);
}

/* ---- gethostbyname, in all forms ---------------------------------------- */

static int by_name(const char *name, int *error)
{
	struct hostent *host;

	h_errno = 77;
	host = gethostbyname(name);
	*error = h_errno;
	return errno == ENOTUNIQ && !host;
}

static int by_name2(const char *name, int *error)
{
	struct hostent *host;

	h_errno = 77;
	host = gethostbyname2(name, AF_INET);
	*error = h_errno;
	return errno == ENOTUNIQ && !host;
}

static int by_name_r(const char *name, int *error)
{
	struct hostent host, *result = &host;
	char buf[64];

	*error = 77;
	if (gethostbyname_r(name, &host, buf, sizeof(buf), &result, error) ||
	    errno != ENOTUNIQ)
		return 2;
	if (*error == 0)
		*error = 77;
	return !result;
}

static int by_name2_r(const char *name, int *error)
{
	struct hostent host, *result = &host;
	char buf[64];

	*error = 77;
	if (gethostbyname2_r(name, AF_INET, &host, buf, sizeof(buf), &result,
			     error) ||
	    errno != ENOTUNIQ)
		return 2;
	if (*error == 0)
		*error = 77;
	return !result;
}

typedef int by_name_fn(const char *name, int *error);

static by_name_fn *const forms[] = {by_name, by_name2, by_name_r, by_name2_r};

static int case_hostent(void)
{
	int bad = 0, error;

	for (int i = 0; i < 4; i++) {
		char name[32], ip[32];

		snprintf(name, sizeof(name), "127-9-9-%d.example", i);
		snprintf(ip, sizeof(ip), "127.9.9.%d", i);
		bad += forms[i](name, &error) != 0 || error != 77;
		bad += reach(ip, SOCK_STREAM) != EPERM;
		bad += forms[i]("fail-2", &error) != 1 || error != 2;
		bad += forms[i]("127.0.0.1", &error) != 0 || error != 77;
	}
	return bad;
}

static void hostent_is_known_too(void **state)
{
	static struct heard heard;

	(void)state;
	SUPERVISE(&heard, "hostent");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.lookups, 8);
	assert_int_equal(heard.ends, 4);
	assert_int_equal(heard.count, 8);
	for (int i = 0; i < 4; i++) {
		char name[32];

		snprintf(name, sizeof(name), "127-9-9-%d.example", i);
		assert_int_equal(heard.reports[2 * i].op, OP_CONNECT);
		assert_string_equal(heard.reports[2 * i].host, name);
		assert_int_equal(heard.reports[2 * i + 1].op, OP_RESOLVE);
		assert_string_equal(heard.reports[2 * i + 1].host, "fail-2");
	}
}

static int case_too_small(void)
{
	struct hostent host, *result = &host;
	char buf[4];
	int error;

	return gethostbyname_r("fail-2", &host, buf, sizeof(buf), &result,
			       &error) != ERANGE;
}

/* The caller will ask again. */
static void a_small_buffer_is_no_failure(void **state)
{
	static struct heard heard;

	(void)state;
	SUPERVISE(&heard, "too_small");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.lookups, 1);
	assert_int_equal(heard.ends, 1);
	assert_int_equal(heard.count, 0);
}

/* ---- failures ----------------------------------------------------------- */

static int case_failing(void)
{
	int bad = 0;

	bad += lookup("fail-3", 0) != EAI_AGAIN;
	bad += lookup("fail-4 \n\033[2J", 0) != EAI_FAIL;
	bad += lookup("fail-2", 0) != EAI_NONAME;
	bad += lookup("fail-11", 0) != EAI_SYSTEM;
	bad += lookup("fail-8", 0) != EAI_SERVICE;
	bad += lookup("fail-10", 0) != EAI_MEMORY;
	return bad;
}

static void failures_that_may_be_the_network_are_reported(void **state)
{
	static const char *const hosts[] = {"fail-3", "fail-4 \n\033[2J",
					    "fail-2", "fail-11"};
	static struct heard heard;

	(void)state;
	SUPERVISE(&heard, "failing");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.lookups, 6);
	assert_int_equal(heard.ends, 2);
	assert_int_equal(heard.count, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(heard.kinds[i], REPORT_REFUSED);
		assert_int_equal(heard.reports[i].op, OP_RESOLVE);
		assert_int_equal(heard.reports[i].fd, -1);
		assert_int_equal(heard.reports[i].addr_len, 0);
		assert_string_equal(heard.reports[i].host, hosts[i]);
	}
}

static int case_numeric(void)
{
	int bad = 0;

	bad += lookup("127.1.2.3", 0) != 0;
	bad += lookup("127.1", 0) != 0;
	bad += lookup("::1", 0) != 0;
	bad += lookup("fe80::1%lo", 0) != 0;
	bad += lookup("", 0) != 0;
	bad += lookup(NULL, 0) != 0;
	bad += lookup("fail-2", AI_NUMERICHOST) != EAI_NONAME;
	bad += reach("127.1.2.3", SOCK_STREAM) != EPERM;
	return bad;
}

static void addresses_are_no_names(void **state)
{
	static struct heard heard;

	(void)state;
	SUPERVISE(&heard, "numeric");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.lookups, 0);
	assert_int_equal(heard.ends, 0);
	assert_int_equal(heard.count, 1);
	assert_string_equal(heard.reports[0].host, "");
}

/* Under another policy; the test is skipped where nothing can be heard. */
static void supervise_under(struct heard *heard, const struct policy *policy,
			    const char *name)
{
	char *old = strdup(getenv(WIRE_VARIABLE));
	bool works;

	export_policy(policy);
	works = supervise(heard, name, say_eperm);
	setenv(WIRE_VARIABLE, old, 1);
	free(old);
	if (!works)
		skip_or_fail("no seccomp notifications here");
}

static void the_full_network_is_nobodys_business(void **state)
{
	static struct heard heard;
	static struct policy policy;

	(void)state;
	policy_init(&policy);
	policy.network = NETWORK_FULL;
	supervise_under(&heard, &policy, "failing");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.lookups, 0);
	assert_int_equal(heard.count, 0);
}

static int case_granted(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct iovec iov = {.iov_base = (char[]){"x"}, .iov_len = 1};
	struct msghdr message = {
		.msg_name = &in,
		.msg_namelen = sizeof(in),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int bad = fd < 0;

	/* Nobody listens there; what counts is who says so. */
	bad += reach("127.0.0.1", SOCK_STREAM) != ECONNREFUSED;
	bad += reach("::1", SOCK_STREAM) != ECONNREFUSED;
	bad += lookup("240-7-7-7.example", 0) != 0;
	inet_pton(AF_INET, "240.7.7.7", &in.sin_addr);
	bad += sendmsg(fd, &message, 0) != -1 || errno != EPERM;
	inet_pton(AF_INET, "127.0.0.1", &in.sin_addr);
	bad += sendmsg(fd, &message, 0) != 1;
	return bad;
}

/* What the policy grants is not asked about; refused messages are named. */
static void granted_addresses_are_not_reported(void **state)
{
	static struct heard heard;
	static struct policy policy;
	const struct policy_rule rule = {
		.effect = EFFECT_ALLOW,
		.ops = OPS_CONNECT,
		.kind = RULE_UDP,
	};
	const struct inet_range range = {
		.family = INET_V4,
		.bits = 8,
		.ip = {127},
		.low = 1,
		.high = 65535,
	};
	char bytes[INET_RANGE_SIZE];

	(void)state;
	policy_init(&policy);
	policy.network = NETWORK_LOOPBACK;
	inet_range_put(&range, bytes);
	assert_int_equal(policy_add(&policy, &rule, bytes, sizeof(bytes), "x"),
			 POLICY_OK);
	supervise_under(&heard, &policy, "granted");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.reports[0].op, OP_SEND);
	assert_string_equal(heard.reports[0].host, "240-7-7-7.example");
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_name_the_host),
		cmocka_unit_test(hostent_is_known_too),
		cmocka_unit_test(a_small_buffer_is_no_failure),
		cmocka_unit_test(failures_that_may_be_the_network_are_reported),
		cmocka_unit_test(addresses_are_no_names),
		cmocka_unit_test(the_full_network_is_nobodys_business),
		cmocka_unit_test(granted_addresses_are_not_reported),
	};

	return cmocka_run_group_tests_name("shim: resolve", tests,
					   make_resolver, NULL);
}

int main(int argc, char *argv[])
{
	static const struct test_case cases[] = {
		{"refused", case_refused},
		{"hostent", case_hostent},
		{"too_small", case_too_small},
		{"failing", case_failing},
		{"numeric", case_numeric},
		{"granted", case_granted},
		{NULL, NULL},
	};

	return harness(argc, argv, run, cases);
}
