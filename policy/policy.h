/* SPDX-License-Identifier: MIT */
/* policy.h - what a sandbox may reach: rules, requests and verdicts.
 *
 * Pure: no I/O, no allocation, no globals.  The same object code decides in
 * the shim, in the supervisor and for --print-policy, so that their answers
 * cannot differ.  Turning what the user typed into a canonical name needs
 * the file system and lives in path.h.
 */
#ifndef SBX_POLICY_H
#define SBX_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"

#define POLICY_MAX_RULES  256
#define POLICY_ARENA_SIZE 65536 /* bytes for all names of all rules */

/* What a program asks for.  OP_SOCKET covers socket() and socketpair();
 * OP_RESOLVE, the address of a host name, is only ever told by the shim. */
enum policy_op {
	OP_CONNECT,
	OP_BIND,
	OP_LISTEN,
	OP_SEND,
	OP_SOCKET,
	OP_RESOLVE,
	OP_COUNT
};

/* Bits of policy_rule.ops. */
#define OPS_CONNECT ((1U << OP_CONNECT) | (1U << OP_SEND))
#define OPS_BIND    (1U << OP_BIND)
#define OPS_ALL	    (OPS_CONNECT | OPS_BIND)
#define OPS_LISTEN  (1U << OP_LISTEN)

enum policy_effect { EFFECT_ALLOW, EFFECT_DENY };

enum rule_kind {
	RULE_NODE,	      /* exactly this path */
	RULE_TREE,	      /* everything beneath this directory */
	RULE_ABSTRACT,	      /* exactly this abstract name */
	RULE_ABSTRACT_PREFIX, /* every abstract name that starts with this */
	RULE_TCP,	      /* addresses and ports: see inet.h */
	RULE_UDP,
};

enum network_mode {
	NETWORK_NONE,
	NETWORK_ISOLATED, /* a network namespace with a loopback alone */
	NETWORK_LOOPBACK, /* TCP with the loopback of the host */
	NETWORK_FULL,
};

struct policy_rule {
	uint8_t effect;	    /* enum policy_effect */
	uint8_t ops;	    /* OPS_* bits */
	uint8_t kind;	    /* enum rule_kind */
	uint32_t name;	    /* arena offset: canonical path, abstract name
			     * without the leading NUL, or inet_range_put() */
	uint32_t name_len;  /* bytes, no terminator counted */
	uint32_t pin_len;   /* path rules: bytes of name that named an existing
			     * directory at start; RULE_TREE: == name_len.
			     * The root directory "/" has pin_len 1. */
	uint32_t given;	    /* arena offset: as the user typed it */
	uint32_t given_len; /* bytes */
};

struct policy {
	uint8_t network;    /* enum network_mode */
	uint8_t unix_all;   /* bool: no AF_UNIX restriction */
	uint8_t unix_dgram; /* bool: AF_UNIX datagram sockets may exist */
	/* bool: abstract names may be bound and are reached inside */
	uint8_t unix_private;
	/* bool: somebody may grant a TCP address while it runs */
	uint8_t asks;
	int32_t deny_errno; /* what a refused call returns, default EACCES */
	uint32_t rule_count;
	uint32_t arena_used;
	struct policy_rule rules[POLICY_MAX_RULES];
	char arena[POLICY_ARENA_SIZE]; /* every name is NUL-terminated too */
};

enum policy_error {
	POLICY_OK,
	POLICY_TOO_MANY_RULES,
	POLICY_TOO_LONG, /* arena full */
	POLICY_EMPTY,	 /* an empty name */
};

enum target_kind {
	TARGET_PATH,	 /* name: canonical absolute path */
	TARGET_ABSTRACT, /* name: abstract name without the leading NUL */
	TARGET_AUTOBIND, /* bind() that lets the kernel pick an abstract name */
	TARGET_INET,	 /* an IPv4 or IPv6 address */
	TARGET_OTHER,	 /* any other family, or socket() by type alone */
};

struct policy_request {
	enum policy_op op;
	enum target_kind kind;
	const char *name; /* TARGET_PATH, TARGET_ABSTRACT: bytes */
	size_t len;
	/* TARGET_INET: where to, NULL for OP_SOCKET; and the type of socket,
	 * SOCK_STREAM being TCP and SOCK_DGRAM UDP. */
	const struct addr *inet;
	int type;
	/* OP_BIND, for hints alone: bytes of name that named a directory
	 * before the run, 0 if unknown; whether that one is for temporary
	 * files; and the process that asks, 0 if unknown. */
	size_t settled;
	bool scratch;
	int pid;
};

struct policy_verdict {
	bool allow;
	bool inside; /* because the sandbox bound it itself, says the supervisor
		      */
	int rule;    /* index of the deciding rule, -1: the default decided */
	int error;   /* errno for a refusal, 0 if allowed */
};

/* Asked for each path rule whose ops fit; returns whether the request is the
 * rule's node or beneath its directory.  The supervisor compares inodes. */
typedef bool policy_match_fn(const struct policy *policy, unsigned int rule,
			     const struct policy_request *request, void *ctx);

/**
 * policy_init() - The strictest policy: no AF_UNIX name, no network, EACCES.
 * @policy:	what to fill; rules and arena are left as they are
 * [signal-safe] [no-alloc]
 */
