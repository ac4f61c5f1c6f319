/* SPDX-License-Identifier: MIT */
/* explain.c - the verdicts that --explain asks for, as text or JSON.  */
#include "explain.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "../policy/errname.h"
#include "../policy/json.h"
#include "../policy/quote.h"
#include "alone.h"
#include "backstop/seccomp.h"
#include "confine.h"
#include "diag.h"
#include "supervisor/explain.h"

#define LINE_SIZE EVENT_JSON_MAX

/* All that is said about one target. */
struct answer_text {
	const struct options *options;
	const struct target *target;
	const struct explanation *explanation;
	const char *tier;
	const char *enforcer;
};

/* ---- why ---------------------------------------------------------------- */

static bool is_inet(const struct event *event)
{
	return event->domain == AF_INET || event->domain == AF_INET6;
}

/* What decided where no rule did. */
static const char *default_of(const struct answer_text *a)
{
	const struct explanation *e = a->explanation;
	const struct policy *policy = &a->options->policy;
	const bool inet = is_inet(&e->event);

	if (!e->event.verdict.allow || e->event.audit)
		return "nothing grants it";
	if (inet && (policy->network == NETWORK_FULL ||
		     policy->network == NETWORK_ISOLATED ||
		     (policy->network == NETWORK_LOOPBACK && e->judged)))
		return "the network mode allows it";
	if (inet)
		return "binding alone reaches nobody; listening is judged";
	if (policy->unix_all)
		return "AF_UNIX is not restricted";
	if (a->target->op == OP_LISTEN)
		return "binding is judged, not listening";
	if (policy->unix_private)
		return "--private-sockets allows it";
	return NULL;
}

/* "--allow-unix-socket /run/x"; a proxy's rule says itself what it is from. */
static void put_rule(struct text *text, const struct answer_text *a)
{
	const struct event *event = &a->explanation->event;
	const struct rule_origin *origin =
		&a->options->origins[event->verdict.rule];

	if (strncmp(event->rule, "--", 2) != 0) {
		text_string(text, "--");
		text_string(text, origin->option);
		text_string(text, " ");
	}
	quote_shell(text, event->rule, strlen(event->rule));
}

static const char *origin_of(const struct answer_text *a)
{
	const struct rule_origin *origin =
		&a->options->origins[a->explanation->event.verdict.rule];

	return origin->where ? origin->where : "the command line";
}

/* ---- text --------------------------------------------------------------- */

static void begin_line(struct text *text, const char *label)
{
	text_string(text, "  ");
	text_string(text, label);
	text_string(text, ": ");
}

static void put_line(struct text *text, const char *label, const char *value)
{
	if (!value || !*value)
		return;
	begin_line(text, label);
	quote_controls(text, value, strlen(value));
	text_string(text, "\n");
}

static void put_head(struct text *text, const struct answer_text *a)
{
	const struct event *event = &a->explanation->event;
	const char *error = errname_text(event->verdict.error);

	quote_terminal(text, a->target->given, strlen(a->target->given));
	if (event->audit)
		text_string(text, ": allowed, but only by --audit");
	else
		text_string(text,
			    event->verdict.allow ? ": allowed" : ": refused");
	if (error && !event->verdict.allow) {
		text_string(text, ", ");
		text_string(text, error);
	}
	text_string(text, "\n");
}

static void put_reason(struct text *text, const struct answer_text *a)
{
	if (!a->explanation->event.rule) {
		put_line(text, "why", default_of(a));
		return;
	}
	begin_line(text, "rule");
	put_rule(text, a);
	text_string(text, ", from ");
	quote_terminal(text, origin_of(a), strlen(origin_of(a)));
	text_string(text, "\n");
}

static void put_path(struct text *text, const struct event *event)
{
	if (!event->resolved[0] ||
	    (strlen(event->resolved) == event->addr.name_len &&
	     memcmp(event->resolved, event->addr.name, event->addr.name_len) ==
		     0))
		return;
	begin_line(text, "path");
	quote_terminal(text, event->resolved, strlen(event->resolved));
	text_string(text, "\n");
}

static void put_failure(struct text *text, int error)
{
	if (!error)
		return;
	begin_line(text, "fails all the same");
	text_string(text, strerror(error));
	text_string(text, "\n");
}

static void print_text(const struct answer_text *a, struct text *text)
{
	const struct explanation *e = a->explanation;
	const enum risk risk = event_risk(&e->event);

	put_head(text, a);
	put_path(text, &e->event);
	put_reason(text, a);
	put_line(text, "note", e->event.note);
	put_failure(text, e->fails);
	if (!e->event.verdict.allow || e->event.audit)
		put_line(text, "to allow it", e->event.hint);
	put_line(text, "risk", risk ? risk_text(risk) : NULL);
	begin_line(text, "enforced by");
	text_string(text, a->enforcer);
	text_string(text, ", tier ");
	text_string(text, a->tier);
	text_string(text, "\n");
}

/* ---- JSON --------------------------------------------------------------- */

static void json_reason(struct text *text, const struct answer_text *a)
{
	char rule[PATH_TEXT_MAX * 4];
	struct text words;

	if (!a->explanation->event.rule) {
		json_string(text, "why", default_of(a));
		return;
	}
	text_open(&words, rule, sizeof(rule));
	put_rule(&words, a);
	json_string(text, "rule", rule);
	json_string(text, "from", origin_of(a));
}

