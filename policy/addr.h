/* SPDX-License-Identifier: MIT */
/* addr.h - a socket address as bytes, decoded without trusting any of them.
 *
 * Pure.  The rules are the kernel's own (net/unix/af_unix.c, unix(7)): a path
 * ends at the first NUL or at the given length, 108 bytes need no NUL, an
 * abstract name is every byte up to the given length.
 */
#ifndef SBX_ADDR_H
#define SBX_ADDR_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "text.h"

enum addr_kind {
	ADDR_INVALID,  /* the kernel answers EINVAL: too short, too long */
	ADDR_UNSPEC,   /* AF_UNSPEC: disconnects */
	ADDR_AUTOBIND, /* AF_UNIX, length 2: only bind, which picks a name */
	ADDR_PATH,
	ADDR_ABSTRACT,
	ADDR_INET,
	ADDR_INET6,
	ADDR_OTHER, /* any other family */
};

struct addr {
	enum addr_kind kind;
	sa_family_t family;
	uint16_t port;	  /* ADDR_INET, ADDR_INET6: host byte order */
	uint32_t scope;	  /* ADDR_INET6 */
	uint8_t ip[16];	  /* network byte order; first 4 for ADDR_INET */
	uint8_t name_len; /* bytes in name */
	/* path or abstract name (no leading NUL), NUL-terminated */
	char name[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
};

/* "unix:" + 107 bytes escaped fourfold + NUL, or an IPv6 address and port. */
#define ADDR_TEXT_MAX 512

/**
 * addr_decode() - Classify the bytes of a socket address.
 * @out:	result, wholly initialised
 * @bytes:	the address; need not be aligned
 * @len:	bytes, as given to the system call
 * [signal-safe] [no-alloc]
 */
void addr_decode(struct addr *out, const void *bytes, size_t len);

/**
 * addr_text() - For people: "unix:/run/x", "unix:@name", "1.2.3.4:443",
 *		 "[::1]:80", "unspec", "unix (autobind)", "family 40",
 *		 "invalid address".
 *
 * Control bytes, backslashes and bytes that are not UTF-8 are escaped as
 * \xNN, so the text is safe on a terminal.  A relative path that starts with
 * "@" is written as "./@...", so it is not taken for an abstract name.
 *
 * Return: @buf [signal-safe] [no-alloc]
 */
const char *addr_text(const struct addr *addr, char *buf, size_t size);

/**
 * addr_name_prefix() - What tells a name's kind: "@" for an abstract name,
 *			"./" for a path that starts with "@", else "".
 * [signal-safe] [no-alloc]
 */
const char *addr_name_prefix(const struct addr *addr);

/**
 * addr_append_ip() - The address alone: "1.2.3.4", "::1", "fe80::1%2".
 * @text:	text to append to
 * @addr:	ADDR_INET or ADDR_INET6 [signal-safe] [no-alloc]
 */
void addr_append_ip(struct text *text, const struct addr *addr);

#endif /* SBX_ADDR_H */
