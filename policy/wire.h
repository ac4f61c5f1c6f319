/* SPDX-License-Identifier: MIT */
/* wire.h - a compiled policy as one environment string.
 *
 * "SBX_POLICY=1.<crc32 of payload, 8 hex>.<payload, base64url unpadded>".
 * One string survives everything that LD_PRELOAD survives; execve(2) bounds
 * it to 128 KiB (MAX_ARG_STRLEN), which POLICY_ARENA_SIZE respects.
 */
#ifndef SBX_WIRE_H
#define SBX_WIRE_H

#include <stddef.h>

#include "policy.h"

#define WIRE_VARIABLE "SBX_POLICY"
#define WIRE_VERSION  1
#define WIRE_TEXT_MAX 130048 /* 127 KiB */

/**
 * wire_encode() - Write a policy as text, without the "SBX_POLICY=".
 * @policy:	policy
 * @buf:	output, NUL-terminated
 * @size:	bytes in @buf; WIRE_TEXT_MAX always suffices for execve(2)
 *
 * Return: length, or -1 if @buf is too small [signal-safe] [no-alloc]
 */
int wire_encode(const struct policy *policy, char *buf, size_t size);

/**
 * wire_decode() - Read a policy back, believing nothing.
 * @text:	what wire_encode() wrote, or hostile bytes
 * @policy:	result; policy_init()ed, so the strictest, on error
 *
 * Every count, offset, length and enum is checked before use.
 *
 * Return: 0, or -1 if @text is missing, of another version or damaged
 *	   [signal-safe] [no-alloc]
 */
int wire_decode(const char *text, struct policy *policy);

#endif /* SBX_WIRE_H */
