/* SPDX-License-Identifier: MIT */
/* start.c - the steps from fork to exec.
 *
 * Theory of operation
 *
 *   supervisor                          command
 *   clone, sharing descriptors   --->   no_new_privs, capabilities, Landlock
 *                                       seccomp: the listener appears in the
 *                                       shared table
 *                                       own copy of the table
 *                                <---   CONFINED, number of the listener
 *                                       connects to the test socket
 *   answers that call
 *                                <---   TESTED, the errno it got
 *   looks whether anybody came
 *                                --->   GO
 *   starts its workers                  execve
 *                                <---   end of file, or FAILED and errno
 *
 * Descriptors are shared because the alternatives (SCM_RIGHTS, pidfd_getfd)
 * need a call that a filter may mediate or a machine may forbid.  Everything
 * of ours is close-on-exec, so nothing reaches the command.
 */
#include "start.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../backstop/caps.h"
#include "../backstop/landlock.h"
#include "../backstop/seccomp.h"
#include "../diag.h"
#include "../outsider.h"
#include "../yama.h"
#include "around.h"

enum step { STEP_FAILED, STEP_CONFINED, STEP_TESTED, STEP_GO };

/* What failed, for STEP_FAILED. */
enum stage {
	STAGE_NO_NEW_PRIVS,
	STAGE_CAPABILITIES,
	STAGE_LANDLOCK,
	STAGE_SECCOMP,
	STAGE_DESCRIPTORS,
	STAGE_EXEC,
};

static const char *const stage_texts[] = {
	[STAGE_NO_NEW_PRIVS] = "cannot set no_new_privs",
	[STAGE_CAPABILITIES] = "cannot drop capabilities",
	[STAGE_LANDLOCK] = "cannot enter the Landlock domain",
	[STAGE_SECCOMP] = "cannot load the seccomp filter",
	[STAGE_DESCRIPTORS] = "cannot separate the descriptor table",
	[STAGE_EXEC] = "cannot execute",
};

struct note {
	enum step step;
	int value; /* listener, errno */
	int stage;
	bool killable;
};

static void tell(int sync, const struct note *note)
{
	while (write(sync, note, sizeof(*note)) < 0 && errno == EINTR)
		;
}

static bool hear(int sync, struct note *note)
{
	ssize_t n;

	do
		n = read(sync, note, sizeof(*note));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*note);
}

/* While the table is shared the other end is ours, too, and stays open. */
static bool hear_from(int sync, int process, struct note *note)
{
	struct pollfd p[] = {
		{.fd = sync, .events = POLLIN},
		{.fd = process, .events = POLLIN},
	};

	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	return p[0].revents && hear(sync, note);
}

/* --- in the command ------------------------------------------------------ */

static _Noreturn void give_up(int sync, enum stage stage)
{
	const struct note note = {
		.step = STEP_FAILED,
		.value = errno,
		.stage = (int)stage,
	};

	tell(sync, &note);
	_exit(EXIT_SBX);
}

static int try_test_socket(const struct sockaddr_un *addr, socklen_t len)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, (const struct sockaddr *)addr, len) != 0)
		error = errno;
	close(fd);
	return error;
}

/* A script without "#!" is run by the shell, as execvp(3) does. */
static void execute(const struct supervisor_config *config)
{
	size_t argc = 0;
	char **argv;

	execv(config->program, config->argv);
	if (errno != ENOEXEC)
		return;
	while (config->argv[argc])
		argc++;
	argv = calloc(argc + 2, sizeof(*argv));
	if (!argv)
		return;
	argv[0] = (char *)"sh";
	argv[1] = (char *)config->program;
	memcpy(argv + 2, config->argv + 1, argc * sizeof(*argv));
	execv("/bin/sh", argv);
	free(argv);
}

/* @other is the supervisor's end: as long as we hold that or the listener, we
 * would not notice if the supervisor died, and wait for it for ever. */
static void confine(const struct supervisor_config *config, int sync, int other)
{
	struct note note = {.step = STEP_CONFINED};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		give_up(sync, STAGE_NO_NEW_PRIVS);
	if (caps_apply(config->keep_caps) != 0)
		give_up(sync, STAGE_CAPABILITIES);
	if (landlock_apply(config->ruleset) != 0)
		give_up(sync, STAGE_LANDLOCK);
	note.value = seccomp_apply(config->filter, &note.killable);
	if (note.value < 0)
		give_up(sync, STAGE_SECCOMP);
	if (unshare(CLONE_FILES) != 0)
		give_up(sync, STAGE_DESCRIPTORS);
	close(note.value);
	close(other);
	tell(sync, &note);
}

/* glibc handles this signal once there is a thread, and keeps sigaction(3) from
 * it.  The kernel's struct; its mask has 64 bits. */
#define SIGSETXID 33 /* of nptl(7) */

