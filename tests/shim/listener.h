/* SPDX-License-Identifier: MIT */
/* listener.h - a supervisor that hears what the shim reports.
 *
 * It is a loop in the test: a filter in the child notifies it of the report
 * call, and of nothing else.
 */
#ifndef SBX_TESTS_SHIM_LISTENER_H
#define SBX_TESTS_SHIM_LISTENER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/uio.h>

#include "harness.h"
#include "policy/report.h"

#define REPORTS_MAX 1024

struct heard {
	int hellos;
	int lookups; /* that began */
	int ends;    /* ... and ended without a report */
	unsigned int count;
	enum report_kind kinds[REPORTS_MAX];
	struct report reports[REPORTS_MAX];
	unsigned int asked;
	struct report_publish asks[REPORTS_MAX];
	int status; /* of the client */
};

/* What each REPORT_REFUSED is answered. */
typedef long answer_fn(const struct report *report);

/* What each REPORT_PUBLISH is answered. */
static long publish_answer;

/* ---- the client's side -------------------------------------------------- */

HARNESS int install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, REPORT_PRCTL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = sizeof(code) / sizeof(*code),
		.filter = code,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return (int)raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* A message of one byte that carries a descriptor, or takes one out. */
HARNESS long pass_fd(long call, int over, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	char byte = 0;
	struct iovec data = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	long result;

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), fd, sizeof(int));
	if (*fd < 0 && call == SYS_sendmsg)
		message.msg_controllen = 0;
	result = raw(call, over, &message, 0);
	*fd = -1;
	if (call == SYS_recvmsg && result == 1 && CMSG_FIRSTHDR(&message))
		memcpy(fd, CMSG_DATA(head), sizeof(int));
	return result;
}

HARNESS void become_client(int over, const char *name)
{
	char *const argv[] = {"/proc/self/exe", (char *)name, NULL};
	int listener = install_filter();
	int copy = listener;

	pass_fd(SYS_sendmsg, over, &copy);
	if (listener < 0)
		_exit(0);
	close(listener);
	close(over);
	execv(argv[0], argv);
	_exit(127);
}

/* ---- the supervisor's side ---------------------------------------------- */

HARNESS void hear_ask(struct heard *heard, const struct seccomp_notif *call)
{
	struct report_publish *ask = &heard->asks[heard->asked++];
	struct iovec local = {.iov_base = ask, .iov_len = sizeof(*ask)};
	struct iovec remote = {.iov_base = (void *)call->data.args[2],
			       .iov_len = sizeof(*ask)};

	assert_true(heard->asked < REPORTS_MAX);
	assert_int_equal(call->data.args[3], sizeof(*ask));
	assert_int_equal(
		process_vm_readv((pid_t)call->pid, &local, 1, &remote, 1, 0),
		sizeof(*ask));
}

HARNESS void hear(struct heard *heard, const struct seccomp_notif *call,
		  answer_fn *answer, struct seccomp_notif_resp *response)
{
	struct report *report = &heard->reports[heard->count];
	struct iovec local = {.iov_base = report, .iov_len = sizeof(*report)};
	struct iovec remote = {.iov_base = (void *)call->data.args[2],
			       .iov_len = sizeof(*report)};

	if (call->data.args[1] == REPORT_HELLO) {
		heard->hellos++;
		return;
	}
	if (call->data.args[1] == REPORT_LOOKUP) {
		*(call->data.args[2] ? &heard->lookups : &heard->ends) += 1;
		return;
	}
	if (call->data.args[1] == REPORT_PUBLISH) {
		hear_ask(heard, call);
		response->val = publish_answer;
		return;
	}
	assert_true(heard->count < REPORTS_MAX);
	assert_int_equal(call->data.args[3], sizeof(*report));
	assert_int_equal(
		process_vm_readv((pid_t)call->pid, &local, 1, &remote, 1, 0),
		sizeof(*report));
	heard->kinds[heard->count++] = (enum report_kind)call->data.args[1];
	if (call->data.args[1] == REPORT_REFUSED)
		response->val = answer(report);
}

HARNESS void answer_all(struct heard *heard, int listener, answer_fn *answer)
{
	struct pollfd end = {.fd = listener, .events = POLLIN};

	while (poll(&end, 1, 10000) == 1 && (end.revents & POLLIN)) {
		struct seccomp_notif call = {0};
		struct seccomp_notif_resp response = {0};

		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
			continue;
		response.id = call.id;
		hear(heard, &call, answer, &response);
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
	}
}

/* Return: false if this machine has no notifications (or is in a sandbox) */
HARNESS bool supervise(struct heard *heard, const char *name, answer_fn *answer)
{
	int pair[2];
	int listener = -1;
	pid_t pid;

	memset(heard, 0, sizeof(*heard));
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		become_client(pair[1], name);
	close(pair[1]);
	pass_fd(SYS_recvmsg, pair[0], &listener);
	close(pair[0]);
	if (listener >= 0)
		answer_all(heard, listener, answer);
	close(listener);
	assert_int_equal(waitpid(pid, &heard->status, 0), pid);
	return listener >= 0;
}

#endif /* SBX_TESTS_SHIM_LISTENER_H */
