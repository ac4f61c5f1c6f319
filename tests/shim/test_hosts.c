/* SPDX-License-Identifier: MIT */
/* test_hosts.c - the shim's table of host names: bounded, whole, and never in
 * anybody's way.  It is compiled in, so that its entries can be spoilt. */
#include "harness.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>

#include "shim/hosts.c"

#define LONGEST (REPORT_HOST_MAX - 1)
#define THREADS 4

/* 10.0.0.0 + @number */
static struct addr ip4(uint32_t number)
{
	struct addr addr = {.kind = ADDR_INET};

	number = htonl(0x0a000000 + number);
	memcpy(addr.ip, &number, sizeof(number));
	return addr;
}

static struct addr ip6(const char *text)
{
	struct addr addr = {.kind = ADDR_INET6};

	assert_int_equal(inet_pton(AF_INET6, text, addr.ip), 1);
	return addr;
}

static const char *name_of(const struct addr *addr)
{
	static char host[REPORT_HOST_MAX];

	return hosts_find(addr, host) ? host : NULL;
}

static int forget(void **state)
{
	(void)state;
	memset(entries, 0, sizeof(entries));
	return 0;
}

static void the_latest_name_counts(void **state)
{
	const struct addr a = ip4(1), b = ip4(2), none = ip4(3);

	(void)state;
	assert_null(name_of(&a));
	hosts_remember(&a, "one.example");
	hosts_remember(&b, "two.example");
	assert_string_equal(name_of(&a), "one.example");
	assert_string_equal(name_of(&b), "two.example");
	assert_null(name_of(&none));
	hosts_remember(&a, "other.example");
	assert_string_equal(name_of(&a), "other.example");
	hosts_remember(&a, "one.example");
	assert_string_equal(name_of(&a), "one.example");
	assert_string_equal(name_of(&b), "two.example");
}

static void ipv4_in_ipv6_is_ipv4(void **state)
{
	const struct addr plain = ip4(7);
	const struct addr mapped = ip6("::ffff:10.0.0.7");
	const struct addr other = ip6("::10.0.0.7");
	const struct addr six = ip6("2001:db8::7");

	(void)state;
	hosts_remember(&plain, "four.example");
	assert_string_equal(name_of(&mapped), "four.example");
	assert_null(name_of(&other));
	hosts_remember(&mapped, "mapped.example");
	assert_string_equal(name_of(&plain), "mapped.example");
	hosts_remember(&six, "six.example");
	assert_string_equal(name_of(&six), "six.example");
}

static void other_addresses_have_no_name(void **state)
{
	struct addr addr = {.kind = ADDR_PATH};
	char host[REPORT_HOST_MAX] = "untouched";

	(void)state;
	hosts_remember(&addr, "path.example");
	addr.kind = ADDR_INET; /* 0.0.0.0 */
	assert_false(hosts_find(&addr, host));
	assert_string_equal(host, "untouched");
}

static void the_oldest_is_forgotten(void **state)
{
	char name[32];

	(void)state;
	for (uint32_t i = 0; i < 10 * HOSTS_MAX; i++) {
		const struct addr addr = ip4(i), first = ip4(0);

		snprintf(name, sizeof(name), "host%u.example", i);
		hosts_remember(&addr, name);
		/* What is asked for again and again stays. */
		hosts_remember(&first, "host0.example");
	}
	for (uint32_t i = 0; i < 10 * HOSTS_MAX; i++) {
		const struct addr addr = ip4(i);
		const bool kept = i == 0 || i > 9 * HOSTS_MAX;

		snprintf(name, sizeof(name), "host%u.example", i);
		if (kept)
			assert_string_equal(name_of(&addr), name);
		else
			assert_null(name_of(&addr));
	}
}

/* One name asked for often takes one entry. */
static void repeats_take_no_room(void **state)
{
	const struct addr a = ip4(1), b = ip4(2);

	(void)state;
	hosts_remember(&a, "a.example");
	for (int i = 0; i < 10 * HOSTS_MAX; i++) {
		hosts_remember(&b, "b.example");
		hosts_remember(&b, "c.example");
	}
	assert_string_equal(name_of(&a), "a.example");
	assert_string_equal(name_of(&b), "c.example");
}

static void names_are_kept_whole_or_not_at_all(void **state)
{
	static const char hostile[] = "\xff\n\033[2J\"\\ sbx: denied: x";
	char name[REPORT_HOST_MAX + 1];
	const struct addr a = ip4(1), b = ip4(2);

	(void)state;
	memset(name, 'x', sizeof(name));
	name[LONGEST] = '\0';
	hosts_remember(&a, name);
	assert_string_equal(name_of(&a), name);
	name[LONGEST] = 'x';
	name[LONGEST + 1] = '\0';
	hosts_remember(&b, name);
	assert_null(name_of(&b));
	hosts_remember(&b, "");
	assert_null(name_of(&b));
	hosts_remember(&b, hostile);
	assert_string_equal(name_of(&b), hostile);
}

/* What a writer left that was killed, or that fork(2) cut in half. */
static void half_an_entry_is_none(void **state)
{
	const struct addr a = ip4(1);

	(void)state;
	for (size_t i = 0; i < WORDS; i++) {
		forget(NULL);
		hosts_remember(&a, "one.example");
		assert_string_equal(name_of(&a), "one.example");
		entries[0].host[i] ^= 1;
		assert_null(name_of(&a));
		/* It is in nobody's way. */
		hosts_remember(&a, "two.example");
		assert_string_equal(name_of(&a), "two.example");
	}
	forget(NULL);
	hosts_remember(&a, "one.example");
	entries[0].sum++;
	assert_null(name_of(&a));
}

