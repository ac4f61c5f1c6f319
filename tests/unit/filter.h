/* SPDX-License-Identifier: MIT */
/* filter.h - what the tests of the compiled filters have in common: a filter
 * run by hand, and one that the kernel runs. */
#ifndef SBX_TESTS_FILTER_H
#define SBX_TESTS_FILTER_H

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

#define ALLOW  SECCOMP_RET_ALLOW
#define NOTIFY SECCOMP_RET_USER_NOTIF

/* ---- the filters, step by step ------------------------------------------ */

static inline uint32_t load(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	assert_true(offset % 4 == 0 && offset + 4 <= sizeof(*data));
	memcpy(&word, (const char *)data + offset, 4);
	return word;
}

static inline bool jumps(const struct sock_filter *insn, uint32_t a)
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
static inline uint32_t verdict(const struct sock_fprog *program,
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

/* ---- counted in the kernel ---------------------------------------------- */

#define ROUNDS 1000

struct count {
	unsigned int features;
	int want; /* notifications */
	int got;
	void (*act)(void); /* what the client does */
};

/* In the child, which the parent answers: @count->act, and at last a connect,
 * which is always asked about. */
static inline void be_client(const struct count *count, int table)
{
	bool killable;
	int fd, pair[2];

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fd = seccomp_apply(count->features, &killable);
	if (fd < 0)
		_exit(errno == EBUSY ? 77 : 2);
	if (dup2(fd, table) != table || close(fd))
		_exit(2);
	count->act();
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		_exit(2);
	connect(pair[0], NULL, 0);
	_exit(0);
}

/* Lets every call go on, until the client has ended. */
static inline void answer_all(int listener, struct count *count)
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
static inline int counted(struct count *count)
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

static inline void expect_counts(struct count *counts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int code = counted(&counts[i]);

		if (code == 77)
			skip();
		assert_int_equal(code, 0);
		if (counts[i].got != counts[i].want)
			fail_msg("features %#x: %d notifications, not %d",
				 counts[i].features, counts[i].got,
				 counts[i].want);
	}
}

#endif /* SBX_TESTS_FILTER_H */
