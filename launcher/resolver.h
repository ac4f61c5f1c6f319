/* SPDX-License-Identifier: MIT */
/* resolver.h - what libc's resolver asks: /etc/resolv.conf and /etc/hosts. */
#ifndef SBX_RESOLVER_H
#define SBX_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include "../policy/policy.h"

#define RESOLVER_SERVERS_MAX 3 /* MAXNS in glibc and musl */

struct resolver {
	struct addr servers[RESOLVER_SERVERS_MAX]; /* port 53 */
	unsigned int count;
	bool tcp; /* options use-vc */
};

/**
 * resolver_parse() - Read a resolv.conf(5).
 * @resolver:	result; nameservers that an option could not name, as those of
 *		one link (fe80::1%eth0), are left out
 * @text:	NUL-terminated; is taken apart
 */
void resolver_parse(struct resolver *resolver, char *text);

/** resolver_granted() - May one of the nameservers be asked? */
bool resolver_granted(const struct resolver *resolver,
		      const struct policy *policy);

/** resolver_may_answer() - resolver_granted() by this machine's resolv.conf. */
bool resolver_may_answer(const struct policy *policy);

/**
 * resolver_advise() - The option that would let names be looked up.
 * @policy:	policy that grants no nameserver
 * @buf:	set to "--allow-udp 10.0.0.2:53", "--allow-connect 10.0.0.2:53"
 *		where TCP is used, "--network full" if no option does it
 */
void resolver_advise(const struct resolver *resolver,
		     const struct policy *policy, char *buf, size_t size);

/** resolver_hint() - resolver_advise() by this machine's resolv.conf. */
void resolver_hint(const struct policy *policy, char *buf, size_t size);

/**
 * resolver_lists() - Is a name in a hosts(5) file?
 * @text:	NUL-terminated; is taken apart
 * @host:	any bytes
 */
bool resolver_lists(char *text, const char *host);

/** resolver_knows() - resolver_lists() by this machine's hosts. */
bool resolver_knows(const char *host);

#endif /* SBX_RESOLVER_H */
