/* SPDX-License-Identifier: MIT */
/* test_tier.c - which tier is chosen, and what landlock-only refuses. */
#include "parse.h"
#include "launcher/backstop/filter.h"
#include "launcher/tier.h"

#define OLD_ABI 8
#define NEW_ABI 9

#define PARSE(...) ACCEPT(__VA_ARGS__, "true")

static void names(void **state)
{
	(void)state;
	assert_string_equal(tier_name(TIER_SUPERVISED), "supervised");
	assert_string_equal(tier_name(TIER_LANDLOCK), "landlock");
	assert_string_equal(tier_name(TIER_LANDLOCK_ONLY), "landlock-only");
	assert_string_equal(tier_name(TIER_NONE), "none");
}

static void assert_chosen(enum tier old_abi, enum tier new_abi)
{
	assert_int_equal(tier_choose(options, OLD_ABI), old_abi);
	assert_int_equal(tier_choose(options, NEW_ABI), new_abi);
}

static void auto_takes_the_strongest(void **state)
{
	(void)state;
	PARSE("--allow-unix-socket", "sub");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("-q", "--allow-unix-socket", "sub");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("--allow-all-unix-sockets");
	assert_chosen(TIER_SUPERVISED, TIER_SUPERVISED);
	PARSE("--backstop=supervised");
	assert_chosen(TIER_SUPERVISED, TIER_SUPERVISED);
	PARSE("--backstop=none");
	assert_chosen(TIER_NONE, TIER_NONE);
	PARSE("--backstop=landlock", "--allow-unix-socket", "sub");
	assert_int_equal(tier_choose(options, NEW_ABI), TIER_LANDLOCK);
}

/* Only if nobody wants to hear of refusals, and the kernel can do it all. */
static void alone_if_nothing_is_lost(void **state)
{
	(void)state;
	PARSE("-q");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK_ONLY);
	PARSE("-q", "--allow-unix-connect", "sub");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK_ONLY);
	PARSE("--allow-unix-connect", "sub");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("-q", "--log-stacks", "--allow-unix-connect", "sub");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("-q", "--log", "log", "--allow-unix-connect", "sub");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("-q", "--deny-errno", "EPERM");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	/* Its server may make it anew, or make it at all. */
	PARSE("-q", "--allow-unix-connect", "sub/x.sock");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("-q", "--allow-unix-connect", "@name");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("-q", "--allow-unix-bind", "sub");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("-q", "--allow-unix-connect", "sub", "--deny-unix-socket",
	      "sub/y");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	/* It could bind no address of IP. */
	PARSE("-q", "--allow-unix-connect", "sub", "--network=full",
	      "--unix-sockets=allowlist");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
}

static void choose_new(void *arg)
{
	(void)arg;
	tier_choose(options, NEW_ABI);
}

static void choose_old(void *arg)
{
	(void)arg;
	tier_choose(options, OLD_ABI);
}

static void assert_impossible(void (*choose)(void *), const char *line)
{
	child_run(&child, choose, NULL);
	assert_string_equal(child.err, line);
	assert_int_equal(child.status, 125);
}

#define ALONE	   "--backstop=landlock-only"
#define IMPOSSIBLE "sbx-run: " ALONE " cannot enforce what is said of "

static void old_kernels_are_named(void **state)
{
	(void)state;
	PARSE("--backstop=landlock");
	assert_impossible(choose_old,
			  "sbx-run: --backstop=landlock needs Landlock ABI 9 "
			  "(Linux 7.1), this kernel has 8; use "
			  "--backstop=auto\n");
	PARSE(ALONE);
	assert_impossible(choose_old, "sbx-run: " ALONE " needs Landlock ABI 9 "
				      "(Linux 7.1), this kernel has 8; use "
				      "--backstop=auto\n");
}

