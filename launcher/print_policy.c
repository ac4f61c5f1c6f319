/* SPDX-License-Identifier: MIT */
/* print_policy.c - the resolved policy for people: what --print-policy says.
 *
 * One fact a line, fields separated by spaces, names quoted as a shell would
 * take them:
 *
 *	network none
 *	unix-sockets allowlist
 *	unix-datagrams allowed
 *	deny-errno EACCES
 *	abstract-names private
 *	allow connect,send,bind node /run/x.sock
 *	deny connect,send,bind tree /srv/secret (given as ../secret)
 *	allow connect,send tcp 127.0.0.1:8080
 */
#include <string.h>

#include "../policy/errname.h"
#include "../policy/inet.h"
#include "../policy/quote.h"
#include "options.h"

static const char *const kinds[] = {
	[RULE_NODE] = "node",	      [RULE_TREE] = "tree",
	[RULE_ABSTRACT] = "abstract", [RULE_ABSTRACT_PREFIX] = "prefix",
	[RULE_TCP] = "tcp",	      [RULE_UDP] = "udp",
};

/* The name in the form in which it can be given. */
static void append_name(struct text *name, const struct policy *policy,
			const struct policy_rule *rule)
{
	bool prefix = rule->kind == RULE_ABSTRACT_PREFIX;
	struct inet_range range;

	if (rule->kind == RULE_TCP || rule->kind == RULE_UDP) {
		if (inet_range_get(&range, policy_rule_name(policy, rule),
				   rule->name_len))
			inet_range_text(name, &range);
		return;
	}
	if (prefix || rule->kind == RULE_ABSTRACT)
		text_string(name, "@");
	text_bytes(name, policy_rule_name(policy, rule), rule->name_len);
	if (prefix)
		text_string(name, "*");
}

static void print_ops(FILE *out, unsigned int ops)
{
	const char *separator = "";

	for (unsigned int op = 0; op < OP_COUNT; op++) {
		if (!(ops & 1U << op))
			continue;
		fprintf(out, "%s%s", separator,
			policy_op_name((enum policy_op)op));
		separator = ",";
	}
}

static void print_word(FILE *out, const char *bytes, size_t len)
{
	char buf[4 * 4096 + 16];
	struct text word;

	text_open(&word, buf, sizeof(buf));
	quote_shell(&word, bytes, len);
	fputs(buf, out);
}

static void print_rule(FILE *out, const struct policy *policy,
		       const struct policy_rule *rule)
{
	const char *given = policy->arena + rule->given;
	char buf[4096 + 3];
	struct text name;

	text_open(&name, buf, sizeof(buf));
	append_name(&name, policy, rule);

	fputs(rule->effect == EFFECT_ALLOW ? "allow " : "deny ", out);
	print_ops(out, rule->ops);
	fprintf(out, " %s ", kinds[rule->kind]);
	print_word(out, name.buf, name.len);
	if (name.len != rule->given_len ||
	    memcmp(name.buf, given, name.len) != 0) {
		fputs(" (given as ", out);
		print_word(out, given, rule->given_len);
		fputc(')', out);
	}
	fputc('\n', out);
}

void options_print_policy(const struct options *options, FILE *out)
{
	const struct policy *policy = &options->policy;
	const char *error = errname_text(policy->deny_errno);

	fprintf(out, "network %s\n",
		policy_network_name((enum network_mode)policy->network));
	fprintf(out, "unix-sockets %s\n",
		policy->unix_all ? "unrestricted" : "allowlist");
	if (policy->unix_dgram && !policy->unix_all)
		fputs("unix-datagrams allowed\n", out);
	fprintf(out, "deny-errno %s\n", error ? error : "unknown");
	if (policy->unix_private)
		fputs("abstract-names private\n", out);
	for (unsigned int i = 0; i < policy->rule_count; i++)
		print_rule(out, policy, &policy->rules[i]);
}
