/* SPDX-License-Identifier: MIT */
/* datagrams.c - does a grant lead to a datagram socket?
 *
 * A file does not tell what kind of socket it is.  Connecting a datagram
 * socket does: it sends nothing, and nobody is told.  A stream socket answers
 * EPROTOTYPE, a dead one ECONNREFUSED.
 */
#include "datagrams.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "clean.h"

static bool is_datagram(const struct sockaddr_un *addr, socklen_t len)
{
	autoclose int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* EPERM: it is, but it listens to one other only. */
	return fd >= 0 &&
	       (connect(fd, (const struct sockaddr *)addr, len) == 0 ||
		errno == EPERM);
}

/* By a descriptor, for an address is too short for a long path. */
static bool node_is_datagram(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	autoclose int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return false;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d", fd);
	return is_datagram(&addr, sizeof(addr));
}

static bool name_is_datagram(const char *name, size_t len)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	const size_t start = offsetof(struct sockaddr_un, sun_path) + 1;

	if (len >= sizeof(addr.sun_path))
		return false;
	memcpy(addr.sun_path + 1, name, len);
	return is_datagram(&addr, (socklen_t)(start + len));
}

static bool leads_to_datagram(const struct policy *policy,
			      const struct policy_rule *rule)
{
	const char *name = policy_rule_name(policy, rule);

	if (rule->effect != EFFECT_ALLOW || !(rule->ops & 1U << OP_SEND))
		return false;
	if (rule->kind == RULE_NODE)
		return node_is_datagram(name);
	return rule->kind == RULE_ABSTRACT &&
	       name_is_datagram(name, rule->name_len);
}

void datagrams_find(struct policy *policy)
{
	for (unsigned int i = 0; i < policy->rule_count && !policy->unix_dgram;
	     i++)
		policy->unix_dgram =
			leads_to_datagram(policy, &policy->rules[i]);
}
