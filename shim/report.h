/* SPDX-License-Identifier: MIT */
/* report.h - tell the supervisor, and hear what a refused call shall return.
 *
 * The protocol is in ../policy/report.h.  [signal-safe] [no-alloc]
 */
#ifndef SBX_SHIM_REPORT_H
#define SBX_SHIM_REPORT_H

#include <stdbool.h>

#include "../policy/policy.h"
#include "../policy/report.h"
#include "gate.h"

/** report_hello() - The shim is in this process. */
void report_hello(void);

/**
 * report_refused() - Ask what a call that the policy refuses shall return.
 * @count:	times, with those that were not reported
 *
 * Without a supervisor the kernel is asked, and the event written to SBX_LOG
 * or standard error.
 *
 * Return: an errno value, or 0: the call must be made after all
 */
int report_refused(const struct gate *gate,
		   const struct policy_verdict *verdict, uint32_t count);

/**
 * report_publish() - Have a socket linked or renamed that was bound inside.
 * @ask:	the call, which failed with EACCES
 *
 * Return: 0 if it is done, else the errno value to fail with
 */
int report_publish(const struct report_publish *ask);

/** report_repeated() - The same was refused again, @count times. */
void report_repeated(const struct gate *gate, uint32_t count);

/**
 * report_lookup() - This thread begins to look up a host name, or it has ended
 *		     otherwise than by report_refused().
 *
 * Return: whether there is a supervisor that has heard it
 */
bool report_lookup(bool begins);

/** report_alone() - Is there no supervisor?  [signal-safe] [no-alloc] */
bool report_alone(void);

#endif /* SBX_SHIM_REPORT_H */
