/* SPDX-License-Identifier: MIT */
/* forged.c - tamper with the policy: in the environment, where the shim reads
 * it, and at the places that the grants are about. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../policy/wire.h"
#include "attack.h"

extern char **environ;

static void again(void)
{
	char *const argv[] = {attack_self, "plain-stream", scene.dir, NULL};

	execve(attack_self, argv, environ);
}

/* With a right checksum: everything is allowed. */
static const char *forged(void)
{
	static struct policy policy;
	static char text[WIRE_TEXT_MAX];

	policy_init(&policy);
	policy.unix_all = 1;
	policy.network = NETWORK_FULL;
	if (wire_encode(&policy, text, sizeof(text)) < 0)
		skip("no such policy");
	return text;
}

static void for_a_program(void)
{
	setenv(WIRE_VARIABLE, forged(), 1);
	again();
}

/* In the running program, before the shim has looked, perhaps. */
static void in_place(void)
{
	char *text = getenv(WIRE_VARIABLE);
	const char *wanted = forged();

	if (text && strlen(text) >= strlen(wanted))
		strcpy(text, wanted);
	hit_denied();
	again();
}

static void for_a_shell(void)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "unset LD_PRELOAD SBX_RUN SBX_QUIET; SBX_LOG=/dev/null "
		 "exec %s plain-stream %s",
		 attack_self, scene.dir);
	setenv(WIRE_VARIABLE, forged(), 1);
	execl("/bin/sh", "sh", "-c", line, NULL);
}

/* Other places for what is looked up by name: home, path, directory, root. */
static void surroundings(void)
{
	setenv("HOME", at("denied"), 1);
	setenv("PATH", at("denied"), 1);
	setenv("TMPDIR", at("denied"), 1);
	setenv("XDG_RUNTIME_DIR", at("denied"), 1);
	if (!chdir(at("granted")) && !rename(at("granted"), at("moved")))
		rename(at("denied"), at("granted"));
	hit_path("no.sock");
	hit_path(at("granted/no.sock"));
	rename(at("granted"), at("denied"));
	rename(at("moved"), at("granted"));
	hit_denied();
}

/* The supervisor looks at the directories that it held at start. */
static void granted_anew(void)
{
	rename(at("granted"), at("moved"));
	mkdir(at("granted"), 0700);
	symlink("../denied/no.sock", at("granted/ok.sock"));
	hit_path(at("granted/ok.sock"));
	unlink(at("granted/ok.sock"));
	rename(at("denied"), at("granted/denied"));
	hit_path(at("granted/denied/no.sock"));
	rename(at("granted/denied"), at("denied"));
	rmdir(at("granted"));
	rename(at("moved"), at("granted"));
	hit_denied();
}

/* What ps(1) and the log show of a process is its own word. */
static void other_arguments(void)
{
	prctl(PR_SET_NAME, "sbx-run");
	execl(attack_self, "sbx-run", "plain-stream", scene.dir, NULL);
}

#define FORGE(name, run, grant, what)                                          \
	{                                                                      \
		name, "policy", run, grant, 0, what                            \
	}

const struct attack forged_attacks[] = {
	FORGE("policy-program", for_a_program, GRANT_FILE,
	      "SBX_POLICY allows everything, for a new program"),
	FORGE("policy-in-place", in_place, GRANT_FILE,
	      "... in this program's memory"),
	FORGE("policy-shell", for_a_shell, GRANT_FILE,
	      "... for a shell's child without the shim"),
	FORGE("policy-surroundings", surroundings, GRANT_DIRECTORY,
	      "HOME, PATH, and renamed directories"),
	FORGE("policy-anew", granted_anew, GRANT_DIRECTORY,
	      "the granted directory made anew"),
	FORGE("policy-arguments", other_arguments, GRANT_FILE,
	      "a process that calls itself sbx-run"),
	{0},
};
