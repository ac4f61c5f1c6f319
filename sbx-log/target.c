/* SPDX-License-Identifier: MIT */
/* target.c - what an event was about, read back: socket, name and address. */
#include "target.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"

struct word {
	const char *name;
	int value;
};

static const struct word families[] = {
	{"unix", AF_UNIX},	 {"inet", AF_INET}, {"inet6", AF_INET6},
	{"netlink", AF_NETLINK}, {NULL, 0},
};

static const struct word types[] = {
	{"stream", SOCK_STREAM},
	{"dgram", SOCK_DGRAM},
	{"seqpacket", SOCK_SEQPACKET},
	{"raw", SOCK_RAW},
	{NULL, 0},
};

static bool read_int(const char *digits, int *value)
{
	char *end;
	long number;

	number = strtol(digits, &end, 10);
	*value = (int)number;
	return *digits && !*end && number == *value;
}

/* One of @words, or a number. */
static const char *read_word(struct json_object *object, const char *name,
			     const struct word *words, int *value)
{
	char buf[16] = "";
	const struct member_text text = {name, 0, sizeof(buf), false};
	const char *why = member_text(object, &text, buf);

	*value = 0;
	if (why || !buf[0])
		return why;
	for (; words->name; words++) {
		if (strcmp(words->name, buf) == 0) {
			*value = words->value;
			return NULL;
		}
	}
	return read_int(buf, value) ? NULL : "family or type is not known";
}

/* "@NAME" is abstract, "./@NAME" a path that starts with "@". */
static const char *read_name(struct event *event, struct json_object *member)
{
	struct addr *addr = &event->addr;
	const char *name = json_object_get_string(member);
	size_t len = (size_t)json_object_get_string_len(member);

	if (!json_object_is_type(member, json_type_string))
		return "path is of another type";
	addr->kind = ADDR_PATH;
	addr->family = AF_UNIX;
	if (len > 0 && name[0] == '@') {
		addr->kind = ADDR_ABSTRACT;
		name++, len--;
	} else if (len >= 3 && memcmp(name, "./@", 3) == 0) {
		name += 2, len -= 2;
	}
	if (len >= sizeof(addr->name))
		return "path is too long";
	addr->name_len = (uint8_t)len;
	memcpy(addr->name, name, len);
	return NULL;
}

static const char *read_ip(struct event *event, struct json_object *object,
			   char *ip)
{
	struct addr *addr = &event->addr;
	int64_t port;
	const struct member_number number = {"port", &port, 0, UINT16_MAX,
					     true};
	const char *why = member_number(object, &number);
	char *scope = strchr(ip, '%');
	int index = 0;

	if (why)
		return why;
	if (scope) {
		*scope++ = '\0';
		addr->scope = (uint32_t)strtoul(scope, NULL, 10);
		if (!read_int(scope, &index) && addr->scope == 0)
			return "addr is no IP address";
	}
	addr->port = (uint16_t)port;
	if (inet_pton(AF_INET, ip, addr->ip) == 1) {
		addr->kind = ADDR_INET;
		addr->family = AF_INET;
	} else if (inet_pton(AF_INET6, ip, addr->ip) == 1) {
		addr->kind = ADDR_INET6;
		addr->family = AF_INET6;
	} else {
		return "addr is no IP address";
	}
	return NULL;
}

/* In the words of addr_text(). */
static const char *read_other(struct event *event, const char *text)
{
	static const char family[] = "family ";
	struct addr *addr = &event->addr;
	int number;

	if (strcmp(text, "unspec") == 0) {
		addr->kind = ADDR_UNSPEC;
	} else if (strcmp(text, "unix (autobind)") == 0) {
		addr->kind = ADDR_AUTOBIND;
		addr->family = AF_UNIX;
	} else if (strcmp(text, "invalid address") == 0) {
		addr->kind = ADDR_INVALID;
	} else if (strncmp(text, family, sizeof(family) - 1) == 0 &&
		   read_int(text + sizeof(family) - 1, &number) &&
		   number >= 0 && number <= UINT16_MAX) {
		addr->kind = ADDR_OTHER;
		addr->family = (sa_family_t)number;
	} else {
		return "address is not known";
	}
	return NULL;
}

const char *target_read(struct event *event, struct json_object *object)
{
	char ip[64] = "", other[32] = "";
	const struct member_text addr = {"addr", 0, sizeof(ip), false};
	const struct member_text address = {"address", 0, sizeof(other), false};
	const char *why;
	struct json_object *path = NULL;

	memset(&event->addr, 0, sizeof(event->addr));
	why = read_word(object, "family", families, &event->domain);
	if (!why)
		why = read_word(object, "type", types, &event->type);
	if (!why)
		why = member_text(object, &addr, ip);
	if (!why)
		why = member_text(object, &address, other);
	json_object_object_get_ex(object, "path", &path);
	event->has_addr = path || ip[0] || other[0];
	if (why)
		return why;
	if (path)
		return read_name(event, path);
	if (ip[0])
		return read_ip(event, object, ip);
	return other[0] ? read_other(event, other) : NULL;
}
