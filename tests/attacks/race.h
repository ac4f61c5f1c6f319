/* SPDX-License-Identifier: MIT */
/* race.h - two parties: one asks, the other changes what was asked for. */
#ifndef SBX_RACE_H
#define SBX_RACE_H

#include "attack.h"

#define RACE_TRIES   4000 /* or what SBX_RACE_TRIES says */
#define RACE_MOVES   1000 /* tries between which the other party moved */
#define RACE_SECONDS 14	  /* a bound for slow machines, not a goal */

/* Who does the changing. */
enum race_by {
	RACE_THREAD,	 /* a thread */
	RACE_PROCESS,	 /* a forked process: memory must be shared */
	RACE_CLONE_VM,	 /* a process that shares the memory, not a thread */
	RACE_CLONE_FS,	 /* ... that shares the root and the cwd only */
	RACE_CLONE_FILES /* ... that shares the descriptors only */
};

struct race {
	enum race_by by;
	void (*flip)(unsigned int turn); /* even: harmless, odd: denied */
	void (*attempt)(void);
};

/**
 * race_run() - race_tries() attempts and more while the other party flips.
 *
 * Tells the granted server the number of attempts.
 */
void race_run(const struct race *race);

/** race_tries() - How many a race is to try: fewer on a slow machine. */
unsigned int race_tries(void);

/** race_memory() - Zeroed memory that forked processes share. */
void *race_memory(size_t size);

#endif /* SBX_RACE_H */