/* ---- at once ------------------------------------------------------------ */

static atomic_bool stop;
static atomic_long found, torn;

/* The longest name that belongs to @number; each byte of it says so. */
static void make_name(char *name, uint32_t number, unsigned int writer)
{
	memset(name, (int)('a' + number % 16), LONGEST);
	name[0] = (char)('A' + writer);
	name[LONGEST] = '\0';
}

static void look(uint32_t number)
{
	const struct addr addr = ip4(number);
	char host[REPORT_HOST_MAX], want[REPORT_HOST_MAX];

	if (!hosts_find(&addr, host))
		return;
	make_name(want, number, (unsigned int)(host[0] - 'A'));
	atomic_fetch_add(&found, 1);
	if (strcmp(host, want) != 0 || host[0] < 'A' || host[0] > 'Z')
		atomic_fetch_add(&torn, 1);
}

static void write_one(uint32_t number, unsigned int writer)
{
	const struct addr addr = ip4(number);
	char name[REPORT_HOST_MAX];

	make_name(name, number, writer);
	hosts_remember(&addr, name);
}

/* More addresses than entries, so that these are used again all the time. */
static void *write_and_read(void *ctx)
{
	const unsigned int writer = (unsigned int)(uintptr_t)ctx;
	uint32_t number = writer;

	while (!atomic_load(&stop)) {
		number = number * 1103515245 + 12345;
		write_one(number >> 16 & 255, writer);
		look(number >> 8 & 255);
		look(number >> 16 & 255);
	}
	return NULL;
}

static void pause_ms(long ms)
{
	struct timespec left = {ms / 1000, ms % 1000 * 1000000};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static void start_threads(pthread_t threads[THREADS])
{
	atomic_store(&stop, false);
	atomic_store(&found, 0);
	atomic_store(&torn, 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						write_and_read, (void *)i),
				 0);
}

static void stop_threads(const pthread_t threads[THREADS])
{
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void threads_never_see_half_a_name(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	start_threads(threads);
	pause_ms(1000);
	stop_threads(threads);
	print_message("# %ld names read\n", atomic_load(&found));
	assert_true(atomic_load(&found) > 1000);
	assert_int_equal(atomic_load(&torn), 0);
}

static atomic_int handled;

static void on_alarm(int signal)
{
	const uint32_t number = (uint32_t)atomic_fetch_add(&handled, 1);

	(void)signal;
	write_one(number & 255, 25);
	look(number & 255);
	look(number >> 1 & 255);
}

/* A handler that interrupts a writer does not wait for it. */
static void signal_handlers_read_and_write(void **state)
{
	const struct itimerval often = {{0, 50}, {0, 50}}, never = {0};
	const struct sigaction action = {.sa_handler = on_alarm,
					 .sa_flags = SA_RESTART};
	pthread_t threads[THREADS];

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	start_threads(threads);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	pause_ms(1000);
	setitimer(ITIMER_REAL, &never, NULL);
	stop_threads(threads);
	print_message("# %d signals\n", atomic_load(&handled));
	assert_true(atomic_load(&handled) > 100);
	assert_int_equal(atomic_load(&torn), 0);
}

static int use_in_child(void)
{
	const struct addr addr = ip4(1);
	char host[REPORT_HOST_MAX];

	for (uint32_t i = 0; i < 256; i++)
		look(i);
	hosts_remember(&addr, "child.example");
	return !hosts_find(&addr, host) || strcmp(host, "child.example") ||
	       atomic_load(&torn);
}

/* Whatever other threads are at, a child can use all of it. */
static void children_are_not_stuck(void **state)
{
	pthread_t threads[THREADS];
	int status = 0;

	(void)state;
	start_threads(threads);
	for (int i = 0; i < 100 && status == 0; i++) {
		const pid_t pid = fork();

		if (pid == 0)
			_exit(use_in_child());
		assert_true(pid > 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	stop_threads(threads);
	assert_int_equal(status, 0);
}

/* A child of fork(2) knows what its parent had looked up. */
static void children_inherit(void **state)
{
	const struct addr addr = ip4(9);
	int status = 1;
	pid_t pid;

	(void)state;
	hosts_remember(&addr, "parent.example");
	pid = fork();
	if (pid == 0) {
		const char *name = name_of(&addr);

		_exit(!name || strcmp(name, "parent.example") != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_latest_name_counts, forget),
		cmocka_unit_test_setup(ipv4_in_ipv6_is_ipv4, forget),
		cmocka_unit_test_setup(other_addresses_have_no_name, forget),
		cmocka_unit_test_setup(the_oldest_is_forgotten, forget),
		cmocka_unit_test_setup(repeats_take_no_room, forget),
		cmocka_unit_test_setup(names_are_kept_whole_or_not_at_all,
				       forget),
		cmocka_unit_test_setup(half_an_entry_is_none, forget),
		cmocka_unit_test_setup(threads_never_see_half_a_name, forget),
		cmocka_unit_test_setup(signal_handlers_read_and_write, forget),
		cmocka_unit_test_setup(children_are_not_stuck, forget),
		cmocka_unit_test_setup(children_inherit, forget),
	};

	return cmocka_run_group_tests_name("shim: hosts", tests, NULL, NULL);
}

int main(int argc, char *argv[])
{
	return harness(argc, argv, run, NULL);
}
