/* SPDX-License-Identifier: MIT */
/* test_report.c - what the shim tells a supervisor, and does as it says.
 */
#include "harness.h"

#include <time.h>

#include "listener.h"

#define SUPERVISE(heard, name, answer)                                         \
	do {                                                                   \
		if (!supervise(heard, name, answer))                           \
			skip_or_fail("no seccomp notifications here");         \
	} while (0)

static long say_eperm(const struct report *report)
{
	(void)report;
	return EPERM;
}

static long say_go_on(const struct report *report)
{
	(void)report;
	return 0;
}

static long say_nonsense(const struct report *report)
{
	(void)report;
	return 123456;
}

/* ---- tests -------------------------------------------------------------- */

static int case_visit(void)
{
	return try_connect(in_dir("other.sock"));
}

/* The program counter lies in the shim, the stack pointer on a stack: for more,
 * tests/e2e/stacks.t. */
static void expect_registers(const uint64_t *registers)
{
#if defined(__aarch64__)
	const unsigned int sp = 12, pc = 13, none = 14;
#else
	const unsigned int sp = 2, pc = 7, none = 8;
#endif

	assert_int_not_equal(registers[pc], 0);
	assert_int_not_equal(registers[sp], 0);
	assert_int_equal(registers[sp] % sizeof(uint64_t), 0);
	for (unsigned int i = none; i < REPORT_REGISTERS; i++)
		assert_int_equal(registers[i], 0);
}

static void a_refusal_is_reported_and_answered(void **state)
{
	static struct heard heard;
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, in_dir("other.sock"));
	int server = serve(in_dir("other.sock"), SOCK_STREAM);
	const struct report *report = &heard.reports[0];

	(void)state;
	unlink(in_dir("log"));
	SUPERVISE(&heard, "visit", say_eperm);
	assert_int_equal(heard.status, EPERM << 8);
	assert_int_equal(heard.hellos, 1);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.kinds[0], REPORT_REFUSED);
	assert_int_equal(report->version, REPORT_VERSION);
	assert_int_equal(report->op, OP_CONNECT);
	assert_true(report->fd >= 0);
	assert_int_equal(report->domain, AF_UNIX);
	assert_int_equal(report->type, SOCK_STREAM);
	assert_int_equal(report->count, 1);
	assert_int_equal(report->addr_len, len);
	assert_memory_equal(report->addr, &addr, len);
	assert_string_equal(report->host, "");
	expect_registers(report->registers);
	/* The supervisor has a log of its own. */
	assert_int_equal(access(in_dir("log"), F_OK), -1);
	assert_false(visited(server));
	close(server);
}

static void the_supervisor_knows_better(void **state)
{
	static struct heard heard;
	int server = serve(in_dir("other.sock"), SOCK_STREAM);

	(void)state;
	SUPERVISE(&heard, "visit", say_go_on);
	assert_int_equal(heard.status, 0);
	assert_true(visited(server));
	SUPERVISE(&heard, "visit", say_nonsense);
	assert_int_equal(heard.status, EACCES << 8);
	close(server);
}

static int case_often(void)
{
	for (int i = 0; i < 100; i++)
		if (try_connect(in_dir("other.sock")) != 0)
			return 1;
	return 0;
}

/* "Go on" is remembered as well as a refusal. */
static void one_question_for_many_calls(void **state)
{
	static struct heard heard;
	int server = serve(in_dir("other.sock"), SOCK_STREAM);

	(void)state;
	raw(SYS_listen, server, 200);
	SUPERVISE(&heard, "often", say_go_on);
	assert_int_equal(heard.status, 0);
	assert_true(heard.count >= 1 && heard.count < 10);
	assert_int_equal(heard.reports[0].count, 1);
	close(server);
}

#define MANY 5000U

static int case_loop(void)
{
	struct timespec pause = {0, 150000000};

	for (unsigned int i = 0; i < MANY; i++)
		if (try_connect(in_dir("other.sock")) != EPERM)
			return 1;
	nanosleep(&pause, NULL);
	return try_connect(in_dir("other.sock")) == EPERM ? 0 : 1;
}

