/* SPDX-License-Identifier: MIT */
/* inet_form.h - what the tests of inet_parse() have in common. */
#ifndef SBX_TESTS_INET_FORM_H
#define SBX_TESTS_INET_FORM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "policy/inet.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* What knows the names of ports. */
static const struct {
	const char *name;
	uint16_t port;
} services[] = {
	{"https", 443},	     {"domain", 53},	  {"ftp", 21},
	{"ftp-data", 20},    {"netbios-ns", 137}, {"netbios-ssn", 139},
	{"iso-tsap", 102},   {"3com-tsmux", 106}, {"x11-1", 6001},
	{"8000-8001", 4321},
};
static int lookups; /* how many names were asked for */

static inline uint16_t lookup(const char *name)
{
	lookups++;
	assert_true(*name);
	for (size_t i = 0; i < COUNT_OF(services); i++)
		if (strcmp(services[i].name, name) == 0)
			return services[i].port;
	return 0;
}

/* From a block of exactly its size, so that ASan sees a byte read too far. */
static inline const char *parse(struct inet_range *range, const char *given,
				enum inet_form form, inet_service_fn *service)
{
	char *copy = strdup(given);
	const char *why;

	assert_non_null(copy);
	memset(range, 0xa5, sizeof(*range));
	why = inet_parse(range, copy, form, service);
	assert_string_equal(copy, given);
	free(copy);
	return why;
}

#endif /* SBX_TESTS_INET_FORM_H */
