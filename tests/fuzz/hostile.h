/* SPDX-License-Identifier: MIT */
/* hostile.h - between the parts of the hostile client.
 *
 * Everything it decides comes from one seed, by way of a generator for each
 * thread.  What the threads of a process share, they destroy for each other.
 */
#ifndef SBX_TESTS_HOSTILE_H
#define SBX_TESTS_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

#define FDS	16
#define THREADS 5

/* What all processes count together, so that a test knows it did test. */
struct counts {
	_Atomic uint64_t calls, connected, refused, bound, reported, forked;
};

extern struct counts *counts;
extern const char *top;	    /* the directory that the test prepared */
extern const char *tag;	    /* of its abstract names */
extern int fds[FDS];	    /* whatever they are just now */
extern pid_t tids[THREADS]; /* 0: none */
extern bool parent;	    /* may have children of its own */

struct dice {
	uint64_t state;
};

/* xorshift64*: the same numbers everywhere for the same seed */
static inline uint64_t roll(struct dice *dice)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return dice->state * 0x2545f4914f6cdd1dULL;
}

static inline unsigned int roll_below(struct dice *dice, unsigned int below)
{
	return (unsigned int)((roll(dice) >> 33) % below);
}

static inline bool one_in(struct dice *dice, unsigned int n)
{
	return roll_below(dice, n) == 0;
}

/* A generator that is another one's @which-th child. */
static inline struct dice dice_child(uint64_t seed, uint64_t which)
{
	struct dice dice = {(seed + 1) * 0x9e3779b97f4a7c15ULL ^
			    (which + 1) * 0xbf58476d1ce4e5b9ULL};

	dice.state |= 1;
	roll(&dice);
	return dice;
}

#define PICK(dice, array) ((array)[roll_below(dice, COUNT_OF(array))])

/** memory_init() - Map the pages that the threads fight about. */
void memory_init(void);

/** memory_disputed() - Is that one of them? */
bool memory_disputed(const void *at);

/** memory_any() - Somewhere with @bytes in it, if anything at all. */
void *memory_any(struct dice *dice, const void *bytes, size_t len);

/** memory_disturb() - Unmap, protect, map or overwrite some page. */
void memory_disturb(struct dice *dice);

/** address_any() - Bytes of some socket address; @buf holds 256. */
size_t address_any(struct dice *dice, unsigned char *buf, bool binds);

/** path_any() - Some path; @buf holds 512. */
void path_any(struct dice *dice, char *buf, bool binds);

/** calls_any() - Make some system call that the supervisor may see. */
void calls_any(struct dice *dice);

/** mischief_any() - Change something that such a call depends on. */
void mischief_any(struct dice *dice);

/** wild_run() - Be hostile until killed; never returns. */
_Noreturn void wild_run(uint64_t seed, char **argv);

#endif /* SBX_TESTS_HOSTILE_H */