static void repeats_are_counted_exactly(void **state)
{
	static struct heard heard;
	int server = serve(in_dir("other.sock"), SOCK_STREAM);
	unsigned int total = 0;
	unsigned int flushed = 0;

	(void)state;
	SUPERVISE(&heard, "loop", say_eperm);
	assert_int_equal(heard.status, 0);
	for (unsigned int i = 0; i < heard.count; i++) {
		total += heard.reports[i].count;
		if (heard.kinds[i] != REPORT_REPEATED)
			continue;
		assert_int_equal(heard.reports[i].count, 1024);
		flushed++;
	}
	assert_int_equal(total, MANY + 1);
	/* An emulated machine makes fewer than 1024 before a fact is void. */
	if (!getenv("SBX_SLOW"))
		assert_true(flushed >= 1);
	assert_false(visited(server));
	close(server);
}

static int case_fork(void)
{
	struct timespec pause = {0, 150000000};
	int status = 1;
	pid_t pid;

	for (int i = 0; i < 40; i++)
		try_connect(in_dir("other.sock"));
	pid = fork();
	if (pid == 0)
		_exit(try_connect(in_dir("other.sock")) == EPERM ? 0 : 1);
	waitpid(pid, &status, 0);
	nanosleep(&pause, NULL);
	try_connect(in_dir("other.sock"));
	return status;
}

/* A child speaks for itself only. */
static void children_count_anew(void **state)
{
	static struct heard heard;
	int server = serve(in_dir("other.sock"), SOCK_STREAM);

	(void)state;
	SUPERVISE(&heard, "fork", say_eperm);
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.count, 3);
	assert_int_equal(heard.reports[0].count, 1);
	assert_int_equal(heard.reports[1].count, 1);
	assert_int_equal(heard.reports[2].count, 40);
	close(server);
}

static int case_others(void)
{
	int bad = 0;

	bad += socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) != -1;
	bad += errno != EPERM;
	bad += try_connect("@sbx-somebody") != EPERM;
	bad += try_bind(in_dir("new.sock")) != EPERM;
	bad += try_bind(in_dir("new.sock")) != EPERM;
	return bad;
}

static void other_calls_are_reported(void **state)
{
	static struct heard heard;

	(void)state;
	SUPERVISE(&heard, "others", say_eperm);
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.count, 4);
	assert_int_equal(heard.reports[0].op, OP_SOCKET);
	assert_int_equal(heard.reports[0].fd, -1);
	assert_int_equal(heard.reports[0].domain, AF_UNIX);
	assert_int_equal(heard.reports[0].type, SOCK_DGRAM);
	assert_int_equal(heard.reports[0].addr_len, 0);
	assert_int_equal(heard.reports[1].op, OP_CONNECT);
	assert_int_equal(heard.reports[1].addr_len, 15);
	assert_int_equal(heard.reports[2].op, OP_BIND);
	assert_int_equal(heard.reports[3].op, OP_BIND);
}

static int case_abstract(void)
{
	for (int i = 0; i < 3; i++)
		if (try_connect("@sbx-somebody") != EPERM)
			return 1;
	return 0;
}

/* Somebody inside may have bound it since: no answer is kept. */
static void names_that_may_be_bound_are_asked_about_anew(void **state)
{
	static struct heard heard;
	static struct policy private;
	char *old = strdup(getenv(WIRE_VARIABLE));
	bool works;

	(void)state;
	policy_init(&private);
	private.unix_private = true;
	export_policy(&private);
	works = supervise(&heard, "abstract", say_eperm);
	setenv(WIRE_VARIABLE, old, 1);
	free(old);
	if (!works)
		skip_or_fail("no seccomp notifications here");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.count, 3);
	SUPERVISE(&heard, "abstract", say_eperm);
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.count, 1);
}

static int case_quiet(void)
{
	int bad = 0;

	bad += try_connect(in_dir("granted.sock")) != 0;
	bad += try_connect(in_dir("missing.sock")) != ENOENT;
	bad += try_connect(abstract_name("-nobody")) != ECONNREFUSED;
	bad += try_bind(in_dir("tree/quiet.sock")) != 0;
	return bad;
}

