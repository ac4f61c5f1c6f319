/* SPDX-License-Identifier: MIT */
/* where.c - refused connects from known places.
 *
 *	where plain|thread|signal|vfork|coroutine	one, made by innermost()
 *	where loading LIBRARY TRIES	some, while threads load that library
 *					and signals interrupt them
 *	where often TIMES		as many, each to a port of its own
 *
 * Fails unless each is refused.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <ucontext.h>
#endif

#ifdef __clang__
#define PLACE __attribute__((noinline)) static
#else
#define PLACE __attribute__((noinline, noclone)) static
#endif
#define STAY	   __asm__ volatile("") /* no tail call: a frame of its own */
#define SMALL	   16384
#define SMALL_MORE 6144 /* beyond the frame that the kernel makes */

static int wrong;
static const char *library;
static int tries;

PLACE void innermost(int port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int saved = errno;
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0 ||
	    errno != EACCES)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	close(fd);
	errno = saved;
	STAY;
}

PLACE void middle(int port)
{
	innermost(port);
	STAY;
}

PLACE void plain(void)
{
	middle(1001);
	STAY;
}

PLACE void *threaded(void *arg)
{
	middle(1002);
	STAY;
	return arg;
}

static void start(pthread_t *thread, void *(*run)(void *), size_t size)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	if (pthread_attr_setstacksize(&attr, size) != 0 ||
	    pthread_create(thread, &attr, run, NULL) != 0)
		exit(2);
	pthread_attr_destroy(&attr);
}

PLACE void thread(void)
{
	pthread_t other;

	start(&other, threaded, SMALL);
	pthread_join(other, NULL);
	STAY;
}

PLACE void handler(int sig)
{
	middle(1003 + (sig == SIGALRM));
	STAY;
}

static void catch (int sig)
{
	const size_t size = getauxval(AT_MINSIGSTKSZ) + SMALL_MORE;
	const stack_t stack = {.ss_sp = malloc(size), .ss_size = size};
	struct sigaction action = {.sa_flags = SA_ONSTACK | SA_RESTART};

	action.sa_handler = handler;
	if (sigaltstack(&stack, NULL) != 0 || sigaction(sig, &action, NULL))
		exit(2);
}

PLACE void interrupted(void)
{
	raise(SIGUSR1);
	STAY;
}

PLACE void interrupt(void)
{
	catch (SIGUSR1);
	interrupted();
	STAY;
}

PLACE void vforked(void)
{
	int status = 1;
	/* What is to be shown works in one, too. */
	const pid_t pid = vfork(); /* NOLINT */

	if (pid == 0) {
		middle(1005);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	wrong += status != 0;
	STAY;
}

#ifdef __GLIBC__
static ucontext_t outside, inside;

PLACE void in_coroutine(void)
{
	middle(1006);
	STAY;
}

PLACE void coroutine(void)
{
	if (getcontext(&inside) != 0)
		exit(2);
	inside.uc_stack.ss_size = SMALL;
	inside.uc_stack.ss_sp = malloc(SMALL);
	inside.uc_link = &outside;
	makecontext(&inside, in_coroutine, 0);
	swapcontext(&outside, &inside);
	STAY;
}
#endif

#ifndef WITHOUT_LOADER
/* The library's constructor is refused something, too, and the loader's lock
 * is held meanwhile. */
static void *load(void *arg)
{
	for (int i = 0; i < tries; i++) {
		void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

		if (!handle)
			exit(2);
		dlclose(handle);
	}
	return arg;
}

static void *connect_meanwhile(void *arg)
{
	for (int i = 0; i < tries; i++)
		middle(2000 + i % 1000);
	return arg;
}

static void loading(void)
{
	const struct itimerval soon = {{0, 500}, {0, 500}};
	const struct itimerval never = {{0, 0}, {0, 0}};
	pthread_t threads[4];

	catch (SIGALRM);
	setitimer(ITIMER_REAL, &soon, NULL);
	for (int i = 0; i < 4; i++)
		start(&threads[i], i < 2 ? load : connect_meanwhile, 1 << 18);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	setitimer(ITIMER_REAL, &never, NULL);
}
#endif

static void often(void)
{
	for (int i = 0; i < tries; i++)
		middle(1 + i % 60000);
}

int main(int argc, char *argv[])
{
	static const struct {
		const char *name;
		void (*run)(void);
	} situations[] = {
		{"plain", plain},	  {"thread", thread},
		{"signal", interrupt},	  {"vfork", vforked},
		{"often", often},
#ifdef __GLIBC__
		{"coroutine", coroutine},
#endif
#ifndef WITHOUT_LOADER
		{"loading", loading},
#endif
	};

	library = argc > 3 ? argv[2] : NULL;
	tries = argc > 2 ? atoi(argv[argc - 1]) : 0;
	for (size_t i = 0; i < sizeof(situations) / sizeof(*situations); i++) {
		if (argc < 2 || strcmp(argv[1], situations[i].name) != 0)
			continue;
		situations[i].run();
		return wrong != 0;
	}
	return 2;
}
