/* SPDX-License-Identifier: MIT */
/* clean.h - descriptors and memory that clean up after themselves.
 *
 *	autoclose int fd = open(...);	closed when fd leaves scope
 *	autofree char *p = ...;		freed when p leaves scope
 *	return steal_fd(&fd);		hands ownership to the caller
 */
#ifndef SBX_CLEAN_H
#define SBX_CLEAN_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void clean_close(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void clean_free(void *p)
{
	free(*(void **)p);
}

static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define autoclose __attribute__((cleanup(clean_close)))
#define autofree  __attribute__((cleanup(clean_free)))

#endif /* SBX_CLEAN_H */
