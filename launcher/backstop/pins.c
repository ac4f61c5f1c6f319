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

void pins_open(struct pins *pins, const struct policy *policy)
{
	for (unsigned int i = 0; i < POLICY_MAX_RULES; i++)
		pins->fd[i] = -1;
	for (unsigned int i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (!is_path_rule(rule))
			continue;
		pins->fd[i] = open_directory(policy, rule);
		if (pins->fd[i] < 0)
			die_errno("cannot open the directory of \"%s\"",
				  policy_rule_name(policy, rule));
	}
}

/* Is any directory above the rule's writable with our rights? */
static bool way_is_writable(const struct policy *policy,
			    const struct policy_rule *rule)
{
	char name[PATH_TEXT_MAX];
	char *slash;

	memcpy(name, policy_rule_name(policy, rule), rule->pin_len);
	name[rule->pin_len] = '\0';
	while ((slash = strrchr(name, '/')) && slash > name) {
		*slash = '\0';
		if (faccessat(AT_FDCWD, name, W_OK, AT_EACCESS) == 0)
			return true;
	}
	return faccessat(AT_FDCWD, "/", W_OK, AT_EACCESS) == 0;
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
	if (way_is_writable(policy, r))
		return -1;
	fd = open_directory(policy, r);
	/* dup3 replaces in one step: a concurrent reader sees either. */
	return fd < 0 || dup3(fd, pins->fd[rule], O_CLOEXEC) < 0 ? -1 : 0;
}
