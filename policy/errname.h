/* SPDX-License-Identifier: MIT */
/* errname.h - error numbers by their symbolic names.  */
#ifndef SBX_ERRNAME_H
#define SBX_ERRNAME_H

/**
 * errname_text() - "EACCES" for EACCES.
 *
 * Return: static storage, or NULL if unknown [signal-safe] [no-alloc]
 */
const char *errname_text(int error);

/**
 * errname_value() - EACCES for "EACCES".
 *
 * Return: the number, or 0 if the name is unknown [signal-safe] [no-alloc]
 */
int errname_value(const char *name);

#endif /* SBX_ERRNAME_H */
