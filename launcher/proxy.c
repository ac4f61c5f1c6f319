/* SPDX-License-Identifier: MIT */
/* proxy.c - the proxies on this machine that the environment names.  */
#include "proxy.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HOST_MAX 64

static const struct scheme {
	const char *name;
	uint16_t port;
} schemes[] = {
	{"http", 80},	   {"https", 443},   {"socks4", 1080},
	{"socks4a", 1080}, {"socks5", 1080}, {"socks5h", 1080},
};

const char *proxy_use_text(enum proxy_use use)
{
	static const char *const texts[] = {
		[PROXY_USABLE] = "it is usable",
		[PROXY_EMPTY] = "it is empty",
		[PROXY_SCHEME] = "its scheme is not http, https, socks4, "
				 "socks4a, socks5 or socks5h",
		[PROXY_OUTSIDE] = "its host is not localhost, 127.0.0.0/8 or "
				  "[::1]",
		[PROXY_PORT] = "its port is no number from 1 to 65535",
	};

	return texts[use];
}

/* Sets *@rest to what follows "://". */
static bool find_scheme(const char *url, const char **rest, uint16_t *port)
{
	const char *end = strstr(url, "://");
	const size_t n = sizeof(schemes) / sizeof(*schemes);

	*rest = end ? end + 3 : url;
	*port = schemes[0].port;
	for (size_t i = 0; end && i < n; i++) {
		const struct scheme *scheme = &schemes[i];

		if (strlen(scheme->name) != (size_t)(end - url) ||
		    strncasecmp(url, scheme->name, (size_t)(end - url)) != 0)
			continue;
		*port = scheme->port;
		return true;
	}
	return !end;
}

/* The host and port of "user:word@host:port/path".  A password may hold an
 * "@" that is not written as %40; no host does. */
static bool find_host(const char *rest, char host[HOST_MAX], const char **port)
{
	const char *end = rest + strcspn(rest, "/?#");
	const char *at = memrchr(rest, '@', (size_t)(end - rest));
	const char *colon;
	size_t len;

	if (at)
		rest = at + 1;
	colon = memrchr(rest, ':', (size_t)(end - rest));
	if (rest[0] == '[') {
		const char *bracket = memchr(rest, ']', (size_t)(end - rest));

		if (!bracket)
			return false;
		colon = bracket[1] == ':' ? bracket + 1 : NULL;
		if (!colon && bracket + 1 != end)
			return false;
	}
	len = (size_t)((colon ? colon : end) - rest);
	if (len >= HOST_MAX)
		return false;
	memcpy(host, rest, len);
	host[len] = '\0';
	*port = colon ? colon + 1 : NULL;
	return true;
}

static bool read_port(const char *word, uint16_t *port)
{
	const size_t digits = word ? strspn(word, "0123456789") : 0;
	unsigned long value;

	if (!word || digits == 0) /* "host:" has none either */
		return !word || strchr("/?#", word[0]) != NULL;
	if (!strchr("/?#", word[digits]) || digits > 5)
		return false;
	value = strtoul(word, NULL, 10);
	*port = (uint16_t)value;
	return value > 0 && value <= UINT16_MAX;
}

static void add(struct inet_range *range, const struct addr *addr,
		uint16_t port)
{
	const bool v6 = addr->kind == ADDR_INET6;

	*range = (struct inet_range){
		.family = v6 ? INET_V6 : INET_V4,
		.bits = v6 ? 128 : 32,
		.low = port,
		.high = port,
	};
	memcpy(range->ip, addr->ip, sizeof(range->ip));
}

static unsigned int add_host(const char *host, uint16_t port,
			     struct inet_range ranges[PROXY_RANGES_MAX])
{
	struct addr v4 = {.kind = ADDR_INET}, v6 = {.kind = ADDR_INET6};
	struct addr plain;
	char word[HOST_MAX];
	const size_t len = strlen(host);

	if (strcasecmp(host, "localhost") == 0) {
		inet_reached(&plain, &v4);
		add(&ranges[0], &plain, port);
		inet_reached(&plain, &v6);
		add(&ranges[1], &plain, port);
		return 2;
	}
	if (host[0] == '[') {
		memcpy(word, host + 1, len - 2);
		word[len - 2] = '\0';
		if (inet_pton(AF_INET6, word, v6.ip) != 1)
			return 0;
		inet_plain(&plain, &v6);
	} else if (inet_pton(AF_INET, host, v4.ip) == 1) {
		plain = v4;
	} else {
		return 0;
	}
	if (!inet_is_loopback(&plain))
		return 0;
	add(&ranges[0], &plain, port);
	return 1;
}

enum proxy_use proxy_parse(const char *url,
			   struct inet_range ranges[PROXY_RANGES_MAX],
			   unsigned int *count)
{
	char host[HOST_MAX];
	const char *rest, *word;
	uint16_t port;

	*count = 0;
	if (!*url)
		return PROXY_EMPTY;
	if (!find_scheme(url, &rest, &port))
		return PROXY_SCHEME;
	if (!find_host(rest, host, &word))
		return PROXY_OUTSIDE;
	if (!read_port(word, &port))
		return PROXY_PORT;
	*count = add_host(host, port, ranges);
	return *count > 0 ? PROXY_USABLE : PROXY_OUTSIDE;
}
