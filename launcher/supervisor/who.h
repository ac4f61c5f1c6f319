/* SPDX-License-Identifier: MIT */
/* who.h - which process an event is about. */
#ifndef SBX_WHO_H
#define SBX_WHO_H

#include "call.h"

/**
 * who_argument() - Read the first word of the client's command line.
 * @argv0:	EVENT_ARGV0_MAX bytes; "" if it is unknown
 *
 * It lies in the client's memory: what is read may be anything, and reading it
 * may take as long as the client likes, so no lock may be held.
 */
void who_argument(const struct call *call, char *argv0);

/** who_called() - Fill in pid, tid, ppid, comm and exe. */
void who_called(const struct call *call, struct event *event);

/**
 * who_named() - Fill in argv0, too, where it says more than these.
 * @argv0:	from who_argument()
 */
void who_named(const char *argv0, struct event *event);

/**
 * who_says_more() - Does the first argument tell more than exe and comm?
 *
 * It does not if its last component is that of @exe, or @comm, which the
 * kernel cuts after 15 bytes: most programs are called by their name.
 */
bool who_says_more(const char *argv0, const char *exe, const char *comm);

#endif /* SBX_WHO_H */
