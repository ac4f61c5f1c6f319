/* SPDX-License-Identifier: MIT */
/* hook_resolve.c - getaddrinfo and gethostbyname in all its forms: watched, to
 * know names by their addresses.
 *
 * They are not signal-safe in any libc, so dlsym(3) may be called here, where
 * the initialisation is under way in another thread.
 */
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>

#include "init.h"
#include "lookup.h"
#include "real.h"

/* A name with more addresses would drive others out of the table. */
#define ADDRESSES_MAX 32

#define next_of(name)                                                          \
	(real_pointer(name) ? real.name                                        \
			    : (__typeof__(real.name))dlsym(RTLD_NEXT, #name))

static void found_info(const struct lookup *lookup, const struct addrinfo *info)
{
	for (int i = 0; info && i < ADDRESSES_MAX; info = info->ai_next, i++) {
		const void *addr = info->ai_addr;

		if (info->ai_family == AF_INET)
			lookup_found(
				lookup, AF_INET,
				&((const struct sockaddr_in *)addr)->sin_addr);
		else if (info->ai_family == AF_INET6)
			lookup_found(lookup, AF_INET6,
				     &((const struct sockaddr_in6 *)addr)
					      ->sin6_addr);
	}
}

/* Names that do not exist are said to be so where nobody could be asked, too:
 * glibc says EAI_NONAME for AF_INET and EAI_AGAIN for the rest. */
static bool may_be_network(int error)
{
	return error == EAI_AGAIN || error == EAI_FAIL || error == EAI_SYSTEM ||
	       error == EAI_NONAME || error == EAI_NODATA;
}

int getaddrinfo(const char *name, const char *service,
		const struct addrinfo *req, struct addrinfo **pai)
{
	__typeof__(getaddrinfo) *next = next_of(getaddrinfo);
	bool numeric = req && (req->ai_flags & AI_NUMERICHOST);
	struct lookup lookup;
	int error;

	lookup_begin(&lookup, numeric ? NULL : name);
	error = next(name, service, req, pai);
	if (error == 0)
		found_info(&lookup, *pai);
	lookup_end(&lookup, may_be_network(error));
	return error;
}

static void end_host(const struct lookup *lookup, const struct hostent *host)
{
	for (int i = 0; host && host->h_addr_list[i] && i < ADDRESSES_MAX; i++)
		lookup_found(lookup, host->h_addrtype, host->h_addr_list[i]);
	lookup_end(lookup, !host);
}

struct hostent *gethostbyname(const char *name)
{
	__typeof__(gethostbyname) *next = next_of(gethostbyname);
	struct lookup lookup;
	struct hostent *host;

	lookup_begin(&lookup, name);
	host = next(name);
	end_host(&lookup, host);
	return host;
}

struct hostent *gethostbyname2(const char *name, int af)
{
	__typeof__(gethostbyname2) *next = next_of(gethostbyname2);
	struct lookup lookup;
	struct hostent *host;

	lookup_begin(&lookup, name);
	host = next(name, af);
	end_host(&lookup, host);
	return host;
}

/* A buffer that is too small says nothing about the name. */
static void end_host_r(const struct lookup *lookup, int error,
		       const struct hostent *host)
{
	if (error == ERANGE)
		lookup_end(lookup, false);
	else
		end_host(lookup, error == 0 ? host : NULL);
}

int gethostbyname_r(const char *name, struct hostent *result_buf, char *buf,
		    size_t buflen, struct hostent **result, int *h_errnop)
{
	__typeof__(gethostbyname_r) *next = next_of(gethostbyname_r);
	struct lookup lookup;
	int error;

	lookup_begin(&lookup, name);
	error = next(name, result_buf, buf, buflen, result, h_errnop);
	end_host_r(&lookup, error, *result);
	return error;
}

int gethostbyname2_r(const char *name, int af, struct hostent *result_buf,
		     char *buf, size_t buflen, struct hostent **result,
		     int *h_errnop)
{
	__typeof__(gethostbyname2_r) *next = next_of(gethostbyname2_r);
	struct lookup lookup;
	int error;

	lookup_begin(&lookup, name);
	error = next(name, af, result_buf, buf, buflen, result, h_errnop);
	end_host_r(&lookup, error, *result);
	return error;
}
