/* SPDX-License-Identifier: MIT */
/* landlock.c - Landlock domains, by raw system calls.
 *
 * Theory of operation (measured on Linux 6.12, 6.18 and 7.2)
 *
 * handled REFER, granted on "/":  costs nothing, but any domain that handles
 *	a file system right denies mount(2), pivot_root(2) and the like, so
 *	nobody can put another socket under a granted name.
 * handled MAKE_SOCK, granted nowhere:  bind(2) to a path, mknod(S_IFSOCK), and
 *	renaming or linking any socket are EACCES.  The supervisor binds.
 * handled MAKE_BLOCK, granted on granted directories and on what is mounted
 *	in them from elsewhere:  a marker that no program needs.  A directory
 *	moved into a granted one would gain it, which the kernel refuses with
 *	EXDEV; so no directory that holds a socket can be moved to where its
 *	name would be granted.  Ordinary files move freely, because MAKE_*
 *	rights do not apply to files.
 * handled RESOLVE_UNIX (ABI 9), granted on granted directories and on the
 *	granted sockets that exist:  connecting or sending to any other socket
 *	file is EACCES, unless it was made inside the domain.  A rule on a
 *	socket dies with it, and an exception inside a granted directory
 *	cannot be told: such connects remain the supervisor's.  Its price: a
 *	file moved into a granted directory would gain this right, too, so
 *	that rename(2) says EXDEV and mv(1) copies.
 * handled CONNECT_TCP, BIND_TCP (ABI 4) and those of UDP (ABI 10), granted
 *	nowhere:  where the policy restricts IP, the supervisor performs what it
 *	grants, or there is none, and sockets may have been inherited.
 * scoped:  no connect to an outsider's abstract socket, no signal to a
 *	process outside (ABI 6).
 * any domain:  no ptrace, pidfd_getfd or /proc/PID/mem of a process outside.
 *
 * Debian 12's linux/landlock.h ends at ABI 2, so the structures are here.
 */
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../clean.h"
#include "mounts.h"

#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define SCOPE_SIGNAL		   (1ULL << 1)
#define RESOLVE_UNIX		   (1ULL << 16) /* ABI 9 */
#define ALL_TCP			   3ULL		/* bind and connect, ABI 4 */
#define ALL_UDP			   12ULL	/* ABI 10 */

/* struct landlock_ruleset_attr as of ABI 6; a shorter size is an older ABI. */
struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

static int create_ruleset(const struct ruleset_attr *attr, size_t size)
{
	return (int)syscall(SYS_landlock_create_ruleset, attr, size, 0);
}

static int add_path(int ruleset, int dir, uint64_t access)
{
	const struct landlock_path_beneath_attr rule = {
		.allowed_access = access,
		.parent_fd = dir,
	};

	return (int)syscall(SYS_landlock_add_rule, ruleset,
			    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

int landlock_probe(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
			    LANDLOCK_CREATE_RULESET_VERSION);
}

/* Exceptions for paths cannot be told to the kernel, so that it is told no
 * grant either. */
static bool has_path_exceptions(const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->effect == EFFECT_DENY &&
		    (rule->kind == RULE_NODE || rule->kind == RULE_TREE))
			return true;
	}
	return false;
}

/* What is being built. */
struct domain {
	int ruleset;
	const struct landlock_plan *plan;
	const struct policy *policy;
	struct landlock_grants *grants;
};

static int give(const struct domain *d, unsigned int rule, int fd,
		uint64_t access)
{
	struct stat st;

	if (access == 0)
		return 0;
	if (add_path(d->ruleset, fd, access) != 0 || fstat(fd, &st) != 0)
		return -1;
	if (access & RESOLVE_UNIX) {
		d->grants->rule[rule].given = true;
		d->grants->rule[rule].dev = st.st_dev;
		d->grants->rule[rule].ino = st.st_ino;
	}
	return 0;
}

