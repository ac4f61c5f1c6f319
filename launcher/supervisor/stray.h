/* SPDX-License-Identifier: MIT */
/* stray.h - remove a socket file that a race led astray. */
#ifndef SBX_STRAY_H
#define SBX_STRAY_H

/**
 * stray_remove() - Find the file that a socket was bound to, and unlink it.
 * @dir:	O_PATH descriptor of the directory beneath which it must be
 * @fd:		the bound socket
 *
 * Bounded in depth and entries; gives up silently, the bind fails anyway.
 */
void stray_remove(int dir, int fd);

#endif /* SBX_STRAY_H */
