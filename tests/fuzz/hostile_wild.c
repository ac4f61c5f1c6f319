/* SPDX-License-Identifier: MIT */
/* hostile_wild.c - a process whose threads make calls, and destroy for each
 * other what those depend on: descriptors, memory, paths, identity, life.
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

#define CHILDREN_MAX 12
#define LIFETIME     30 /* seconds, should nobody kill us */

int fds[FDS];
pid_t tids[THREADS];
bool parent;
static char **wild_argv;
static uint64_t wild_seed;
static int children;

static void upset_descriptors(struct dice *dice)
{
	const int a = PICK(dice, fds), b = PICK(dice, fds);

	switch (roll_below(dice, 4)) {
	case 0:
		close(a);
		break;
	case 1:
		fcntl(a, F_SETFL, one_in(dice, 2) ? O_NONBLOCK : 0);
		break;
	default: /* between the supervisor's look and the kernel's */
		dup2(a, b);
		break;
	}
}

static void upset_paths(struct dice *dice)
{
	static const char *const links[] = {
		"w/flip", "g/w/flip", "w/dir", "g/w/dir", "w/loop",
	};
	static const char *const aims[] = {
		"g/srv", "d/srv", "g/w", "d", "w/loop",
	};
	static const char *const files[] = {
		"g/w/0", "g/w/1", "g/w/2", "g/w/3", "w/0", "w/4",
	};
	char from[512], to[512], aim[512];

	snprintf(to, sizeof(to), "%s/%s", top, PICK(dice, links));
	switch (roll_below(dice, 8)) {
	case 0:
		snprintf(from, sizeof(from), "%s/%s", top, PICK(dice, files));
		unlink(from);
		break;
	case 1:
		unlink(to);
		break;
	case 2:
		snprintf(from, sizeof(from), "%s/%s", top, PICK(dice, files));
		rename(from, to);
		break;
	case 3:
		snprintf(from, sizeof(from), "%s/%s", top,
			 one_in(dice, 2) ? "g/w" : "w");
		if (chdir(from) != 0)
			umask((mode_t)roll_below(dice, 01000));
		break;
	default: /* one step, so that it is always there */
		snprintf(from, sizeof(from), "%s/w/%llx", top,
			 (unsigned long long)roll(dice));
		snprintf(aim, sizeof(aim), "%s/%s", top, PICK(dice, aims));
		if (symlink(aim, from) == 0 && rename(from, to) != 0)
			unlink(from);
		break;
	}
}

static void on_signal(int sig)
{
	(void)sig;
}

/* The shim says in memory.c that it may fault where memory goes away while it
 * is read.  It has no other reason to, and neither have we. */
static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (memory_disputed(info->si_addr))
		_exit(0);
	signal(sig, SIG_DFL); /* and once more */
}

static void upset_by_signal(struct dice *dice)
{
	const struct itimerval soon = {
		.it_value.tv_usec = 1 + roll_below(dice, 3000),
	};
	const struct sigaction action = {
		.sa_handler = on_signal,
		.sa_flags = one_in(dice, 2) ? SA_RESTART : 0,
	};
	static const int signals[] = {SIGUSR1, SIGUSR1, SIGSTOP, SIGCONT};
	const pid_t tid = PICK(dice, tids);

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	if (one_in(dice, 3))
		setitimer(ITIMER_REAL, &soon, NULL);
	else if (tid > 0 && one_in(dice, 2))
		syscall(SYS_tgkill, getpid(), tid, SIGUSR1);
	else if (one_in(dice, 8)) /* siblings too; SIGCONT comes again */
		kill(0, PICK(dice, signals));
}

/* ---- other processes ------------------------------------------------------
 */

static void child_calls(struct dice *dice, unsigned int n)
{
	parent = false;
	while (n--)
		calls_any(dice);
	_exit(0);
}

static void fork_like(struct dice *dice, unsigned long flags)
{
	struct dice its = dice_child(roll(dice), 0);
	const long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		child_calls(&its, 1 + roll_below(&its, 30));
	counts->forked += pid > 0;
	/* Some are left for the supervisor to reap. */
	if (pid > 0 && one_in(dice, 2))
		waitpid((pid_t)pid, NULL, one_in(dice, 2) ? WNOHANG : 0);
}

/* The parent waits in the kernel, and the child dies of a call. */
static void vfork_call(struct dice *dice)
{
	const pid_t pid = vfork();

	if (pid == 0) {
		calls_any(dice);
		_exit(0);
	}
	counts->forked += pid > 0;
}

static void execute(struct dice *dice)
{
	char seed[32];
	char *argv[] = {wild_argv[0], (char *)"-w", (char *)"-s", seed,
			(char *)top,  (char *)tag,  NULL};

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)roll(dice));
	execv("/proc/self/exe", argv);
}

