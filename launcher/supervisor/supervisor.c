/* SPDX-License-Identifier: MIT */
/* supervisor.c - the main thread: starts the command, reaps, tells, ends.
 *
 * Theory of operation
 *
 * The supervisor is the parent of the command and the reaper of everything
 * that is orphaned beneath it, so it stays an ancestor of all it must inspect
 * (Yama, ptrace_scope 1).  Workers answer notifications (worker.c).  This
 * thread waits for four things:
 *
 *   a child stopped, went on   the command's fate goes to the launcher, which
 *   or ended                   does not see it while it is stopped itself
 *   the launcher's channel     signals to forward; its end kills the command
 *   the listener hangs up      nothing sandboxed is left: we end
 *   the timer                  some worker is busy: look after it
 *
 * All signals are blocked, so that what a terminal sends to the process group
 * does not concern us.  We hold none of the caller's descriptors but stderr,
 * and that only until the command has ended: nobody waits for a pipe's end
 * because of us.
 */
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../backstop/netns.h"
#include "../backstop/seccomp.h"
#include "../descriptors.h"
#include "../diag.h"
#include "ask.h"
#include "bound.h"
#include "log.h"
#include "made.h"
#include "names.h"
#include "start.h"
#include "worker.h"

#define WAKE_MS	   50 /* until the launcher is woken once more */
#define WAKE_TRIES 100

struct loop {
	struct supervisor *sup;
	pid_t command;
	int channel;  /* -1: the launcher is gone or told everything */
	bool running; /* the command has not ended */
	bool told;    /* the launcher is to be stopped, or is */
	int stop;     /* signal that has stopped the command since, or 0 */
	int signals;
	int timer;
};

static void send_message(struct loop *loop, enum message_kind kind, int value,
			 bool last)
{
	const struct message message = {
		.kind = (int)kind,
		.value = value,
		.last = last,
	};

	if (loop->channel >= 0)
		send(loop->channel, &message, sizeof(message), MSG_NOSIGNAL);
}

static void command_stopped(struct loop *loop, int sig)
{
	loop->stop = loop->told ? sig : 0;
	if (loop->told)
		return;
	loop->told = true;
	send_message(loop, MESSAGE_STOPPED, sig, false);
}

static void on_channel(struct loop *loop)
{
	struct message message;
	const ssize_t n =
		recv(loop->channel, &message, sizeof(message), MSG_DONTWAIT);

	if (n == (ssize_t)sizeof(message)) {
		if (message.kind == MESSAGE_SIGNAL && loop->running)
			kill(loop->command, message.value);
		if (message.kind == MESSAGE_AWAKE) {
			loop->told = false;
			if (loop->stop)
				command_stopped(loop, loop->stop);
		}
		return;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* The launcher was killed: nobody waits for the command any more. */
	close(loop->channel);
	loop->channel = -1;
	if (loop->running)
		kill(loop->command, SIGKILL);
}

/* The command goes on, or has ended: so must the launcher.  It may be about to
 * stop still, so once is not enough. */
static void wake_launcher(struct loop *loop)
{
	loop->stop = 0;
	for (int i = 0; i < WAKE_TRIES && loop->told && loop->channel >= 0;
	     i++) {
		struct pollfd p = {.fd = loop->channel, .events = POLLIN};

		kill(getppid(), SIGCONT);
		if (poll(&p, 1, WAKE_MS) > 0)
			on_channel(loop);
	}
}

static _Noreturn void finish(struct loop *loop)
{
	log_close(loop->sup->log);
	_exit(0);
}

static const char *remark(const struct supervisor *sup)
{
	if (!sup->shim_expected || atomic_load(sup->shim_seen))
		return NULL;
	return "the shim was not loaded into the command; "
	       "the supervisor refused alone";
}

static void command_ended(struct loop *loop, int status)
{
	const bool last = seccomp_hung_up(loop->sup->listener);

	loop->running = false;
	wake_launcher(loop);
	ask_end(loop->sup->ask);
	log_command_ended(loop->sup->log, remark(loop->sup));
	if (last)
		log_close(loop->sup->log);
	send_message(loop, MESSAGE_EXITED, status, last);
	if (last)
		_exit(0);
	/* Daemons stay behind, and we with them; let go of what others may
	 * be waiting for. */
	if (loop->channel >= 0)
		close(loop->channel);
	loop->channel = -1;
	descriptors_null(STDERR_FILENO);
}

static void reap(struct loop *loop)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) >
	       0) {
		if (pid != loop->command)
			continue;
		if (WIFSTOPPED(status))
			command_stopped(loop, WSTOPSIG(status));
		else if (WIFCONTINUED(status))
			wake_launcher(loop);
		else
			command_ended(loop, status);
	}
}

static void on_signals(struct loop *loop)
{
	struct signalfd_siginfo info;

	while (read(loop->signals, &info, sizeof(info)) ==
	       (ssize_t)sizeof(info))
		;
	reap(loop);
}

static void on_timer(const struct loop *loop)
{
	uint64_t expirations;

	if (read(loop->timer, &expirations, sizeof(expirations)) > 0)
		workers_watch();
}

