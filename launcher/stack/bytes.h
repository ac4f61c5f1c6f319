/* SPDX-License-Identifier: MIT */
/* bytes.h - read numbers from a buffer, and never beyond it.
 *
 * What is not there reads as zero, and sets bad for good.
 */
#ifndef SBX_STACK_BYTES_H
#define SBX_STACK_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *at, *end;
	bool bad;
};

static inline size_t bytes_left(const struct bytes *bytes)
{
	return (size_t)(bytes->end - bytes->at);
}

static inline void bytes_skip(struct bytes *bytes, uint64_t len)
{
	if (len > bytes_left(bytes)) {
		bytes->bad = true;
		len = bytes_left(bytes);
	}
	bytes->at += len;
}

/* A number of 1 to 8 bytes, little-endian as both machines are. */
static inline uint64_t bytes_number(struct bytes *bytes, size_t size)
{
	uint64_t number = 0;

	if (size > bytes_left(bytes)) {
		bytes->bad = true;
		return 0;
	}
	memcpy(&number, bytes->at, size);
	bytes->at += size;
	return number;
}

/* LEB128: DWARF 5, section 7.6.  Bits beyond the 64th are lost. */
static inline uint64_t bytes_leb(struct bytes *bytes, bool is_signed)
{
	uint64_t number = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		byte = (uint8_t)bytes_number(bytes, 1);
		if (shift < 64)
			number |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while ((byte & 0x80) && !bytes->bad);
	if (is_signed && (byte & 0x40) && shift < 64)
		number |= ~0ULL << shift;
	return number;
}

#endif /* SBX_STACK_BYTES_H */
