/* SPDX-License-Identifier: MIT */
/* outgoing.c - copy what a client wants to send, as much as is sent at once.
 *
 * The lengths are copied before the bytes and are not looked at again, so a
 * client that changes them meanwhile only changes what it sends.
 */
#include "outgoing.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>

static void open_empty(struct outgoing *out)
{
	out->name = out->control = 0;
	out->name_len = out->flags = 0;
	out->control_len = 0;
	out->vectors = out->few;
	out->vector_count = out->first = 0;
	out->left = out->len = 0;
	out->bytes = out->small;
	out->room = sizeof(out->small);
}

void outgoing_bytes(struct outgoing *out, uint64_t from, size_t len)
{
	open_empty(out);
	if (len > OUTGOING_BYTES_MAX)
		len = OUTGOING_BYTES_MAX;
	out->few[0].iov_base = (void *)(uintptr_t)from;
	out->few[0].iov_len = len;
	out->vector_count = 1;
	out->left = len;
}

/* What the kernel checks when it imports a vector: lib/iov_iter.c. */
static int add_up(struct outgoing *out)
{
	for (unsigned int i = 0; i < out->vector_count; i++) {
		size_t *len = &out->vectors[i].iov_len;

		if (*len > SSIZE_MAX)
			return EINVAL;
		if (*len > OUTGOING_BYTES_MAX - out->left)
			*len = OUTGOING_BYTES_MAX - out->left;
		out->left += *len;
	}
	return 0;
}

static int copy_vectors(struct outgoing *out, const struct client *client,
			uint64_t from, size_t count)
{
	int error;

	if (count > OUTGOING_VECTORS_MAX)
		return EMSGSIZE;
	if (count > OUTGOING_FEW) {
		struct iovec *many = calloc(count, sizeof(*many));

		if (!many)
			return ENOBUFS;
		out->vectors = many;
	}
	out->vector_count = (unsigned int)count;
	if (count == 0)
		return 0;
	error = client_read(client, from, out->vectors,
			    count * sizeof(*out->vectors));
	return error ? error : add_up(out);
}

/* The order of __copy_msghdr() in net/socket.c; the name is read by whoever
 * needs it. */
int outgoing_message(struct outgoing *out, const struct client *client,
		     uint64_t from)
{
	struct msghdr head;
	int error;

	open_empty(out);
	error = client_read(client, from, &head, sizeof(head));
	if (error)
		return error;
	out->name = (uint64_t)(uintptr_t)head.msg_name;
	out->name_len = head.msg_name ? (int)head.msg_namelen : 0;
	if (out->name_len < 0)
		return EINVAL;
	if (out->name_len > (int)sizeof(struct sockaddr_storage))
		out->name_len = sizeof(struct sockaddr_storage);
	out->control = (uint64_t)(uintptr_t)head.msg_control;
	out->control_len = head.msg_controllen;
	out->flags = head.msg_flags;
	return copy_vectors(out, client, (uint64_t)(uintptr_t)head.msg_iov,
			    head.msg_iovlen);
}

static int make_room(struct outgoing *out, size_t len)
{
	unsigned char *larger;

	if (len <= out->room)
		return 0;
	larger = malloc(len);
	if (!larger)
		return ENOBUFS;
	if (out->bytes != out->small)
		free(out->bytes);
	out->bytes = larger;
	out->room = len;
	return 0;
}

/* Leave behind what was copied. */
static void advance(struct outgoing *out, size_t len)
{
	out->left -= len;
	while (len > 0 && len >= out->vectors[out->first].iov_len)
		len -= out->vectors[out->first++].iov_len;
	if (len > 0) {
		struct iovec *v = &out->vectors[out->first];

		v->iov_base = (char *)v->iov_base + len;
		v->iov_len -= len;
	}
}

int outgoing_read(struct outgoing *out, const struct client *client, size_t len)
{
	int error = make_room(out, len);

	if (!error && len > 0)
		error = client_readv(client, out->vectors + out->first,
				     out->vector_count - out->first, out->bytes,
				     len);
	if (error)
		return error;
	out->len = len;
	advance(out, len);
	return 0;
}

void outgoing_release(struct outgoing *out)
{
	if (out->vectors != out->few)
		free(out->vectors);
	if (out->bytes != out->small)
		free(out->bytes);
}
