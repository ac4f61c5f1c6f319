/* SPDX-License-Identifier: MIT */
/* seccomp.h - the system call filter and its notification descriptor. */
#ifndef SBX_SECCOMP_H
#define SBX_SECCOMP_H

#include <linux/seccomp.h>
#include <stdbool.h>

#include "../../policy/policy.h"

/* Constants that Debian 12's linux/seccomp.h lacks, values from 7.2's. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* Linux 5.19 */
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0) /* Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	   SECCOMP_IOW(4, __u64)
#endif

/**
 * seccomp_probe() - Can this process load a filter with a listener?
 *
 * Tried in a child that exits: some kernels and sandboxes lack it (ENOSYS,
 * EINVAL), and only one listener may exist in a process tree (EBUSY).
 *
 * Return: 0, or an errno value
 */
int seccomp_probe(void);

/**
 * seccomp_apply() - Load the filter that @policy needs, into this thread.
 * @policy:	compiled policy; NNP must be set
 * @killable:	whether clients wait unsignalled once their call was received
 *
 * Return: the listener (O_CLOEXEC), or -1 with errno
 */
int seccomp_apply(const struct policy *policy, bool *killable);

/** seccomp_needed() - Is there anything a filter has to mediate? */
bool seccomp_needed(const struct policy *policy);

#endif /* SBX_SECCOMP_H */
