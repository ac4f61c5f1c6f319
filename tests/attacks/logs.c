/* SPDX-License-Identifier: MIT */
/* logs.c - make the log say something untrue.
 *
 * What is refused ends up in the log together with names that the client has
 * chosen.  The control is a logger that writes them as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../policy/report.h"
#include "attack.h"
#include "raw.h"

/* Until the judge has seen to it: the control's logger asks who we are. */
static void settle(void)
{
	announce("settle 0");
}

static void hostile_path(void)
{
	hit_path(at("denied/" HOSTILE_NAME));
}

/* Fifteen bytes that end a line and begin one. */
static void hostile_name(void)
{
	prctl(PR_SET_NAME, "\n" FORGED);
	hit_denied();
	settle();
}

static void hostile_escape(void)
{
	prctl(PR_SET_NAME, "\033[2J\033[1;1H");
	hit_denied();
	settle();
}

static void hostile_program(void)
{
	const char *const name = at(HOSTILE_NAME);
	char *const argv[] = {(char *)name, "plain-stream", scene.dir, NULL};
	int from = open(attack_self, O_RDONLY | O_CLOEXEC);
	int to = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t n;

	do
		n = sendfile(to, from, NULL, 1 << 20);
	while (n > 0);
	close(to);
	execv(name, argv);
}

/* A link's own name is nobody's business, its target's is. */
static void hostile_link(void)
{
	symlink(at("denied/" HOSTILE_NAME), at("granted/" HOSTILE_NAME));
	hit_path(at("granted/" HOSTILE_NAME));
}

static void hostile_report(void)
{
	struct report r = {.version = REPORT_VERSION, .fd = -1, .count = 1};
	struct sockaddr_un addr;

	r.domain = AF_UNIX;
	r.type = SOCK_STREAM;
	r.addr_len = unix_addr(&addr, at("denied/" HOSTILE_NAME));
	memcpy(r.addr, &addr, r.addr_len);
	snprintf(r.host, sizeof(r.host), "%s", HOSTILE_NAME);
	memset(r.registers, 0x0a, sizeof(r.registers));
	raw_call(SYS_prctl, REPORT_PRCTL, REPORT_LOOKUP, 1, 0, 0, 0);
	socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (unsigned int op = 0; op < 6; op++) {
		r.op = op;
		raw_call(SYS_prctl, REPORT_PRCTL, REPORT_REFUSED, (long)&r,
			 sizeof(r), 0, 0);
	}
	hostile_path();
}

static void hostile_bind(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("lure/" HOSTILE_NAME));
	int fd = unix_socket(SOCK_STREAM);

	bind(fd, (struct sockaddr *)&addr, len);
	unlink(at("lure/" HOSTILE_NAME));
	len = abstract_addr(&addr, HOSTILE_NAME);
	bind(fd, (struct sockaddr *)&addr, len);
	connect(unix_socket(SOCK_STREAM), (struct sockaddr *)&addr, len);
	hostile_path();
}

/* Many different refusals hide one. */
static void hidden(void)
{
	char name[32];

	hostile_path();
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "\n%d" FORGED, i);
		prctl(PR_SET_NAME, name);
		hit_denied();
	}
}

/* Files are not confined: who may write the log can undo what it says. */
static void emptied(void)
{
	hit_denied();
	settle();
	truncate(at("log/json"), 0);
}

static void replaced(void)
{
	hit_denied();
	settle();
	unlink(at("log/json"));
	write_text(at("log/json"), "");
}

#define LOG(name, run, needs, what)                                            \
	{                                                                      \
		name, "log", run, GRANT_DIRECTORY, NEEDS_LOG | (needs), what   \
	}

const struct attack log_attacks[] = {
	LOG("log-path", hostile_path, 0, "a path that forges a line"),
	LOG("log-name", hostile_name, 0, "a process name that forges one"),
	LOG("log-escape", hostile_escape, 0, "a name that moves the cursor"),
	LOG("log-program", hostile_program, 0, "a program's path that forges"),
	LOG("log-link", hostile_link, 0, "a link to such a path"),
	LOG("log-report", hostile_report, 0, "reports of the shim that forge"),
	LOG("log-bind", hostile_bind, 0, "names that are bound"),
	LOG("log-flood", hidden, 0, "one among many"),
	LOG("log-emptied", emptied, KNOWN_LIMIT, "truncate(2)"),
	LOG("log-replaced", replaced, KNOWN_LIMIT, "unlink(2) and a new file"),
	{0},
};
