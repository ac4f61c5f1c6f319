/* SPDX-License-Identifier: MIT */
/* yama.c - does Yama keep sbx-run from inspecting its clients?
 *
 * Scope 1 is no obstacle: all clients descend from the supervisor.  Scope 2
 * takes CAP_SYS_PTRACE, scope 3 forbids it to all
 * (Documentation/admin-guide/LSM/Yama.rst).
 */
#include "yama.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clean.h"

enum { YAMA_CAPABILITY = 2, YAMA_NO_ATTACH = 3 };

static int scope(void)
{
	autoclose int fd = open("/proc/sys/kernel/yama/ptrace_scope",
				O_RDONLY | O_CLOEXEC);
	char digit = '0';

	if (fd < 0 || read(fd, &digit, 1) != 1)
		return 0;
	return digit - '0';
}

static bool may_trace(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[2];

	return syscall(SYS_capget, &header, sets) == 0 &&
	       (sets[0].effective & CAP_TO_MASK(CAP_SYS_PTRACE));
}

int yama_forbids(void)
{
	const int now = scope();

	if (now >= YAMA_NO_ATTACH)
		return now;
	return now < YAMA_CAPABILITY || may_trace() ? 0 : now;
}
