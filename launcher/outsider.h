/* SPDX-License-Identifier: MIT */
/* outsider.h - a socket outside the sandbox, for its self-test. */
#ifndef SBX_OUTSIDER_H
#define SBX_OUTSIDER_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../policy/policy.h"

/**
 * outsider_listen() - Listen at an abstract name that was free.
 * @addr, @len:	filled with the name
 *
 * Return: the socket, which does not block; dies if there can be none
 */
int outsider_listen(struct sockaddr_un *addr, socklen_t *len);

/** outsider_is_granted() - Does a policy let that socket be reached? */
bool outsider_is_granted(const struct policy *policy, int fd);

#endif /* SBX_OUTSIDER_H */
