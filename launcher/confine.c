/* SPDX-License-Identifier: MIT */
/* confine.c - tier, pins, domain and filter: what enforces a policy.  */
#include "confine.h"

#include "backstop/mounts.h"
#include "backstop/netns.h"
#include "check.h"
#include "clean.h"
#include "descriptors.h"
#include "diag.h"
#include "proc.h"

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

/* Nobody could tell a directory that was moved into the grant from one that
 * was there: see mounts_loose(). */
static void require_fixed(const struct policy *policy,
			  const struct policy_rule *rule)
{
	const char *dir = policy_rule_name(policy, rule);
	autofree char *point = NULL, *name = NULL;
	const int loose = mounts_loose(dir, &point, &name);

	if (loose < 0)
		die_errno("cannot see what is mounted in \"%s\"", dir);
	if (loose)
		die("cannot grant \"%s\": what is mounted at \"%s\" is \"%s\", "
		    "too, so that directories could be moved in unseen; "
		    "grant sockets by name, or directories that are in only "
		    "one place",
		    policy->arena + rule->given, point ? point : "", name);
}

static void require_directories(const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->kind == RULE_TREE && rule->effect == EFFECT_ALLOW &&
		    (rule->ops & (1U << OP_CONNECT)))
			require_fixed(policy, rule);
	}
}

/* Everything up to here only looked; now the descriptors are taken. */
static int prepare_domain(struct confinement *c, const struct policy *policy)
{
	int ruleset;

	if (!policy->unix_all)
		require_directories(policy);
	pins_open(&c->pins, policy);
	ruleset = landlock_prepare(&c->plan, policy, &c->pins, &c->grants);
	if (ruleset < 0)
		die_errno("cannot build the Landlock domain");
	if (c->plan.alone)
		require_sockets(policy, &c->grants);
	return ruleset;
}

static struct supervisor_config
configure(struct confinement *c, const struct options *options, const char *run)
{
	return (struct supervisor_config){
		.policy = &options->policy,
		.strict = options->strict,
		.learn = options->learn,
		.pins = &c->pins,
		.grants = c->tier == TIER_LANDLOCK ? &c->grants : NULL,
		.run = run,
		.tier = tier_name(c->tier),
		.log = &options->log,
		.quiet = options->quiet,
		.ask = options->ask,
		.keep_caps = options->keep_caps,
		.argv = options->command,
		.words = options->words,
	};
}

void confine_prepare(struct confinement *c, struct options *options,
		     const char *run)
{
	const int abi = check_require();
	enum foreign foreign;

	c->tier = tier_choose(options, abi);
	c->plan = (struct landlock_plan){
		.abi = abi,
		.resolve = c->tier != TIER_SUPERVISED,
		.alone = c->tier == TIER_LANDLOCK_ONLY,
		.inet = options->policy.network == NETWORK_NONE ||
			options->policy.network == NETWORK_LOOPBACK,
	};
	c->config = configure(c, options, run);
	if (!c->plan.alone)
		proc_require();
	if (c->plan.inet)
		netns_require_ours();
	c->config.filter = tier_filter(&options->policy, c->tier);
	foreign = descriptors_check(&options->policy, !c->plan.alone);
	c->config.foreign_inet = foreign != FOREIGN_NONE;
	c->config.inet_locked = foreign != FOREIGN_OTHER &&
				landlock_locks_inet(&c->plan, &options->policy);
	c->config.ruleset = prepare_domain(c, &options->policy);
}
