/* SPDX-License-Identifier: MIT */
/* tier.c - choose how to enforce: with a supervisor, the kernel, or both.
 *
 * Landlock alone knows directories and sockets that exist.  What else a policy
 * may say needs a supervisor; each such thing is a row of the table below.
 */
#include "tier.h"

#include <errno.h>

#include "backstop/landlock.h"
#include "backstop/seccomp.h"
#include "check.h"
#include "datagrams.h"
#include "diag.h"

const char *tier_name(enum tier tier)
{
	static const char *const names[] = {
		[TIER_SUPERVISED] = "supervised",
		[TIER_LANDLOCK] = "landlock",
		[TIER_LANDLOCK_ONLY] = "landlock-only",
		[TIER_NONE] = "none",
	};

	return names[tier];
}

static bool is_exception(const struct policy_rule *rule)
{
	return rule->effect == EFFECT_DENY;
}

static bool is_inet(const struct policy_rule *rule)
{
	return rule->kind == RULE_TCP || rule->kind == RULE_UDP;
}

static bool binds_a_node(const struct policy_rule *rule)
{
	return rule->kind == RULE_NODE && (rule->ops & OPS_BIND);
}

/* What Landlock cannot express, and what to do instead. */
static const struct {
	bool (*matches)(const struct policy_rule *rule);
	const char *why;
} inexpressible[] = {
	{is_exception, "it knows no exceptions; grant less instead"},
	{policy_rule_is_abstract,
	 "it knows no abstract names; use --backstop=auto"},
	{is_inet, "it knows ports but no addresses; use --backstop=auto"},
	{binds_a_node, "it knows no single name to bind at; use "
		       "--allow-unix-connect, or grant the directory"},
};

/* Why Landlock alone cannot enforce a rule, or NULL. */
static const char *obstacle(const struct policy_rule *rule)
{
	const size_t n = sizeof(inexpressible) / sizeof(*inexpressible);

	for (size_t i = 0; i < n; i++)
		if (inexpressible[i].matches(rule))
			return inexpressible[i].why;
	return NULL;
}

static bool wants_events(const struct options *options)
{
	return options->audit || options->ask ||
	       options->log.target != LOG_NOWHERE || options->log.allowed ||
	       options->log.stacks ||
	       options->log.denials != DENIALS_AS_THEY_COME;
}

static void require_expressible(const struct options *options)
{
	const struct policy *policy = &options->policy;

	for (unsigned int i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		const char *why = obstacle(rule);

		if (why)
			die("--backstop=landlock-only cannot enforce what is "
			    "said of \"%s\": %s",
			    policy->arena + rule->given, why);
	}
	if (policy->deny_errno != EACCES)
		die("--backstop=landlock-only knows no --deny-errno: the "
		    "kernel says EACCES");
	if (policy->network == NETWORK_LOOPBACK)
		die("--backstop=landlock-only cannot enforce --network "
		    "host-loopback: it knows ports but no addresses; use "
		    "--backstop=auto");
	if (wants_events(options))
		die("--backstop=landlock-only logs nothing: nobody sees "
		    "what the kernel refuses");
}

bool tier_grants_trees_only(const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->rule_count; i++)
		if (!is_inet(&policy->rules[i]) &&
		    (policy->rules[i].effect != EFFECT_ALLOW ||
		     policy->rules[i].kind != RULE_TREE))
			return false;
	return true;
}

/* Binding needs a look at names that registers do not hold: an abstract name
 * can be bound anywhere, and to refuse it is to refuse every bind, those of IP
 * too.  A single socket may be made anew by its server. */
static bool loses_nothing(const struct options *options)
{
	const struct policy *policy = &options->policy;

	if (!options->quiet || wants_events(options) || policy->unix_private ||
	    policy->deny_errno != EACCES || policy->network == NETWORK_FULL ||
	    policy_mediates(policy, SOCK_STREAM) ||
	    policy_mediates(policy, SOCK_DGRAM))
		return false;
	for (unsigned int i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].ops & OPS_BIND)
			return false;
	return tier_grants_trees_only(policy);
}

static void require_resolve(const char *tier, int abi)
{
	if (abi < LANDLOCK_ABI_RESOLVE)
		die("--backstop=%s needs Landlock ABI %d (Linux 7.1), this "
		    "kernel has %d; use --backstop=auto",
		    tier, LANDLOCK_ABI_RESOLVE, abi);
}

/* Without a restriction of AF_UNIX there is nothing to leave to the kernel. */
static enum tier strongest(const struct policy *policy)
{
	return policy->unix_all ? TIER_SUPERVISED : TIER_LANDLOCK;
}

enum tier tier_choose(const struct options *options, int abi)
{
	switch (options->backstop) {
	case BACKSTOP_NONE:
		return TIER_NONE;
	case BACKSTOP_SUPERVISED:
		return TIER_SUPERVISED;
	case BACKSTOP_LANDLOCK:
		require_resolve("landlock", abi);
		return strongest(&options->policy);
	case BACKSTOP_LANDLOCK_ONLY:
		require_resolve("landlock-only", abi);
		require_expressible(options);
		return TIER_LANDLOCK_ONLY;
	case BACKSTOP_AUTO:
		break;
	}
	if (abi < LANDLOCK_ABI_RESOLVE)
		return TIER_SUPERVISED;
	return loses_nothing(options) ? TIER_LANDLOCK_ONLY
				      : strongest(&options->policy);
}

/* In the tiers of Landlock the kernel looks at what a datagram socket sends to,
 * so such sockets may exist.  Where they were granted all the same, and the
 * kernel does not know every grant, messages go through the supervisor. */
static unsigned int choose_filter(struct policy *policy, enum tier tier)
{
	unsigned int features = seccomp_features(policy);

	if (tier == TIER_SUPERVISED || !(features & FILTER_UNIX))
		return features;
	if (policy->unix_dgram && tier == TIER_LANDLOCK &&
	    !tier_grants_trees_only(policy))
		return features;
	/* Then all messages are looked at anyway. */
	if (features & FILTER_UDP)
		return features;
	policy->unix_dgram = true;
	return (features & ~(unsigned int)FILTER_DGRAM) | FILTER_DGRAM_FREE;
}

/* Messages of sockets that cannot be fetched cannot be sent for anybody. */
static unsigned int without_fetching(struct policy *policy, unsigned int filter,
				     bool asked)
{
	if (asked && (filter & FILTER_DGRAM))
		die("--allow-unix-dgram needs pidfd_getfd(2), which is missing "
		    "here; see sbx-run --check");
	if (filter & FILTER_UDP)
		die("--allow-udp needs pidfd_getfd(2), which is missing here; "
		    "see sbx-run --check");
	if (filter & FILTER_DGRAM)
		notice("datagram sockets are withheld: pidfd_getfd(2) is "
		       "missing here");
	policy->unix_dgram &= !(filter & FILTER_DGRAM);
	return (filter & ~(unsigned int)FILTER_DGRAM) | FILTER_MAKE;
}

unsigned int tier_filter(struct policy *policy, enum tier tier)
{
	const bool asked = policy->unix_dgram;
	unsigned int filter;

	datagrams_find(policy);
	filter = choose_filter(policy, tier);
	if (tier == TIER_LANDLOCK_ONLY || check_may_fetch())
		return filter;
	return without_fetching(policy, filter, asked);
}
