/* SPDX-License-Identifier: MIT */
/* yama.h - does Yama keep sbx-run from inspecting its clients? */
#ifndef SBX_YAMA_H
#define SBX_YAMA_H

/**
 * yama_forbids() - The ptrace_scope, if it is one under which this process may
 * not inspect others.
 *
 * Return: 2 or 3; 0 if Yama is not in the way
 */
int yama_forbids(void);

#endif /* SBX_YAMA_H */
