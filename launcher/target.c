/* SPDX-License-Identifier: MIT */
/* target.c - read what --explain asks about.  */
#include "target.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "../policy/inet.h"
#include "services.h"

static const struct operation {
	const char *name;
	enum policy_op op;
} operations[] = {
	{"connect:", OP_CONNECT},
	{"bind:", OP_BIND},
	{"send:", OP_SEND},
	{"listen:", OP_LISTEN},
};

static const struct kind {
	const char *name;
	int domain, type;
} kinds[] = {
	{"unix:", AF_UNIX, 0},
	{"tcp:", AF_INET, SOCK_STREAM},
	{"udp:", AF_INET, SOCK_DGRAM},
};

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static bool starts(const char **rest, const char *word)
{
	const size_t len = strlen(word);

	if (strncmp(*rest, word, len) != 0)
		return false;
	*rest += len;
	return true;
}

/* An abstract name or a path, terminated where there is room, as in most
 * programs. */
static const char *set_unix(struct target *target, const char *name)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	const size_t len = strlen(name);
	const bool abstract = name[0] == '@';

	if (len == 0 || (abstract && len == 1))
		return "the name is empty";
	if (len > sizeof(addr.sun_path))
		return "no address holds a name of more than 108 bytes";
	memcpy(addr.sun_path, name, len);
	if (abstract)
		addr.sun_path[0] = '\0';
	target->domain = AF_UNIX;
	target->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (!abstract && len < sizeof(addr.sun_path))
		target->len++;
	memcpy(target->raw, &addr, target->len);
	return NULL;
}

static void set_v4(struct target *target, const struct inet_range *range)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(range->low),
	};

	memcpy(&addr.sin_addr, range->ip, sizeof(addr.sin_addr));
	target->domain = AF_INET;
	target->len = sizeof(addr);
	memcpy(target->raw, &addr, sizeof(addr));
}

static void set_v6(struct target *target, const struct inet_range *range)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(range->low),
	};

	memcpy(&addr.sin6_addr, range->ip, sizeof(addr.sin6_addr));
	target->domain = AF_INET6;
	target->len = sizeof(addr);
	memcpy(target->raw, &addr, sizeof(addr));
}

/* All addresses, which is where servers listen, are none to a range. */
static bool is_single(const struct inet_range *range, bool serves)
{
	if (range->low != range->high)
		return false;
	if (range->bits == 0)
		return serves;
	return range->bits == (range->family == INET_V4 ? 32 : 128);
}

static const char *set_inet(struct target *target, const char *name)
{
	const bool serves = target->op == OP_LISTEN || target->op == OP_BIND;
	struct inet_range range;
	const char *why =
		inet_parse(&range, name, serves ? INET_LISTEN : INET_CONNECT,
			   services_port);

	if (why)
		return why;
	if (!is_single(&range, serves))
		return "it is a range; ask about one address and one port";
	if (range.family == INET_V4)
		set_v4(target, &range);
	else
		set_v6(target, &range);
	return NULL;
}

static const struct operation *find_operation(const char **rest)
{
	for (size_t i = 0; i < COUNT_OF(operations); i++)
		if (starts(rest, operations[i].name))
			return &operations[i];
	return NULL;
}

static const struct kind *find_kind(const char **rest)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (starts(rest, kinds[i].name))
			return &kinds[i];
	return NULL;
}

/* What has neither slash nor colon could be a file or the name of a port. */
static const char *guess(struct target *target, const char *name)
{
	if (name[0] == '@' || strchr(name, '/'))
		return set_unix(target, name);
	if (!strchr(name, ':') && target->op != OP_LISTEN)
		return "it is neither a path with a slash, nor @NAME, nor "
		       "ADDRESS:PORT";
	target->type = target->op == OP_SEND ? SOCK_DGRAM : SOCK_STREAM;
	return set_inet(target, name);
}

const char *target_parse(struct target *target, const char *given)
{
	const char *rest = given;
	const struct operation *operation = find_operation(&rest);
	const struct kind *kind = find_kind(&rest);

	if (!operation)
		return "write connect:, bind:, send: or listen: and what it "
		       "is about";
	*target = (struct target){.given = given, .op = operation->op};
	if (!kind)
		return guess(target, rest);
	target->type = kind->type;
	return kind->domain == AF_UNIX ? set_unix(target, rest)
				       : set_inet(target, rest);
}
