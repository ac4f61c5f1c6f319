/* SPDX-License-Identifier: MIT */
/* place.h - a file that we write: its directory, held, and its name there. */
#ifndef SBX_PLACE_H
#define SBX_PLACE_H

/** place_base() - The last component of @path, a part of it. */
const char *place_base(const char *path);

/** place_directory() - Open the rest: an O_PATH descriptor, or -1. */
int place_directory(const char *path);

#endif /* SBX_PLACE_H */
