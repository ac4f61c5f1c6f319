/* SPDX-License-Identifier: MIT */
/* process.c - the launcher's side: signals, job control, exit status.
 *
 * Theory of operation
 *
 * Launcher, supervisor and command share the caller's process group, so the
 * terminal's signals reach the command by themselves.  The launcher blocks
 * all signals and reads them from a descriptor: what the terminal sent
 * (SI_KERNEL) is none of its business, what a process sent to the launcher is
 * forwarded through the supervisor, which alone knows that the command has
 * not been reaped yet.
 *
 * When the command stops the launcher stops by the same signal, so the shell
 * sees a stopped job; SIGCONT is forwarded like any other.  Whoever else
 * continues the command, or ends it, the supervisor wakes the launcher.
 *
 * Should the supervisor be killed, the command loses its sockets, and we
 * become its parent (child subreaper): its fate is still told, and signals
 * still reach it.
 */
#include "process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clean.h"
#include "descriptors.h"
#include "diag.h"

struct launcher {
	pid_t supervisor; /* 0: it is dead */
	int channel;	  /* to the supervisor, -1: none */
	int signals;
	const _Atomic pid_t *command; /* 0: not started */
};

/* Undo our blocking for one signal and take its default action. */
static void raise_default(int sig)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, sig);
	signal(sig, SIG_DFL);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	sigprocmask(SIG_BLOCK, &one, NULL);
}

static _Noreturn void end_as(int status)
{
	if (WIFSIGNALED(status)) {
		/* The command dumped its core if it wanted to. */
		const struct rlimit none = {0};

		setrlimit(RLIMIT_CORE, &none);
		raise_default(WTERMSIG(status));
		_exit(128 + WTERMSIG(status)); /* we are process 1 */
	}
	_exit(WEXITSTATUS(status));
}

/* Nothing is left: the supervisor is ending, so leave no zombie. */
static void collect_supervisor(const struct launcher *l)
{
	while (waitpid(l->supervisor, NULL, 0) < 0 && errno == EINTR)
		;
}

static void say(const struct launcher *l, enum message_kind kind, int value)
{
	const struct message message = {.kind = (int)kind, .value = value};

	send(l->channel, &message, sizeof(message), MSG_NOSIGNAL);
}

static void on_message(struct launcher *l, const struct message *message)
{
	switch ((enum message_kind)message->kind) {
	case MESSAGE_STOPPED:
		raise_default(message->value);
		say(l, MESSAGE_AWAKE, 0);
		break;
	case MESSAGE_EXITED:
		if (message->last)
			collect_supervisor(l);
		end_as(message->value);
	case MESSAGE_FAILED:
		collect_supervisor(l);
		_exit(message->value);
	case MESSAGE_SIGNAL:
	case MESSAGE_AWAKE:
		break;
	}
}

/* If the supervisor ended before it had read what we said, that is told first,
 * once; what it said comes after. */
static ssize_t receive(const struct launcher *l, struct message *message)
{
	ssize_t n;

	do
		n = recv(l->channel, message, sizeof(*message), MSG_DONTWAIT);
	while (n < 0 && errno == ECONNRESET);
	return n;
}

/* Returns whether there was a message. */
static bool on_channel(struct launcher *l)
{
	struct message message;
	const ssize_t n = receive(l, &message);

	if (n == (ssize_t)sizeof(message)) {
		on_message(l, &message);
		return true;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	close(l->channel);
	l->channel = -1;
	return false;
}

static void supervisor_ended(struct launcher *l, int status)
{
	/* The last message may be waiting still, and others before it. */
	while (l->channel >= 0 && on_channel(l))
		;
	l->supervisor = 0;
	/* It said why it could not start the command. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SBX)
		_exit(EXIT_SBX);
	warn_msg("the supervisor was killed (%s %d): the command has lost its "
		 "sockets",
		 WIFSIGNALED(status) ? "signal" : "status",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* Children of ours: the supervisor, and whatever it leaves us if killed: the
 * command, and orphans that nobody asks about. */
static void on_child(struct launcher *l)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid == l->supervisor && WIFSTOPPED(status))
			continue; /* it will go on */
		if (pid == l->supervisor)
			supervisor_ended(l, status);
		else if (pid == *l->command && WIFSTOPPED(status))
			raise_default(WSTOPSIG(status));
		else if (pid == *l->command)
			end_as(status);
	}
	/* It had reaped the command, and could not tell any more. */
	if (pid < 0 && errno == ECHILD && l->supervisor == 0)
		_exit(EXIT_SBX);
}

/* Only then is the number sure to be still its own. */
static bool is_child(pid_t pid)
{
	siginfo_t info;

	return pid > 0 && waitid(P_PID, (id_t)pid, &info,
				 WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void forward(const struct launcher *l, int sig)
{
	if (l->channel >= 0)
		say(l, MESSAGE_SIGNAL, sig);
	else if (l->supervisor == 0 && is_child(*l->command))
		kill(*l->command, sig);
}

/* What concerns the launcher alone. */
static bool is_for_us(const struct launcher *l,
		      const struct signalfd_siginfo *info)
{
	return info->ssi_code == SI_KERNEL ||
	       (info->ssi_signo == SIGCONT &&
		(pid_t)info->ssi_pid == l->supervisor);
}

static void on_signals(struct launcher *l)
{
	struct signalfd_siginfo info;

	while (read(l->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			on_child(l);
		else if (!is_for_us(l, &info))
			forward(l, (int)info.ssi_signo);
	}
}

static _Noreturn void wait_for_command(struct launcher *l)
{
	sigset_t all;

	sigfillset(&all);
	l->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (l->signals < 0)
		die_errno("cannot read signals");
	for (;;) {
		struct pollfd p[] = {
			{.fd = l->signals, .events = POLLIN},
			{.fd = l->channel, .events = POLLIN},
		};

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die_errno("cannot wait for the command");
		if (p[1].revents && l->channel >= 0)
			on_channel(l);
		if (p[0].revents)
			on_signals(l);
	}
}

/* The one word that outlives the supervisor, whatever ends it. */
static _Atomic pid_t *shared_word(void)
{
	void *page = mmap(NULL, sizeof(_Atomic pid_t), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		die_errno("cannot share memory with the supervisor");
	return page;
}

void process_run(struct supervisor_config *config)
{
	struct launcher launcher = {.channel = -1};
	sigset_t all;
	int channel[2];

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &config->mask);
	launcher.command = config->command = shared_word();
	/* Ignored, it would let exit codes vanish. */
	config->ignores_children = signal(SIGCHLD, SIG_DFL) == SIG_IGN;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) !=
		    0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
		die_errno("cannot prepare the launcher");
	launcher.supervisor = fork();
	if (launcher.supervisor < 0)
		die_errno("cannot fork");
	if (launcher.supervisor == 0) {
		close(channel[0]);
		config->channel = channel[1];
		supervisor_run(config);
	}
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	launcher.channel = channel[0];
	descriptors_keep(&channel[0], 1);
	wait_for_command(&launcher);
}
