/* SPDX-License-Identifier: MIT */
/* stand_in.h - a library that stands for libc's resolver, behind the shim.
 *
 * "127-1-2-3.example" is 127.1.2.3, and fd00::7f01:203; "fail-3" fails with
 * -3, or sets h_errno to 3.  Both leave ENOTUNIQ in errno.
 */
#ifndef SBX_TESTS_SHIM_STAND_IN_H
#define SBX_TESTS_SHIM_STAND_IN_H

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include "harness.h"

static const char resolver[] =
	"#include <errno.h>\n"
	"#include <netdb.h>\n"
	"#include <netinet/in.h>\n"
	"#include <stdio.h>\n"
	"#include <string.h>\n"
	"static unsigned char ip[4];\n"
	"static char *list[] = {(char *)ip, NULL};\n"
	"static struct hostent entry = {.h_addrtype = AF_INET,\n"
	"	.h_length = 4, .h_addr_list = list};\n"
	"static struct sockaddr_in in = {.sin_family = AF_INET};\n"
	"static struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};\n"
	"static struct addrinfo six = {.ai_family = AF_INET6,\n"
	"	.ai_addrlen = sizeof(in6), .ai_addr = (void *)&in6};\n"
	"static struct addrinfo four = {.ai_family = AF_INET,\n"
	"	.ai_addrlen = sizeof(in), .ai_addr = (void *)&in,\n"
	"	.ai_next = &six};\n"
	"static int failure(const char *n)\n"
	"{\n"
	"	int code = 0;\n"
	"	if (n && *n) sscanf(n, \"fail-%d\", &code);\n"
	"	errno = ENOTUNIQ;\n"
	"	if (code) return code;\n"
	"	if (n && *n && sscanf(n, \"%hhu-%hhu-%hhu-%hhu\", ip, ip + 1,\n"
	"		ip + 2, ip + 3) == 4) memcpy(&in.sin_addr, ip, 4);\n"
	"	errno = ENOTUNIQ;\n"
	"	in6.sin6_addr.s6_addr[0] = 0xfd;\n"
	"	memcpy(in6.sin6_addr.s6_addr + 12, ip, 4);\n"
	"	return 0;\n"
	"}\n"
	"int getaddrinfo(const char *n, const char *s,\n"
	"	const struct addrinfo *h, struct addrinfo **r)\n"
	"{\n"
	"	int code = failure(n);\n"
	"	if (code) return -code;\n"
	"	*r = &four;\n"
	"	return 0;\n"
	"}\n"
	"static struct hostent *find(const char *n)\n"
	"{\n"
	"	int code = failure(n);\n"
	"	if (code) h_errno = code;\n"
	"	return code ? NULL : &entry;\n"
	"}\n"
	"struct hostent *gethostbyname(const char *n)\n"
	"{\n"
	"	return find(n);\n"
	"}\n"
	"struct hostent *gethostbyname2(const char *n, int f)\n"
	"{\n"
	"	return f == AF_INET ? find(n) : NULL;\n"
	"}\n"
	"static int find_r(const char *n, struct hostent *h, char *b,\n"
	"	size_t s, struct hostent **r, int *e)\n"
	"{\n"
	"	int code = failure(n);\n"
	"	*h = entry;\n"
	"	*r = code ? NULL : h;\n"
	"	*e = code;\n"
	"	return s < 8 ? ERANGE : 0;\n"
	"}\n"
	"int gethostbyname_r(const char *n, struct hostent *h, char *b,\n"
	"	size_t s, struct hostent **r, int *e)\n"
	"{\n"
	"	return find_r(n, h, b, s, r, e);\n"
	"}\n"
	"int gethostbyname2_r(const char *n, int f, struct hostent *h,\n"
	"	char *b, size_t s, struct hostent **r, int *e)\n"
	"{\n"
	"	return find_r(n, h, b, s, r, e);\n"
	"}\n";

static char plain_preload[8192];

/* Preloads the resolver behind the shim, for what is started from here on. */
HARNESS void preload(const char *name)
{
	char value[16384];

	snprintf(value, sizeof(value), "%s:%s", plain_preload, in_dir(name));
	setenv("LD_PRELOAD", value, 1);
}

HARNESS int make_resolver(void **state)
{
	(void)state;
	snprintf(plain_preload, sizeof(plain_preload), "%s",
		 getenv("LD_PRELOAD"));
	if (!compile("cc -w -shared -fPIC", resolver, "libresolver.so", ""))
		return -1;
	preload("libresolver.so");
	return 0;
}

#endif /* SBX_TESTS_SHIM_STAND_IN_H */
