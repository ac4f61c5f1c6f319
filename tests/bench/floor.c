/* SPDX-License-Identifier: MIT */
/* floor.c - run a command under the least that a kernel layer can do.
 *
 *	floor seccomp|landlock|both COMMAND [ARGUMENT...]
 *
 * What an empty filter (one instruction: allow) and an empty domain (REFER,
 * granted everywhere) cost is the price of having one; no sandbox of that kind
 * can be cheaper.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void enter_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = {.len = 1, .filter = &allow};

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		err(125, "seccomp");
}

static void enter_domain(void)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_REFER,
	};
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_REFER,
		.parent_fd = open("/", O_PATH | O_CLOEXEC),
	};
	const int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
					 sizeof(attr), 0);

	if (ruleset < 0 ||
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		    &rule, 0) ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0))
		err(125, "landlock");
	close(ruleset);
	close(rule.parent_fd);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(125, "usage: floor seccomp|landlock|both COMMAND...");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err(125, "no_new_privs");
	if (strcmp(argv[1], "seccomp"))
		enter_domain();
	if (strcmp(argv[1], "landlock"))
		enter_filter();
	execvp(argv[2], argv + 2);
	err(127, "%s", argv[2]);
}
