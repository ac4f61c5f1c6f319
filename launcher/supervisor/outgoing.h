/* SPDX-License-Identifier: MIT */
/* outgoing.h - the bytes of a message that a client wants to send. */
#ifndef SBX_OUTGOING_H
#define SBX_OUTGOING_H

#include <sys/uio.h>

#include "call.h"

#define OUTGOING_VECTORS_MAX 1024	/* UIO_MAXIOV */
#define OUTGOING_BYTES_MAX   0x7ffff000 /* MAX_RW_COUNT of the kernel */
#define OUTGOING_FEW	     8
#define OUTGOING_SMALL	     4096

struct outgoing {
	/* Of the client, as given. */
	uint64_t name;
	int name_len;
	uint64_t control;
	size_t control_len;
	int flags;
	/* Its memory that is not copied yet. */
	struct iovec *vectors;
	unsigned int vector_count;
	unsigned int first; /* those before it are done */
	size_t left;	    /* bytes in it */
	/* Copied and not sent yet. */
	unsigned char *bytes;
	size_t len;
	size_t room;
	struct iovec few[OUTGOING_FEW];
	unsigned char small[OUTGOING_SMALL];
};

/** outgoing_bytes() - One stretch of memory, as sendto(2) has it. */
void outgoing_bytes(struct outgoing *out, uint64_t from, size_t len);

/**
 * outgoing_message() - Copy a struct msghdr and what it says of the bytes.
 * @from:	where it is in the client
 *
 * Return: 0, or an errno value as the kernel would give it.
 *	   outgoing_release() is due in any case.
 */
int outgoing_message(struct outgoing *out, const struct client *client,
		     uint64_t from);

/**
 * outgoing_read() - Copy the next bytes, into bytes and len.
 * @len:	how many, at most what is left
 *
 * Return: 0, EFAULT, ENOBUFS without memory, EACCES if not inspectable
 */
int outgoing_read(struct outgoing *out, const struct client *client,
		  size_t len);

/** outgoing_release() - Free what it holds. */
void outgoing_release(struct outgoing *out);

#endif /* SBX_OUTGOING_H */
