/* SPDX-License-Identifier: MIT */
/* quote.h - hostile bytes, made safe for a terminal, JSON or a shell.
 *
 * Pure.  UTF-8 is judged strictly (RFC 3629): no overlong forms, no
 * surrogates, nothing above U+10FFFF.
 */
#ifndef SBX_QUOTE_H
#define SBX_QUOTE_H

#include <stddef.h>

#include "text.h"

/**
 * quote_terminal() - Append bytes so that a terminal shows all of them.
 *
 * Backslashes, control characters (C0, DEL, C1), characters that change the
 * direction of text, line separators and bytes that are not UTF-8 are written
 * as \xNN, byte by byte. [signal-safe] [no-alloc]
 */
void quote_terminal(struct text *text, const char *bytes, size_t len);

/**
 * quote_controls() - The same, but backslashes stay as they are.
 *
 * For text that is safe already if all is well, such as a quoted hint.
 * [signal-safe] [no-alloc]
 */
void quote_controls(struct text *text, const char *bytes, size_t len);

/**
 * quote_json() - Append bytes as the inside of a JSON string.
 *
 * What quote_terminal() would not show as it is becomes \uNNNN, a byte that is
 * not part of valid UTF-8 \udcNN (as Python's surrogateescape).
 * [signal-safe] [no-alloc]
 */
void quote_json(struct text *text, const char *bytes, size_t len);

/**
 * quote_shell() - Append bytes as one word of a shell.
 *
 * As it is where that is safe, else '...', else $'...' with \NNN in octal
 * (bash, zsh, ksh, POSIX.1-2024) for what quote_terminal() would not show as it
 * is. [signal-safe] [no-alloc]
 */
void quote_shell(struct text *text, const char *bytes, size_t len);

#endif /* SBX_QUOTE_H */
