/* SPDX-License-Identifier: MIT */
/* scene.h - the directory and the policy that a test is started with.
 *
 * The policy grants, in a fresh directory: granted.sock, both directions;
 * tree/, everything beneath; connect.sock and bind.sock, one direction; not
 * tree/denied.sock; and every abstract name that starts with the directory's
 * base name.
 */
#ifndef SBX_TESTS_SHIM_SCENE_H
#define SBX_TESTS_SHIM_SCENE_H

#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "names.h"
#include "policy/policy.h"
#include "policy/wire.h"

static int find_asan(struct dl_phdr_info *info, size_t size, void *found)
{
	(void)size;
	if (strstr(info->dlpi_name, "libasan.so"))
		strcpy(found, info->dlpi_name);
	return 0;
}

/* The shim, after what must come first when we are sanitized. */
HARNESS const char *preload_value(void)
{
	static char value[8192];
	char asan[4096] = "";

	dl_iterate_phdr(find_asan, asan);
	snprintf(value, sizeof(value), "%s%s%s", asan, asan[0] ? ":" : "",
		 shim_path());
	return value;
}

HARNESS void grant(struct policy *policy, enum policy_effect effect,
		   unsigned int ops, enum rule_kind kind, const char *name)
{
	struct policy_rule rule = {
		.effect = (uint8_t)effect,
		.ops = (uint8_t)ops,
		.kind = (uint8_t)kind,
	};

	rule.pin_len = kind == RULE_TREE ? (uint32_t)strlen(name) : 0;
	if (policy_add(policy, &rule, name, strlen(name), name) != POLICY_OK)
		abort();
}

HARNESS void default_policy(struct policy *policy)
{
	policy_init(policy);
	grant(policy, EFFECT_ALLOW, OPS_ALL, RULE_NODE, in_dir("granted.sock"));
	grant(policy, EFFECT_ALLOW, OPS_ALL, RULE_TREE, in_dir("tree"));
	grant(policy, EFFECT_DENY, OPS_ALL, RULE_NODE,
	      in_dir("tree/denied.sock"));
	grant(policy, EFFECT_ALLOW, OPS_CONNECT, RULE_NODE,
	      in_dir("connect.sock"));
	grant(policy, EFFECT_ALLOW, OPS_BIND, RULE_NODE, in_dir("bind.sock"));
	grant(policy, EFFECT_ALLOW, OPS_ALL, RULE_ABSTRACT_PREFIX,
	      strrchr(test_dir(), '/') + 1);
}

HARNESS void export_policy(const struct policy *policy)
{
	static char text[WIRE_TEXT_MAX];

	if (wire_encode(policy, text, sizeof(text)) < 0)
		abort();
	setenv(WIRE_VARIABLE, text, 1);
}

HARNESS void remove_dir(void)
{
	char command[512];

	unsetenv("LD_PRELOAD");
	snprintf(command, sizeof(command), "rm -rf '%s'", test_dir());
	if (system(command) != 0)
		fprintf(stderr, "# cannot remove %s\n", test_dir());
}

/* cmocka 1.1 calls what it skips "not ok", and does not tell why. */
HARNESS void print_tap(FILE *from)
{
	char line[8192];
	char reason[256] = "";

	while (fgets(line, sizeof(line), from)) {
		char *skipped = strstr(line, " # SKIP ");

		if (skipped && !strncmp(line, "not ok ", 7)) {
			*skipped = '\0';
			printf("%s -%s # SKIP %s\n", line + 4,
			       strtok(skipped + 7, "\n"), reason);
		} else if (sscanf(line, "# skipped: %255[^\n]", reason) != 1) {
			fputs(line, stdout);
		}
		fflush(stdout);
	}
}

/* Runs the program again, in the scene that is set. */
HARNESS int run_staged(char *argv[])
{
	int status = 1;
	int ends[2];
	FILE *output;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return 1;
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	close(ends[1]);
	output = fdopen(ends[0], "r");
	if (output)
		print_tap(output);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The first start: sets the scene, and clears it away. */
HARNESS int stage(char *argv[])
{
	static struct policy policy;
	char dir[] = "/tmp/sbx.XXXXXX";
	int code;

	if (!mkdtemp(dir))
		return 1;
	setenv(STAGE, dir, 1);
	mkdir(in_dir("tree"), 0755);
	default_policy(&policy);
	export_policy(&policy);
	setenv("SBX_LOG", in_dir("log"), 1);
	setenv("CMOCKA_MESSAGE_OUTPUT", "TAP", 0);
	setenv("LD_PRELOAD", preload_value(), 1);
	code = run_staged(argv);
	remove_dir();
	return code;
}

#endif /* SBX_TESTS_SHIM_SCENE_H */
