/* SPDX-License-Identifier: MIT */
/* audit.c - --audit and --learn: nothing is refused, everything is recorded.
 */
#include "audit.h"

#include "../policy/inet.h"
#include "../policy/path.h"
#include "diag.h"

static void add_name(struct policy *policy, const char *name)
{
	const char *why = "";

	if (path_add_rule(policy, EFFECT_ALLOW, OPS_ALL, name, &why) != 0)
		die("--audit cannot allow \"%s\": %s", name, why);
}

static void add_inet(struct policy *policy, enum rule_kind kind,
		     unsigned int ops)
{
	const struct inet_range all = {.low = 1, .high = UINT16_MAX};
	const enum policy_error error =
		inet_add_rule(policy, kind, ops, &all, "*:*");

	if (error)
		die("--audit cannot allow IP: %s", policy_error_text(error));
}

void audit_allow_all(struct policy *policy)
{
	if (!policy->unix_all) {
		add_name(policy, "/");
		add_name(policy, "@*");
		policy->unix_dgram = true;
	}
	if (policy->network != NETWORK_NONE &&
	    policy->network != NETWORK_LOOPBACK)
		return;
	add_inet(policy, RULE_TCP, OPS_CONNECT);
	add_inet(policy, RULE_TCP, OPS_LISTEN);
	add_inet(policy, RULE_UDP, OPS_CONNECT);
}