/* How long nothing needs to be done, for poll(2). */
static int rest(const struct supervisor *sup)
{
	const int waits[] = {
		log_tick(sup->log) ? 1000 : -1,
		bound_tick(sup->bound),
		names_tick(sup->names),
		sup->made && made_tick(sup->made) ? 1000 : -1,
	};
	int least = -1;

	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++)
		if (waits[i] >= 0 && (least < 0 || waits[i] < least))
			least = waits[i];
	return least;
}

static _Noreturn void run_loop(struct loop *loop)
{
	int wait = -1;

	for (;;) {
		struct pollfd p[] = {
			{.fd = loop->sup->listener}, /* POLLHUP only */
			{.fd = loop->signals, .events = POLLIN},
			{.fd = loop->timer, .events = POLLIN},
			{.fd = loop->channel, .events = POLLIN},
		};

		if (poll(p, 4, wait) < 0 && errno != EINTR)
			abort();
		if (p[1].revents)
			on_signals(loop);
		if (p[2].revents)
			on_timer(loop);
		if (p[3].revents && loop->channel >= 0)
			on_channel(loop);
		if ((p[0].revents & POLLHUP) && !loop->running)
			finish(loop);
		/* Hung up, but the command is not reaped yet: SIGCHLD is on
		 * its way; do not spin. */
		if (p[0].revents & POLLHUP)
			poll(&p[1], 1, 100);
		wait = rest(loop->sup);
	}
}

/* Of all descriptors only these stay. */
static void keep_own_descriptors(const struct supervisor *sup,
				 const struct supervisor_config *config,
				 const struct started *started)
{
	int keep[POLICY_MAX_RULES + PIN_ALIASES_MAX + 16];
	size_t n = 0;

	for (unsigned int i = 0; i < config->policy->rule_count; i++)
		if (sup->pins->fd[i] >= 0)
			keep[n++] = sup->pins->fd[i];
	for (unsigned int i = 0; i < sup->pins->aliases; i++)
		keep[n++] = sup->pins->alias[i].fd;
	keep[n++] = STDERR_FILENO;
	keep[n++] = started->listener;
	keep[n++] = started->sync;
	keep[n++] = started->test;
	keep[n++] = config->channel;
	keep[n++] = sup->proc;
	n += log_keep(sup->log, keep + n);
	n += ask_keep(sup->ask, keep + n);
	descriptors_keep(keep, n);
}

static void open_loop(struct loop *loop)
{
	sigset_t children;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	loop->signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->timer =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->signals < 0 || loop->timer < 0)
		die_errno("cannot make the supervisor's descriptors");
}

/* The command keeps the caller's limit; we hold a few for each client. */
static void raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

static void answer_quickly(const struct supervisor *sup)
{
	/* Linux 6.6; without it answers only take longer to arrive. */
	ioctl(sup->listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
	      SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

/* The command makes a socket, connects it, and then tells what came of it; the
 * first is notified only if we make the sockets.  If it dies before, receiving
 * would wait for ever before Linux 6.11. */
static bool test_goes_on(const struct supervisor *sup,
			 const struct started *started)
{
	struct pollfd p[] = {
		{.fd = sup->listener, .events = POLLIN},
		{.fd = started->sync, .events = POLLIN},
	};

	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	return (p[0].revents & POLLIN) && !p[1].revents;
}

/* The command's first calls may come while the workers are being started:
 * they wait, and so does the end of this function for its execve(). */
static int answer(const struct supervisor *sup, const struct loop *loop,
		  const struct supervisor_config *config,
		  const struct started *started)
{
	int code;

	workers_prepare(sup, loop->timer);
	while (test_goes_on(sup, started))
		if (workers_answer_one() != 0)
			die("cannot answer the self-test");
	*config->command = started->pid;
	code = start_go(config, started);
	if (code != 0)
		return code;
	if (workers_start() != 0)
		die("cannot start the supervisor's threads");
	return start_executed(config, started);
}

void supervisor_run(const struct supervisor_config *config)
{
	static struct supervisor sup;
	struct started started;
	struct loop loop = {.sup = &sup, .channel = config->channel};
	int code;

	/* Folded events are large and short-lived: give them back at once. */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 8192);
	/* We too: names of abstract sockets are a network's. */
	if (config->policy->network == NETWORK_ISOLATED)
		netns_enter();
	supervisor_init(&sup, config);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die_errno("cannot prepare the supervisor");
	code = start_confined(config, &started);
	if (code == 0) {
		sup.listener = started.listener;
		sup.around = started.around;
		sup.restarts = seccomp_may_restart(started.killable);
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		keep_own_descriptors(&sup, config, &started);
		raise_limits();
		open_loop(&loop);
		answer_quickly(&sup);
		code = answer(&sup, &loop, config, &started);
	}
	if (code != 0) {
		send_message(&loop, MESSAGE_FAILED, code, true);
		_exit(code);
	}
	close(started.sync);
	close(started.test);
	loop.command = started.pid;
	loop.running = true;
	run_loop(&loop);
}