static void granted_and_missing_are_not_reported(void **state)
{
	static struct heard heard;
	int server = serve(in_dir("granted.sock"), SOCK_STREAM);

	(void)state;
	SUPERVISE(&heard, "quiet", say_eperm);
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.count, 0);
	close(server);
}

static int case_strict(void)
{
	return try_connect(in_dir("granted.sock"));
}

/* Without a policy all is refused, unless the supervisor says otherwise. */
static void a_lost_policy_is_made_good(void **state)
{
	static struct heard heard;
	char *old = strdup(getenv(WIRE_VARIABLE));
	int server = serve(in_dir("granted.sock"), SOCK_STREAM);
	bool works;

	(void)state;
	unsetenv(WIRE_VARIABLE);
	works = supervise(&heard, "strict", say_go_on);
	setenv(WIRE_VARIABLE, old, 1);
	free(old);
	if (!works)
		skip_or_fail("no seccomp notifications here");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.count, 1);
	assert_true(visited(server));
	close(server);
}

/* 0 or the errno of a sendmsg() to a name, NULL: to no name. */
static int try_message(int fd, const char *name)
{
	struct sockaddr_un addr;
	struct iovec iov = {.iov_base = (char[]){"x"}, .iov_len = 1};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	if (name) {
		message.msg_namelen = unix_address(&addr, name);
		message.msg_name = &addr;
	}
	return sendmsg(fd, &message, 0) == 1 ? 0 : errno;
}

static int case_datagrams(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int bad = fd < 0;

	bad += try_message(fd, in_dir("granted.sock")) != 0;
	bad += try_message(fd, in_dir("missing.sock")) != ENOENT;
	bad += try_message(fd, NULL) != ENOTCONN;
	bad += try_message(fd, in_dir("other.sock")) != EPERM;
	return bad;
}

/* Where datagram sockets may exist, messages are judged like connects. */
static void datagrams_are_judged_where_they_exist(void **state)
{
	static struct heard heard;
	static struct policy policy;
	char *old = strdup(getenv(WIRE_VARIABLE)), byte;
	int granted = serve(in_dir("granted.sock"), SOCK_DGRAM);
	int other = serve(in_dir("other.sock"), SOCK_DGRAM);
	bool works;

	(void)state;
	default_policy(&policy);
	policy.unix_dgram = true;
	export_policy(&policy);
	works = supervise(&heard, "datagrams", say_eperm);
	setenv(WIRE_VARIABLE, old, 1);
	free(old);
	if (!works)
		skip_or_fail("no seccomp notifications here");
	assert_int_equal(heard.status, 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.reports[0].op, OP_SEND);
	assert_int_equal(heard.reports[0].type, SOCK_DGRAM);
	assert_int_equal(raw(SYS_read, granted, &byte, 1), 1);
	assert_int_equal(raw(SYS_read, other, &byte, 1), -EAGAIN);
	close(granted);
	close(other);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_is_reported_and_answered),
		cmocka_unit_test(the_supervisor_knows_better),
		cmocka_unit_test(one_question_for_many_calls),
		cmocka_unit_test(repeats_are_counted_exactly),
		cmocka_unit_test(children_count_anew),
		cmocka_unit_test(other_calls_are_reported),
		cmocka_unit_test(names_that_may_be_bound_are_asked_about_anew),
		cmocka_unit_test(granted_and_missing_are_not_reported),
		cmocka_unit_test(a_lost_policy_is_made_good),
		cmocka_unit_test(datagrams_are_judged_where_they_exist),
	};

	return cmocka_run_group_tests_name("shim: reports", tests, NULL, NULL);
}

int main(int argc, char *argv[])
{
	static const struct test_case cases[] = {
		{"visit", case_visit},	     {"often", case_often},
		{"loop", case_loop},	     {"fork", case_fork},
		{"others", case_others},     {"quiet", case_quiet},
		{"strict", case_strict},     {"datagrams", case_datagrams},
		{"abstract", case_abstract}, {NULL, NULL},
	};

	return harness(argc, argv, run, cases);
}
