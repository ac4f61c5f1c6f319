/* SPDX-License-Identifier: MIT */
/* hosts.h - which host name did the program ask for, when it got an address?
 *
 * Bounded: what was asked for longest ago is forgotten.  No locks: threads and
 * signal handlers read and write at once, and children of fork(2) go on with
 * what their parent knew.
 */
#ifndef SBX_HOSTS_H
#define SBX_HOSTS_H

#include <stdbool.h>

#include "../policy/addr.h"
#include "../policy/report.h"
#include "gate.h"

#define HOSTS_MAX 128 /* addresses that are remembered */

/**
 * hosts_remember() - This address was the answer to that name.
 * @addr:	ADDR_INET or ADDR_INET6; IPv4 in IPv6 is IPv4
 * @host:	any bytes; a name that would not fit whole is not remembered
 * [signal-safe] [no-alloc]
 */
void hosts_remember(const struct addr *addr, const char *host);

/**
 * hosts_find() - The latest name for an address.
 * @host:	set to the name; left alone if there is none
 *
 * Return: whether there is one [signal-safe] [no-alloc]
 */
bool hosts_find(const struct addr *addr, char host[REPORT_HOST_MAX]);

/**
 * hosts_name() - The name that a call is about.
 * @host:	filled with zeros; stays empty if there is none
 * [signal-safe] [no-alloc]
 */
void hosts_name(const struct gate *gate, char host[REPORT_HOST_MAX]);

#endif /* SBX_HOSTS_H */