struct kernel_action {
	void (*handler)(int sig);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

static bool ignores_setxid(void)
{
	struct kernel_action now = {.handler = SIG_DFL};

	return syscall(SYS_rt_sigaction, SIGSETXID, NULL, &now,
		       sizeof(now.mask)) == 0 &&
	       now.handler == SIG_IGN;
}

static void ignore_setxid(void)
{
	const struct kernel_action ignore = {.handler = SIG_IGN};

	syscall(SYS_rt_sigaction, SIGSETXID, &ignore, NULL,
		sizeof(ignore.mask));
}

/* What it takes to make the command, and the command. */
struct birth {
	const struct supervisor_config *config;
	struct sockaddr_un test;
	socklen_t test_len;
	int sync[2];
	int process;
	pid_t pid;
	bool ignores_setxid; /* the caller did */
};

static _Noreturn void be_command(const struct birth *b)
{
	const struct supervisor_config *config = b->config;
	struct note note = {.step = STEP_TESTED};
	const int sync = b->sync[1];

	confine(config, sync, b->sync[0]);
	note.value = try_test_socket(&b->test, b->test_len);
	tell(sync, &note);
	if (!hear(sync, &note) || note.step != STEP_GO)
		_exit(EXIT_SBX);
	if (config->ignores_children)
		signal(SIGCHLD, SIG_IGN);
	if (b->ignores_setxid)
		ignore_setxid();
	sigprocmask(SIG_SETMASK, &config->mask, NULL);
	execute(config);
	give_up(sync, STAGE_EXEC);
}

/* --- in the supervisor --------------------------------------------------- */

static int exit_code(const struct note *note)
{
	if (note->stage != STAGE_EXEC)
		return EXIT_SBX;
	return note->value == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXEC;
}

/* Report what the command told last, collect it, return the exit code. */
static int failed(const struct supervisor_config *config,
		  const struct started *started, const struct note *note)
{
	kill(started->pid, SIGKILL);
	waitpid(started->pid, NULL, 0);
	if (note->stage == STAGE_EXEC)
		warn_msg("%s \"%s\": %s", stage_texts[note->stage],
			 config->argv[0], strerror(note->value));
	else if (note->stage == STAGE_SECCOMP && note->value == EBUSY)
		warn_msg("another seccomp supervisor already watches this "
			 "process tree, and the kernel allows one; start "
			 "sbx-run outside of it");
	else
		warn_msg("%s: %s", stage_texts[note->stage],
			 strerror(note->value));
	return exit_code(note);
}

static int died(const struct started *started)
{
	kill(started->pid, SIGKILL);
	waitpid(started->pid, NULL, 0);
	warn_msg("the command died while it was being confined");
	return EXIT_SBX;
}

static void give_birth(void *arg)
{
	struct birth *b = arg;

	b->pid = (pid_t)syscall(SYS_clone, CLONE_FILES | CLONE_PIDFD | SIGCHLD,
				0, &b->process, 0, 0);
	if (b->pid < 0)
		die_errno("cannot fork");
	if (b->pid == 0)
		be_command(b);
}

/* Where the sockets are of its own making, and not all of them are granted,
 * those with an abstract name are told by a domain, if there can be any. */
static struct around *make_command(struct birth *b)
{
	if ((b->config->filter & (FILTER_UNIX | FILTER_MAKE)) == FILTER_UNIX &&
	    policy_may_bind_abstract(b->config->policy))
		return around_begin(give_birth, b);
	give_birth(b);
	return NULL;
}

int start_confined(const struct supervisor_config *config,
		   struct started *started)
{
	struct birth b = {
		.config = config,
		.ignores_setxid = ignores_setxid(),
	};
	struct note note;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, b.sync) != 0)
		die_errno("cannot make a socket pair");
	started->test = outsider_listen(&b.test, &b.test_len);
	started->around = make_command(&b);
	started->pid = b.pid;
	started->sync = b.sync[0];
	if (!hear_from(started->sync, b.process, &note)) {
		close(b.sync[1]);
		return died(started);
	}
	close(b.process);
	/* The table is our own from here on. */
	close(b.sync[1]);
	if (note.step != STEP_CONFINED)
		return failed(config, started, &note);
	started->listener = note.value;
	started->killable = note.killable;
	return 0;
}

static bool anybody_came(int test)
{
	struct pollfd p = {.fd = test, .events = POLLIN};

	return poll(&p, 1, 0) != 0;
}

/* With all sockets of its kind allowed, reaching the socket is right. */
static bool test_passed(const struct supervisor_config *config,
			const struct started *started, int error)
{
	const bool came = anybody_came(started->test);

	if (!outsider_is_granted(config->policy, started->test))
		return error == ECONNREFUSED && !came;
	/* What is not of the sandbox's making, Landlock says if it can. */
	if (config->policy->network == NETWORK_ISOLATED && error == EPERM)
		return !came;
	return error == 0 && came;
}

static void say_uninspectable(int error)
{
	const int scope = yama_forbids();

	if (scope)
		warn_msg("ptrace_scope is %d here, so sbx-run may not inspect "
			 "its clients%s; \"sysctl kernel.yama.ptrace_scope=1\" "
			 "lets it%s",
			 scope, scope == 2 ? " unless root runs it" : "",
			 scope == 2 ? "" : ", after a reboot");
	else
		warn_msg("self-test failed: sbx-run may not inspect its "
			 "clients here (pidfd_open, pidfd_getfd, "
			 "process_vm_readv: %s); see sbx-run --check",
			 strerror(error));
}

static int test_failed(const struct started *started, int error)
{
	kill(started->pid, SIGKILL);
	waitpid(started->pid, NULL, 0);
	if (error == EACCES || error == ENOSYS)
		say_uninspectable(error);
	else
		warn_msg("self-test failed: an ungranted socket was not "
			 "refused as it should be (%s); see sbx-run --check",
			 error ? strerror(error) : "connected");
	return EXIT_SBX;
}

int start_go(const struct supervisor_config *config,
	     const struct started *started)
{
	const struct note go = {.step = STEP_GO};
	struct note note;

	if (!hear(started->sync, &note))
		return died(started);
	if (!test_passed(config, started, note.value))
		return test_failed(started, note.value);
	tell(started->sync, &go);
	return 0;
}

int start_executed(const struct supervisor_config *config,
		   const struct started *started)
{
	struct note note;

	return hear(started->sync, &note) ? failed(config, started, &note) : 0;
}
