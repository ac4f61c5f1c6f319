/* SPDX-License-Identifier: MIT */
/* landlock.h - the Landlock domains of the command, of one bind and of one
 * move.
 *
 * The command's domain takes away the ways round the supervisor: mounting over
 * a granted name, moving a socket to a granted name, tracing or signalling
 * processes outside.  From Linux 7.1 on (ABI 9) it also restricts which socket
 * files can be reached, so that a connect may be left to the kernel.
 */
#ifndef SBX_LANDLOCK_H
#define SBX_LANDLOCK_H

#include <stdbool.h>
#include <sys/stat.h>

#include "pins.h"

#define LANDLOCK_ABI_NEEDED  2	/* FS_REFER, Linux 5.19 */
#define LANDLOCK_ABI_TCP     4	/* connect and bind, Linux 6.7 */
#define LANDLOCK_ABI_SCOPES  6	/* abstract sockets and signals, Linux 6.12 */
#define LANDLOCK_ABI_RESOLVE 9	/* FS_RESOLVE_UNIX, Linux 7.1 */
#define LANDLOCK_ABI_UDP     10 /* Linux 7.2 */

/* What the domain has to do. */
struct landlock_plan {
	int abi;      /* from landlock_probe(), >= LANDLOCK_ABI_NEEDED */
	bool resolve; /* only granted socket files can be reached (ABI 9) */
	bool alone;   /* nobody binds for the command, nobody refuses TCP */
	bool inet;    /* the command connects and binds no IP socket itself */
};

/* What the kernel itself lets through: for each rule, the inode that it was
 * given.  Landlock keeps that inode alive, so its number stays its own. */
struct landlock_grants {
	struct {
		bool given;
		dev_t dev;
		ino_t ino;
	} rule[POLICY_MAX_RULES];
};

/**
 * landlock_probe() - The Landlock ABI of this kernel.
 *
 * Return: >= 1, or -1 with errno (ENOSYS: not built in, EOPNOTSUPP: off)
 */
int landlock_probe(void);

/**
 * landlock_prepare() - Build the domain of the command.
 * @plan:	what it has to do
 * @policy:	compiled policy
 * @pins:	its pinned directories
 * @grants:	filled with what the domain lets through; nothing without
 *		plan->resolve, and nothing with a --deny-unix-socket for a
 *		path, which the kernel cannot express
 *
 * Return: a ruleset descriptor, or -1 with errno
 */
int landlock_prepare(const struct landlock_plan *plan,
		     const struct policy *policy, const struct pins *pins,
		     struct landlock_grants *grants);

/**
 * landlock_covers() - Will the kernel let the command connect to this node?
 * @grants:	from landlock_prepare()
 * @pins:	the pinned directories, some of which may have been revived
 * @policy:	compiled policy
 * @rule:	the rule that grants the node
 * @node:	its fstat(2)
 */
bool landlock_covers(const struct landlock_grants *grants,
		     const struct pins *pins, const struct policy *policy,
		     unsigned int rule, const struct stat *node);

/**
 * landlock_locks_inet() - Does a domain with plan.inet hold every socket of TCP
 *			   and UDP that @policy lets exist?
 *
 * Those of TCP always exist: where none may lead anywhere they are jailed, and
 * a bind might free them.
 */
bool landlock_locks_inet(const struct landlock_plan *plan,
			 const struct policy *policy);

/**
 * landlock_apply() - Confine this thread, for good.
 * @ruleset:	from landlock_prepare()
 *
 * Return: 0, or -1 with errno
 */
int landlock_apply(int ruleset);

/**
 * landlock_confine_abstract() - Let this thread reach no abstract socket but of
 *				 those who will be in its domain, too.
 *
 * Return: 0, or -1 with errno
 */
int landlock_confine_abstract(void);

/**
 * landlock_confine_bind() - Let this thread create sockets beneath one
 *			     directory and nowhere else.
 * @dir:	O_PATH descriptor of the directory
 *
 * Return: 0, or -1 with errno
 */
int landlock_confine_bind(int dir);

/**
 * landlock_confine_move() - Let this thread link and rename sockets between
 *			     two directories, and no other kind of file.
 * @from, @to:	O_PATH descriptors of the directories; may be the same one
 *
 * Return: 0, or -1 with errno
 */
int landlock_confine_move(int from, int to);

#endif /* SBX_LANDLOCK_H */
