/* SPDX-License-Identifier: MIT */
/* call.h - one system call that waits for an answer. */
#ifndef SBX_CALL_H
#define SBX_CALL_H

#include <linux/seccomp.h>

#include "../../policy/addr.h"
#include "../../policy/event.h"
#include "client.h"
#include "probe.h"

struct worker;

/* What is known of the call so far; one per worker, reused. */
struct call {
	const struct supervisor *sup;
	struct worker *worker; /* NULL with --explain */
	struct probe *probe;
	const struct seccomp_notif *req;
	const struct report *report; /* the shim asks: judge, do not act */
	bool quiet;		     /* the self-test: nothing is logged */
	/* --explain: judge only; what is decided goes here, not to the log. */
	struct explanation *explained;
	struct client client;
	enum policy_op op;
	int fd;	       /* the client's socket, fetched; -1: none */
	ino_t foreign; /* its inode, if it cannot be fetched; 0: unknown */
	int domain;
	int type;
	int protocol; /* OP_SOCKET */
	unsigned char raw[sizeof(struct sockaddr_storage)];
	socklen_t raw_len;
	bool has_addr;
	struct addr addr;
};

/* What --explain asks for. */
struct explanation {
	struct event event;
	bool judged; /* there is an event; else nothing restricts the call */
	bool kernel; /* the kernel enforces this by itself */
	int fails;   /* what the call fails with, whatever the policy says */
};

struct answer {
	int error;     /* errno value, 0: success */
	int64_t value; /* on success */
	bool go_on;    /* let the kernel execute the call itself */
};

/* The kernel restarts the call, or makes it EINTR, as the client's signal
 * handler asks (include/linux/errno.h; not in any user header). */
#define ERESTARTSYS 512

static inline struct answer answer_error(int error)
{
	return (struct answer){.error = error};
}

static inline struct answer answer_continue(void)
{
	return (struct answer){.go_on = true};
}

/**
 * call_descriptor() - Fetch a descriptor of the client.
 *
 * Return: 0, or an errno value: EBADF, EACCES if not inspectable
 */
int call_descriptor(struct call *call, int fd);

/**
 * call_domain() - Classify what was fetched, by what it is.
 *
 * Return: 0, or an errno value: ENOTSOCK, EBADF for an O_PATH descriptor
 */
int call_domain(struct call *call);

/** call_socket() - Both, in the order in which most calls do it. */
int call_socket(struct call *call, int fd);

/** call_type() - SO_TYPE of the call's socket, only asked when needed. */
int call_type(struct call *call);

/**
 * call_address() - Copy and decode the address of the call.
 * @from:	where it is in the client
 * @len:	as given; the kernel takes an int
 *
 * Return: 0, EINVAL or EFAULT as the kernel, ESRCH if the client is gone
 */
int call_address(struct call *call, uint64_t from, int len);

/* What a call is about, for the log. */
struct subject {
	enum target_kind kind;
	const char *name; /* canonical path or abstract name; NULL: none */
	size_t len;
	const char *note; /* a reason apart from the policy, or NULL */
	/* The node of a path, or the directory that it is to be bound in. */
	const struct stat *held;
};

/**
 * call_agreed() - Is it to be done, after all?
 * @verdict:	what the policy says; changed if a person says otherwise
 *
 * Logs what is allowed, where that is wanted.  What is refused is the caller's
 * to refuse.
 */
bool call_agreed(struct call *call, struct policy_verdict *verdict,
		 const struct subject *subject);

/** call_asks() - Is it to be asked what the kernel would have said? */
static inline bool call_asks(const struct call *call,
			     const struct policy_verdict *verdict)
{
	return !verdict->allow || call->explained;
}

/**
 * call_fails() - Does the call end here, with an error apart from any policy?
 *
 * Not where it is only explained: then the error is noted, and judged it is.
 */
bool call_fails(struct call *call, int error);

/**
 * call_refuse() - Log a refusal and make its answer.
 * @verdict:	verdict; its error is the answer
 * @kind:	what kind of target it is about
 * @name, @len:	canonical path or abstract name; NULL: none
 * @note:	a reason apart from the policy, or NULL
 */
struct answer call_refuse(struct call *call,
			  const struct policy_verdict *verdict,
			  enum target_kind kind, const char *name, size_t len,
			  const char *note);

/** call_refuse_abstract() - Refuse the call's abstract name because of @note.
 */
struct answer call_refuse_abstract(struct call *call, const char *note);

/** call_held_address() - The address of what @pin holds; returns its length. */
socklen_t call_held_address(struct sockaddr_un *addr, int pin);

/** call_has_send_timeout() - Does the socket wait only so long to send? */
bool call_has_send_timeout(const struct call *call);

/**
 * call_interrupted() - What becomes of a call that was performed and EINTR?
 *
 * Return: 0: perform it again; else the errno value that the client gets
 */
int call_interrupted(struct call *call);

/** call_uninspectable() - Refuse because the client hides itself. */
struct answer call_uninspectable(struct call *call);

/** call_failed() - The answer to an error before anything was judged: of a
 *		    client that hides itself, a refusal. */
struct answer call_failed(struct call *call, int error);

/**
 * call_may_go_on() - May the client's own connect() go on, once it was judged
 *		      by what it is about?
 *
 * Its threads could put an IP socket into the descriptor's place: where one
 * may exist that is not jailed, only if Landlock holds it.
 */
bool call_may_go_on(const struct supervisor *sup);

/**
 * call_bind_may_go_on() - The same for a bind().
 *
 * In its place a jailed socket could be bound to an address of one link, and be
 * free (device_is_bound()): only if Landlock holds those, too.
 */
bool call_bind_may_go_on(const struct supervisor *sup);

/* One function for each notified call. */
struct answer op_connect(struct call *call);
struct answer op_bind(struct call *call);
struct answer op_listen(struct call *call);
struct answer op_setsockopt(struct call *call);
struct answer op_socket(struct call *call);
struct answer op_socketpair(struct call *call);
struct answer op_report(struct call *call);
struct answer op_publish(struct call *call);
struct answer op_sendto(struct call *call);
struct answer op_sendmsg(struct call *call);
struct answer op_sendmmsg(struct call *call);

/**
 * connect_as_is() - Connect to the copied address, for the client.
 *
 * For addresses that mean the same to us as to the client.  Rights matter
 * here, too: to netlink, and to a server that asks who its client is.
 */
struct answer connect_as_is(struct call *call);

/** bind_as_is() - The same for a bind; returns 0 or an errno value. */
int bind_as_is(struct call *call);

/** connect_judged() - Judge, and unless call->report act on, a connect whose
 *		       socket and address are in @call. */
struct answer connect_judged(struct call *call);

/** send_judged() - Judge a send, for call->report only. */
struct answer send_judged(struct call *call);

/** bind_judged() - The same for a bind. */
struct answer bind_judged(struct call *call);

/** socket_judged() - The same for domain, type and protocol in @call. */
struct answer socket_judged(struct call *call);

#endif /* SBX_CALL_H */
