/* SPDX-License-Identifier: MIT */
/* image.h - an ELF file as it lies in the memory of a process. */
#ifndef SBX_STACK_IMAGE_H
#define SBX_STACK_IMAGE_H

#include "memory.h"

struct image {
	bool bias_known; /* it is an ELF file */
	uint64_t bias;	 /* from addresses in the file to those in memory */
	uint64_t frames, frames_size;	/* .eh_frame_hdr; 0: there is none */
	uint64_t dynamic, dynamic_size; /* ... the dynamic section */
};

/**
 * image_read() - Look at the headers.
 * @at:		where the file may begin
 * @start, @offset: code of it in memory, and where in the file it is
 *
 * Return: false, and an empty @image, if that is no ELF file, or one that has
 *	   that part elsewhere
 */
bool image_read(struct image *image, const struct memory *memory, uint64_t at,
		uint64_t start, uint64_t offset);

#endif /* SBX_STACK_IMAGE_H */
