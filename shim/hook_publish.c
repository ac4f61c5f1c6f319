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

static bool is_socket(int dir, uint64_t path)
{
	struct stat st = {0};

	return raw(SYS_newfstatat, dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISSOCK(st.st_mode);
}

/* @result: of the call, which was made; @saved: errno before it */
static int publish(int result, int saved, const struct report_publish *ask)
{
	if (result == 0 || errno != EACCES || report_alone() ||
	    !is_socket(ask->old_dir, ask->old_path))
		return result;
	errno = report_publish(ask);
	if (errno != 0)
		return -1;
	errno = saved;
	return 0;
}

/* The arguments of a call, for the supervisor. */
#define ASK(kind, olddir, oldname, newdir, newname, flag)                      \
	&(const struct report_publish)                                         \
	{                                                                      \
		.version = REPORT_VERSION, .call = (kind),                     \
		.old_dir = (olddir), .new_dir = (newdir),                      \
		.old_path = (uintptr_t)(oldname),                              \
		.new_path = (uintptr_t)(newname), .flags = (uint32_t)(flag),   \
	}

static int call_link(int fromfd, const char *from, int tofd, const char *to,
		     int flags)
{
	return (int)raw_result(raw(SYS_linkat, fromfd, from, tofd, to, flags));
}

static int call_rename(int oldfd, const char *old, int newfd, const char *new,
		       unsigned int flags)
{
	return (int)raw_result(
		raw(SYS_renameat2, oldfd, old, newfd, new, flags));
}

int link(const char *from, const char *to)
{
	int saved = errno;
	__typeof__(link) *next = real_pointer(link);
	int result = next ? next(from, to)
			  : call_link(AT_FDCWD, from, AT_FDCWD, to, 0);

	return publish(result, saved,
		       ASK(PUBLISH_LINK, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int linkat(int fromfd, const char *from, int tofd, const char *to, int flags)
{
	int saved = errno;
	__typeof__(linkat) *next = real_pointer(linkat);
	int result = next ? next(fromfd, from, tofd, to, flags)
			  : call_link(fromfd, from, tofd, to, flags);

	return publish(result, saved,
		       ASK(PUBLISH_LINK, fromfd, from, tofd, to, flags));
}

int rename(const char *old, const char *new)
{
	int saved = errno;
	__typeof__(rename) *next = real_pointer(rename);
	int result = next ? next(old, new)
			  : call_rename(AT_FDCWD, old, AT_FDCWD, new, 0);

	return publish(result, saved,
		       ASK(PUBLISH_RENAME, AT_FDCWD, old, AT_FDCWD, new, 0));
}

int renameat(int oldfd, const char *old, int newfd, const char *new)
{
	int saved = errno;
	__typeof__(renameat) *next = real_pointer(renameat);
	int result = next ? next(oldfd, old, newfd, new)
			  : call_rename(oldfd, old, newfd, new, 0);

	return publish(result, saved,
		       ASK(PUBLISH_RENAME, oldfd, old, newfd, new, 0));
}

/* Looked up nowhere: musl may not have it, and the call is all it does. */
int renameat2(int oldfd, const char *old, int newfd, const char *new,
	      unsigned int flags)
{
	int saved = errno;
	int result = call_rename(oldfd, old, newfd, new, flags);

	return publish(result, saved,
		       ASK(PUBLISH_RENAME, oldfd, old, newfd, new, flags));
}
