/* SPDX-License-Identifier: MIT */
/* symbols.h - the name of a function, from the dynamic symbols. */
#ifndef SBX_STACK_SYMBOLS_H
#define SBX_STACK_SYMBOLS_H

#include "image.h"

/**
 * symbols_name() - Which function is it that an address lies in?
 * @at:		address in memory
 * @name:	set to the name, "" if it is not known
 * @size:	bytes in @name; a longer name is not known
 *
 * Dynamic symbols only: those of the file itself are not in memory.  Files
 * that export more than a few ten thousand are not searched.
 *
 * Return: address at which the function begins
 */
uint64_t symbols_name(const struct memory *memory, const struct image *image,
		      uint64_t at, char *name, size_t size);

#endif /* SBX_STACK_SYMBOLS_H */
