/* SPDX-License-Identifier: MIT */
/* stage.c - the judge's processes: the command, and its victim outside. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"

static volatile long canary; /* attacks write to it, in the victim */
static int report_fd = -1;
static int terminal = -1, terminal_master = -1;
static const char *terminal_name;

static void on_signal(int number)
{
	(void)number;
	write(report_fd, "signal", 6);
}

static void cover_granted(void)
{
	if (!new_namespaces(CLONE_NEWNS))
		return;
	mount(at("lure"), at("granted"), NULL, MS_BIND, NULL);
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

bool stage_mount(enum grant grant, unsigned int needs)
{
	const char *from = "box/app", *to = "granted/app";

	if (grant == GRANT_EXCEPT_TREE)
		from = "granted/secret/inner";
	if (needs & (NEEDS_MOUNT_OUT | NEEDS_MOUNT_SELF))
		from = "granted/app";
	if (needs & NEEDS_MOUNT_OUT)
		to = "box/app";
	return !mkdir(at("box"), 0700) && !mkdir(at("box/app"), 0700) &&
	       !mkdir(at("granted/app"), 0700) && new_namespaces(CLONE_NEWNS) &&
	       !mount(at(from), at(to), NULL, MS_BIND, NULL);
}

void stage_unmount(void)
{
	umount2(at("granted/app"), MNT_DETACH);
	umount2(at("box/app"), MNT_DETACH);
}

/* What a container of the same user has. */
static void own_network(void)
{
	struct {
		struct file_handle head;
		char bytes[MAX_HANDLE_SZ];
	} handle = {.head.handle_bytes = MAX_HANDLE_SZ};
	int mount, out, net;

	if (!new_namespaces(CLONE_NEWUSER | CLONE_NEWNET))
		return;
	net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (name_to_handle_at(net, "", &handle.head, &mount, AT_EMPTY_PATH))
		return;
	out = open(at("network"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	write(out, &handle, sizeof(handle));
	close(out);
}

static void victim(unsigned int needs, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGUSR1, on_signal);
	signal(SIGPIPE, SIG_IGN);
	setpgid(0, 0);
	if (needs & NEEDS_NAMESPACE)
		cover_granted();
	if (needs & NEEDS_OWNED)
		own_network();
	close(ready);
	for (;;) {
		if (canary) {
			write(report_fd, "memory", 6);
			canary = 0;
		}
		pause_ms(5);
	}
}

bool stage_victim(struct scene *to, unsigned int needs)
{
	int stream[2], report[2], ready[2];
	char byte;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream) ||
	    pipe2(report, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		return false;
	report_fd = report[1];
	to->victim_dir = open(at("denied"), O_PATH | O_CLOEXEC);
	to->victim_stream = stream[1];
	to->canary = (long)&canary;
	pid = fork();
	if (!pid) {
		close(ready[0]);
		victim(needs, ready[1]);
	}
	to->victim = pid;
	close(ready[1]);
	if (pid < 0 || read(ready[0], &byte, 1) < 0)
		return false;
	targets_watch(stream[0], "a connection of a process outside");
	targets_watch(report[0], "memory or signals of a process outside");
	return !close(ready[0]);
}

static void inherit(int number, int domain, int type, int protocol)
{
	int fd = socket(domain, type, protocol);

	if (fd < 0)
		return;

	dup2(fd, number);
	close(fd);
}

/* To a server that is granted, or whose clients say nothing. */
static void inherit_connected(const struct scene *to)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)to->tcp4_ok),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	inherit(INHERITED_CONNECTED, AF_INET, SOCK_STREAM, 0);
	connect(INHERITED_CONNECTED, (struct sockaddr *)&addr, sizeof(addr));
}

static bool open_terminal(void)
{
	terminal_master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal_master < 0 || grantpt(terminal_master) ||
	    unlockpt(terminal_master))
		return false;
	terminal_name = ptsname(terminal_master);
	terminal =
		open(terminal_name, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	return terminal >= 0;
}

