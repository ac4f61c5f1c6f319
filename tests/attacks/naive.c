/* SPDX-License-Identifier: MIT */
/* naive.c - the sandbox that one writes first: naive PATH COMMAND...
 *
 * It looks at the path and the socket of each connect(2), as carefully as it
 * can, and lets the call go on if PATH grants it or if it would fail anyway.
 * No part of sbx: the attack suite runs against it to prove that the attacks
 * get through where they can.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIDFD_THREAD_ O_EXCL /* Linux 6.9 */

static int install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* "It is no UNIX socket, so what?" */
static bool other_socket(const struct seccomp_notif *ask)
{
	int pidfd = (int)syscall(SYS_pidfd_open, ask->pid, PIDFD_THREAD_);
	int fd =
		(int)syscall(SYS_pidfd_getfd, pidfd, (int)ask->data.args[0], 0);
	int domain = -1;
	socklen_t len = sizeof(domain);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	close(fd);
	close(pidfd);
	return domain != AF_UNIX;
}

/* Where the client's path leads now. */
static bool leads_to(const struct seccomp_notif *ask, const char *path,
		     const char *granted)
{
	static const char self[] = "/proc/self/";
	const size_t len = strlen(granted);
	char name[PATH_MAX], real[PATH_MAX];

	if (!strncmp(path, self, strlen(self)))
		snprintf(name, sizeof(name), "/proc/%u/%s", ask->pid,
			 path + strlen(self));
	else if (path[0] == '/')
		snprintf(name, sizeof(name), "/proc/%u/root%s", ask->pid, path);
	else
		snprintf(name, sizeof(name), "/proc/%u/cwd/%s", ask->pid, path);
	if (!realpath(name, real))
		return true;
	return !strncmp(real, granted, len) &&
	       (real[len] == '/' || real[len] == '\0');
}

static bool allowed(const struct seccomp_notif *ask, const char *granted)
{
	char bytes[sizeof(struct sockaddr_un) + 1] = "";
	const struct sockaddr_un *addr = (void *)bytes;
	struct iovec to = {bytes, sizeof(*addr)};
	struct iovec from = {(void *)(uintptr_t)ask->data.args[1],
			     ask->data.args[2]};

	if (from.iov_len > sizeof(*addr))
		from.iov_len = sizeof(*addr);
	if (process_vm_readv((pid_t)ask->pid, &to, 1, &from, 1, 0) < 0 ||
	    addr->sun_family != AF_UNIX || !addr->sun_path[0] ||
	    other_socket(ask))
		return true;
	return leads_to(ask, addr->sun_path, granted);
}

static void supervise(int listener, const char *path)
{
	struct seccomp_notif ask;
	struct seccomp_notif_resp answer;

	for (;;) {
		memset(&ask, 0, sizeof(ask));
		memset(&answer, 0, sizeof(answer));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &ask)) {
			if (errno == EINTR || errno == ENOENT)
				continue;
			return;
		}
		answer.id = ask.id;
		if (allowed(&ask, path))
			answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		else
			answer.error = -EACCES;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

int main(int argc, char **argv)
{
	int listener, status;
	pid_t pid;

	if (argc < 3)
		return 125;
	listener = install_filter();
	if (listener < 0)
		return 125;
	pid = fork();
	if (!pid) {
		close(listener);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		supervise(listener, argv[1]);
		_exit(0);
	}
	close(listener);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
