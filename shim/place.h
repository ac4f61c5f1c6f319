/* SPDX-License-Identifier: MIT */
/* place.h - where in the file system a call would act. */
#ifndef SBX_PLACE_H
#define SBX_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "../policy/path.h"
#include "gate.h"

/* A canonical name and the entry that bind(2) would make there. */
#define PLACE_TEXT_MAX (PATH_TEXT_MAX + sizeof(struct sockaddr_un))

struct place {
	char path[sizeof(struct sockaddr_un)]; /* what must exist already */
	const char *entry; /* bind: what shall exist in it, else NULL */
};

/**
 * place_of() - Split what was given to a call.
 * @place:	result; points into @gate
 *
 * Return: false if no socket can be there (bind to "x/", ".", ".."): the
 *	   kernel answers
 */
bool place_of(const struct gate *gate, struct place *place);

/**
 * place_name() - The canonical name of what was pinned.
 * @fd:		descriptor from path_pin(place->path)
 *
 * Return: length, 0 if there is none or it does not fit: it is not granted
 */
size_t place_name(const struct place *place, int fd, char *buf, size_t size);

#endif /* SBX_PLACE_H */
