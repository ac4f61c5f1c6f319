/* SPDX-License-Identifier: MIT */
/* caps.c - drop the capabilities that would undo the sandbox. */
#include "caps.h"

#include <cap-ng.h>
#include <errno.h>
#include <stddef.h>
#include <linux/capability.h>

#define ALL_SETS                                                               \
	(CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE |               \
	 CAPNG_BOUNDING_SET | CAPNG_AMBIENT)

/* Each of them reaches the kernel, the network or another process past the
 * filter and the domain; the rest are what a root shell is used for. */
static const unsigned int dropped[] = {
	CAP_SYS_ADMIN,
	CAP_SYS_PTRACE,
	CAP_NET_ADMIN,
	CAP_NET_RAW,
	CAP_BPF,
	CAP_PERFMON,
	CAP_SYS_MODULE,
	CAP_SYS_RAWIO,
	CAP_SYS_BOOT,
	CAP_MKNOD,
	CAP_LINUX_IMMUTABLE,
	CAP_MAC_ADMIN,
	CAP_MAC_OVERRIDE,
	CAP_AUDIT_CONTROL,
	CAP_AUDIT_READ,
	CAP_AUDIT_WRITE,
	CAP_SYSLOG,
	CAP_CHECKPOINT_RESTORE,
};

int caps_apply(uint64_t keep)
{
	if (capng_get_caps_process() != 0) {
		errno = EPERM;
		return -1;
	}
	if (capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE)
		return 0;
	for (size_t i = 0; i < sizeof(dropped) / sizeof(*dropped); i++) {
		if (keep >> dropped[i] & 1)
			continue;
		capng_update(CAPNG_DROP, ALL_SETS, dropped[i]);
	}
	errno = EPERM;
	return capng_apply(CAPNG_SELECT_ALL) == 0 ? 0 : -1;
}
