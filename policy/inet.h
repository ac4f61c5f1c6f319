/* SPDX-License-Identifier: MIT */
/* inet.h - which IP addresses and ports a rule is about.
 *
 * Pure.  A range is kept in a rule's name as INET_RANGE_SIZE bytes, so that
 * rules of all kinds travel alike.
 */
#ifndef SBX_INET_H
#define SBX_INET_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "policy.h"
#include "text.h"

#define INET_RANGE_SIZE 22

/* Families of a range.  INET_ANY covers every address of both. */
enum inet_family { INET_ANY = 0, INET_V4 = 4, INET_V6 = 6 };

struct inet_range {
	uint8_t family; /* enum inet_family */
	uint8_t bits;	/* of ip that count; INET_ANY: 0 */
	uint8_t ip[16]; /* network byte order, zero beyond bits */
	uint16_t low;	/* ports, both included, host byte order */
	uint16_t high;
};

enum inet_form {
	INET_CONNECT, /* ADDR[/LEN]:PORT[-PORT] */
	INET_LISTEN,  /* [ADDR:]PORT[-PORT] */
};

/* Looks up a service name: its port, or 0. */
typedef uint16_t inet_service_fn(const char *name);

/**
 * inet_parse() - Read a range as a person writes it.
 * @range:	result
 * @given:	"10.0.0.0/8:443", "[::1]:8000-8010", "*:https", "3000"
 * @form:	which parts there are
 * @service:	what knows the names of ports, NULL: nobody
 *
 * A name in place of an address is an error, as what it means can change, and
 * others may change it.  "*" is every address.  To listen at 0.0.0.0 is to
 * listen at every IPv4 address, at [::] at every address; 0.0.0.0/0 is then
 * the same as 0.0.0.0.
 *
 * Return: NULL, or one clause about what is wrong
 */
const char *inet_parse(struct inet_range *range, const char *given,
		       enum inet_form form, inet_service_fn *service);

/**
 * inet_add_rule() - Append a rule that allows a range.
 * @policy:	policy to extend; unchanged on error
 * @kind:	RULE_TCP or RULE_UDP
 * @ops:	OPS_CONNECT or OPS_LISTEN
 * @given:	what the user typed, for messages
 *
 * Return: POLICY_OK or the reason
 */
enum policy_error inet_add_rule(struct policy *policy, enum rule_kind kind,
				unsigned int ops,
				const struct inet_range *range,
				const char *given);

/** inet_range_put() - As bytes for policy_add(). [signal-safe] [no-alloc] */
void inet_range_put(const struct inet_range *range, char *bytes);

/**
 * inet_range_get() - From bytes, which may be anything.
 *
 * Return: whether they are a range [signal-safe] [no-alloc]
 */
bool inet_range_get(struct inet_range *range, const char *bytes, size_t len);

/** inet_range_text() - As inet_parse() reads it. [signal-safe] [no-alloc] */
void inet_range_text(struct text *text, const struct inet_range *range);

/** inet_plain() - An IPv4 address in an IPv6 one, as what it is; others stay.
 *		   [signal-safe] [no-alloc] */
void inet_plain(struct addr *plain, const struct addr *addr);

/**
 * inet_reached() - The address that is reached by connecting to another one.
 *
 * An IPv4 address in an IPv6 one is the former; no address at all is the
 * loopback (tcp_v6_connect(), ip_route_output_key() in the kernel).
 * [signal-safe] [no-alloc]
 */
void inet_reached(struct addr *reached, const struct addr *addr);

/** inet_is_loopback() - 127.0.0.0/8, ::1 or 127.0.0.0/8 within IPv6. */
bool inet_is_loopback(const struct addr *addr);

/** inet_range_has() - Is connecting to it, or sending, within the range? */
bool inet_range_has(const struct inet_range *range, const struct addr *addr);

/** inet_range_hears() - Is listening at an address within the range? */
bool inet_range_hears(const struct inet_range *range, const struct addr *addr);

/**
 * inet_range_stays_home() - Are some addresses of the loopback in the range?
 *
 * Not if all are, of which some are elsewhere anyway.
 */
bool inet_range_stays_home(const struct inet_range *range);

#endif /* SBX_INET_H */
