/* SPDX-License-Identifier: MIT */
/* restore.h - the bytes of names that are not UTF-8, in JSON text. */
#ifndef SBX_LOG_RESTORE_H
#define SBX_LOG_RESTORE_H

#include <stddef.h>

/**
 * restore_bytes() - Replace each escape of a byte by that byte, in place.
 * @json:	one JSON text
 * @len:	bytes in @json
 *
 * The log writes a byte that is not UTF-8 as \udcNN, which json-c reads as
 * U+FFFD, so that different names become the same.  A raw byte in a string it
 * takes as it is (both measured with json-c 0.16).
 *
 * Return: the new length
 */
size_t restore_bytes(char *json, size_t len);

#endif /* SBX_LOG_RESTORE_H */
