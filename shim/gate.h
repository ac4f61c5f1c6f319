/* SPDX-License-Identifier: MIT */
/* gate.h - the question behind every wrapped call: may it be made?
 *
 * Each function returns 0 if the real function shall be called, with the
 * program's own arguments: it is allowed, or it is nonsense that the kernel
 * answers best.  Otherwise the call is refused, and the value is its errno.
 * The caller's errno is left alone. [signal-safe] [no-alloc]
 */
#ifndef SBX_GATE_H
#define SBX_GATE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../policy/addr.h"
#include "../policy/policy.h"

#define GATE_ADDRESS_MAX 128 /* sizeof(struct sockaddr_storage) */

/* One call under judgement. */
struct gate {
	enum policy_op op;
	int fd;	      /* the socket, -1: OP_SOCKET */
	int domain;   /* SO_DOMAIN, or as asked for */
	int type;     /* SO_TYPE, or as asked for without flags */
	int protocol; /* as asked for */
	uint32_t len; /* bytes of the address */
	uint8_t bytes[GATE_ADDRESS_MAX];
	struct addr addr; /* the same, decoded; OP_SOCKET: ADDR_INVALID */
	const char *host; /* OP_RESOLVE: the name, of any bytes */
};

/**
 * gate_socket() - May a socket, or a pair of them, exist?
 */
int gate_socket(int domain, int type, int protocol);

/**
 * gate_address() - May this address be used on this socket?
 * @op:		OP_CONNECT, OP_BIND or OP_SEND
 */
int gate_address(enum policy_op op, int fd, const void *address, size_t len);

/**
 * gate_message() - May this message be sent where it says?
 */
int gate_message(int fd, const struct msghdr *message);

/**
 * gate_messages() - How many of these messages may be sent?
 * @count:	messages; changed to those before the first refused one
 *
 * Return: as above for the first message; later ones only lower @count
 */
int gate_messages(int fd, const struct mmsghdr *messages, unsigned int *count);

/**
 * gate_failed() - A call was made and has failed: was it the policy?
 *
 * For --backstop=landlock-only, where the kernel refuses by itself and only it
 * knows what was bound inside.  Logs such a refusal, and sets errno to what a
 * refusal is.
 *
 * Return: -1
 */
int gate_failed(enum policy_op op, int fd, const void *address, size_t len);

/** gate_message_failed() - The same for a message. */
int gate_message_failed(int fd, const struct msghdr *message);

/** gate_target() - What the policy calls the target of a call. */
enum target_kind gate_target(const struct gate *gate);

/**
 * gate_request() - A call as the policy is asked about it.
 * @name, @len:	the name of its target, empty if there is none
 */
void gate_request(const struct gate *gate, const char *name, size_t len,
		  struct policy_request *request);

/** gate_refuse() - Fail as a system call does. */
static inline int gate_refuse(int error)
{
	errno = error;
	return -1;
}

#endif /* SBX_GATE_H */
