/* SPDX-License-Identifier: MIT */
/* apart.h - do something in a thread that gives its rights up for good. */
#ifndef SBX_APART_H
#define SBX_APART_H

/**
 * apart_run() - Run @act in a thread of its own, and wait for it.
 * @act:	may change its file system context, credentials and domain
 *
 * Return: what @act returns, or ENOMEM if there is no thread to be had
 */
int apart_run(int (*act)(void *arg), void *arg);

#endif /* SBX_APART_H */
