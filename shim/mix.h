/* SPDX-License-Identifier: MIT */
/* mix.h - a hash of words, for tables that are read without locks. */
#ifndef SBX_MIX_H
#define SBX_MIX_H

#include <stdint.h>

/** mix() - One round of splitmix64. [signal-safe] [no-alloc] */
static inline uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) + 0x9e3779b97f4a7c15;
	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
	hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
	return hash ^ hash >> 31;
}

#endif /* SBX_MIX_H */
