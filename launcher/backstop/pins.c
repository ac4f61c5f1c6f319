/* SPDX-License-Identifier: MIT */
/* pins.c - open and keep the directories that path rules are about. */
#include "pins.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
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
	/* The kernel stamps files with the coarse clock: a directory made
	 * just after this may look a tick younger than the precise time. */
	clock_gettime(CLOCK_REALTIME_COARSE, &pins->start);
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

static bool born_after(int fd, const struct timespec *start)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &stx) != 0 ||
	    !(stx.stx_mask & STATX_BTIME))
		return false;
	if (stx.stx_btime.tv_sec != start->tv_sec)
		return stx.stx_btime.tv_sec > start->tv_sec;
	return (long)stx.stx_btime.tv_nsec >= start->tv_nsec;
}

int pins_revive(struct pins *pins, const struct policy *policy,
		unsigned int rule)
{
	struct stat st;
	autoclose int fd = -1;

	if (fstat(pins->fd[rule], &st) != 0)
		return -1;
	if (st.st_nlink > 0)
		return 0;
	fd = open_directory(policy, &policy->rules[rule]);
	if (fd < 0 || !born_after(fd, &pins->start))
		return -1;
	/* dup3 replaces in one step: a concurrent reader sees either. */
	return dup3(fd, pins->fd[rule], O_CLOEXEC) < 0 ? -1 : 0;
}
