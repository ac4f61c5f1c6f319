/* SPDX-License-Identifier: MIT */
/* stray.c - remove a socket file that a race led astray.
 *
 * The kernel says to which inode a socket is bound, not where that is; the
 * confinement of the bind says beneath which directory.  It need not be found
 * there: the client decides how deep it is, who may read the directory, and
 * whether its network is ours.  So the socket is shut down, for good: nobody
 * can connect or send to it (unix_stream_connect() in net/unix/af_unix.c), and
 * what may stay behind is a file like any other.
 */
#include "stray.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../clean.h"
#include "unixdiag.h"

#define DEPTH_MAX   64
#define ENTRIES_MAX 20000

struct search {
	uint32_t ino; /* unixdiag tells 32 bits */
	unsigned int entries;
};

static bool is_it(const struct dirent *entry, const struct search *search)
{
	return entry->d_type == DT_SOCK &&
	       (uint32_t)entry->d_ino == search->ino;
}

static bool may_descend(const struct dirent *entry, int depth)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
	       strcmp(entry->d_name, "..") != 0 && depth < DEPTH_MAX;
}

static bool search_in(int parent, const char *name, int depth,
		      struct search *search)
{
	const int fd = openat(parent, name,
			      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	if (fd < 0)
		return false;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return false;
	}
	while (!found && (entry = readdir(dir)) &&
	       search->entries++ < ENTRIES_MAX) {
		if (is_it(entry, search))
			found = unlinkat(fd, entry->d_name, 0) == 0;
		else if (may_descend(entry, depth))
			found = search_in(fd, entry->d_name, depth + 1, search);
	}
	closedir(dir);
	return found;
}

void stray_remove(int dir, int fd)
{
	struct search search = {0};
	struct unixdiag bound;
	struct stat st;

	if (fstat(fd, &st) != 0 || unixdiag_socket(st.st_ino, &bound) != 0 ||
	    !bound.has_node)
		return;
	search.ino = (uint32_t)bound.ino;
	search_in(dir, ".", 0, &search);
}
