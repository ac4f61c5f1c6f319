/* SPDX-License-Identifier: MIT */
/* identity.c - pass for somebody else with a server that is granted.
 *
 * The attack tells the server what it is; the server looks at what the kernel
 * says of it.  Root that keeps its rights and says that it has none is the
 * control.
 */
#include <grp.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

static void tell_at(const void *addr, socklen_t len, unsigned int uid,
		    unsigned int gid, const struct ucred *forged)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(struct ucred))];
	} control = {.head = {.cmsg_len = CMSG_LEN(sizeof(struct ucred)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_CREDENTIALS}};
	char text[64];
	struct iovec part = {.iov_base = text};
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};
	int fd = unix_socket(SOCK_STREAM);

	part.iov_len = (size_t)snprintf(text, sizeof(text), "iam %u %u 0%s",
					uid, gid, forged ? " sent" : "");
	if (forged) {
		memcpy(CMSG_DATA(&control.head), forged, sizeof(*forged));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	if (!connect(fd, addr, len))
		sendmsg(fd, &msg, MSG_NOSIGNAL);
	close(fd);
}

static void tell(unsigned int uid, unsigned int gid)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/ok.sock"));

	tell_at(&addr, len, uid, gid, NULL);
}

static void tell_forged(const struct ucred *forged)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/ok.sock"));

	tell_at(&addr, len, 65534, 65534, forged);
}

static void by_path(void)
{
	open_to_others();
	if (give_up())
		become_other();
	tell(65534, 65534);
}

static void by_program(void)
{
	const char *const args[] = {at("granted/ok.sock"), "iam 65534 65534 0",
				    NULL};

	open_to_others();
	if (give_up())
		become_other();
	run_variant("plain-static", args);
}

static void by_abstract_name(void)
{
	struct sockaddr_un addr;
	socklen_t len = abstract_addr(&addr, "ok");

	if (give_up())
		become_other();
	tell_at(&addr, len, 65534, 65534, NULL);
}

/* Where TCP is granted the supervisor listens for us.  The granted name is the
 * only one, so whoever has it now is told by a connection. */
static void by_listener(void)
{
	static const char confession[] = "broke a listener taken for root";
	const int judge = unix_socket(SOCK_STREAM);
	const int mine = unix_socket(SOCK_STREAM);
	const int fd = unix_socket(SOCK_STREAM);
	struct ucred peer = {.uid = 65534};
	socklen_t size = sizeof(peer);
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/ok.sock"));

	open_to_others();
	chmod(at("granted"), 0777);
	if (connect(judge, (struct sockaddr *)&addr, len))
		return;
	/* The control needs it once more; a sandbox lets none be moved. */
	if (rename(at("granted/ok.sock"), at("granted/away")))
		unlink(at("granted/ok.sock"));
	if (!bind(mine, (struct sockaddr *)&addr, len))
		chmod(at("granted/ok.sock"), 0777);
	if (give_up())
		become_other();
	if (!listen(mine, 1) && !connect(fd, (struct sockaddr *)&addr, len) &&
	    !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) &&
	    peer.uid == 0)
		send(judge, confession, strlen(confession), MSG_NOSIGNAL);
	rename(at("granted/away"), at("granted/ok.sock"));
}

static void *as_thread(void *arg)
{
	if (give_up()) {
		syscall(SYS_setgroups, 0, NULL);
		syscall(SYS_setresgid, 65534, 65534, 65534);
		syscall(SYS_setresuid, 65534, 65534, 65534);
	}
	tell(65534, 65534);
	return arg;
}

static void by_thread(void)
{
	pthread_t thread;

	open_to_others();
	if (!pthread_create(&thread, NULL, as_thread, NULL))
		pthread_join(thread, NULL);
}

/* The real user stays root: the kernel tells the effective one. */
static void by_effective_user(void)
{
	open_to_others();
	if (give_up()) {
		setgroups(0, NULL);
		syscall(SYS_setresgid, -1, 65534, -1);
		syscall(SYS_setresuid, -1, 65534, -1);
	}
	tell(65534, 65534);
}

static void by_group(void)
{
	if (give_up()) {
		setgroups(0, NULL);
		syscall(SYS_setresgid, -1, 65534, -1);
	}
	tell(0, 65534);
}

static void by_groups(void)
{
	const gid_t groups[] = {PROTECTED_GROUP, 65534};

	open_to_others();
	if (setgroups(give_up() ? 0 : 2, groups) ||
	    setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		skip("cannot become another user");
	tell(65534, 65534);
}

static void in_namespace(void)
{
	open_to_others();
	if (give_up()) {
		become_other();
		new_namespaces(CLONE_NEWUSER);
	}
	tell(65534, 65534);
}

/* A worker that served the one must not stay the one for the other. */
static void in_turns(void)
{
	open_to_others();
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (!pid) {
			if (give_up() && i % 2)
				become_other();
			if (i % 2)
				tell(65534, 65534);
			else
				greet("before");
			_exit(0);
		}
		wait_for_pid(pid);
	}
}

static void forged_user(void)
{
	const struct ucred root = {.pid = getpid()};

	open_to_others();
	if (give_up())
		become_other();
	tell_forged(&root);
}

/* For CAP_SYS_ADMIN, which root has outside. */
static void forged_process(void)
{
	const struct ucred judge = {.pid = (pid_t)scene.judge};
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/ok.sock"));

	tell_at(&addr, len, 0, 0, &judge);
}

/* A connected netlink socket is not asked again who sends. */
static void netlink_connected(void)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK,
				 .nl_pid = (uint32_t)scene.netlink_route};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	struct {
		struct nlmsghdr head;
		char data[24];
	} msg = {.head = {.nlmsg_len = sizeof(msg)}};

	if (fd < 0 || !scene.netlink_route)
		skip("no such netlink");
	memcpy(msg.data, scene.token, sizeof(msg.data));
	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
		send(fd, &msg, sizeof(msg), 0);
}

#define PASS(name, run, grant, what)                                           \
	{                                                                      \
		name, "credentials", run, grant, NEEDS_ROOT | GIVES_UP, what   \
	}

const struct attack peer_attacks[] = {
	PASS("peer-setuid", by_path, GRANT_FILE,
	     "another user, whom the server takes for root"),
	PASS("peer-exec", by_program, GRANT_FILE,
	     "the same, and executes a program"),
	PASS("peer-abstract", by_abstract_name, GRANT_ABSTRACT,
	     "the same at an abstract name"),
	PASS("peer-thread", by_thread, GRANT_FILE, "the same by one thread"),
	PASS("peer-seteuid", by_effective_user, GRANT_FILE,
	     "the same by the effective user"),
	PASS("peer-group", by_group, GRANT_FILE, "only the group changes"),
	PASS("peer-groups", by_groups, GRANT_FILE,
	     "a user who left all groups"),
	PASS("peer-namespace", in_namespace, GRANT_FILE,
	     "another user in a user namespace"),
	PASS("peer-turns", in_turns, GRANT_FILE, "root and a user in turns"),
	PASS("peer-listener", by_listener, GRANT_TCP,
	     "another user, whom a client takes for root"),
	PASS("scm-user", forged_user, GRANT_FILE, "SCM_CREDENTIALS of root"),
	{"scm-process", "credentials", forged_process, GRANT_FILE, NEEDS_ROOT,
	 "SCM_CREDENTIALS of another process"},
	{"netlink-connected", "families", netlink_connected, GRANT_FILE,
	 NEEDS_ROOT, "NETLINK_ROUTE, connected to another process"},
	{0},
};
