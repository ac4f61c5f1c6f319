/* SPDX-License-Identifier: MIT */
/* test_filter.c - what the compiled filters say to a call, and how often the
 * supervisor is asked at all.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "child.h"
#include "launcher/backstop/seccomp.h"
/* needs the one above */
#include "filters.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define HIGH		0xdeadbeef00000000ULL
#define FASTOPEN	0x20000000
#define POINTER		0x7fff12345678ULL

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* ---- the filters, step by step ------------------------------------------ */

static uint32_t load(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	assert_true(offset % 4 == 0 && offset + 4 <= sizeof(*data));
	memcpy(&word, (const char *)data + offset, 4);
	return word;
}

static bool jumps(const struct sock_filter *insn, uint32_t a)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return a == insn->k;
	case BPF_JGT:
		return a > insn->k;
	case BPF_JGE:
		return a >= insn->k;
	case BPF_JSET:
		return (a & insn->k) != 0;
	default:
		fail_msg("jump %#x", insn->code);
	}
	return false;
}

/* As the kernel runs it; what libseccomp does not emit is an error. */
static uint32_t verdict(const struct sock_fprog *program,
			const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (unsigned int pc = 0; pc < program->len; pc++) {
		const struct sock_filter *insn = &program->filter[pc];

		switch (BPF_CLASS(insn->code)) {
		case BPF_LD:
			a = load(data, insn->k);
			break;
		case BPF_ALU:
			assert_int_equal(insn->code, BPF_ALU | BPF_AND | BPF_K);
			a &= insn->k;
			break;
		case BPF_RET:
			return insn->k;
		case BPF_JMP:
			if (BPF_OP(insn->code) == BPF_JA)
				pc += insn->k;
			else
				pc += jumps(insn, a) ? insn->jt : insn->jf;
			break;
		default:
			fail_msg("instruction %#x", insn->code);
		}
	}
	fail_msg("the filter has no end");
	return 0;
}

/* ---- rows --------------------------------------------------------------- */

#define ALLOW	    SECCOMP_RET_ALLOW
#define NOTIFY	    SECCOMP_RET_USER_NOTIF
#define NO_FASTOPEN (SECCOMP_RET_ERRNO | EOPNOTSUPP)

#define PLAIN	 FILTER_UNIX
#define PLAIN_IP (FILTER_UNIX | FILTER_IP)
#define DGRAM	 (FILTER_UNIX | FILTER_DGRAM)
#define DGRAM_IP (DGRAM | FILTER_IP)
#define FREE	 (FILTER_UNIX | FILTER_DGRAM_FREE)
#define FREE_IP	 (FREE | FILTER_IP)

struct row {
	const char *what;
	int nr;
	uint64_t args[6];
	/* with datagram sockets withheld, mediated, free; and without and
	 * with IP */
	uint32_t plain, plain_ip, dgram, dgram_ip, free, free_ip;
};

#define SAME(v)		v, v, v, v, v, v
#define UNLESS_DGRAM(v) v, v, ALLOW, ALLOW, ALLOW, ALLOW
#define ONLY_DGRAM(v)	ALLOW, ALLOW, v, v, ALLOW, ALLOW
#define FAST(v)		ALLOW, NO_FASTOPEN, v, NO_FASTOPEN, ALLOW, NO_FASTOPEN

