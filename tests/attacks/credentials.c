/* SPDX-License-Identifier: MIT */
/* credentials.c - have the supervisor open what its client could not.
 *
 * Everything beneath DIR/granted is granted, but file permissions keep a
 * process without root's rights out.  A supervisor that acts with its own
 * rights lets it in.
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

#define ROOT_SOCKET "granted/root.sock"	       /* root's alone */
#define PRIVATE	    "granted/private/any.sock" /* its directory is */
#define OTHER	    "granted/other.sock"       /* user 65534's alone */
#define GROUP	    "granted/group.sock" /* root's and PROTECTED_GROUP's */

#define DAC (1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH)

static void other_user(void)
{
	open_to_others();
	if (give_up())
		become_other();
	hit_path(at(ROOT_SOCKET));
}

static void other_program(void)
{
	const char *const args[] = {at(ROOT_SOCKET), scene.token, NULL};

	open_to_others();
	if (give_up())
		become_other();
	run_variant("plain-static", args);
}

static void effective_only(void)
{
	open_to_others();
	if (give_up())
		syscall(SYS_setresuid, -1, 65534, -1);
	hit_path(at(ROOT_SOCKET));
}

static void fsuid_only(void)
{
	open_to_others();
	if (give_up()) {
		syscall(SYS_setfsgid, 65534);
		syscall(SYS_setfsuid, 65534);
	}
	hit_path(at(ROOT_SOCKET));
}

static void *as_thread(void *arg)
{
	if (give_up())
		syscall(SYS_setresuid, 65534, 65534, 65534);
	hit_path(at(ROOT_SOCKET));
	return arg;
}

/* The process stays root, one thread of it does not. */
static void one_thread(void)
{
	pthread_t thread;

	open_to_others();
	if (!pthread_create(&thread, NULL, as_thread, NULL))
		pthread_join(thread, NULL);
}

static void lose_capabilities(uint32_t from_effective, uint32_t from_permitted)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[2];

	if (syscall(SYS_capget, &header, sets))
		return;
	sets[0].effective &= ~from_effective;
	sets[0].permitted &= ~from_permitted;
	sets[0].inheritable &= ~from_permitted;
	syscall(SYS_capset, &header, sets);
}

static void without_override(void)
{
	open_to_others();
	if (give_up())
		lose_capabilities(DAC, DAC);
	hit_path(at(OTHER));
}

static void not_effective(void)
{
	open_to_others();
	if (give_up())
		lose_capabilities(~0U, 0);
	hit_path(at(OTHER));
}

static void be_member(bool member)
{
	const gid_t groups[] = {PROTECTED_GROUP};

	if (setgroups(member, groups) || setresgid(65534, 65534, 65534) ||
	    setresuid(65534, 65534, 65534))
		skip("cannot become another user");
}

static void without_group(void)
{
	open_to_others();
	be_member(!give_up());
	hit_path(at(GROUP));
}

static void private_directory(void)
{
	open_to_others();
	if (give_up())
		become_other();
	hit_path(at(PRIVATE));
}

/* The directory was entered before; each name in it is checked again. */
static void private_cwd(void)
{
	open_to_others();
	if (chdir(at("granted/private")))
		return;
	if (give_up())
		become_other();
	hit_path("any.sock");
}

static void private_descriptor(void)
{
	int fd = open(at("granted/private"), O_PATH | O_CLOEXEC);
	char path[64];

	open_to_others();
	snprintf(path, sizeof(path), "/proc/self/fd/%d/any.sock", fd);
	if (give_up())
		become_other();
	hit_path(path);
}

/* Another process of the sandbox is in there, and it is root's. */
static void private_of_another(void)
{
	char path[64];
	pid_t pid;

	open_to_others();
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!chdir(at("granted/private")))
			pause();
		_exit(0);
	}
	pause_ms(30);
	snprintf(path, sizeof(path), "/proc/%d/cwd/any.sock", pid);
	if (give_up())
		become_other();
	hit_path(path);
}

