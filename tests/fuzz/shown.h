/* SPDX-License-Identifier: MIT */
/* shown.h - judge texts that are shown: written from the standards, without
 * a look at policy/quote.c.
 */
#ifndef SBX_TESTS_SHOWN_H
#define SBX_TESTS_SHOWN_H

#include "fuzz.h"

/**
 * shown_utf8() - Bytes of the well-formed character at @bytes, 0: ill-formed.
 *
 * Table 3-7 of the Unicode standard, row by row.
 */
size_t shown_utf8(const char *bytes, size_t len, uint32_t *point);

/** shown_safe() - Is all of it UTF-8 that a terminal only displays? */
bool shown_safe(const char *bytes, size_t len);

/**
 * shown_unescape() - Undo \xNN.
 * Return: bytes in @out, which holds @len; dies if an escape is malformed
 */
size_t shown_unescape(const char *text, size_t len, char *out);

/**
 * shown_shell_word() - What a shell makes of the one word in @text: plain
 *	characters, '...' and $'...' with \xNN, \\ and \'.
 * Return: bytes in @out, which holds strlen(@text); dies if a shell would see
 *	anything but one word
 */
size_t shown_shell_word(const char *text, char *out);

/**
 * shown_json_line() - Is it one JSON object, its members strings, numbers,
 *	booleans or arrays of strings, and a newline?  (RFC 8259)
 */
bool shown_json_line(const char *line, size_t len);

/**
 * shown_json_string() - The bytes that a member stands for; \udcNN (NN >= 80)
 *	is a byte, as in Python's surrogateescape.
 * Return: bytes in @out, which holds strlen(@line); -1: no such member
 */
int shown_json_string(const char *line, const char *key, char *out);

#endif /* SBX_TESTS_SHOWN_H */
