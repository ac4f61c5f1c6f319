/* SPDX-License-Identifier: MIT */
/* path.c - the names that the kernel knows, also in a signal handler.  */
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "text.h"

/* What a name leads to, without following a symbolic link at its end. */
static int stat_name(const char *name, struct stat *st)
{
	int fd = open(name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int result;

	if (fd < 0)
		return -1;
	result = fstat(fd, st);
	close(fd);
	return result;
}

/*
 * proc(5) appends " (deleted)" to a name, which is also a legal end of one;
 * a detached mount yields a name that leads elsewhere.  So a name only counts
 * if it leads back to the same object.
 */
static bool is_name_of(const char *name, int fd)
{
	struct stat object;
	struct stat found;

	return fstat(fd, &object) == 0 && stat_name(name, &found) == 0 &&
	       object.st_dev == found.st_dev && object.st_ino == found.st_ino;
}

static int read_name(int fd, char *buf, size_t size)
{
	char link[32];
	struct text text;
	ssize_t len;

	if (fd < 0)
		return -EBADF;
	text_open(&text, link, sizeof(link));
	text_string(&text, "/proc/self/fd/");
	text_number(&text, (unsigned int)fd);
	len = readlink(link, buf, size);
	if (len < 0)
		return -errno;
	if ((size_t)len >= size)
		return -ENAMETOOLONG;
	buf[len] = '\0';
	if (buf[0] != '/' || !is_name_of(buf, fd))
		return -ENOENT;
	return (int)len;
}

int path_of_fd(int fd, char *buf, size_t size)
{
	int saved = errno;
	int len = size > 0 ? read_name(fd, buf, size) : -ENAMETOOLONG;

	if (len < 0 && size > 0)
		buf[0] = '\0';
	errno = len < 0 ? -len : saved;
	return len < 0 ? -1 : len;
}

int path_pin(const char *path, struct stat *st)
{
	int saved = errno;
	int result = open(path, O_PATH | O_CLOEXEC);

	if (result < 0) {
		result = -errno;
	} else if (fstat(result, st) < 0) {
		int error = errno;

		close(result);
		result = -error;
	}
	errno = saved;
	return result;
}
