/* SPDX-License-Identifier: MIT */
/* settled.c - what of a path was there before the run, for hints.  */
#include "settled.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../../policy/path.h"

struct timespec settled_now(void)
{
	struct timespec now;

	/* ktime_get_coarse_real_ts64() dates inodes. */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return now;
}

static bool is_later(const struct statx_timestamp *made,
		     const struct timespec *started)
{
	return made->tv_sec != started->tv_sec
		       ? made->tv_sec > started->tv_sec
		       : made->tv_nsec > (unsigned long)started->tv_nsec;
}

/* A directory in which everybody makes up names, as /tmp. */
static bool is_scratch(const struct statx *dir)
{
	const char *tmpdir = getenv("TMPDIR");
	struct stat st;

	return ((dir->stx_mode & S_ISVTX) && (dir->stx_mode & S_IWOTH)) ||
	       (tmpdir && stat(tmpdir, &st) == 0 && st.st_ino == dir->stx_ino &&
		st.st_dev == makedev(dir->stx_dev_major, dir->stx_dev_minor));
}

/* The length of what is above the last component; 0: nothing is. */
static size_t above(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : len;
}

void settled_find(struct policy_request *request,
		  const struct timespec *started)
{
	size_t len = request->len;
	char dir[PATH_TEXT_MAX];
	struct statx st;

	if (request->op != OP_BIND || request->kind != TARGET_PATH ||
	    len >= sizeof(dir))
		return;
	memcpy(dir, request->name, len);
	while (len > 1) {
		len = above(dir, len);
		dir[len] = '\0';
		if (len == 0 ||
		    statx(AT_FDCWD, dir, AT_SYMLINK_NOFOLLOW,
			  STATX_BTIME | STATX_MODE | STATX_INO, &st) != 0 ||
		    !(st.stx_mask & STATX_BTIME))
			return;
		if (is_later(&st.stx_btime, started))
			continue;
		request->settled = len;
		request->scratch = is_scratch(&st);
		return;
	}
}