static const struct row rows[] = {
	{"read", SYS_read, {0}, SAME(ALLOW)},
	{"write", SYS_write, {0}, SAME(ALLOW)},
	{"recvmsg", SYS_recvmsg, {3, POINTER}, SAME(ALLOW)},
	{"connect", SYS_connect, {3, POINTER, 16}, SAME(NOTIFY)},
	{"bind", SYS_bind, {3, POINTER, 16}, SAME(NOTIFY)},

	{"stream", SYS_socket, {AF_UNIX, SOCK_STREAM}, SAME(ALLOW)},
	{"seqpacket", SYS_socket, {AF_UNIX, SOCK_SEQPACKET}, SAME(ALLOW)},
	{"dgram", SYS_socket, {AF_UNIX, SOCK_DGRAM}, UNLESS_DGRAM(NOTIFY)},
	{"dgram, flags",
	 SYS_socket,
	 {AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC},
	 UNLESS_DGRAM(NOTIFY)},
	/* Garbage above the family is the supervisor's business. */
	{"dgram, high",
	 SYS_socket,
	 {HIGH | AF_UNIX, HIGH | SOCK_DGRAM},
	 NOTIFY,
	 NOTIFY,
	 ALLOW,
	 NOTIFY,
	 ALLOW,
	 NOTIFY},
	{"raw", SYS_socket, {AF_UNIX, SOCK_RAW}, UNLESS_DGRAM(NOTIFY)},
	{"pair", SYS_socketpair, {AF_UNIX, SOCK_STREAM}, SAME(ALLOW)},
	{"pair dgram",
	 SYS_socketpair,
	 {AF_UNIX, SOCK_DGRAM},
	 UNLESS_DGRAM(NOTIFY)},
	{"pair raw", SYS_socketpair, {AF_UNIX, SOCK_RAW}, UNLESS_DGRAM(NOTIFY)},

	{"send", SYS_sendto, {3, POINTER, 1, 0, 0, 0}, SAME(ALLOW)},
	{"send, length", SYS_sendto, {3, POINTER, 1, 0, 0, 16}, SAME(ALLOW)},
	{"sendto",
	 SYS_sendto,
	 {3, POINTER, 1, 0, POINTER, 16},
	 ONLY_DGRAM(NOTIFY)},
	{"sendto, low half",
	 SYS_sendto,
	 {3, POINTER, 1, 0, 0x5678, 16},
	 ONLY_DGRAM(NOTIFY)},
	{"sendto, high half",
	 SYS_sendto,
	 {3, POINTER, 1, 0, HIGH, 16},
	 ONLY_DGRAM(NOTIFY)},
	{"sendto, flags",
	 SYS_sendto,
	 {3, POINTER, 1, HIGH | MSG_DONTWAIT, POINTER, 16},
	 ONLY_DGRAM(NOTIFY)},
	{"sendmsg", SYS_sendmsg, {3, POINTER, 0}, ONLY_DGRAM(NOTIFY)},
	{"sendmsg, flags",
	 SYS_sendmsg,
	 {3, POINTER, ~(uint64_t)FASTOPEN},
	 ONLY_DGRAM(NOTIFY)},
	{"sendmmsg", SYS_sendmmsg, {3, POINTER, 2, 0}, ONLY_DGRAM(NOTIFY)},
	{"sendmmsg, flags",
	 SYS_sendmmsg,
	 {3, POINTER, 2, MSG_NOSIGNAL},
	 ONLY_DGRAM(NOTIFY)},

	{"fast send",
	 SYS_sendto,
	 {3, POINTER, 1, FASTOPEN, 0, 0},
	 ALLOW,
	 NO_FASTOPEN,
	 ALLOW,
	 NO_FASTOPEN,
	 ALLOW,
	 NO_FASTOPEN},
	{"fast sendto",
	 SYS_sendto,
	 {3, POINTER, 1, FASTOPEN, POINTER, 16},
	 FAST(NOTIFY)},
	{"fast sendto, high half",
	 SYS_sendto,
	 {3, POINTER, 1, HIGH | FASTOPEN, HIGH, 16},
	 FAST(NOTIFY)},
	{"fast sendmsg", SYS_sendmsg, {3, POINTER, FASTOPEN}, FAST(NOTIFY)},
	{"fast sendmsg, all", SYS_sendmsg, {3, POINTER, ~0ULL}, FAST(NOTIFY)},
	{"fast sendmmsg",
	 SYS_sendmmsg,
	 {3, POINTER, 2, FASTOPEN | 1},
	 FAST(NOTIFY)},
};

static void expect(const struct row *row, unsigned int features,
		   uint32_t wanted)
{
	struct seccomp_data data = {.nr = row->nr, .arch = ARCH};
	uint32_t got;

	memcpy(data.args, row->args, sizeof(data.args));
	assert_non_null(filters[features].filter);
	got = verdict(&filters[features], &data);
	if (got != wanted)
		fail_msg("%s, features %#x: %#x, not %#x", row->what, features,
			 got, wanted);
}

