/* SPDX-License-Identifier: MIT */
/* seccomp.h - the system call filter and its notification descriptor. */
#ifndef SBX_SECCOMP_H
#define SBX_SECCOMP_H

#include <linux/seccomp.h>
#include <stdbool.h>

#include "../../policy/policy.h"
#include "filter.h"

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
 * seccomp_features() - What the filter has to do for @policy, FILTER_* bits.
 */
unsigned int seccomp_features(const struct policy *policy);

/**
 * seccomp_apply() - Load a filter into this thread.
 * @features:	FILTER_* bits that were compiled; NNP must be set
 * @killable:	whether clients wait unsignalled once their call was received
 *
 * Return: the listener (O_CLOEXEC), or -1 with errno
 */
int seccomp_apply(unsigned int features, bool *killable);

/**
 * seccomp_apply_alone() - Load a filter to which nobody listens.
 * @features:	FILTER_* bits, FILTER_ALONE among them; NNP must be set
 *
 * Return: 0, or -1 with errno
 */
int seccomp_apply_alone(unsigned int features);

/**
 * seccomp_hung_up() - Is nobody left who could be notified of?
 *
 * Since Linux 6.11 receiving fails then, too.
 */
bool seccomp_hung_up(int listener);

/**
 * seccomp_may_restart() - May a call that was answered be made once more?
 * @killable:	from seccomp_apply()
 */
bool seccomp_may_restart(bool killable);

/** seccomp_needed() - Is there anything a filter has to mediate? */
bool seccomp_needed(const struct policy *policy);

#endif /* SBX_SECCOMP_H */
