/* SPDX-License-Identifier: MIT */
/* memory.h - read what the program points at, wherever it points. */
#ifndef SBX_MEMORY_H
#define SBX_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/**
 * memory_read() - Copy memory that need not be readable.
 * @to:		copy, on the stack
 * @from:	any address
 * @len:	bytes, at most a page
 *
 * Return: false if a byte cannot be read: the kernel will say EFAULT
 *	   [signal-safe] [no-alloc]
 */
bool memory_read(void *to, const void *from, size_t len);

#endif /* SBX_MEMORY_H */
