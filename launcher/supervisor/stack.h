/* SPDX-License-Identifier: MIT */
/* stack.h - where in a program a call comes from: --log-stacks. */
#ifndef SBX_SUPERVISOR_STACK_H
#define SBX_SUPERVISOR_STACK_H

#include "../../policy/frame.h"
#include "call.h"

/**
 * stack_gather() - Walk the stack of a call that the shim reports.
 * @stack:	its len is 0 if stacks are not wanted, or this one is not known
 *
 * It is in the client's memory, and reading that may take as long as the client
 * likes, so no lock may be held.
 */
void stack_gather(const struct call *call, struct stack *stack);

#endif /* SBX_SUPERVISOR_STACK_H */
