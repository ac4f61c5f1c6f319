/* SPDX-License-Identifier: MIT */
/* repeat.c - remember what was just refused.
 *
 * Threads, signal handlers and children of vfork(2) use the table at once and
 * without locks.  So a fact is one 64-bit word, which is there or not, but
 * never half:
 *
 *	63..30 tag (of the key)	  29..22 errno	 21..0 deadline, ms
 *
 * The deadline wraps after 70 minutes; a fact counts only if it lies less than
 * REPEAT_MS ahead.  Together with the set, a tag is 37 bits of a hash over
 * process, operation, socket type, address and inode.  Should two targets
 * share them, one is refused for a moment that the policy grants.
 *
 * The number of repeats is a word of its own.  If a fact is replaced while it
 * is counted, some repeats go uncounted.
 *
 * A child of fork(2) has been refused nothing yet, so the kernel empties the
 * table for it (MADV_WIPEONFORK, Linux 4.14).
 */
#include "repeat.h"

#include <sys/mman.h>

#include "mix.h"
#include "now.h"
#include "raw.h"

#define SETS	      16U /* a power of two */
#define WAYS	      4U
#define TAG_SHIFT     30
#define ERROR_SHIFT   22
#define ERROR_MAX     0xffU
#define DEADLINE_MASK ((1U << ERROR_SHIFT) - 1)

struct slot {
	uint64_t fact;
	uint32_t pending; /* repeats not reported yet */
};

static struct {
	uint64_t salt;	     /* of every key; 0: not known yet */
	uint64_t live_until; /* ms: when the last fact will be void */
	struct slot slots[SETS][WAYS];
} table __attribute__((aligned(RAW_PAGE_MAX)));

static uint64_t load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

bool repeat_any(void)
{
	uint64_t until = load(&table.live_until);

	return until != 0 && now_ms() < until;
}

static uint64_t mix_bytes(uint64_t hash, const void *bytes, size_t len)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
		uint64_t word = 0;

		for (size_t j = i; j < len && j < i + sizeof(word); j++)
			word = word << 8 | byte[j];
		hash = mix(hash, word);
	}
	return mix(hash, len);
}

/* What tells this process from its parent where the table does not. */
static uint64_t get_salt(void)
{
	if (load(&table.salt) != 0)
		return load(&table.salt);
	if (raw(SYS_madvise, &table, sizeof(table), MADV_WIPEONFORK) < 0)
		return (uint64_t)raw(SYS_getpid);
	__atomic_store_n(&table.salt, 1, __ATOMIC_RELAXED);
	return 1;
}

uint64_t repeat_key(const struct gate *gate, const struct stat *st)
{
	const struct addr *addr = &gate->addr;
	int family = gate->op == OP_SOCKET ? gate->domain : addr->family;
	uint64_t hash = mix((uint64_t)gate->op, get_salt());

	hash = mix(hash, (uint64_t)(uint32_t)gate->protocol << 32 |
				 (uint32_t)gate->type);
	hash = mix(hash, (uint64_t)(uint32_t)family << 32 |
				 (uint32_t)addr->kind << 16 | addr->port);
	hash = mix_bytes(hash, addr->name, addr->name_len);
	if (addr->kind == ADDR_INET || addr->kind == ADDR_INET6)
		hash = mix_bytes(hash, addr->ip, sizeof(addr->ip));
	if (st) {
		hash = mix(hash, st->st_dev);
		hash = mix(hash, st->st_ino);
		/* A number is soon given to another inode. */
		hash = mix(hash, (uint64_t)st->st_ctim.tv_sec);
		hash = mix(hash, (uint64_t)st->st_ctim.tv_nsec);
	}
	return hash;
}

static struct slot *set_of(uint64_t key)
{
	return table.slots[key % SETS];
}

/* No tag is 0, so an empty slot matches no key. */
static uint64_t tag_of(uint64_t key)
{
	return (key >> TAG_SHIFT | 1) << TAG_SHIFT;
}

static bool has_tag(const struct slot *slot, uint64_t key)
{
	return load(&slot->fact) >> TAG_SHIFT == tag_of(key) >> TAG_SHIFT;
}

static uint32_t ms_left(uint64_t fact, uint64_t now)
{
	return (uint32_t)(fact - now) & DEADLINE_MASK;
}

static struct slot *find_slot(uint64_t key)
{
	struct slot *set = set_of(key);

	for (unsigned int i = 0; i < WAYS; i++)
		if (has_tag(&set[i], key))
			return &set[i];
	return NULL;
}

bool repeat_find(uint64_t key, int *error, uint32_t *count)
{
	struct slot *slot = find_slot(key);
	uint64_t fact = slot ? load(&slot->fact) : 0;
	uint32_t left = ms_left(fact, now_ms());

	*count = 0;
	if (fact >> TAG_SHIFT != tag_of(key) >> TAG_SHIFT || left == 0 ||
	    left > REPEAT_MS)
		return false;
	*error = (int)(fact >> ERROR_SHIFT & ERROR_MAX);
	/* Calls that are made after all are nobody's repeats. */
	if (*error != 0 && __atomic_add_fetch(&slot->pending, 1,
					      __ATOMIC_RELAXED) == REPEAT_FLUSH)
		*count = __atomic_exchange_n(&slot->pending, 0,
					     __ATOMIC_RELAXED);
	return true;
}

uint32_t repeat_take(uint64_t key)
{
	struct slot *slot = find_slot(key);

	return slot ? __atomic_exchange_n(&slot->pending, 0, __ATOMIC_RELAXED)
		    : 0;
}

/* The slot of that key, else the one that is void, or void soonest. */
static struct slot *choose_slot(uint64_t key, uint64_t now)
{
	struct slot *set = set_of(key);
	struct slot *chosen = find_slot(key);
	struct slot *best = set;
	uint32_t least = UINT32_MAX;

	for (unsigned int i = 0; i < WAYS && !chosen; i++) {
		uint32_t left = ms_left(load(&set[i].fact), now);

		if (left > REPEAT_MS)
			left = 0;
		if (left < least)
			best = &set[i];
		least = left < least ? left : least;
	}
	return chosen ? chosen : best;
}

void repeat_store(uint64_t key, int error)
{
	uint64_t now = now_ms();
	struct slot *slot = choose_slot(key, now);

	if (error < 0 || (unsigned int)error > ERROR_MAX)
		return;
	if (!has_tag(slot, key))
		__atomic_store_n(&slot->pending, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->fact,
			 tag_of(key) | (uint64_t)error << ERROR_SHIFT |
				 ((now + REPEAT_MS) & DEADLINE_MASK),
			 __ATOMIC_RELAXED);
	__atomic_store_n(&table.live_until, now + REPEAT_MS, __ATOMIC_RELAXED);
}
