/* SPDX-License-Identifier: MIT */
/* main.c - sbx-run: from the command line to a confined command.
 *
 * The order matters:
 *
 *   options	canonicalise every grant; nothing has been changed yet
 *   pins	hold the directories that the grants are about
 *   domain	build the Landlock domain (applied by the command itself)
 *   environ	policy and shim into our own environment
 *   fork	launcher stays, supervisor forks the command (process.c,
 *		supervisor/supervisor.c, supervisor/start.c)
 *
 * Whatever fails on the way ends here with exit code 125, nothing half done.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "../policy/report.h"
#include "alone.h"
#include "backstop/landlock.h"
#include "backstop/pins.h"
#include "backstop/seccomp.h"
#include "check.h"
#include "datagrams.h"
#include "descriptors.h"
#include "diag.h"
#include "env.h"
#include "options.h"
#include "process.h"
#include "proc.h"
#include "program.h"
#include "tier.h"

static void name_run(char run[17])
{
	unsigned char bytes[8];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		die_errno("cannot name this run");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(run + 2 * i, 3, "%02x", bytes[i]);
}

/* The shim explains; without it the backstop holds all the same. */
static const char *find_shim(const struct options *options,
			     const struct elf_info *program)
{
	const char *why, *shim;

	if (options->no_shim)
		return NULL;
	shim = env_shim_path(&why);
	if (!shim)
		notice("running without the shim: %s", why);
	/* A static program may start dynamic ones: hand the shim on. */
	if (shim && options->backstop == BACKSTOP_NONE &&
	    (program->kind != ELF_DYNAMIC || program->go))
		die("\"%s\" is a static or foreign program: --backstop=none "
		    "would enforce nothing on it",
		    options->command[0]);
	return shim;
}

static _Noreturn void run_shim_only(struct options *options,
				    const char *program,
				    const struct elf_info *info,
				    const char *run)
{
	const char *shim = find_shim(options, info);

	datagrams_find(&options->policy);
	if (!shim)
		die("--backstop=none without the shim would enforce nothing");
	notice("--backstop=none: the shim alone asks the program to comply; "
	       "nothing is enforced");
	env_prepare(&options->policy, run, shim, info, options->log.path);
	env_set_tier(tier_name(TIER_NONE));
	env_set_stacks(false);
	program_execute(program, options->command);
}

/* Only a supervisor answers this call; the kernel knows no such option. */
static bool is_supervised(void)
{
	return prctl(REPORT_PRCTL, REPORT_HELLO, 0, 0, 0) == 0;
}

/* One process tree has room for one notifying filter (seccomp(2), EBUSY). */
static _Noreturn void run_nested(const struct options *options,
				 const char *program)
{
	warn_msg("already inside a sandbox: its policy applies, what is "
		 "asked for here does not");
	program_execute(program, options->command);
}

/* The kernel grants sockets, not names. */
static void require_sockets(const struct policy *policy,
			    const struct landlock_grants *grants)
{
	for (unsigned int i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->kind == RULE_NODE && !grants->rule[i].given)
			die("--backstop=landlock-only cannot grant \"%s\": "
			    "there is no socket yet; grant its directory",
			    policy->arena + rule->given);
	}
}

/* Everything up to here only looked; now the descriptors are taken. */
static int prepare_domain(const struct options *options,
			  const struct landlock_plan *plan, struct pins *pins,
			  struct landlock_grants *grants)
{
	int ruleset;

	pins_open(pins, &options->policy);
	ruleset = landlock_prepare(plan, &options->policy, pins, grants);
	if (ruleset < 0)
		die_errno("cannot build the Landlock domain");
	if (plan->alone)
		require_sockets(&options->policy, grants);
	return ruleset;
}

static _Noreturn void run_confined(struct options *options, const char *program,
				   const struct elf_info *info,
				   const char *name)
{
	static struct pins pins;
	static struct landlock_grants grants;
	const int abi = check_require();
	const enum tier tier = tier_choose(options, abi);
	const struct landlock_plan plan = {
		.abi = abi,
		.resolve = tier != TIER_SUPERVISED,
		.alone = tier == TIER_LANDLOCK_ONLY,
		.inet = options->policy.network == NETWORK_NONE ||
			options->policy.network == NETWORK_LOOPBACK,
	};
	struct supervisor_config config = {
		.policy = &options->policy,
		.strict = options->strict,
		.learn = options->learn,
		.pins = &pins,
		.grants = tier == TIER_LANDLOCK ? &grants : NULL,
		.run = name,
		.tier = tier_name(tier),
		.log = &options->log,
		.quiet = options->quiet,
		.keep_caps = options->keep_caps,
		.program = program,
		.argv = options->command,
		.words = options->words,
	};
	enum foreign foreign;
	const char *shim;

	if (!plan.alone)
		proc_require();
	config.filter = tier_filter(&options->policy, tier);
	foreign = descriptors_check(&options->policy, !plan.alone);
	config.foreign_inet = foreign != FOREIGN_NONE;
	config.inet_locked = foreign != FOREIGN_OTHER &&
			     landlock_locks_inet(&plan, &options->policy,
						 config.foreign_inet);
	config.ruleset = prepare_domain(options, &plan, &pins, &grants);
	shim = find_shim(options, info);
	config.shim_expected = shim && info->kind == ELF_DYNAMIC;
	env_prepare(&options->policy, name, shim, info, NULL);
	env_set_tier(config.tier);
	env_set_stacks(options->log.stacks && shim);
	if (plan.alone)
		alone_run(&config);
	process_run(&config);
}

static _Noreturn void run(struct options *options)
{
	static char program[PATH_MAX];
	static char name[17];
	struct elf_info info;

	program_find(options->command[0], program);
	if (!seccomp_needed(&options->policy))
		program_execute(program, options->command);
	if (is_supervised())
		run_nested(options, program);
	name_run(name);
	elf_probe(program, &info);
	if (options->backstop == BACKSTOP_NONE)
		run_shim_only(options, program, &info, name);
	run_confined(options, program, &info, name);
}

int main(int argc, char **argv)
{
	static struct options options; /* large */

	descriptors_secure();
	options_parse(&options, argc, argv);
	switch (options.action) {
	case ACTION_HELP:
		options_help(stdout);
		break;
	case ACTION_VERSION:
		options_version(stdout);
		break;
	case ACTION_CHECK:
		return check_print(stdout);
	case ACTION_PRINT_POLICY:
		if (!is_supervised())
			datagrams_find(&options.policy);
		options_print_policy(&options, stdout);
		break;
	case ACTION_MAN_OPTIONS:
		options_man(stdout);
		break;
	case ACTION_RUN:
		run(&options);
	}
	return fflush(stdout) == 0 ? 0 : EXIT_SBX;
}
