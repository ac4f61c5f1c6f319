/* SPDX-License-Identifier: MIT */
/* diag.h - the launcher's messages, and the exit codes it makes itself. */
#ifndef SBX_DIAG_H
#define SBX_DIAG_H

#include <stdbool.h>

#define EXIT_SBX	 125 /* sbx-run itself failed */
#define EXIT_CANNOT_EXEC 126 /* the command was found, not executable */
#define EXIT_NOT_FOUND	 127 /* the command was not found */

/** warn_msg() - "sbx-run: MESSAGE" and a newline, in one write(2) to fd 2.
 * Keeps errno. */
void warn_msg(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** die() - warn_msg() and exit with EXIT_SBX. */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/** die_errno() - die() with ": " and the text of errno appended. */
void die_errno(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/** diag_program() - Who speaks, if it is not sbx-run. */
void diag_program(const char *name);

/**
 * diag_where() - What messages are about from now on: "FILE:LINE", or NULL.
 *
 * Return: what they were about
 */
const char *diag_where(const char *where);

/** diag_quiet() - Make notice() silent (-q). */
void diag_quiet(void);

/** diag_is_quiet() - Was diag_quiet() called? */
bool diag_is_quiet(void);

/** notice() - Like warn_msg(), but silenced by -q. */
void notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* SBX_DIAG_H */
