/* SPDX-License-Identifier: MIT */
/* proxy.h - the proxies on this machine that the environment names. */
#ifndef SBX_PROXY_H
#define SBX_PROXY_H

#include "../policy/inet.h"

#define PROXY_RANGES_MAX 2 /* "localhost" is two addresses */

/* What is wrong with a proxy's URL, or PROXY_USABLE. */
enum proxy_use {
	PROXY_USABLE,
	PROXY_EMPTY,
	PROXY_SCHEME,  /* unknown */
	PROXY_OUTSIDE, /* not on the loopback of this machine */
	PROXY_PORT,    /* no port that can be */
};

/**
 * proxy_parse() - Where does a proxy's URL lead?
 * @url:	"http://user:word@127.0.0.1:3128/", "localhost:8080"
 * @ranges:	filled with the addresses and ports to connect to
 * @count:	set to how many
 *
 * Without a scheme it is http.  A missing port is 80 for http, 443 for https
 * and 1080 for socks4, socks4a, socks5 and socks5h.  Names other than
 * "localhost" are not looked up.
 */
enum proxy_use proxy_parse(const char *url,
			   struct inet_range ranges[PROXY_RANGES_MAX],
			   unsigned int *count);

/** proxy_use_text() - One clause for what is wrong. */
const char *proxy_use_text(enum proxy_use use);

#endif /* SBX_PROXY_H */