static void multiply(struct dice *dice)
{
	if (!parent || children >= CHILDREN_MAX)
		return;
	children++;
	switch (roll_below(dice, 6)) {
	case 0:
		vfork_call(dice);
		break;
	case 1: /* another process, the same descriptors */
		fork_like(dice, CLONE_FILES);
		break;
	case 2: /* the same directories */
		fork_like(dice, CLONE_FS);
		break;
	case 3:
		if (one_in(dice, 4))
			execute(dice);
		break;
	case 4:
		unshare(one_in(dice, 2) ? CLONE_FILES : CLONE_FS);
		break;
	default:
		fork_like(dice, 0);
		break;
	}
}

/* ---- identity -------------------------------------------------------------
 */

/* A filter of the client's own, on top. */
static void filter_more(struct dice *dice)
{
	static const unsigned int calls[] = {SYS_connect, SYS_bind, SYS_socket,
					     SYS_getpid};
	static const unsigned int actions[] = {
		SECCOMP_RET_ERRNO | 5, SECCOMP_RET_ALLOW, SECCOMP_RET_LOG};
	struct sock_filter code[] = {
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, PICK(dice, calls)},
		{BPF_RET | BPF_K, 0, 0, PICK(dice, actions)},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
	};
	const struct sock_fprog program = {COUNT_OF(code), code};

	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		one_in(dice, 2) ? 0 : SECCOMP_FILTER_FLAG_NEW_LISTENER,
		&program);
}

static void become_other(struct dice *dice)
{
	static const char *const names[] = {"\x1b[2J", "\xff\xfe", "a\nb",
					    "\"}\\", "sbx-run"};
	const gid_t groups[] = {1, 65534, (gid_t)roll(dice)};
	const struct rlimit few = {3 + roll_below(dice, 20), 64};
	char work[512];

	snprintf(work, sizeof(work), "%s/w", top);
	switch (roll_below(dice, 10)) {
	case 0:
		syscall(SYS_setresuid, 65534, 65534,
			one_in(dice, 2) ? -1 : 65534);
		break;
	case 1:
		setfsuid(one_in(dice, 2) ? 65534 : (uid_t)roll(dice));
		break;
	case 2:
		syscall(SYS_setgroups, (int)COUNT_OF(groups), groups);
		break;
	case 3:
		prctl(PR_SET_DUMPABLE, (long)roll_below(dice, 3), 0, 0, 0);
		break;
	case 4:
		filter_more(dice);
		break;
	case 5:
		if (one_in(dice, 4) && chroot(work) != 0)
			umask(0);
		break;
	case 6:
		if (one_in(dice, 4))
			unshare(CLONE_NEWUSER | CLONE_FS);
		break;
	case 7:
		setrlimit(RLIMIT_NOFILE, &few);
		break;
	default:
		prctl(PR_SET_NAME, PICK(dice, names), 0, 0, 0);
		break;
	}
}

static void end_something(struct dice *dice)
{
	if (!one_in(dice, 40))
		return;
	if (one_in(dice, 3))
		syscall(SYS_exit_group, (int)roll_below(dice, 256));
	/* Only this thread, and nobody learns of it. */
	syscall(SYS_exit, 0);
}

void mischief_any(struct dice *dice)
{
	static void (*const table[])(struct dice * dice) = {
		upset_descriptors, upset_descriptors, upset_descriptors,
		memory_disturb,	   memory_disturb,    memory_disturb,
		upset_paths,	   upset_paths,	      upset_paths,
		upset_by_signal,   upset_by_signal,   multiply,
		end_something,
	};

	if (one_in(dice, 100))
		become_other(dice);
	else
		PICK(dice, table)(dice);
}

/* ---- threads --------------------------------------------------------------
 */

static void *thread(void *arg)
{
	const unsigned int which = (unsigned int)(uintptr_t)arg;
	struct dice dice = dice_child(wild_seed, which);

	const time_t end = time(NULL) + LIFETIME;

	tids[which] = (pid_t)syscall(SYS_gettid);
	/* The first two mostly call, the others mostly disturb. */
	while (time(NULL) < end) {
		if (one_in(&dice, which < 2 ? 8 : 2))
			mischief_any(&dice);
		else
			calls_any(&dice);
	}
	_exit(0);
}

static void open_all(struct dice *dice)
{
	for (int i = 0; i < FDS; i++)
		fds[i] = socket(AF_UNIX, i % 4 ? SOCK_STREAM : SOCK_SEQPACKET,
				0);
	/* One that is no socket. */
	PICK(dice, fds) = open(top, O_PATH | O_CLOEXEC);
}

void wild_run(uint64_t seed, char **argv)
{
	const struct sigaction fault = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO,
	};
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct dice dice = dice_child(seed, THREADS);
	pthread_t ignored;

	wild_argv = argv;
	wild_seed = seed;
	parent = true;
	/* Half of what is said is nonsense. */
	if (null >= 0)
		dup2(null, STDOUT_FILENO);
	signal(SIGUSR1, on_signal);
	signal(SIGALRM, on_signal);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGSEGV, &fault, NULL);
	sigaction(SIGBUS, &fault, NULL);
	memory_init();
	open_all(&dice);
	for (uintptr_t i = 1; i < THREADS; i++)
		if (pthread_create(&ignored, NULL, thread, (void *)i) != 0)
			_exit(3);
	thread(NULL);
	_exit(0);
}
