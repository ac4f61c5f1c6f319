/* SPDX-License-Identifier: MIT */
/* judge.h - policy decisions about what is held, not about what was named. */
#ifndef SBX_JUDGE_H
#define SBX_JUDGE_H

#include <sys/stat.h>

#include "../../policy/path.h"
#include "supervisor.h"

/* What a path of a client led to. */
struct found {
	struct stat st;		  /* connect: the node; bind: its directory */
	char name[PATH_TEXT_MAX]; /* canonical, "" if it has none */
	size_t len;
	const char *note; /* why it is refused apart from policy, or NULL */
	bool kernel;	  /* connect: the kernel itself would allow just this */
};

/**
 * judge_connect() - May this client connect to this node?
 * @sup:	supervisor
 * @pin:	O_PATH descriptor of the node
 * @spelling:	the path by which the client named it, to try first
 * @found:	st is filled in; name, len and note are set
 *
 * A rule applies if looking its name up from its pinned directory gives the
 * very node that is held.  A node with several links is refused: its other
 * names may be anywhere.  A socket that was bound inside is allowed, whatever
 * its names.
 *
 * In tier landlock, @found->kernel tells whether the client's own call may go
 * on: whatever its threads change meanwhile, the kernel lets it reach no more
 * than the policy grants.
 */
struct policy_verdict judge_connect(const struct supervisor *sup, int pin,
				    const char *spelling, struct found *found);

/**
 * judge_kernel_knows_inside() - Does the kernel let the client reach what was
 *				 bound inside?
 *
 * In tier landlock it does, as the sockets were made inside, too; those that
 * we made for want of pidfd_getfd(2) were not.
 */
bool judge_kernel_knows_inside(const struct supervisor *sup);

/**
 * judge_bind() - May this client create a socket in this directory?
 * @parent:	O_PATH descriptor of the directory
 * @base:	the name to create in it
 * @found:	st is the directory's; name and len are set
 */
struct policy_verdict judge_bind(const struct supervisor *sup, int parent,
				 const char *base, struct found *found);

/**
 * judge_directory() - Hold the directory that a path is in.
 * @request:	op, and the canonical path
 * @node:	what is there; for OP_BIND, the directory itself
 *
 * Return: O_PATH descriptor, or -1 if the path leads elsewhere by now
 */
int judge_directory(const struct policy_request *request,
		    const struct stat *node);

/**
 * judge_abstract() - May this client use this abstract name?
 * @op:		OP_CONNECT, OP_SEND or OP_BIND
 * @type:	of the client's socket
 */
struct policy_verdict judge_abstract(const struct supervisor *sup,
				     enum policy_op op, int type,
				     const char *name, size_t len);

/** judge_autobind() - May this client bind a name that the kernel picks? */
struct policy_verdict judge_autobind(const struct supervisor *sup);

/** judge_kind() - May this client do that with an address of this kind? */
struct policy_verdict judge_kind(const struct supervisor *sup,
				 enum policy_op op, enum target_kind kind);

#endif /* SBX_JUDGE_H */
