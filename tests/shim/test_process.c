/* SPDX-License-Identifier: MIT */
/* test_process.c - signal handlers, threads, fork, vfork, cancellation. */
#include "harness.h"

#include <pthread.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define HANDLER_STACK 32768
#else
#define HANDLER_STACK 6144 /* beyond the frame that the kernel makes */
#endif

#define THREADS 8
#define ROUNDS	300

static int granted = -1;
static int other = -1;
static char granted_path[128];
static char other_path[128];

static int make_servers(void **state)
{
	(void)state;
	snprintf(granted_path, sizeof(granted_path), "%s",
		 in_dir("granted.sock"));
	snprintf(other_path, sizeof(other_path), "%s", in_dir("other.sock"));
	granted = serve(granted_path, SOCK_STREAM);
	other = serve(other_path, SOCK_STREAM);
	return 0;
}

static void empty_backlog(void)
{
	while (visited(granted))
		;
}

/* ---- signals ------------------------------------------------------------ */

static volatile sig_atomic_t handled;
static volatile sig_atomic_t wrong;

/* No assertion here: only what a handler may call. */
static int connect_plainly(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = (int)raw(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int error = 0;

	strcpy(addr.sun_path, path);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0)
		error = errno;
	raw(SYS_close, fd);
	return error;
}

static void on_alarm(int number)
{
	int saved = errno;
	int error;

	(void)number;
	if (connect_plainly(other_path) != EACCES)
		wrong++;
	error = connect_plainly(granted_path);
	if (error != 0 && error != EAGAIN)
		wrong++;
	handled++;
	errno = saved;
}

static void connect_in_a_signal_storm(void **state)
{
	size_t size = getauxval(AT_MINSIGSTKSZ) + HANDLER_STACK;
	stack_t stack = {.ss_sp = calloc(1, size), .ss_size = size};
	struct sigaction action = {.sa_handler = on_alarm,
				   .sa_flags = SA_ONSTACK | SA_RESTART};
	struct itimerval often = {{0, 200}, {0, 200}};
	struct itimerval never = {{0, 0}, {0, 0}};

	(void)state;
	assert_int_equal(sigaltstack(&stack, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	for (int i = 0; i < 200000 && handled < 1000; i++) {
		free(malloc(100));
		assert_int_equal(connect_plainly(other_path), EACCES);
		empty_backlog();
	}
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_true(handled >= 100);
	assert_int_equal(wrong, 0);
	stack.ss_flags = SS_DISABLE;
	sigaltstack(&stack, NULL);
	free(stack.ss_sp);
}

/* ---- threads ------------------------------------------------------------ */

static void *connect_often(void *errors)
{
	for (int i = 0; i < ROUNDS; i++) {
		int error = connect_plainly(granted_path);

		*(int *)errors += connect_plainly(other_path) != EACCES;
		*(int *)errors += error != 0 && error != EAGAIN;
		empty_backlog();
	}
	return NULL;
}

static void threads_at_once(void **state)
{
	pthread_t threads[THREADS];
	int errors[THREADS] = {0};

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						connect_often, &errors[i]),
				 0);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(errors[i], 0);
	}
}

static void fork_among_threads(void **state)
{
	pthread_t thread;
	int errors = 0;
	int status;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, connect_often, &errors),
			 0);
	for (int i = 0; i < 50; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(connect_plainly(other_path) == EACCES ? 0 : 1);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(errors, 0);
}

/* errno of a refused connect in a child of vfork(2). */
static int connect_in_vfork(void)
{
	pid_t pid = vfork();
	int status;

	if (pid == 0)
		_exit(connect_plainly(other_path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void vfork_children(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++)
		assert_int_equal(connect_in_vfork(), EACCES);
	assert_int_equal(connect_plainly(other_path), EACCES);
}

/* ---- cancellation ------------------------------------------------------- */

static int bind_result;

static void *bind_when_cancelled(void *unused)
{
	struct sockaddr_un addr;
	socklen_t len = unix_address(&addr, in_dir("tree/cancel.sock"));
	int fd = (int)raw(SYS_socket, AF_UNIX, SOCK_STREAM, 0);

	pthread_cancel(pthread_self());
	bind_result = bind(fd, (struct sockaddr *)&addr, len);
	raw(SYS_close, fd);
	pthread_testcancel();
	return unused;
}

/* bind() is no cancellation point, whatever happens in it. */
static void bind_is_not_cancelled(void **state)
{
	pthread_t thread;
	void *result;

	(void)state;
	bind_result = -1;
	assert_int_equal(
		pthread_create(&thread, NULL, bind_when_cancelled, NULL), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, PTHREAD_CANCELED);
	assert_int_equal(bind_result, 0);
}

/* ---- limits ------------------------------------------------------------- */

static void no_descriptor_is_left(void **state)
{
	int before = dup(0);
	int after;

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct timespec pause = {0, 2000000};

		assert_int_equal(connect_plainly(other_path), EACCES);
		assert_int_equal(connect_plainly(granted_path), 0);
		assert_int_equal(try_bind(in_dir("nope.sock")), EACCES);
		empty_backlog();
		nanosleep(&pause, NULL);
	}
	after = dup(0);
	assert_int_equal(after, before + 1);
	close(before);
	close(after);
}

/* Whoever has no descriptor left to look with gets no further by that. */
static void descriptors_run_out(void **state)
{
	struct rlimit old;
	struct rlimit few;
	int fd = raw_socket(AF_UNIX, SOCK_STREAM);
	int error;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	error = try_connect_on(fd, other_path);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(error, EACCES);
	assert_false(visited(other));
	close(fd);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connect_in_a_signal_storm),
		cmocka_unit_test(threads_at_once),
		cmocka_unit_test(fork_among_threads),
		cmocka_unit_test(vfork_children),
		cmocka_unit_test(bind_is_not_cancelled),
		cmocka_unit_test(no_descriptor_is_left),
		cmocka_unit_test(descriptors_run_out),
	};

	return cmocka_run_group_tests_name("shim: processes", tests,
					   make_servers, NULL);
}

int main(int argc, char *argv[])
{
	return harness(argc, argv, run, NULL);
}
