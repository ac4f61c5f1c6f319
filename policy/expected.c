/* SPDX-License-Identifier: MIT */
/* expected.c - probes that programs make by themselves and do without.  */
#include "expected.h"

#include <string.h>

/* A name that ends with "/" is all beneath it. */
static const char *const probes[] = {
	"/run/nscd/socket",				    /* glibc, nscd(8) */
	"/var/run/nscd/socket",	    "/run/systemd/userdb/", /* nss-systemd(8) */
	"/run/systemd/resolve/",			    /* nss-resolve(8) */
	"/run/avahi-daemon/socket",			    /* nss-mdns */
	"/var/lib/sss/pipes/",				    /* nss-sss */
	"/run/nslcd/socket",				    /* nss-ldapd */
};

static bool is_probe(const char *probe, const struct policy_request *request)
{
	const size_t len = strlen(probe);

	return probe[len - 1] == '/'
		       ? request->len > len &&
				 memcmp(request->name, probe, len) == 0
		       : request->len == len &&
				 memcmp(request->name, probe, len) == 0;
}

bool expected_probe(const struct policy_request *request)
{
	if (request->op != OP_CONNECT || request->kind != TARGET_PATH)
		return false;
	for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++)
		if (is_probe(probes[i], request))
			return true;
	return false;
}
