/* SPDX-License-Identifier: MIT */
/* control.h - the control data of a message, made ours: cmsg(3). */
#ifndef SBX_CONTROL_H
#define SBX_CONTROL_H

#include "call.h"

#define CONTROL_FDS_MAX 253 /* SCM_MAX_FD of the kernel */
#define CONTROL_SMALL	512

struct control {
	unsigned char *bytes; /* what to send; small or allocated */
	size_t len;
	unsigned int fd_count; /* descriptors in it, which are ours */
	int fds[CONTROL_FDS_MAX];
	_Alignas(struct cmsghdr) unsigned char small[CONTROL_SMALL];
};

/**
 * control_fetch() - Copy a client's control data, and translate it.
 * @control:	filled in; control_release() is due in any case
 * @from, @len:	where it is in the client
 *
 * Descriptors (SCM_RIGHTS) become duplicates of ours, credentials are checked
 * (identity.h), and added to a message on an AF_UNIX socket that has none,
 * where we must say who the client is.
 *
 * Return: 0, or an errno value as the kernel would give it
 */
int control_fetch(struct control *control, struct call *call, uint64_t from,
		  size_t len);

/**
 * control_go_on() - Leave what goes with the first bytes of a stream only.
 *
 * Descriptors do, credentials come with all of them.
 */
void control_go_on(struct control *control, const struct call *call);

/** control_release() - Close and free what it holds. */
void control_release(struct control *control);

#endif /* SBX_CONTROL_H */