static void what_the_kernel_cannot_say(void **state)
{
	(void)state;
	PARSE(ALONE, "--allow-unix-connect", "sub", "--deny-unix-socket",
	      "sub/y");
	assert_impossible(choose_new,
			  IMPOSSIBLE "\"sub/y\": it knows no exceptions; "
				     "grant less instead\n");
	PARSE(ALONE, "--allow-unix-connect", "@name");
	assert_impossible(choose_new,
			  IMPOSSIBLE "\"@name\": it knows no abstract names; "
				     "use --backstop=auto\n");
	PARSE(ALONE, "--allow-unix-socket", "file");
	assert_impossible(choose_new,
			  IMPOSSIBLE "\"file\": it knows no single name to "
				     "bind at; use --allow-unix-connect, or "
				     "grant the directory\n");
	PARSE(ALONE, "--deny-errno", "EPERM");
	assert_impossible(choose_new, "sbx-run: " ALONE " knows no "
				      "--deny-errno: the kernel says "
				      "EACCES\n");
	PARSE(ALONE, "--log", "events");
	assert_impossible(choose_new, "sbx-run: " ALONE " logs nothing: "
				      "nobody sees what the kernel refuses\n");
	PARSE(ALONE, "--log-stacks");
	assert_impossible(choose_new, "sbx-run: " ALONE " logs nothing: "
				      "nobody sees what the kernel refuses\n");
	PARSE(ALONE, "--allow-unix-socket", "sub", "--allow-unix-connect",
	      "file");
	assert_int_equal(tier_choose(options, NEW_ABI), TIER_LANDLOCK_ONLY);
}

/* The kernel knows ports, but whose they are only the supervisor. */
static void addresses_need_a_supervisor(void **state)
{
	static char connect_to[] = "--allow-connect=10.0.0.1:80";
	static char listen_at[] = "--allow-listen=80";
	static char udp[] = "--allow-udp=10.0.0.1:53";
	static char loopback[] = "--network=host-loopback";

	(void)state;
	PARSE("-q", "--network=isolated");
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK_ONLY);
	PARSE("-q", connect_to);
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("-q", listen_at);
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("-q", udp);
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);
	PARSE("-q", loopback);
	assert_chosen(TIER_SUPERVISED, TIER_LANDLOCK);

	PARSE(ALONE, connect_to);
	assert_impossible(choose_new,
			  IMPOSSIBLE "\"10.0.0.1:80\": it knows ports but no "
				     "addresses; use --backstop=auto\n");
	PARSE(ALONE, listen_at);
	assert_impossible(choose_new,
			  IMPOSSIBLE "\"80\": it knows ports but no "
				     "addresses; use --backstop=auto\n");
	PARSE(ALONE, udp);
	assert_impossible(choose_new,
			  IMPOSSIBLE "\"10.0.0.1:53\": it knows ports but no "
				     "addresses; use --backstop=auto\n");
	PARSE(ALONE, loopback);
	assert_impossible(choose_new, "sbx-run: " ALONE " cannot enforce "
				      "--network host-loopback: it knows ports "
				      "but no addresses; use "
				      "--backstop=auto\n");
}

/* Which filter, where datagram sockets of both kinds may exist. */
static void filters_of_tiers(void **state)
{
	const unsigned int plain = FILTER_IP | FILTER_UNIX;

	(void)state;
	PARSE("--allow-connect=10.0.0.1:80");
	assert_int_equal(tier_filter(&options->policy, TIER_SUPERVISED), plain);
	PARSE("--allow-udp=10.0.0.1:53");
	assert_int_equal(tier_filter(&options->policy, TIER_SUPERVISED),
			 plain | FILTER_UDP);
	/* All messages are looked at, so those of AF_UNIX are, too. */
	PARSE("--allow-udp=10.0.0.1:53", "--allow-unix-connect", "sub");
	assert_int_equal(tier_filter(&options->policy, TIER_LANDLOCK),
			 plain | FILTER_UDP);
	PARSE("--allow-udp=10.0.0.1:53", "--allow-unix-dgram");
	assert_int_equal(tier_filter(&options->policy, TIER_SUPERVISED),
			 plain | FILTER_UDP | FILTER_DGRAM);
	PARSE("--network=isolated");
	assert_int_equal(tier_filter(&options->policy, TIER_SUPERVISED),
			 FILTER_ISOLATED | FILTER_UNIX);
	PARSE("--network=full", "--unix-sockets=allowlist");
	assert_int_equal(tier_filter(&options->policy, TIER_SUPERVISED),
			 FILTER_UNIX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(auto_takes_the_strongest),
		cmocka_unit_test(alone_if_nothing_is_lost),
		cmocka_unit_test(old_kernels_are_named),
		cmocka_unit_test(what_the_kernel_cannot_say),
		cmocka_unit_test(addresses_need_a_supervisor),
		cmocka_unit_test(filters_of_tiers),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