static void user_namespace(void)
{
	open_to_others();
	if (give_up()) {
		become_other();
		new_namespaces(CLONE_NEWUSER);
	}
	hit_path(at(ROOT_SOCKET));
}

/* Root of its own namespace has all capabilities, for nothing outside. */
static void root_of_namespace(void)
{
	open_to_others();
	if (give_up() && !new_namespaces(CLONE_NEWUSER))
		skip("no user namespace");
	hit_path(at(OTHER));
}

static void bind_private(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/private/new.sock"));
	int fd = unix_socket(SOCK_STREAM);

	open_to_others();
	if (give_up())
		become_other();
	bind(fd, (struct sockaddr *)&addr, len);
}

static void bind_without_override(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("granted/private/new.sock"));
	int fd = unix_socket(SOCK_STREAM);

	chmod(at("granted/private"), 0500);
	if (give_up())
		lose_capabilities(DAC, DAC);
	bind(fd, (struct sockaddr *)&addr, len);
	chmod(at("granted/private"), 0700);
}

/* Its own file system root, so the path is walked by hand. */
static void in_chroot(void)
{
	open_to_others();
	if (chroot(scene.dir))
		skip("no chroot");
	if (give_up())
		become_other();
	hit_path("/granted/private/any.sock");
}

/* Root moves a directory to where the grant's will be; another user, who
 * could not, asks. */
static void missing_by_other(void)
{
	const char *const args[] = {at("none/later.sock"), scene.token, NULL};

	open_to_others();
	rename(at("lure"), at("none"));
	become_other();
	run_variant("plain-static", args);
}

#define DROP(name, run, grant, what)                                           \
	{                                                                      \
		name, "credentials", run, grant, NEEDS_ROOT | GIVES_UP, what   \
	}

const struct attack credential_attacks[] = {
	DROP("cred-setuid", other_user, GRANT_DIRECTORY,
	     "root becomes another user, to root's socket"),
	DROP("cred-setuid-exec", other_program, GRANT_DIRECTORY,
	     "the same, and executes a program"),
	DROP("cred-seteuid", effective_only, GRANT_DIRECTORY,
	     "only the effective user changes"),
	DROP("cred-setfsuid", fsuid_only, GRANT_DIRECTORY,
	     "only the file system user changes"),
	DROP("cred-thread", one_thread, GRANT_DIRECTORY,
	     "only one thread's user changes"),
	DROP("cred-no-override", without_override, GRANT_DIRECTORY,
	     "root without CAP_DAC_OVERRIDE, to a user's socket"),
	DROP("cred-not-effective", not_effective, GRANT_DIRECTORY,
	     "root whose capabilities are not effective"),
	DROP("cred-group", without_group, GRANT_DIRECTORY,
	     "a user who left the group, to the group's socket"),
	DROP("cred-directory", private_directory, GRANT_DIRECTORY,
	     "another user, into root's directory"),
	DROP("cred-directory-cwd", private_cwd, GRANT_DIRECTORY,
	     "the same from within"),
	DROP("cred-directory-fd", private_descriptor, GRANT_DIRECTORY,
	     "the same by /proc/self/fd/N"),
	DROP("cred-directory-proc", private_of_another, GRANT_DIRECTORY,
	     "the same by the cwd of root's process"),
	DROP("cred-directory-chroot", in_chroot, GRANT_DIRECTORY,
	     "the same in a chroot"),
	DROP("cred-namespace", user_namespace, GRANT_DIRECTORY,
	     "another user in a user namespace"),
	DROP("cred-namespace-root", root_of_namespace, GRANT_DIRECTORY,
	     "root of a user namespace, to a user's socket"),
	DROP("cred-bind", bind_private, GRANT_DIRECTORY,
	     "another user binds in root's directory"),
	DROP("cred-bind-no-override", bind_without_override, GRANT_DIRECTORY,
	     "root without CAP_DAC_OVERRIDE binds where it may not write"),
	{"cred-missing", "credentials", missing_by_other, GRANT_MISSING_TREE,
	 NEEDS_ROOT, "another user asks for what root has moved"},
	{0},
};
