/* SPDX-License-Identifier: MIT */
/* creds.c - act as a client, with its rights instead of ours.
 *
 * Theory of operation
 *
 * A privileged supervisor opens no door that its client could not open, and
 * shows no server an identity that is not the client's: SO_PEERCRED tells
 * the effective user and group of the thread that connects.  So that thread
 * takes on the effective and file system ids, the groups and the capabilities
 * of the client.  The real and saved ids stay ours: by them we come back, and
 * no process of that user can signal us.
 *
 * A process that has changed its user may not be inspected without
 * CAP_SYS_PTRACE (PR_SET_DUMPABLE(2const)).  What is looked up in /proc about
 * the client itself is therefore looked up with our own rights, between
 * client_act_pause() and client_act_resume(); so is what the whole sandbox
 * might do, apart from this client.
 *
 * To say in a message who the client is takes CAP_SYS_ADMIN (unix(7),
 * SCM_CREDENTIALS), which is in effect for nothing else.
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

#define BIT(capability) (1ULL << (capability))

/* What this thread has taken on. */
static _Thread_local struct {
	bool on;
	bool groups; /* ... which differ from ours */
	uint64_t effective;
	struct client_status status;
} guise;

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

static uint64_t effective_of(pid_t tid)
{
	struct __user_cap_data_struct data[2];

	if (capability_sets(tid, data) != 0)
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

/* The command lacks CAP_SYS_PTRACE, which we need to look at it. */
static bool same_capabilities(const struct supervisor *sup, uint64_t effective)
{
	return ((effective ^ sup->effective) & ~BIT(CAP_SYS_PTRACE)) == 0;
}

/* A client in a user namespace of its own has its capabilities only there. */
bool client_same_users(const struct client *client)
{
	struct stat theirs;
	char name[64];

	snprintf(name, sizeof(name), "%d/ns/user", (int)client->tid);
	return fstatat(client->sup->proc, name, &theirs, 0) == 0 &&
	       client->sup->user_namespace == theirs.st_ino;
}

/* Its identity in one call (Linux 6.13). */
static bool quick_identity(const struct client *client, struct pidfd_info *info)
{
	const int pidfd = client_pidfd(client);

	*info = (struct pidfd_info){.mask = PIDFD_INFO_CREDS};
	return pidfd >= 0 && ioctl(pidfd, PIDFD_GET_INFO, info) == 0 &&
	       (info->mask & PIDFD_INFO_CREDS);
}

int client_identity(const struct client *client, struct ucred *who)
{
	struct client_status status;
	struct pidfd_info info;
	int error;

	if (quick_identity(client, &info)) {
		*who = (struct ucred){(pid_t)info.tgid, info.ruid, info.rgid};
		return 0;
	}
	error = client_status(client->sup, client->tid, &status);
	if (!error)
		*who = (struct ucred){status.tgid, status.uid[0],
				      status.gid[0]};
	return error;
}

/* Its identity comes last: the pidfd is of the thread that asked, so all before
 * it was about that thread, too.  Groups are not looked at: our equal has all
 * capabilities that we have. */
static bool is_our_equal(const struct client *client)
{
	const struct supervisor *sup = client->sup;
	struct pidfd_info info;

	return same_capabilities(sup, effective_of(client->tid)) &&
	       client_same_users(client) && quick_identity(client, &info) &&
	       info.euid == sup->uid && info.fsuid == sup->uid &&
	       info.egid == sup->gid && info.fsgid == sup->gid;
}

static bool same_groups(const struct supervisor *sup,
			const struct client_status *status)
{
	return (int)status->group_count == sup->group_count &&
	       memcmp(status->groups, sup->groups,
		      status->group_count * sizeof(gid_t)) == 0;
}

static bool same_identity(const struct supervisor *sup,
			  const struct client_status *status)
{
	return status->uid[1] == sup->uid && status->fsuid == sup->uid &&
	       status->gid[1] == sup->gid && status->fsgid == sup->gid &&
	       same_groups(sup, status);
}

/* Without the capability for it, setfsuid(2) changes nothing and says so only
 * when asked again. */
static bool take_on_files(const struct client_status *status)
{
	return syscall(SYS_setfsgid, status->fsgid) >= 0 &&
	       syscall(SYS_setfsuid, status->fsuid) >= 0 &&
	       set_effective(guise.effective) == 0 &&
	       syscall(SYS_setfsuid, -1) == (long)status->fsuid &&
	       syscall(SYS_setfsgid, -1) == (long)status->fsgid;
}

/* The user comes last: with it go the rights to change the rest. */
static bool take_on(const struct client_status *status)
{
	if (guise.groups && syscall(SYS_setgroups, (int)status->group_count,
				    status->groups) != 0)
		return false;
	return syscall(SYS_setresgid, -1, status->gid[1], -1) == 0 &&
	       syscall(SYS_setresuid, -1, status->uid[1], -1) == 0 &&
	       set_effective(~0ULL) == 0 && take_on_files(status);
}

/* @keep: capabilities of ours that are used all the same */
static int become(const struct client *client, uint64_t keep, bool *changed)
{
	const struct supervisor *sup = client->sup;
	struct client_status *status = &guise.status;
	const int error = client_status(sup, client->tid, status);

	if (error)
		return error;
	guise.effective =
		(client_same_users(client) ? status->cap_effective : 0) | keep;
	/* Was all of that about the thread that asked? */
	if (!client_alive(client))
		return ESRCH;
	if (status->group_count >= CLIENT_GROUPS_MAX)
		return EACCES;
	if (same_identity(sup, status) &&
	    same_capabilities(sup, guise.effective))
		return 0;
	guise.groups = !same_groups(sup, status);
	guise.on = *changed = true;
	if (take_on(status))
		return 0;
	client_act_as_self(sup);
	*changed = false;
	return EACCES;
}

int client_act_as(const struct client *client, bool *changed)
{
	*changed = false;
	if (!client->sup->privileged || is_our_equal(client))
		return 0;
	return become(client, 0, changed);
}

int client_act_to_send(const struct client *client, bool unix_socket,
		       bool *changed)
{
	const struct supervisor *sup = client->sup;
	/* What scm_check_creds() in net/core/scm.c asks for. */
	const uint64_t keep =
		unix_socket ? sup->spare | BIT(CAP_SETUID) | BIT(CAP_SETGID)
			    : 0;

	*changed = false;
	if (!sup->privileged || guise.on)
		return 0;
	if (!is_our_equal(client))
		return become(client, keep, changed);
	if (keep == 0)
		return 0;
	guise.effective = sup->effective | keep;
	guise.groups = false;
	guise.status.fsuid = sup->uid;
	guise.status.fsgid = sup->gid;
	guise.on = *changed = true;
	if (set_effective(guise.effective) == 0)
		return 0;
	client_act_as_self(sup);
	*changed = false;
	return EACCES;
}

void client_act_as_self(const struct supervisor *sup)
{
	/* Nothing sensible can be done by a thread that keeps a stranger's
	 * rights, or lacks its own: the sandbox fails closed without us. */
	if (syscall(SYS_setresuid, -1, sup->uid, -1) != 0 ||
	    set_effective(~0ULL) != 0 || syscall(SYS_setfsuid, sup->uid) < 0 ||
	    syscall(SYS_setresgid, -1, sup->gid, -1) != 0 ||
	    syscall(SYS_setfsgid, sup->gid) < 0 ||
	    (guise.groups &&
	     syscall(SYS_setgroups, sup->group_count, sup->groups) != 0) ||
	    set_effective(sup->effective) != 0)
		abort();
	guise.on = false;
}

static void must(bool done)
{
	if (!done)
		abort();
}

void client_act_pause(const struct supervisor *sup)
{
	if (!guise.on)
		return;
	must(set_effective(~0ULL) == 0);
	if (guise.groups)
		must(syscall(SYS_setgroups, sup->group_count, sup->groups) ==
		     0);
	syscall(SYS_setfsgid, sup->gid);
	syscall(SYS_setfsuid, sup->uid);
	must(set_effective(sup->effective) == 0);
}

void client_act_resume(void)
{
	if (!guise.on)
		return;
	if (guise.groups)
		must(syscall(SYS_setgroups, (int)guise.status.group_count,
			     guise.status.groups) == 0);
	must(take_on_files(&guise.status));
}

void client_know_self(struct supervisor *sup, uint64_t spare)
{
	sup->uid = geteuid();
	sup->gid = getegid();
	sup->spare = spare;
	sup->effective = effective_of(0) & ~spare;
	must(set_effective(sup->effective) == 0);
	sup->group_count = getgroups(CLIENT_GROUPS_MAX, sup->groups);
	sup->privileged = sup->uid == 0 || sup->effective != 0;
}
