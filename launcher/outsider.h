/* SPDX-License-Identifier: MIT */
/* outsider.h - a socket outside the sandbox, for its self-test. */
#ifndef SBX_OUTSIDER_H
#define SBX_OUTSIDER_H

#include <sys/socket.h>
#include <sys/un.h>

/**
 * outsider_listen() - Listen at an abstract name that was free.
 * @addr, @len:	filled with the name
 *
 * Return: the socket, which does not block; dies if there can be none
 */
int outsider_listen(struct sockaddr_un *addr, socklen_t *len);

#endif /* SBX_OUTSIDER_H */
