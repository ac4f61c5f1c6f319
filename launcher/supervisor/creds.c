/* SPDX-License-Identifier: MIT */
/* creds.c - act with a client's rights instead of root's.
 *
 * The system calls below change one thread only, as the kernel means them;
 * glibc's wrappers would change the whole process.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "client.h"

/* From linux/pidfd.h of Linux 6.13, which Debian 12 lacks. */
struct pidfd_info {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid;
	uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	uint32_t exit_code;
};

#define PIDFD_INFO_CREDS (1ULL << 1)
#define PIDFD_GET_INFO	 _IOWR(0xFF, 11, struct pidfd_info)

static int capability_sets(pid_t tid, struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
		.pid = tid,
	};

	return (int)syscall(SYS_capget, &header, data);
}

static int set_effective(uint64_t effective)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (capability_sets(0, data) != 0)
		return -1;
	data[0].effective = (uint32_t)effective & data[0].permitted;
	data[1].effective = (uint32_t)(effective >> 32) & data[1].permitted;
	return (int)syscall(SYS_capset, &header, data);
}

/* A client in a user namespace of its own has its capabilities only there. */
static bool same_user_namespace(const struct client *client)
{
	struct stat theirs;
	char name[64];

	snprintf(name, sizeof(name), "%d/ns/user", (int)client->tid);
	return fstatat(client->sup->proc, name, &theirs, 0) == 0 &&
	       client->sup->user_namespace == theirs.st_ino;
}

/* Its identity in one call (Linux 6.13): is it root like us?  Whoever may
 * override permissions has no use for groups. */
static bool is_root(const struct client *client)
{
	struct pidfd_info info = {.mask = PIDFD_INFO_CREDS};
	struct __user_cap_data_struct data[2];
	const int pidfd = client_pidfd(client);

	return pidfd >= 0 && ioctl(pidfd, PIDFD_GET_INFO, &info) == 0 &&
	       (info.mask & PIDFD_INFO_CREDS) && info.fsuid == 0 &&
	       info.fsgid == 0 && capability_sets(client->tid, data) == 0 &&
	       (data[0].effective >> CAP_DAC_OVERRIDE & 1) &&
	       same_user_namespace(client);
}

static int become(const struct client *client, bool *changed)
{
	struct client_status status;
	const int error = client_status(client->sup, client->tid, &status);
	uint64_t effective;

	if (error)
		return error;
	effective = same_user_namespace(client) ? status.cap_effective : 0;
	if (status.fsuid == 0 && status.fsgid == 0 &&
	    (effective >> CAP_DAC_OVERRIDE & 1))
		return 0;
	*changed = true;
	/* fsuid last: with it go the rights to change the rest. */
	if (syscall(SYS_setgroups, (int)status.group_count, status.groups) !=
		    0 ||
	    syscall(SYS_setfsgid, status.fsgid) < 0 ||
	    syscall(SYS_setfsuid, status.fsuid) < 0 ||
	    set_effective(effective) != 0 ||
	    syscall(SYS_setfsuid, -1) != (long)status.fsuid ||
	    syscall(SYS_setfsgid, -1) != (long)status.fsgid) {
		client_act_as_self(client->sup);
		*changed = false;
		return EACCES;
	}
	return 0;
}

int client_act_as(const struct client *client, bool *changed)
{
	*changed = false;
	if (!client->sup->privileged || is_root(client))
		return 0;
	return become(client, changed);
}

void client_act_as_self(const struct supervisor *sup)
{
	/* Nothing sensible can be done by a thread that keeps a stranger's
	 * rights, or lacks its own: the sandbox fails closed without us. */
	if (syscall(SYS_setfsuid, geteuid()) < 0 || set_effective(~0ULL) != 0 ||
	    syscall(SYS_setfsgid, getegid()) < 0 ||
	    syscall(SYS_setgroups, sup->group_count, sup->groups) != 0)
		abort();
}