static void inherit_needed(const struct scene *to, unsigned int needs)
{
	if (needs & NEEDS_STREAM)
		inherit(INHERITED_STREAM, AF_UNIX, SOCK_STREAM, 0);
	if (needs & NEEDS_DGRAM)
		inherit(INHERITED_DGRAM, AF_UNIX, SOCK_DGRAM, 0);
	if (needs & NEEDS_UDP)
		inherit(INHERITED_UDP, AF_INET, SOCK_DGRAM, 0);
	if (needs & NEEDS_TCP)
		inherit(INHERITED_TCP, AF_INET, SOCK_STREAM, 0);
	if (needs & NEEDS_MPTCP)
		inherit(INHERITED_MPTCP, AF_INET, SOCK_STREAM, 262);
	if (needs & NEEDS_CONNECTED)
		inherit_connected(to);
	if (needs & NEEDS_PACKET)
		wire_inherit(INHERITED_PACKET);
}

static void run_command(const struct scene *to, char **argv, unsigned int needs)
{
	char path[96];
	int in = open("/dev/null", O_RDONLY), out;

	snprintf(path, sizeof(path), "%s/output", to->dir);
	out = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	/* Some attacks signal their group. */
	if (!(needs & NEEDS_PTY))
		setpgid(0, 0);
	if (needs & NEEDS_PTY) {
		setsid();
		/* Not the judge's descriptor: that one never blocks. */
		in = open(terminal_name, O_RDWR | O_NOCTTY);
		ioctl(in, TIOCSCTTY, 0);
	}
	inherit_needed(to, needs);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	setrlimit(RLIMIT_CORE, &(const struct rlimit){0, 0});
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

pid_t stage_start(const struct scene *to, char **argv, unsigned int needs)
{
	pid_t pid;

	if ((needs & NEEDS_PTY) && !open_terminal())
		return -1;
	pid = fork();
	if (!pid)
		run_command(to, argv, needs);
	return pid;
}

/* The parent of a process, 0 if it is gone. */
static pid_t parent_of(pid_t pid)
{
	char path[32];
	FILE *file;
	int parent;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%*d (%*[^)]) %*c %d", &parent) != 1)
		parent = 0;
	fclose(file);
	return parent;
}

/* Only a descendant is ever signalled. */
static bool is_descendant(pid_t pid)
{
	pid_t up = pid;

	while (up > 1 && up != getpid())
		up = parent_of(up);
	return up == getpid() && pid != up;
}

static void kill_descendant(pid_t pid)
{
	if (is_descendant(pid))
		kill(pid, SIGKILL);
}

static void stop_descendant(pid_t pid)
{
	if (!is_descendant(pid))
		return;
	kill(pid, SIGSTOP);
	pause_ms(100);
	kill(pid, SIGCONT);
}

static void look_at_terminal(void)
{
	char text[64];

	if (terminal >= 0 && read(terminal, text, sizeof(text)) > 0)
		targets_report("keys on the terminal");
}

void stage_act(const struct scene *to, pid_t command)
{
	char path[96], word[16] = "", what[128] = "";
	FILE *file;

	look_at_terminal();
	snprintf(path, sizeof(path), "%s/announce", to->dir);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "%15s %127s", word, what) == 2) {
		if (knock(word, what) || covet_begin(word, what))
			;
		else if (!strcmp(word, "serve"))
			targets_serve_abstract(what);
		else if (!strcmp(word, "serve-at"))
			targets_serve_at(what);
		else if (!strcmp(word, "kill-parent"))
			kill_descendant(parent_of(atoi(what)));
		else if (!strcmp(word, "stop-parent"))
			stop_descendant(parent_of(atoi(what)));
		else if (!strcmp(word, "kill-command") && command != atoi(what))
			kill_descendant(command);
	}
	fclose(file);
	unlink(path);
}

/* Call @fn for each child; orphans become ours (subreaper). */
static int each_child(void (*fn)(pid_t))
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir))) {
		pid_t pid = atoi(entry->d_name);

		if (pid <= 0 || parent_of(pid) != getpid())
			continue;
		count++;
		if (fn)
			fn(pid);
	}
	if (dir)
		closedir(dir);
	return count;
}

static void kill_child(pid_t pid)
{
	kill(pid, SIGKILL);
	kill(pid, SIGCONT);
}

bool stage_others(const struct scene *to)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return each_child(NULL) > (to->victim > 0);
}

static pid_t spared;

static void kill_other(pid_t pid)
{
	if (pid != spared)
		kill_child(pid);
}

void stage_clear_command(const struct scene *to)
{
	spared = (pid_t)to->victim;
	for (int i = 0; i < 500 && stage_others(to); i++) {
		each_child(kill_other);
		pause_ms(2);
	}
}

void stage_clear(void)
{
	for (int i = 0; i < 500 && each_child(kill_child); i++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		pause_ms(2);
	}
}
