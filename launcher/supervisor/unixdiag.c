/* SPDX-License-Identifier: MIT */
/* unixdiag.c - one question to the kernel's socket diagnosis, sock_diag(7).
 *
 * /proc/net/unix says the same, but prints names as they are: a name with a
 * newline in it forges rows.
 */
#include "unixdiag.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../clean.h"

#define KERNEL_MINOR_BITS 20 /* MINORBITS in include/linux/kdev_t.h */

struct question {
	struct nlmsghdr head;
	struct unix_diag_req ask;
};

static int send_question(int fd, ino_t inode)
{
	const struct question question = {
		.head =
			{
				.nlmsg_len = sizeof(question),
				.nlmsg_type = SOCK_DIAG_BY_FAMILY,
				.nlmsg_flags = NLM_F_REQUEST,
			},
		.ask =
			{
				.sdiag_family = AF_UNIX,
				.udiag_states = ~0U,
				.udiag_ino = (__u32)inode,
				.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS,
				.udiag_cookie = {~0U, ~0U},
			},
	};

	return send(fd, &question, sizeof(question), 0) ==
			       (ssize_t)sizeof(question)
		       ? 0
		       : -1;
}

static void read_attribute(const struct rtattr *attribute, struct unixdiag *out)
{
	const size_t len = RTA_PAYLOAD(attribute);
	struct unix_diag_vfs vfs;

	if (attribute->rta_type == UNIX_DIAG_NAME && len <= sizeof(out->name)) {
		memcpy(out->name, RTA_DATA(attribute), len);
		out->name_len = len;
	} else if (attribute->rta_type == UNIX_DIAG_VFS && len >= sizeof(vfs)) {
		memcpy(&vfs, RTA_DATA(attribute), sizeof(vfs));
		out->has_node = true;
		out->ino = vfs.udiag_vfs_ino;
		out->dev = makedev(vfs.udiag_vfs_dev >> KERNEL_MINOR_BITS,
				   vfs.udiag_vfs_dev &
					   ((1U << KERNEL_MINOR_BITS) - 1));
	}
}

static int read_answer(int fd, ino_t inode, struct unixdiag *out)
{
	union {
		struct nlmsghdr head;
		char bytes[1024];
	} answer;
	const ssize_t n = recv(fd, &answer, sizeof(answer), 0);
	const struct unix_diag_msg *msg = NLMSG_DATA(&answer.head);
	const struct rtattr *attribute = (const struct rtattr *)(msg + 1);
	int left;

	if (n < 0 || !NLMSG_OK(&answer.head, (size_t)n) ||
	    answer.head.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    answer.head.nlmsg_len < NLMSG_LENGTH(sizeof(*msg)) ||
	    msg->udiag_ino != (__u32)inode)
		return -1;
	out->type = msg->udiag_type;
	out->state = msg->udiag_state;
	left = (int)(answer.head.nlmsg_len - NLMSG_LENGTH(sizeof(*msg)));
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		read_attribute(attribute, out);
	return 0;
}

int unixdiag_socket(ino_t inode, struct unixdiag *out)
{
	autoclose int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	memset(out, 0, sizeof(*out));
	if (fd < 0 || send_question(fd, inode) != 0)
		return -1;
	return read_answer(fd, inode, out);
}
