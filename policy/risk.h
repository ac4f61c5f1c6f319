/* SPDX-License-Identifier: MIT */
/* risk.h - what it means to reach a well-known socket. */
#ifndef SBX_RISK_H
#define SBX_RISK_H

#include <stddef.h>

enum risk {
	RISK_BENIGN,	 /* nothing is known of it */
	RISK_CREDENTIAL, /* keys and passwords can be used, or read */
	RISK_SESSION,	 /* programs can be run in the user's session */
	RISK_ROOT,	 /* programs can be run as root */
};

/**
 * risk_of_path() - Whose socket is it, by its canonical name?
 * @name, @len:	path, NUL-terminated
 * [signal-safe] [no-alloc]
 */
enum risk risk_of_path(const char *name, size_t len);

/** risk_of_abstract() - The same for an abstract name. */
enum risk risk_of_abstract(const char *name, size_t len);

/** risk_text() - "root-equivalent", "session escape", "credential", "benign".
 */
const char *risk_text(enum risk risk);

#endif /* SBX_RISK_H */