void policy_init(struct policy *policy);

/**
 * policy_add() - Append one rule.
 * @policy:	policy to extend; unchanged on error
 * @rule:	effect, ops, kind and pin_len; the name fields are filled in
 * @name:	canonical path, or abstract name without the leading NUL
 * @name_len:	bytes in @name
 * @given:	what the user typed, for messages
 *
 * Return: POLICY_OK or the reason [signal-safe] [no-alloc]
 */
enum policy_error policy_add(struct policy *policy,
			     const struct policy_rule *rule, const char *name,
			     size_t name_len, const char *given);

/**
 * policy_error_text() - One clause without full stop for an enum policy_error.
 */
const char *policy_error_text(enum policy_error error);

/**
 * policy_match_text() - The default policy_match_fn: compares names only.
 *
 * RULE_NODE: equal bytes; if it denies, beneath as well.  RULE_TREE: @request
 * lies beneath, component-wise.
 */
bool policy_match_text(const struct policy *policy, unsigned int rule,
		       const struct policy_request *request, void *ctx);

/**
 * policy_decide() - The one decision of sbx.
 * @policy:	compiled policy
 * @request:	what is asked for
 * @match:	how path rules are compared; NULL: policy_match_text
 * @ctx:	handed to @match
 *
 * Without @match a path that is not canonical is refused.  Deny beats allow;
 * among equals the first rule decides.  A refused abstract name is ECONNREFUSED
 * for connect and send (X clients fall back to the path only then),
 * policy->deny_errno otherwise; with unix_private an abstract name may be
 * bound unless a rule denies it; OP_LISTEN on AF_UNIX is always allowed.
 * TCP sockets may be bound, as that alone reaches nobody; where UDP sockets may
 * exist, they may not choose a port, since they would hear there.
 * OP_SOCKET asks whether TARGET_INET/TARGET_OTHER sockets may exist.
 *
 * Return: the verdict [signal-safe if @match is] [no-alloc]
 */
struct policy_verdict policy_decide(const struct policy *policy,
				    const struct policy_request *request,
				    policy_match_fn *match, void *ctx);

/**
 * policy_refusal() - The verdict on what is refused apart from any rule.
 *
 * [signal-safe] [no-alloc]
 */
static inline struct policy_verdict policy_refusal(const struct policy *policy)
{
	return (struct policy_verdict){
		.rule = -1,
		.error = policy->deny_errno,
	};
}

/**
 * policy_hint() - The option that would allow a refused request.
 * @policy:	compiled policy
 * @request:	the refused request
 * @verdict:	its verdict
 * @buf:	filled with e.g. "--allow-unix-socket /run/x.sock", the name
 *		quoted for a POSIX shell where it needs to be
 * @size:	bytes in @buf
 *
 * OP_CONNECT and OP_SEND suggest --allow-unix-connect only if a bind-only
 * rule already covers the name, OP_BIND --allow-unix-bind only if a
 * connect-only rule does; otherwise --allow-unix-socket.  A deny rule suggests
 * removing that option: "without --deny-unix-socket /run/x".  A bind to a name
 * that will be another one next time (changing.h), or to an abstract name that
 * no option can name, suggests --private-sockets.  TCP and UDP suggest exactly
 * the address, anything else of IP --network full, which leaves AF_UNIX as it
 * was.  The text is empty if the request is allowed, if no option can name it,
 * or if @buf is too small.
 *
 * Return: @buf [signal-safe] [no-alloc]
 */
const char *policy_hint(const struct policy *policy,
			const struct policy_request *request,
			const struct policy_verdict *verdict, char *buf,
			size_t size);

/** policy_rule_is_abstract() - Is the rule about abstract names? */
static inline bool policy_rule_is_abstract(const struct policy_rule *rule)
{
	return rule->kind == RULE_ABSTRACT ||
	       rule->kind == RULE_ABSTRACT_PREFIX;
}

/**
 * policy_may_bind_abstract() - Can the sandbox come to have abstract names?
 *
 * By a grant, or by one that somebody makes while it runs.
 */
bool policy_may_bind_abstract(const struct policy *policy);

/** policy_rule_name() - The canonical name of a rule, NUL-terminated. */
static inline const char *policy_rule_name(const struct policy *policy,
					   const struct policy_rule *rule)
{
	return policy->arena + rule->name;
}

/**
 * policy_mediates() - May IP sockets of this type exist, with every use of them
 *		       judged?
 * @type:	SOCK_STREAM or SOCK_DGRAM [signal-safe] [no-alloc]
 */
bool policy_mediates(const struct policy *policy, int type);

/**
 * policy_stays_home() - Does it grant some of the loopback, or may somebody?
 *
 * A packet to such an address leaves this machine if its socket is bound to a
 * network device.  [signal-safe] [no-alloc]
 */
bool policy_stays_home(const struct policy *policy);

/** policy_network_name() - As for --network. */
const char *policy_network_name(enum network_mode network);

/** policy_op_name() - "connect", "bind", "listen", "send", "socket",
 *		       "resolve". */
const char *policy_op_name(enum policy_op op);

#endif /* SBX_POLICY_H */
