/* SPDX-License-Identifier: MIT */
/* outsider.c - a socket outside the sandbox, for its self-test. */
#include "outsider.h"

#include <stddef.h>

#include "../policy/addr.h"
#include "diag.h"

int outsider_listen(struct sockaddr_un *addr, socklen_t *len)
{
	const int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	*len = sizeof(*addr);
	/* The bare family makes the kernel choose a free abstract name. */
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)addr, sizeof(addr->sun_family)) != 0 ||
	    listen(fd, 1) != 0 ||
	    getsockname(fd, (struct sockaddr *)addr, len) != 0)
		die_errno("cannot make the self-test's socket");
	return fd;
}

bool outsider_is_granted(const struct policy *policy, int fd)
{
	struct sockaddr_un name;
	socklen_t len = sizeof(name);
	struct addr addr;
	const struct policy_request request = {
		.op = OP_CONNECT,
		.kind = TARGET_ABSTRACT,
		.name = addr.name,
		.len = getsockname(fd, (struct sockaddr *)&name, &len) == 0
			       ? len - offsetof(struct sockaddr_un, sun_path) -
					 1
			       : 0,
	};

	addr_decode(&addr, &name, len);
	return policy_decide(policy, &request, NULL, NULL).allow;
}
