/* SPDX-License-Identifier: MIT */
/* place.c - hold the directory of a file by its path. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

const char *place_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int place_directory(const char *path)
{
	const size_t len = (size_t)(place_base(path) - path);
	char dir[PATH_MAX] = ".";

	if (len >= sizeof(dir)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (len > 0) {
		memcpy(dir, path, len);
		dir[len] = '\0';
	}
	return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}
