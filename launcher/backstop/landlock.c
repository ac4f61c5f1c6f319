/* SPDX-License-Identifier: MIT */
/* landlock.c - Landlock domains, by raw system calls.
 *
 * Theory of operation (measured on Linux 6.12 and 6.18)
 *
 * handled REFER, granted on "/":  costs nothing, but any domain that handles
 *	a file system right denies mount(2), pivot_root(2) and the like, so
 *	nobody can put another socket under a granted name.
 * handled MAKE_SOCK, granted nowhere:  bind(2) to a path, mknod(S_IFSOCK), and
 *	renaming or linking any socket are EACCES.  The supervisor binds.
 * handled MAKE_BLOCK, granted on granted directories:  a marker that no
 *	program needs.  A directory moved into a granted one would gain it,
 *	which the kernel refuses with EXDEV; so no directory that holds a
 *	socket can be moved to where its name would be granted.  Ordinary
 *	files move freely, because MAKE_* rights do not apply to files.
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
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../clean.h"

#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define SCOPE_SIGNAL		   (1ULL << 1)

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

/* The marker goes where a moved directory would bring its sockets into a
 * grant: on granted trees, and nowhere else.  What lies beneath a marker moves
 * freely to any other. */
static bool is_marked(const struct policy *policy,
		      const struct policy_rule *rule)
{
	return !policy->unix_all && rule->effect == EFFECT_ALLOW &&
	       rule->kind == RULE_TREE && (rule->ops & (1U << OP_CONNECT));
}

/* Nothing else is needed on "/": REFER alone keeps renames as they were. */
static int add_rules(int ruleset, const struct policy *policy,
		     const struct pins *pins)
{
	autoclose int root = open("/", O_PATH | O_CLOEXEC);

	if (root < 0 || add_path(ruleset, root, LANDLOCK_ACCESS_FS_REFER) != 0)
		return -1;
	for (unsigned int i = 0; i < policy->rule_count; i++) {
		if (!is_marked(policy, &policy->rules[i]))
			continue;
		if (add_path(ruleset, pins->fd[i],
			     LANDLOCK_ACCESS_FS_MAKE_BLOCK) != 0)
			return -1;
	}
	return 0;
}

int landlock_prepare(int abi, const struct policy *policy,
		     const struct pins *pins)
{
	static const struct ruleset_attr allowlist = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_REFER |
				     LANDLOCK_ACCESS_FS_MAKE_SOCK |
				     LANDLOCK_ACCESS_FS_MAKE_BLOCK,
		.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL,
	};
	/* With --allow-all-unix-sockets the command binds by itself. */
	static const struct ruleset_attr unrestricted = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_REFER,
		.scoped = SCOPE_SIGNAL,
	};
	const struct ruleset_attr *attr =
		policy->unix_all ? &unrestricted : &allowlist;
	const size_t size = abi >= LANDLOCK_ABI_SCOPES
				    ? sizeof(*attr)
				    : sizeof(attr->handled_access_fs);
	autoclose int ruleset = create_ruleset(attr, size);

	if (ruleset < 0 || add_rules(ruleset, policy, pins) != 0)
		return -1;
	return steal_fd(&ruleset);
}

int landlock_apply(int ruleset)
{
	return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
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
