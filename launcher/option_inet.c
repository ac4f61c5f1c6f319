/* SPDX-License-Identifier: MIT */
/* option_inet.c - what the options about IP addresses do.  */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/inet.h"
#include "diag.h"
#include "option_table.h"
#include "proxy.h"
#include "services.h"

static void add_range(struct policy *policy, enum rule_kind kind,
		      unsigned int ops, const struct inet_range *range,
		      const char *given)
{
	const enum policy_error error =
		inet_add_rule(policy, kind, ops, range, given);

	if (error)
		die("cannot take \"%s\": %s", given, policy_error_text(error));
}

static void add_given(struct parse *parse, const struct option_spec *spec,
		      enum rule_kind kind, enum inet_form form,
		      const char *value)
{
	struct inet_range range;
	const char *why = inet_parse(&range, value, form, services_port);

	if (why)
		die("invalid value \"%s\" for --%s: %s", value, spec->name,
		    why);
	add_range(&parse->options->policy, kind, spec->value, &range, value);
	if (!parse->inet)
		parse->inet = spec->name;
}

void option_allow_connect(struct parse *parse, const struct option_spec *spec,
			  const char *value)
{
	add_given(parse, spec, RULE_TCP, INET_CONNECT, value);
}

void option_allow_listen(struct parse *parse, const struct option_spec *spec,
			 const char *value)
{
	add_given(parse, spec, RULE_TCP, INET_LISTEN, value);
}

void option_allow_udp(struct parse *parse, const struct option_spec *spec,
		      const char *value)
{
	add_given(parse, spec, RULE_UDP, INET_CONNECT, value);
}

/* Its value may hold a password, so it is never shown. */
static bool add_proxy(struct parse *parse, const struct option_spec *spec,
		      const char *variable, const char *url)
{
	struct inet_range ranges[PROXY_RANGES_MAX];
	unsigned int count;
	const enum proxy_use use = proxy_parse(url, ranges, &count);
	char given[64];

	if (use != PROXY_USABLE) {
		notice("notice: --%s takes nothing from %s: %s", spec->name,
		       variable, proxy_use_text(use));
		return false;
	}
	snprintf(given, sizeof(given), "--%s, %s", spec->name, variable);
	for (unsigned int i = 0; i < count; i++)
		add_range(&parse->options->policy, RULE_TCP, OPS_CONNECT,
			  &ranges[i], given);
	return true;
}

void option_allow_proxy(struct parse *parse, const struct option_spec *spec,
			const char *value)
{
	(void)value;
	parse->proxy = spec;
	if (!parse->inet)
		parse->inet = spec->name;
}

void option_take_proxies(struct parse *parse)
{
	static const char *const variables[] = {
		"HTTP_PROXY",  "http_proxy", "HTTPS_PROXY",
		"https_proxy", "ALL_PROXY",  "all_proxy",
	};
	bool any = false;

	if (!parse->proxy)
		return;
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const char *url = getenv(variables[i]);

		if (url)
			any |= add_proxy(parse, parse->proxy, variables[i],
					 url);
	}
	if (!any)
		notice("notice: --%s grants nothing: none of HTTP_PROXY, "
		       "HTTPS_PROXY and ALL_PROXY names a proxy on this "
		       "machine",
		       parse->proxy->name);
}
