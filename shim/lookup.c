/* SPDX-License-Identifier: MIT */
/* lookup.c - a host name is looked up: what comes of it?
 *
 * A failed lookup is reported; the supervisor knows whether it had refused
 * anything meanwhile, so whether the policy was the reason.  Where there is
 * none, and the kernel refuses by itself, nobody knows, but nobody answers
 * either.
 */
#include "lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "hosts.h"
#include "init.h"
#include "log.h"
#include "report.h"

/* An IPv6 address may have a scope, as "fe80::1%eth0"; no name has a colon. */
static bool is_numeric(const char *host)
{
	struct in_addr ip;

	return strchr(host, ':') || inet_aton(host, &ip) != 0;
}

static bool is_policed(const struct policy *policy)
{
	return policy && policy->network != NETWORK_FULL;
}

void lookup_begin(struct lookup *lookup, const char *host)
{
	const struct policy *policy = init_policy();
	int saved = errno;

	lookup->host = host && *host && !is_numeric(host) ? host : NULL;
	lookup->told = lookup->host && is_policed(policy) && !report_alone() &&
		       report_lookup(true);
	errno = saved;
}

void lookup_found(const struct lookup *lookup, int family, const void *ip)
{
	struct addr addr = {.kind = ADDR_INET};

	if (!lookup->host || (family != AF_INET && family != AF_INET6))
		return;
	if (family == AF_INET6)
		addr.kind = ADDR_INET6;
	memcpy(addr.ip, ip, family == AF_INET ? 4 : 16);
	hosts_remember(&addr, lookup->host);
}

static void report_failed(const struct lookup *lookup)
{
	const struct policy *policy = init_policy();
	const struct policy_verdict verdict = {
		.rule = -1,
		.error = policy ? policy->deny_errno : EACCES,
	};
	const struct gate gate = {
		.op = OP_RESOLVE,
		.fd = -1,
		.host = lookup->host,
	};

	if (lookup->told)
		report_refused(&gate, &verdict, 1);
	else if (init_settings()->enforced && is_policed(policy))
		log_refusal(&gate, &verdict, 1);
}

void lookup_end(const struct lookup *lookup, bool failed)
{
	int saved = errno;

	if (lookup->host && failed)
		report_failed(lookup);
	else if (lookup->told)
		report_lookup(false);
	errno = saved;
}