static void filters_decide_by_registers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];

		expect(row, PLAIN, row->plain);
		expect(row, PLAIN_IP, row->plain_ip);
		expect(row, DGRAM, row->dgram);
		expect(row, DGRAM_IP, row->dgram_ip);
		expect(row, FREE, row->free);
		expect(row, FREE_IP, row->free_ip);
	}
}

static void foreign_calls_do_not_exist(void **state)
{
	static const uint32_t others[] = {AUDIT_ARCH_I386, AUDIT_ARCH_ARM};
	struct seccomp_data data = {.nr = SYS_sendmsg};

	(void)state;
	for (unsigned int f = 0; f < FILTER_MIXTURES; f++) {
		if (!filters[f].filter)
			continue;
		for (size_t i = 0; i < COUNT_OF(others); i++) {
			data.arch = others[i];
			assert_int_equal(verdict(&filters[f], &data),
					 SECCOMP_RET_ERRNO | ENOSYS);
		}
#if defined(__x86_64__)
		data.arch = ARCH;
		data.nr = 0x40000000 | 518; /* x32 sendmsg */
		assert_int_equal(verdict(&filters[f], &data),
				 SECCOMP_RET_ERRNO | ENOSYS);
#endif
	}
}

/* ---- counted in the kernel ---------------------------------------------- */

#define ROUNDS 1000

struct count {
	unsigned int features;
	int want; /* notifications */
	int got;
};

static void send_all_ways(int fd)
{
	struct iovec iov = {.iov_base = (char[]){"x"}, .iov_len = 1};
	struct mmsghdr messages[2] = {
		{.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}},
		{.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}},
	};

	if (send(fd, "x", 1, 0) != 1 || write(fd, "x", 1) != 1 ||
	    sendmsg(fd, &messages[0].msg_hdr, 0) != 1 ||
	    sendmmsg(fd, messages, 2, 0) != 2)
		_exit(3);
}

/* In the child, which the parent answers: ROUNDS times every send on a
 * connected stream, and at last a connect, which is always asked about. */
static void be_client(const struct count *count, int table)
{
	char drain[16];
	bool killable;
	int pair[2];
	int fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fd = seccomp_apply(count->features, &killable);
	if (fd < 0)
		_exit(errno == EBUSY ? 77 : 2);
	if (dup2(fd, table) != table || close(fd))
		_exit(2);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		_exit(2);
	for (int i = 0; i < ROUNDS; i++) {
		send_all_ways(pair[0]);
		if (read(pair[1], drain, sizeof(drain)) != 5)
			_exit(4);
	}
	connect(pair[0], NULL, 0);
	_exit(0);
}

/* Lets every call go on, until the client has ended. */
static void answer_all(int listener, struct count *count)
{
	for (;;) {
		struct pollfd p = {.fd = listener, .events = POLLIN};
		struct seccomp_notif req = {0};
		struct seccomp_notif_resp resp = {
			.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
		};

		if (poll(&p, 1, 5000) <= 0 || !(p.revents & POLLIN))
			return;
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req))
			continue;
		count->got++;
		resp.id = req.id;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
	}
}

/* The child shares our descriptors, as the command of sbx-run does. */
static int counted(struct count *count)
{
	const int table = 200;
	int status, tries = 0;
	pid_t pid =
		(pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		be_client(count, table);
	assert_true(pid > 0);
	while (fcntl(table, F_GETFD) < 0 && tries++ < 2000 &&
	       waitpid(pid, &status, WNOHANG) == 0)
		usleep(1000);
	if (fcntl(table, F_GETFD) >= 0) {
		answer_all(table, count);
		close(table);
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The hot calls of Wayland and D-Bus cost nothing while no datagram socket can
 * exist; where one can, the same are all seen. */
static void only_datagram_filters_notify_sendmsg(void **state)
{
	static struct count counts[] = {
		{PLAIN, 1, 0},
		{PLAIN_IP, 1, 0},
		{FREE_IP, 1, 0},
		{DGRAM_IP, 2 * ROUNDS + 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		const int code = counted(&counts[i]);

		if (code == 77)
			skip();
		assert_int_equal(code, 0);
		assert_int_equal(counts[i].got, counts[i].want);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_decide_by_registers),
		cmocka_unit_test(foreign_calls_do_not_exist),
		cmocka_unit_test(only_datagram_filters_notify_sendmsg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
