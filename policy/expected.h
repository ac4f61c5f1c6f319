/* SPDX-License-Identifier: MIT */
/* expected.h - probes that programs make by themselves and do without. */
#ifndef SBX_EXPECTED_H
#define SBX_EXPECTED_H

#include <stdbool.h>

#include "policy.h"

/**
 * expected_probe() - Is refusing this of no consequence?
 *
 * The C library and its plug-ins ask local services for users, groups and host
 * names, and go on without an answer: such refusals are logged, but need not
 * be shown. [signal-safe] [no-alloc]
 */
bool expected_probe(const struct policy_request *request);

#endif /* SBX_EXPECTED_H */
