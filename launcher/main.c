/* SPDX-License-Identifier: MIT */
/* main.c - sbx-run: from the command line to a confined command.
 *
 * The order matters:
 *
 *   options	canonicalise every grant; nothing has been changed yet
 *   confine	choose the tier, hold the directories that the grants are
 *		about, build the Landlock domain (applied by the command)
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
#include "backstop/seccomp.h"
#include "check.h"
#include "confine.h"
#include "datagrams.h"
#include "descriptors.h"
#include "diag.h"
#include "env.h"
#include "explain.h"
#include "options.h"
#include "process.h"
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

static _Noreturn void run_confined(struct options *options, const char *program,
				   const struct elf_info *info,
				   const char *name)
{
	static struct confinement confinement; /* large */
	struct supervisor_config *config = &confinement.config;
	const char *shim;

	confine_prepare(&confinement, options, name);
	config->program = program;
	shim = find_shim(options, info);
	config->shim_expected = shim && info->kind == ELF_DYNAMIC;
	env_prepare(&options->policy, name, shim, info, NULL);
	env_set_tier(config->tier);
	env_set_stacks(options->log.stacks && shim);
	if (confinement.tier == TIER_LANDLOCK_ONLY)
		alone_run(config);
	process_run(config);
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
	case ACTION_EXPLAIN:
		if (is_supervised())
			die("already inside a sandbox: its policy applies, and "
			    "only its own sbx-run can explain that");
		return explain_print(&options, stdout);
	case ACTION_MAN_OPTIONS:
		options_man(stdout);
		break;
	case ACTION_RUN:
		run(&options);
	}
	return fflush(stdout) == 0 ? 0 : EXIT_SBX;
}
