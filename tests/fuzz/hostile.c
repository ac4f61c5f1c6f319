/* SPDX-License-Identifier: MIT */
/* hostile.c - a client that does all it can to upset the supervisor.
 *
 *	hostile [-s SEED] [-t SECONDS] [-n] DIR TAG
 *
 * Runs inside sbx-run.  In each round some processes with racing threads make
 * random calls with random memory, and are killed in the middle of it; then a
 * well-behaved client must still be served: what is granted works, what is not
 * is refused.  -n leaves that out, to be run without sbx.
 *
 * DIR holds g/srv (all of g is granted), d/srv (nothing of d is), full (only
 * connect is granted, its backlog is full) and w, a place to work; @TAG-g* is
 * granted, @TAG-d is not.  Prints "good ROUNDS" and what was done; else "bad"
 * and what went wrong, exit code 1.  The seed makes a run repeatable, but for
 * the scheduler.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

#define PROCESSES 4
#define TURNS	  5
#define PATIENCE  20 /* seconds until a call of the good client has failed */

struct counts *counts;
const char *top, *tag;
static uint64_t seed;
static unsigned long rounds;

static _Noreturn void __attribute__((format(printf, 1, 2)))
bad(const char *fmt, ...)
{
	va_list args;

	printf("bad: seed %llu round %lu: ", (unsigned long long)seed, rounds);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	puts("");
	exit(1);
}

static void on_alarm(int sig)
{
	static const char text[] = "bad: a call of the good client hangs\n";

	(void)sig;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) > 0)
		_exit(1);
	_exit(2);
}

/* ---- the well-behaved client --------------------------------------------- */

static socklen_t name_of(struct sockaddr_un *addr, const char *what)
{
	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (what[0] == '@')
		return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
				   (size_t)sprintf(addr->sun_path + 1, "%s%s",
						   tag, what + 1));
	snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/%s", top, what);
	return sizeof(*addr);
}

static int good_socket(int domain)
{
	const struct timeval patience = {.tv_sec = PATIENCE};
	const int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		bad("socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static void expect(const char *what, int result, int error)
{
	const int got = result == 0 ? 0 : errno;

	if (got != error)
		bad("%s: %s, not %s", what, strerror(got), strerror(error));
}

static void good_connect(const char *what, int error)
{
	struct sockaddr_un addr;
	const socklen_t len = name_of(&addr, what);
	const int fd = good_socket(AF_UNIX);
	char text[8];

	expect(what, connect(fd, (struct sockaddr *)&addr, len), error);
	if (error == 0) {
		if (send(fd, "ping", 4, MSG_NOSIGNAL) != 4)
			bad("%s: send: %s", what, strerror(errno));
		if (read(fd, text, sizeof(text)) != 5)
			bad("%s: read: %s", what, strerror(errno));
	}
	close(fd);
}

static void good_bind(const char *what, int error)
{
	struct sockaddr_un addr;
	const socklen_t len = name_of(&addr, what);
	const int server = good_socket(AF_UNIX);
	const int client = good_socket(AF_UNIX);

	expect(what, bind(server, (struct sockaddr *)&addr, len), error);
	if (error == 0) {
		expect("listen", listen(server, 1), 0);
		expect("a socket bound inside",
		       connect(client, (struct sockaddr *)&addr, len), 0);
		unlink(addr.sun_path);
	}
	close(client);
	close(server);
}

static void good_ip(void)
{
	const struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(1),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int fd = good_socket(AF_INET);

	expect("IP", connect(fd, (const struct sockaddr *)&addr, sizeof(addr)),
	       EACCES);
	close(fd);
}

static void behave(void)
{
	alarm(PATIENCE);
	/* The supervisor's threads take turns: meet all that wait. */
	for (int i = 0; i < TURNS; i++) {
		good_connect("g/srv", 0);
		good_connect("d/srv", EACCES);
	}
	good_connect("@-d", ECONNREFUSED);
	good_connect("g/never", ENOENT);
	good_bind("g/good", 0);
	good_bind("w/bad", EACCES);
	good_ip();
	alarm(0);
}

/* The supervisor lets go of files that are gone with every 64th bind. */
static void settle(void)
{
	for (int i = 0; i < 64; i++)
		good_bind("g/good", 0);
}

/* ---- the rounds -----------------------------------------------------------
 */

/* A victim may die of anything but a fault: that would be the shim's. */
static void judge(int status)
{
	const int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (sig == SIGSEGV || sig == SIGBUS || sig == SIGABRT ||
	    sig == SIGILL || sig == SIGFPE)
		bad("a client died of signal %d", sig);
}

static void end_round(pid_t group)
{
	int status;

	/* Orphans are the supervisor's to reap: wait until it has. */
	for (int i = 0; kill(-group, SIGKILL) == 0 || errno == EPERM; i++) {
		if (i > 1000 * PATIENCE)
			bad("killed processes are still there");
		while (waitpid(-group, &status, WNOHANG) > 0)
			judge(status);
		usleep(1000);
	}
}

static void play_round(char **argv)
{
	struct dice dice = dice_child(seed, rounds);
	pid_t group = 0;

	for (int i = 0; i < PROCESSES; i++) {
		const uint64_t child = roll(&dice);
		const pid_t pid = fork();

		if (pid < 0)
			bad("fork: %s", strerror(errno));
		if (pid == 0) {
			if (setpgid(0, group) == 0)
				wild_run(child, argv);
			_exit(3);
		}
		if (i == 0)
			group = pid;
		setpgid(pid, group);
	}
	/* They stop each other, too. */
	for (unsigned int ms = 20 + roll_below(&dice, 200); ms > 5; ms -= 5) {
		usleep(5000);
		kill(-group, SIGCONT);
	}
	end_round(group);
}

static void report(void)
{
	printf("good %lu rounds: %lu calls %lu connected %lu refused %lu bound "
	       "%lu reported %lu forked\n",
	       rounds, (unsigned long)counts->calls,
	       (unsigned long)counts->connected, (unsigned long)counts->refused,
	       (unsigned long)counts->bound, (unsigned long)counts->reported,
	       (unsigned long)counts->forked);
}

static void play(double seconds, bool lonely, char **argv)
{
	struct timespec now, start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		play_round(argv);
		if (!lonely)
			behave();
		rounds++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((double)(now.tv_sec - start.tv_sec) +
			 (double)(now.tv_nsec - start.tv_nsec) / 1e9 <
		 seconds);
	if (!lonely)
		settle();
	report();
}

int main(int argc, char **argv)
{
	bool lonely = false, wild = false;
	double seconds = 1;
	int opt;

	while ((opt = getopt(argc, argv, "s:t:nw")) != -1) {
		if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (opt == 't')
			seconds = strtod(optarg, NULL);
		else if (opt == 'n')
			lonely = true;
		else if (opt == 'w') /* a victim that executed itself */
			wild = true;
		else
			return 2;
	}
	if (optind + 2 != argc)
		return 2;
	top = argv[optind];
	tag = argv[optind + 1];
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		return 2;
	if (wild)
		wild_run(seed, argv);
	setvbuf(stdout, NULL, _IONBF, 0);
	fprintf(stderr, "hostile: seed %llu\n", (unsigned long long)seed);
	signal(SIGALRM, on_alarm);
	play(seconds, lonely, argv);
	return 0;
}
