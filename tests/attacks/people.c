/* SPDX-License-Identifier: MIT */
/* people.c - what attacks share: other users, other processes. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

void open_to_others(void)
{
	static const char *const names[] = {"denied",  "denied/no.sock",
					    "granted", "granted/ok.sock",
					    "lure",    "lure/later.sock"};

	chmod(scene.dir, 0755);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		chmod(at(names[i]), i % 2 ? 0777 : 0755);
}

void become_other(void)
{
	if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
	    setresuid(65534, 65534, 65534))
		skip("cannot become another user");
}

void wait_for_pid(pid_t pid)
{
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

const char *proc(pid_t pid, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return path;
}

int ancestors(pid_t *list, int max)
{
	int count = 0, pid = getppid();

	while (count < max && pid > 1 && pid != scene.judge) {
		FILE *file;

		list[count++] = pid;
		file = fopen(proc(pid, "stat"), "re");
		pid = 0;
		if (!file)
			break;
		if (fscanf(file, "%*d (%*[^)]) %*c %d", &pid) != 1)
			pid = 0;
		fclose(file);
	}
	return count;
}
