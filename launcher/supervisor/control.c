/* SPDX-License-Identifier: MIT */
/* control.c - the control data of a message, made ours.
 *
 * A descriptor in it is a number of the client's table, and means something
 * else, or nothing, in ours.  So each is fetched once, and what was fetched is
 * sent, whatever the client's threads do to its table meanwhile.
 */
#include "control.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"
#include "identity.h"

#define LEN_MAX (1 << 20) /* more than net.core.optmem_max ever is */
/* Credentials, and what aligns them. */
#define CRED_ROOM (CMSG_SPACE(sizeof(struct ucred)) + CMSG_ALIGN(1))

/* Families whose control data is plain values: there are others in which it
 * holds addresses, which would be ours. */
static const int plain[] = {
	AF_UNIX,   AF_INET, AF_INET6, AF_NETLINK,
	AF_PACKET, AF_ALG,  AF_CAN,   AF_VSOCK,
};

static bool is_plain(int domain)
{
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (domain == plain[i])
			return true;
	return false;
}

static int copy(struct control *control, const struct call *call, uint64_t from,
		size_t len)
{
	/* As ____sys_sendmsg() in net/socket.c; the smaller limit of the
	 * system is the kernel's to apply. */
	if (len > LEN_MAX)
		return ENOBUFS;
	if (len > 0 && !is_plain(call->domain))
		return EOPNOTSUPP;
	if (len + CRED_ROOM > sizeof(control->small)) {
		control->bytes = calloc(1, len + CRED_ROOM);
		if (!control->bytes)
			return ENOBUFS;
	}
	control->len = len;
	return len > 0 ? client_read(&call->client, from, control->bytes, len)
		       : 0;
}

static int take_descriptors(struct control *control, const struct call *call,
			    struct cmsghdr *c)
{
	const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	unsigned char *data = CMSG_DATA(c);

	if (count > CONTROL_FDS_MAX - control->fd_count)
		return EINVAL;
	for (size_t i = 0; i < count; i++) {
		int number, fd;

		memcpy(&number, data + i * sizeof(int), sizeof(int));
		fd = client_fd(&call->client, number);
		/* Our table is full, or everybody's. */
		if (fd == -EMFILE || fd == -ENFILE)
			return ETOOMANYREFS;
		if (fd < 0)
			return -fd;
		control->fds[control->fd_count++] = fd;
		memcpy(data + i * sizeof(int), &fd, sizeof(int));
	}
	return 0;
}

static int take_credentials(const struct call *call, struct cmsghdr *c)
{
	struct ucred claim;
	int error;

	if (c->cmsg_len != CMSG_LEN(sizeof(claim)))
		return EINVAL;
	memcpy(&claim, CMSG_DATA(c), sizeof(claim));
	error = identity_claim(&call->client, &claim);
	memcpy(CMSG_DATA(c), &claim, sizeof(claim));
	return error;
}

/* What would lead a packet elsewhere than to its address: routes by source
 * (ip_cmsg_send(), ip6_datagram_send_ctl()). */
static bool leads_astray(const struct cmsghdr *c)
{
	if (c->cmsg_level == IPPROTO_IP)
		return c->cmsg_type == IP_RETOPTS;
	if (c->cmsg_level != IPPROTO_IPV6)
		return false;
	switch (c->cmsg_type) {
	case IPV6_RTHDR:
	case IPV6_2292RTHDR:
	case IPV6_HOPOPTS:
	case IPV6_2292HOPOPTS:
	case IPV6_DSTOPTS:
	case IPV6_2292DSTOPTS:
	case IPV6_RTHDRDSTOPTS:
	case IPV6_2292PKTOPTIONS:
		return true;
	default:
		return false;
	}
}

/* One item, as __scm_send() in net/core/scm.c. */
static int take_item(struct control *control, const struct call *call,
		     struct cmsghdr *c, bool *named)
{
	if (call->domain == AF_INET || call->domain == AF_INET6)
		return call->sup->mediates_inet && (leads_astray(c) ||
						    device_is_chosen(call, c))
			       ? EPERM
			       : 0;
	if (c->cmsg_level != SOL_SOCKET)
		return 0;
	switch (c->cmsg_type) {
	case SCM_RIGHTS:
		return call->domain == AF_UNIX
			       ? take_descriptors(control, call, c)
			       : EINVAL;
	case SCM_CREDENTIALS:
		*named = true;
		return take_credentials(call, c);
	default:
		return EINVAL;
	}
}

/* Walks as the kernel does: for_each_cmsghdr() and CMSG_OK() of
 * linux/socket.h.  @end: where the last item ends. */
static int take_items(struct control *control, const struct call *call,
		      size_t *end, bool *named)
{
	size_t at = 0;

	while (at + sizeof(struct cmsghdr) <= control->len) {
		struct cmsghdr *c = (struct cmsghdr *)(control->bytes + at);
		int error;

		if (c->cmsg_len < sizeof(*c) || c->cmsg_len > control->len - at)
			return EINVAL;
		error = take_item(control, call, c, named);
		if (error)
			return error;
		at += CMSG_ALIGN(c->cmsg_len);
	}
	*end = at < control->len ? at : CMSG_ALIGN(control->len);
	return 0;
}

/* There is room for it, see copy(). */
static int add_identity(struct control *control, const struct call *call,
			size_t at)
{
	struct cmsghdr *c = (struct cmsghdr *)(control->bytes + at);
	struct ucred who;
	const int error = identity_of(&call->client, &who);

	if (error)
		return error == ENOENT ? 0 : error;
	memset(c, 0, CMSG_SPACE(sizeof(who)));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_CREDENTIALS;
	c->cmsg_len = CMSG_LEN(sizeof(who));
	memcpy(CMSG_DATA(c), &who, sizeof(who));
	control->len = at + CMSG_SPACE(sizeof(who));
	return 0;
}

int control_fetch(struct control *control, struct call *call, uint64_t from,
		  size_t len)
{
	bool named = false;
	size_t end = 0;
	int error;

	control->bytes = control->small;
	control->fd_count = 0;
	error = copy(control, call, from, len);
	/* Elsewhere SOL_SOCKET has items of other kinds, and the kernel
	 * ignores these two. */
	if (error || call->domain == AF_PACKET || call->domain == AF_ALG ||
	    call->domain == AF_CAN || call->domain == AF_VSOCK)
		return error;
	error = take_items(control, call, &end, &named);
	if (error || named || call->domain != AF_UNIX)
		return error;
	return add_identity(control, call, end);
}

void control_go_on(struct control *control, const struct call *call)
{
	size_t at = 0, kept = 0;

	if (call->domain != AF_UNIX)
		return;
	while (at + sizeof(struct cmsghdr) <= control->len) {
		const struct cmsghdr *c =
			(struct cmsghdr *)(control->bytes + at);
		const size_t len = CMSG_ALIGN(c->cmsg_len);

		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_CREDENTIALS) {
			memmove(control->bytes + kept, c, c->cmsg_len);
			kept += CMSG_SPACE(sizeof(struct ucred));
		}
		at += len;
	}
	control->len = kept;
}

void control_release(struct control *control)
{
	for (unsigned int i = 0; i < control->fd_count; i++)
		close(control->fds[i]);
	if (control->bytes != control->small)
		free(control->bytes);
}
