/* SPDX-License-Identifier: MIT */
/* addr.c - a socket address as bytes, decoded without trusting any of them. */
#include "addr.h"

#include <stdbool.h>
#include <string.h>

#include "quote.h"
#include "text.h"

#define FAMILY_SIZE  sizeof(sa_family_t)
#define ADDRESS_MAX  128 /* sizeof(struct sockaddr_storage) */
#define INET6_MIN    24	 /* SIN6_LEN_RFC2133, include/net/ipv6.h */
#define INET6_GROUPS 8
#define PORT_OFFSET  2
#define INET_OFFSET  4
#define INET6_OFFSET 8
#define SCOPE_OFFSET 24
#define SCOPE_END    28

static void decode_unix(struct addr *out, const char *bytes, size_t len)
{
	const char *path = bytes + FAMILY_SIZE;
	size_t room = len - FAMILY_SIZE;
	const char *nul;

	if (len > sizeof(struct sockaddr_un))
		return;
	if (room == 0) {
		out->kind = ADDR_AUTOBIND;
		return;
	}
	if (path[0] == '\0') {
		out->kind = ADDR_ABSTRACT;
		path++;
		room--;
	} else {
		out->kind = ADDR_PATH;
		nul = memchr(path, '\0', room);
		if (nul)
			room = (size_t)(nul - path);
	}
	out->name_len = (uint8_t)room;
	memcpy(out->name, path, room);
}

static void decode_port(struct addr *out, const char *bytes)
{
	const unsigned char *port = (const unsigned char *)bytes + PORT_OFFSET;

	out->port = (uint16_t)(port[0] << 8 | port[1]);
}

static void decode_inet(struct addr *out, const char *bytes, size_t len)
{
	if (len < sizeof(struct sockaddr_in))
		return;
	out->kind = ADDR_INET;
	decode_port(out, bytes);
	memcpy(out->ip, bytes + INET_OFFSET, sizeof(struct in_addr));
}

static void decode_inet6(struct addr *out, const char *bytes, size_t len)
{
	if (len < INET6_MIN)
		return;
	out->kind = ADDR_INET6;
	decode_port(out, bytes);
	memcpy(out->ip, bytes + INET6_OFFSET, sizeof(struct in6_addr));
	if (len >= SCOPE_END)
		memcpy(&out->scope, bytes + SCOPE_OFFSET, sizeof(out->scope));
}

void addr_decode(struct addr *out, const void *bytes, size_t len)
{
	memset(out, 0, sizeof(*out));
	out->kind = ADDR_INVALID;
	if (len < FAMILY_SIZE || len > ADDRESS_MAX)
		return;
	memcpy(&out->family, bytes, FAMILY_SIZE);
	switch (out->family) {
	case AF_UNSPEC:
		out->kind = ADDR_UNSPEC;
		break;
	case AF_UNIX:
		decode_unix(out, bytes, len);
		break;
	case AF_INET:
		decode_inet(out, bytes, len);
		break;
	case AF_INET6:
		decode_inet6(out, bytes, len);
		break;
	default:
		out->kind = ADDR_OTHER;
		break;
	}
}

static void append_inet(struct text *text, const uint8_t *ip)
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			text_string(text, ".");
		text_number(text, ip[i]);
	}
}

static unsigned int group(const uint8_t *ip, int i)
{
	const uint8_t *at = ip + 2 * (size_t)i;

	return (unsigned int)at[0] << 8 | at[1];
}

/* The longest run of two or more zero groups, the first among equals
 * (RFC 5952, 4.2): its start, or -1; *@run is its length. */
static int find_zeros(const uint8_t *ip, int *run)
{
	int best = -1;

	*run = 1;
	for (int i = 0; i < INET6_GROUPS; i++) {
		int end = i;

		while (end < INET6_GROUPS && group(ip, end) == 0)
			end++;
		if (end - i > *run) {
			best = i;
			*run = end - i;
		}
	}
	return best;
}

static void append_inet6(struct text *text, const uint8_t *ip)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	int run;
	int zeros = find_zeros(ip, &run);

	if (memcmp(ip, mapped, sizeof(mapped)) == 0) {
		text_string(text, "::ffff:");
		append_inet(text, ip + sizeof(mapped));
		return;
	}
	for (int i = 0; i < INET6_GROUPS; i++) {
		if (i == zeros) {
			text_string(text, "::");
			i += run - 1;
			continue;
		}
		if (i > 0 && i != zeros + run)
			text_string(text, ":");
		text_hex(text, group(ip, i), 1);
	}
}

void addr_append_ip(struct text *text, const struct addr *addr)
{
	if (addr->kind == ADDR_INET) {
		append_inet(text, addr->ip);
		return;
	}
	append_inet6(text, addr->ip);
	if (addr->scope != 0) {
		text_string(text, "%");
		text_number(text, addr->scope);
	}
}

const char *addr_name_prefix(const struct addr *addr)
{
	if (addr->kind == ADDR_ABSTRACT)
		return "@";
	return addr->kind == ADDR_PATH && addr->name[0] == '@' ? "./" : "";
}

static void append_endpoint(struct text *text, const struct addr *addr)
{
	bool brackets = addr->kind == ADDR_INET6;

	text_string(text, brackets ? "[" : "");
	addr_append_ip(text, addr);
	text_string(text, brackets ? "]:" : ":");
	text_number(text, addr->port);
}

const char *addr_text(const struct addr *addr, char *buf, size_t size)
{
	struct text text;

	text_open(&text, buf, size);
	switch (addr->kind) {
	case ADDR_INVALID:
		text_string(&text, "invalid address");
		break;
	case ADDR_UNSPEC:
		text_string(&text, "unspec");
		break;
	case ADDR_AUTOBIND:
		text_string(&text, "unix (autobind)");
		break;
	case ADDR_PATH:
	case ADDR_ABSTRACT:
		text_string(&text, "unix:");
		text_string(&text, addr_name_prefix(addr));
		quote_terminal(&text, addr->name, addr->name_len);
		break;
	case ADDR_INET:
	case ADDR_INET6:
		append_endpoint(&text, addr);
		break;
	case ADDR_OTHER:
		text_string(&text, "family ");
		text_number(&text, addr->family);
		break;
	}
	return buf;
}
