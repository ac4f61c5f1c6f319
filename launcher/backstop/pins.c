/* SPDX-License-Identifier: MIT */
/* pins.c - open and keep the directories that path rules are about. */
#include "pins.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../policy/path.h"
#include "../clean.h"
#include "../diag.h"
#include "mounts.h"

static int open_directory(const struct policy *policy,
			  const struct policy_rule *rule)
{
	const struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	char name[PATH_TEXT_MAX];

	memcpy(name, policy_rule_name(policy, rule), rule->pin_len);
	name[rule->pin_len] = '\0';
	return (int)syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof(how));
}

static bool is_path_rule(const struct policy_rule *rule)
{
	return rule->kind == RULE_NODE || rule->kind == RULE_TREE;
}

static int add_alias(int fd, void *ctx)
{
	struct pins *pins = ctx;
	int copy;

	if (pins->aliases == PIN_ALIASES_MAX) {
		errno = E2BIG;
		return -1;
	}
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (copy < 0)
		return -1;
	pins->alias[pins->aliases++].fd = copy;
	return 0;
}

/* An exception holds by whatever way one gets there. */
static void open_aliases(struct pins *pins, const struct policy *policy,
			 unsigned int rule)
{
	const char *name = policy_rule_name(policy, &policy->rules[rule]);
	const unsigned int first = pins->aliases;

	if (mounts_inside(name, add_alias, pins) != 0)
		die_errno("cannot see what of \"%s\" is mounted elsewhere",
			  name);
	for (unsigned int i = first; i < pins->aliases; i++)
		pins->alias[i].rule = rule;
}

void pins_open(struct pins *pins, const struct policy *policy)
{
	for (unsigned int i = 0; i < POLICY_MAX_RULES; i++)
		pins->fd[i] = -1;
	pins->aliases = 0;
	for (unsigned int i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (!is_path_rule(rule))
			continue;
		pins->fd[i] = open_directory(policy, rule);
		if (pins->fd[i] < 0)
			die_errno("cannot open the directory of \"%s\"",
				  policy_rule_name(policy, rule));
		if (rule->effect == EFFECT_DENY && rule->kind == RULE_TREE)
			open_aliases(pins, policy, i);
	}
}

static bool is_ours(const struct stat *dir)
{
	return dir->st_uid == geteuid() || dir->st_uid == getuid();
}

/* May somebody sandboxed have put something there?  Its owner may have made it
 * writable, and not writable again.  And what is mounted read-only here may be
 * writable elsewhere. */
static bool is_writable(int dir)
{
	struct stat st;
	bool read_only;

	if (faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) == 0)
		return true;
	read_only = errno == EROFS;
	return fstat(dir, &st) != 0 || is_ours(&st) ||
	       (read_only &&
		(getuid() == 0 || (st.st_mode & (S_IWGRP | S_IWOTH))));
}

/* Where nothing is, or nothing to be seen, those above decide: who made it so
 * may write there, or owns it. */
static bool is_writable_name(const char *name)
{
	autoclose int dir = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return dir >= 0 && is_writable(dir);
}

/* Is a directory writable that lies above the first @len bytes of @name? */
static bool way_is_writable(const char *name, size_t len)
{
	char dir[PATH_TEXT_MAX];
	char *slash;

	memcpy(dir, name, len);
	dir[len] = '\0';
	while ((slash = strrchr(dir, '/')) && slash > dir) {
		*slash = '\0';
		if (is_writable_name(dir))
			return true;
	}
	return is_writable_name("/");
}

static int open_in(int dir, const char *name, size_t len)
{
	char component[PATH_TEXT_MAX];

	memcpy(component, name, len);
	component[len] = '\0';
	return openat(dir, component,
		      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* From what is held: while we look, a name may come to mean another directory
 * that nobody can write to, or none. */
bool pins_way_is_safe(const struct pins *pins, const struct policy *policy,
		      unsigned int rule)
{
	const struct policy_rule *r = &policy->rules[rule];
	const char *rest = policy_rule_name(policy, r) + r->pin_len;
	autoclose int held = -1;
	int dir = pins->fd[rule];

	if (r->kind == RULE_TREE)
		return true;
	for (rest += *rest == '/'; strchr(rest, '/'); rest++) {
		const size_t len = strcspn(rest, "/");
		int next;

		if (is_writable(dir))
			return false;
		next = open_in(dir, rest, len);
		clean_close(&held);
		held = dir = next;
		if (dir < 0)
			return false;
		rest += len;
	}
	return true;
}

bool pins_tell_node(const struct policy *policy, unsigned int rule)
{
	const char *name = policy_rule_name(policy, &policy->rules[rule]);

	return !way_is_writable(name, (size_t)(strrchr(name, '/') - name));
}

int pins_revive(struct pins *pins, const struct policy *policy,
		unsigned int rule)
{
	const struct policy_rule *r = &policy->rules[rule];
	struct stat st;
	autoclose int fd = -1;

	if (fstat(pins->fd[rule], &st) != 0)
		return -1;
	if (st.st_nlink > 0)
		return 0;
	if (way_is_writable(policy_rule_name(policy, r), r->pin_len))
		return -1;
	fd = open_directory(policy, r);
	/* dup3 replaces in one step: a concurrent reader sees either. */
	return fd < 0 || dup3(fd, pins->fd[rule], O_CLOEXEC) < 0 ? -1 : 0;
}