static void print_json(const struct answer_text *a, struct text *text)
{
	const struct explanation *e = a->explanation;
	const struct event *event = &e->event;
	const enum risk risk = event_risk(event);

	text_string(text, "{");
	json_string(text, "target", a->target->given);
	json_string(text, "op", policy_op_name(a->target->op));
	json_string(text, "verdict", event_verdict(event));
	json_errno(text, "errno", event->verdict.error);
	json_array(text, "resolved", event->resolved, sizeof(event->resolved));
	json_reason(text, a);
	json_string(text, "note", event->note);
	json_errno(text, "fails", e->fails);
	if (!event->verdict.allow || event->audit)
		json_array(text, "hint", event->hint, sizeof(event->hint));
	json_string(text, "risk", risk ? risk_text(risk) : NULL);
	json_string(text, "enforcer", a->enforcer);
	json_string(text, "tier", a->tier);
	text_string(text, "}\n");
}

/* ---- who enforces it ---------------------------------------------------- */

static bool is_restricted(const struct policy *policy,
			  const struct event *event)
{
	return is_inet(event) ? policy->network != NETWORK_FULL
			      : !policy->unix_all;
}

static const char *enforcer_of(const struct explanation *explanation,
			       const struct policy *policy, enum tier tier)
{
	if (!is_restricted(policy, &explanation->event))
		return "nothing";
	switch (tier) {
	case TIER_NONE:
		return "the shim alone, which a program can evade";
	case TIER_LANDLOCK_ONLY:
		return "the kernel";
	case TIER_LANDLOCK:
	case TIER_SUPERVISED:
		break;
	}
	return explanation->kernel ? "the kernel" : "the supervisor";
}

/* Where nothing is enforced nothing is asked of the machine either. */
static void prepare(struct confinement *c, struct options *options)
{
	static const struct log_options no_log;

	if (options->backstop != BACKSTOP_NONE &&
	    seccomp_needed(&options->policy)) {
		confine_prepare(c, options, "");
	} else {
		c->tier = TIER_NONE;
		c->config = (struct supervisor_config){
			.policy = &options->policy,
			.strict = options->strict,
			.pins = &c->pins,
			.tier = tier_name(TIER_NONE),
			.keep_caps = options->keep_caps,
		};
		pins_open(&c->pins, &options->policy);
	}
	c->config.run = "";
	c->config.log = &no_log;
	c->config.learn = NULL;
	c->config.quiet = true;
	c->config.ask = false;
}

/* ---- tier landlock-only ------------------------------------------------- */

static void refuse_alone(struct explanation *e, const struct options *options,
			 const char *why)
{
	struct event *event = &e->event;

	event->verdict = (struct policy_verdict){.rule = -1, .error = EACCES};
	event->rule = NULL;
	event->note = why;
	if (!event->hint[0])
		snprintf(event->hint, sizeof(event->hint), "without %s",
			 options->backstop == BACKSTOP_AUTO
				 ? "-q"
				 : "--backstop=landlock-only");
	/* The shim looks at files before the kernel does. */
	if (options->no_shim || is_inet(event))
		e->fails = 0;
}

/* The filter lets all names be bound or none, but for those as long as an
 * address of netlink.  Landlock looks at paths then, not at abstract names. */
static void explain_bind(struct explanation *e, const struct options *options)
{
	static const char none[] = "without a supervisor nothing is bound "
				   "unless a directory is granted";
	const struct addr *addr = &e->event.addr;
	const size_t len =
		offsetof(struct sockaddr_un, sun_path) + 1 + addr->name_len;
	const bool may = alone_may_bind(&options->policy);

	if (addr->kind == ADDR_ABSTRACT &&
	    (may || len == sizeof(struct sockaddr_nl))) {
		if (e->event.verdict.allow)
			return;
		e->event.verdict =
			(struct policy_verdict){.allow = true, .rule = -1};
		e->event.note = "the kernel alone cannot refuse it";
	} else if (!may) {
		refuse_alone(e, options, none);
	}
}

/* With nobody to ask, the kernel refuses more, and in its own words.  Only
 * programs that the shim reaches hear what the policy says. */
static void explain_alone(struct explanation *e, const struct options *options)
{
	static const char no_ip[] = "without a supervisor no socket of IP "
				    "is made";
	struct event *event = &e->event;

	if (is_inet(event) && options->policy.network == NETWORK_NONE)
		refuse_alone(e, options, no_ip);
	else if (event->op == OP_BIND)
		explain_bind(e, options);
	else if (event->addr.kind == ADDR_ABSTRACT && !event->verdict.allow &&
		 options->no_shim)
		event->verdict.error = EPERM; /* LANDLOCK_SCOPE_* */
}

/* ---- all of them -------------------------------------------------------- */

static bool explain(const struct options *options, const char *given,
		    enum tier tier, FILE *out)
{
	static struct explanation explanation;
	static char line[LINE_SIZE];
	struct target target;
	struct text text;
	struct answer_text a = {options, &target, &explanation, tier_name(tier),
				"nothing"};

	target_parse(&target, given); /* it was accepted before */
	explain_call(&target, &explanation);
	if (tier == TIER_LANDLOCK_ONLY)
		explain_alone(&explanation, options);
	a.enforcer = enforcer_of(&explanation, &options->policy, tier);
	text_open(&text, line, sizeof(line));
	if (options->log.format == LOG_FORMAT_JSON)
		print_json(&a, &text);
	else
		print_text(&a, &text);
	fputs(line, out);
	return explanation.event.verdict.allow;
}

int explain_print(struct options *options, FILE *out)
{
	static struct confinement confinement; /* large */
	bool allowed = true;

	prepare(&confinement, options);
	explain_begin(&confinement.config);
	for (unsigned int i = 0; i < options->explain_count; i++)
		allowed &= explain(options, options->explain[i],
				   confinement.tier, out);
	explain_end();
	if (fflush(out) != 0)
		die_errno("cannot write the explanation");
	return allowed ? EXPLAIN_ALLOWED : EXPLAIN_REFUSED;
}
