/* SPDX-License-Identifier: MIT */
/* hook_publish.c - link and rename, where they give a socket its final name.
 *
 * The kernel layer refuses that for every socket; the supervisor does it for
 * those that were bound inside.  So the call is made first, and nothing else is
 * asked unless it failed with EACCES and is about a socket.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "init.h"
#include "real.h"
#include "report.h"

static bool is_socket(int dir, const char *path)
{
	struct stat st = {0};

	return raw(SYS_newfstatat, dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISSOCK(st.st_mode);
}

/* @result: of the call, which was made; @saved: errno before it */
static int publish(int result, int saved, enum publish_call call, int from_dir,
		   const char *from, int to_dir, const char *to,
		   unsigned int flags)
{
	const struct report_publish ask = {
		.version = REPORT_VERSION,
		.call = call,
		.old_dir = from_dir,
		.new_dir = to_dir,
		.old_path = (uintptr_t)from,
		.new_path = (uintptr_t)to,
		.flags = flags,
	};

	if (result == 0 || errno != EACCES || report_alone() ||
	    !is_socket(from_dir, from))
		return result;
	errno = report_publish(&ask);
	if (errno != 0)
		return -1;
	errno = saved;
	return 0;
}

static int call_link(int from_dir, const char *from, int to_dir, const char *to,
		     int flags)
{
	return (int)raw_result(
		raw(SYS_linkat, from_dir, from, to_dir, to, flags));
}

static int call_rename(int from_dir, const char *from, int to_dir,
		       const char *to, unsigned int flags)
{
	return (int)raw_result(
		raw(SYS_renameat2, from_dir, from, to_dir, to, flags));
}

int link(const char *from, const char *to)
{
	int saved = errno;
	__typeof__(link) *next = real_pointer(link);
	int result = next ? next(from, to)
			  : call_link(AT_FDCWD, from, AT_FDCWD, to, 0);

	return publish(result, saved, PUBLISH_LINK, AT_FDCWD, from, AT_FDCWD,
		       to, 0);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to,
	   int flags)
{
	int saved = errno;
	__typeof__(linkat) *next = real_pointer(linkat);
	int result = next ? next(from_dir, from, to_dir, to, flags)
			  : call_link(from_dir, from, to_dir, to, flags);

	return publish(result, saved, PUBLISH_LINK, from_dir, from, to_dir, to,
		       (unsigned int)flags);
}

int rename(const char *from, const char *to)
{
	int saved = errno;
	__typeof__(rename) *next = real_pointer(rename);
	int result = next ? next(from, to)
			  : call_rename(AT_FDCWD, from, AT_FDCWD, to, 0);

	return publish(result, saved, PUBLISH_RENAME, AT_FDCWD, from, AT_FDCWD,
		       to, 0);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	int saved = errno;
	__typeof__(renameat) *next = real_pointer(renameat);
	int result = next ? next(from_dir, from, to_dir, to)
			  : call_rename(from_dir, from, to_dir, to, 0);

	return publish(result, saved, PUBLISH_RENAME, from_dir, from, to_dir,
		       to, 0);
}

/* Looked up nowhere: musl may not have it, and the call is all it does. */
int renameat2(int from_dir, const char *from, int to_dir, const char *to,
	      unsigned int flags)
{
	int saved = errno;
	int result = call_rename(from_dir, from, to_dir, to, flags);

	return publish(result, saved, PUBLISH_RENAME, from_dir, from, to_dir,
		       to, flags);
}