static int mark(int dir, void *ctx)
{
	const struct domain *d = ctx;

	return add_path(d->ruleset, dir, LANDLOCK_ACCESS_FS_MAKE_BLOCK);
}

/* The marker goes where a moved directory would bring its sockets into a
 * grant: on granted trees, on what is mounted there and may be reached by
 * another name, and nowhere else.  What lies beneath a marker moves freely to
 * any other. */
static int give_tree(const struct domain *d, unsigned int index, int dir)
{
	const struct policy_rule *rule = &d->policy->rules[index];
	uint64_t access = 0;

	if (rule->ops & (1U << OP_CONNECT))
		access = LANDLOCK_ACCESS_FS_MAKE_BLOCK |
			 (d->plan->resolve ? RESOLVE_UNIX : 0);
	if (d->plan->alone && (rule->ops & OPS_BIND))
		access |= LANDLOCK_ACCESS_FS_MAKE_SOCK;
	if ((access & LANDLOCK_ACCESS_FS_MAKE_BLOCK) &&
	    mounts_beneath(policy_rule_name(d->policy, rule), mark,
			   (void *)d) != 0)
		return -1;
	return give(d, index, dir, access);
}

/* A socket that is there now; what comes later is the supervisor's. */
static int give_node(const struct domain *d, unsigned int index, int dir)
{
	const struct policy_rule *rule = &d->policy->rules[index];
	const char *rest = policy_rule_name(d->policy, rule) + rule->pin_len;
	autoclose int fd = -1;
	struct stat st;

	rest += rest[0] == '/';
	if (!d->plan->resolve || !(rule->ops & (1U << OP_CONNECT)) ||
	    rest[0] == '\0' || strchr(rest, '/'))
		return 0;
	fd = openat(dir, rest, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISSOCK(st.st_mode) ||
	    st.st_nlink != 1)
		return 0;
	return give(d, index, fd, RESOLVE_UNIX);
}

static int give_all(const struct domain *d, const struct pins *pins)
{
	for (unsigned int i = 0; i < d->policy->rule_count; i++) {
		const struct policy_rule *rule = &d->policy->rules[i];
		int error = 0;

		if (rule->effect != EFFECT_ALLOW)
			continue;
		if (rule->kind == RULE_TREE)
			error = give_tree(d, i, pins->fd[i]);
		else if (rule->kind == RULE_NODE)
			error = give_node(d, i, pins->fd[i]);
		if (error)
			return error;
	}
	return 0;
}

static struct ruleset_attr attributes(const struct landlock_plan *plan,
				      const struct policy *policy)
{
	struct ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_REFER,
		.scoped = SCOPE_SIGNAL,
	};

	if (plan->inet && plan->abi >= LANDLOCK_ABI_TCP)
		attr.handled_access_net = ALL_TCP;
	if (plan->inet && plan->abi >= LANDLOCK_ABI_UDP)
		attr.handled_access_net |= ALL_UDP;
	/* A socket that came from outside leads to the names there. */
	if (policy->network == NETWORK_ISOLATED)
		attr.scoped |= SCOPE_ABSTRACT_UNIX_SOCKET;
	/* With --allow-all-unix-sockets the command binds by itself. */
	if (policy->unix_all)
		return attr;
	attr.handled_access_fs |= LANDLOCK_ACCESS_FS_MAKE_SOCK |
				  LANDLOCK_ACCESS_FS_MAKE_BLOCK |
				  (plan->resolve ? RESOLVE_UNIX : 0);
	attr.scoped |= SCOPE_ABSTRACT_UNIX_SOCKET;
	return attr;
}

static size_t attribute_size(int abi)
{
	if (abi >= LANDLOCK_ABI_SCOPES)
		return sizeof(struct ruleset_attr);
	return abi >= LANDLOCK_ABI_TCP ? offsetof(struct ruleset_attr, scoped)
				       : sizeof(uint64_t);
}

