/* SPDX-License-Identifier: MIT */
/* inet_parse.c - read a range of addresses and ports as a person writes it.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "inet.h"

#define WORD_MAX 64 /* the longest address has 45 bytes */

static const char no_port[] =
	"a port is missing; write ADDRESS:PORT, and an IPv6 address in "
	"brackets";
static const char bad_port[] =
	"a port is a number from 1 to 65535, a name in /etc/services, a range "
	"as 8000-8010, or * for all";
static const char not_an_address[] =
	"it is no IP address; names are not accepted, because what they mean "
	"may change, and those who run the name server choose it";

static bool is_number(const char *word)
{
	return *word && strspn(word, "0123456789") == strlen(word);
}

static bool read_number(const char *word, unsigned long max, uint16_t *number)
{
	unsigned long value;

	if (!is_number(word) || strlen(word) > 5)
		return false;
	value = strtoul(word, NULL, 10);
	*number = (uint16_t)value;
	return value <= max;
}

static bool read_port(const char *word, inet_service_fn *service,
		      uint16_t *port)
{
	if (read_number(word, UINT16_MAX, port))
		return *port > 0;
	*port = service && *word && !is_number(word) ? service(word) : 0;
	return *port > 0;
}

/* "8000-8010"; the names of services may hold hyphens themselves. */
static bool read_both(struct inet_range *range, char *word,
		      inet_service_fn *service)
{
	char *hyphen = word;
	bool found = false;

	while (!found && (hyphen = strchr(hyphen, '-'))) {
		*hyphen = '\0';
		found = read_port(word, service, &range->low) &&
			read_port(hyphen + 1, service, &range->high);
		*hyphen++ = '-';
	}
	return found;
}

static const char *read_ports(struct inet_range *range, const char *given,
			      inet_service_fn *service)
{
	char word[WORD_MAX];

	if (strcmp(given, "*") == 0) {
		range->low = 1;
		range->high = UINT16_MAX;
		return NULL;
	}
	if (strlen(given) >= sizeof(word))
		return bad_port;
	if (read_port(given, service, &range->low)) {
		range->high = range->low;
		return NULL;
	}
	strcpy(word, given);
	if (!read_both(range, word, service))
		return bad_port;
	return range->low <= range->high ? NULL
					 : "the range of ports ends before it "
					   "begins";
}

static const char *set_address(struct inet_range *range, const char *word,
			       bool brackets)
{
	struct addr addr = {.kind = brackets ? ADDR_INET6 : ADDR_INET};
	struct addr plain;

	if (brackets && strchr(word, '%'))
		return "an address is granted on every interface; leave out "
		       "what follows the %";
	if (inet_pton(brackets ? AF_INET6 : AF_INET, word, addr.ip) != 1)
		return not_an_address;
	range->family = brackets ? INET_V6 : INET_V4;
	range->bits = brackets ? 128 : 32;
	inet_plain(&plain, &addr);
	if (plain.kind != addr.kind) {
		range->family = INET_V4;
		range->bits = 32;
	}
	memcpy(range->ip, plain.ip, sizeof(range->ip));
	return NULL;
}

/* Of an IPv4 address within IPv6 the bits are counted from the longer one. */
static const char *set_bits(struct inet_range *range, const char *word,
			    bool brackets)
{
	const unsigned int before =
		brackets && range->family == INET_V4 ? 96 : 0;
	uint8_t ip[sizeof(range->ip)];
	uint16_t bits;

	if (!read_number(word, range->bits + before, &bits))
		return "the length of a prefix is at most 32 for IPv4 and 128 "
		       "for IPv6";
	if (bits < before)
		return "a prefix of IPv4 within IPv6 is at least 96 bits long";
	range->bits = (uint8_t)(bits - before);
	memcpy(ip, range->ip, sizeof(ip));
	for (unsigned int i = range->bits; i < 8 * sizeof(ip); i++)
		ip[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
	return memcmp(ip, range->ip, sizeof(ip)) == 0
		       ? NULL
		       : "the address has bits beyond its prefix; make them 0";
}

static bool is_nowhere(const struct inet_range *range)
{
	static const uint8_t zero[sizeof(range->ip)];

	return memcmp(range->ip, zero, sizeof(zero)) == 0;
}

/* Of no address at all. */
static const char *set_meaning(struct inet_range *range, enum inet_form form)
{
	if (!is_nowhere(range) ||
	    (form == INET_CONNECT &&
	     range->bits < (range->family == INET_V4 ? 32 : 128)))
		return NULL;
	if (form == INET_CONNECT)
		return "nothing is reached at this address; use 127.0.0.1 or "
		       "[::1], or 0.0.0.0/0 or [::]/0 for all";
	if (range->family == INET_V6)
		range->family = INET_ANY;
	range->bits = 0;
	return NULL;
}

/* "1.2.3.4", "1.2.3.0/24", "[::1]", "[2001:db8::]/32", "*" */
static const char *read_address(struct inet_range *range, const char *given,
				size_t len, enum inet_form form)
{
	const bool brackets = given[0] == '[';
	char word[WORD_MAX];
	char *slash, *end = word;
	const char *why;

	if (len >= sizeof(word))
		return not_an_address;
	memcpy(word, given, len);
	word[len] = '\0';
	if (strcmp(word, "*") == 0)
		return NULL;
	if (brackets) {
		end = strchr(word, ']');
		if (!end || (end[1] && end[1] != '/'))
			return not_an_address;
		*end++ = '\0';
	} else if (strchr(word, ':')) {
		return "an IPv6 address is written in brackets, as [::1]:80";
	}
	slash = strchr(end, '/');
	if (slash)
		*slash++ = '\0';
	why = set_address(range, word + brackets, brackets);
	/* "0.0.0.0/0" is how a range says that it is every address. */
	if (!why && slash && form == INET_LISTEN && strcmp(slash, "0") != 0)
		why = "listening is at one address, or at all of them; leave "
		      "out the length of the prefix";
	if (!why && slash)
		why = set_bits(range, slash, brackets);
	return why ? why : set_meaning(range, form);
}

const char *inet_parse(struct inet_range *range, const char *given,
		       enum inet_form form, inet_service_fn *service)
{
	const char *colon = strrchr(given, ':');
	const char *bracket = strrchr(given, ']');
	const char *why;

	memset(range, 0, sizeof(*range));
	if (colon && bracket > colon)
		colon = NULL;
	if (!colon && (form == INET_CONNECT || bracket))
		return no_port;
	if (!colon)
		return read_ports(range, given, service);
	why = read_address(range, given, (size_t)(colon - given), form);
	return why ? why : read_ports(range, colon + 1, service);
}

enum policy_error inet_add_rule(struct policy *policy, enum rule_kind kind,
				unsigned int ops,
				const struct inet_range *range,
				const char *given)
{
	const struct policy_rule rule = {
		.effect = EFFECT_ALLOW,
		.ops = (uint8_t)ops,
		.kind = (uint8_t)kind,
	};
	char bytes[INET_RANGE_SIZE];

	inet_range_put(range, bytes);
	return policy_add(policy, &rule, bytes, sizeof(bytes), given);
}
