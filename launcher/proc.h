/* SPDX-License-Identifier: MIT */
/* proc.h - is /proc there, and does it show our processes? */
#ifndef SBX_PROC_H
#define SBX_PROC_H

/**
 * proc_probe() - Can clients be looked up in /proc?
 *
 * Return: 0, or an errno value; EXDEV: it is of another pid namespace
 */
int proc_probe(void);

/** proc_require() - Die unless they can. */
void proc_require(void);

#endif /* SBX_PROC_H */
