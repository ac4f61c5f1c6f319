/* SPDX-License-Identifier: MIT */
/* message.c - the gate for messages: where do they say they go? */
#include <stdbool.h>

#include "gate.h"
#include "init.h"
#include "memory.h"
#include "report.h"

#define VECTOR_MAX 1024 /* UIO_MAXIOV */

/* Only a datagram socket uses the name of a message.  Under a supervisor there
 * is none that is restricted unless the policy says so, so messages pass
 * without a look. */
static bool names_matter(const struct policy *policy)
{
	if (init_settings()->enforced)
		return false;
	if (policy && ((policy->unix_dgram && !policy->unix_all) ||
		       policy_mediates(policy, SOCK_DGRAM)))
		return true;
	return report_alone() && (!policy || policy->network != NETWORK_FULL ||
				  !policy->unix_all || policy->rule_count > 0);
}

int gate_message(int fd, const struct msghdr *message)
{
	struct msghdr head;
	size_t len;

	if (!names_matter(init_policy()) ||
	    !memory_read(&head, message, offsetof(struct msghdr, msg_iov)) ||
	    !head.msg_name)
		return 0;
	/* Here the kernel shortens where it is strict elsewhere
	 * (__copy_msghdr in net/socket.c). */
	len = head.msg_namelen;
	if (len > GATE_ADDRESS_MAX && len <= INT32_MAX)
		len = GATE_ADDRESS_MAX;
	return gate_address(OP_SEND, fd, head.msg_name, len);
}

int gate_message_failed(int fd, const struct msghdr *message)
{
	struct msghdr head;

	if (!init_settings()->enforced ||
	    !memory_read(&head, message, offsetof(struct msghdr, msg_iov)) ||
	    !head.msg_name)
		return -1;
	return gate_failed(OP_SEND, fd, head.msg_name, head.msg_namelen);
}

int gate_messages(int fd, const struct mmsghdr *messages, unsigned int *count)
{
	unsigned int given = *count < VECTOR_MAX ? *count : VECTOR_MAX;

	if (!names_matter(init_policy()))
		return 0;
	for (unsigned int i = 0; i < given; i++) {
		int error = gate_message(fd, &messages[i].msg_hdr);

		if (error == 0)
			continue;
		*count = i;
		return i == 0 ? error : 0;
	}
	return 0;
}
