/* SPDX-License-Identifier: MIT */
/* stray.h - remove a socket file that a race led astray. */
#ifndef SBX_STRAY_H
#define SBX_STRAY_H

/**
 * stray_remove() - Find the file that a socket was bound to, and unlink that.
 * @dir:	O_PATH descriptor of the directory beneath which it must be
 * @fd:		the bound socket
 *
 * The search is bounded in depth and entries; it gives up silently, as the bind
 * fails anyway and the socket was shut down: nobody reaches it.
 */
void stray_remove(int dir, int fd);

#endif /* SBX_STRAY_H */