bool landlock_locks_inet(const struct landlock_plan *plan,
			 const struct policy *policy)
{
	const bool udp = policy_mediates(policy, SOCK_DGRAM);

	return plan->inet && plan->abi >= LANDLOCK_ABI_TCP &&
	       (plan->abi >= LANDLOCK_ABI_UDP || !udp);
}

int landlock_prepare(const struct landlock_plan *plan,
		     const struct policy *policy, const struct pins *pins,
		     struct landlock_grants *grants)
{
	const struct ruleset_attr attr = attributes(plan, policy);
	const size_t size = attribute_size(plan->abi);
	struct landlock_plan given = *plan;
	autoclose int root = open("/", O_PATH | O_CLOEXEC);
	autoclose int ruleset = create_ruleset(&attr, size);
	const struct domain domain = {ruleset, &given, policy, grants};

	given.resolve &= !has_path_exceptions(policy);
	/* REFER alone keeps renames as they were. */
	if (root < 0 || ruleset < 0 ||
	    add_path(ruleset, root, LANDLOCK_ACCESS_FS_REFER) != 0 ||
	    (!policy->unix_all && give_all(&domain, pins) != 0))
		return -1;
	return steal_fd(&ruleset);
}

bool landlock_covers(const struct landlock_grants *grants,
		     const struct pins *pins, const struct policy *policy,
		     unsigned int rule, const struct stat *node)
{
	const bool tree = policy->rules[rule].kind == RULE_TREE;
	struct stat st;

	if (!grants->rule[rule].given)
		return false;
	if (!tree)
		st = *node;
	else if (fstat(pins->fd[rule], &st) != 0)
		return false;
	return st.st_dev == grants->rule[rule].dev &&
	       st.st_ino == grants->rule[rule].ino;
}

int landlock_apply(int ruleset)
{
	return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}

/* Whoever does not say so is not let move a file to another directory, nor is
 * anybody in a domain within (landlock(7)). */
int landlock_confine_abstract(void)
{
	const struct ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_REFER,
		.scoped = SCOPE_ABSTRACT_UNIX_SOCKET,
	};
	autoclose int root = open("/", O_PATH | O_CLOEXEC);
	autoclose int ruleset = create_ruleset(&attr, sizeof(attr));

	if (root < 0 || ruleset < 0 ||
	    add_path(ruleset, root, LANDLOCK_ACCESS_FS_REFER) != 0)
		return -1;
	return landlock_apply(ruleset);
}

int landlock_confine_bind(int dir)
{
	const struct ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SOCK,
	};
	autoclose int ruleset =
		create_ruleset(&attr, sizeof(attr.handled_access_fs));

	if (ruleset < 0 ||
	    add_path(ruleset, dir, LANDLOCK_ACCESS_FS_MAKE_SOCK) != 0)
		return -1;
	return landlock_apply(ruleset);
}

int landlock_confine_move(int from, int to)
{
	const uint64_t sockets =
		LANDLOCK_ACCESS_FS_REFER | LANDLOCK_ACCESS_FS_MAKE_SOCK;
	const struct ruleset_attr attr = {
		.handled_access_fs = sockets | LANDLOCK_ACCESS_FS_MAKE_CHAR |
				     LANDLOCK_ACCESS_FS_MAKE_DIR |
				     LANDLOCK_ACCESS_FS_MAKE_REG |
				     LANDLOCK_ACCESS_FS_MAKE_FIFO |
				     LANDLOCK_ACCESS_FS_MAKE_BLOCK |
				     LANDLOCK_ACCESS_FS_MAKE_SYM,
	};
	autoclose int ruleset =
		create_ruleset(&attr, sizeof(attr.handled_access_fs));

	if (ruleset < 0 || add_path(ruleset, from, sockets) != 0 ||
	    add_path(ruleset, to, sockets) != 0)
		return -1;
	return landlock_apply(ruleset);
}
