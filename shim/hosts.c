/* SPDX-License-Identifier: MIT */
/* hosts.c - which host name did the program ask for, when it got an address?
 *
 * Theory of operation
 *
 * Everybody may be interrupted anywhere: by a signal whose handler reads or
 * writes here, by fork(2) in another thread, whose child finds an entry half
 * written for good.  So nobody waits, and nobody owns an entry: each carries a
 * checksum of its address and name, and one that does not match is none.  What
 * two writers leave of the same entry is none, either.
 *
 * The ticket says how recent an entry is, and is not part of the checksum.  Who
 * writes takes the entry with the lowest one, and a new name for an address
 * gets an entry of its own, so that there is an answer at any moment; of
 * several the latest counts.
 */
#include "hosts.h"

#include <string.h>

#include "mix.h"

#define WORDS (REPORT_HOST_MAX / sizeof(uint64_t))

struct entry {
	uint64_t ticket; /* 0: never used */
	uint64_t sum;
	uint64_t ip[2]; /* of IPv6 */
	uint64_t host[WORDS];
};

/* What an entry says, in memory of one's own. */
struct fact {
	uint64_t ip[2];
	union {
		uint64_t words[WORDS];
		char text[REPORT_HOST_MAX]; /* zeros after the name */
	} host;
};

static struct entry entries[HOSTS_MAX];
static uint64_t last_ticket;

static uint64_t load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static void store(uint64_t *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static bool is_ip(const struct addr *addr)
{
	return addr->kind == ADDR_INET || addr->kind == ADDR_INET6;
}

static void set_ip(struct fact *fact, const struct addr *addr)
{
	uint8_t ip[16] = {[10] = 0xff, [11] = 0xff};

	if (addr->kind == ADDR_INET)
		memcpy(ip + 12, addr->ip, 4);
	else
		memcpy(ip, addr->ip, sizeof(ip));
	memcpy(fact->ip, ip, sizeof(ip));
}

/* Return: false if it does not fit whole: a cut name would be another's */
static bool set_host(struct fact *fact, const char *host)
{
	size_t len = strnlen(host, REPORT_HOST_MAX);

	if (len == 0 || len == REPORT_HOST_MAX)
		return false;
	memset(&fact->host, 0, sizeof(fact->host));
	memcpy(fact->host.text, host, len);
	return true;
}

static uint64_t sum_of(const struct fact *fact)
{
	uint64_t hash = mix(fact->ip[0], fact->ip[1]);

	for (size_t i = 0; i < WORDS; i++)
		hash = mix(hash, fact->host.words[i]);
	return hash;
}

static bool is_about(const struct entry *entry, const struct fact *fact)
{
	return load(&entry->ip[0]) == fact->ip[0] &&
	       load(&entry->ip[1]) == fact->ip[1];
}

/* Return: false if it is half written, or about to be */
static bool read_entry(const struct entry *entry, struct fact *fact)
{
	for (size_t i = 0; i < 2; i++)
		fact->ip[i] = load(&entry->ip[i]);
	for (size_t i = 0; i < WORDS; i++)
		fact->host.words[i] = load(&entry->host[i]);
	return load(&entry->sum) == sum_of(fact);
}

static void write_entry(struct entry *entry, const struct fact *fact)
{
	store(&entry->sum, ~sum_of(fact));
	for (size_t i = 0; i < 2; i++)
		store(&entry->ip[i], fact->ip[i]);
	for (size_t i = 0; i < WORDS; i++)
		store(&entry->host[i], fact->host.words[i]);
	store(&entry->sum, sum_of(fact));
}

static struct entry *find_same(const struct fact *fact)
{
	struct fact known;

	for (size_t i = 0; i < HOSTS_MAX; i++)
		if (load(&entries[i].ticket) != 0 &&
		    is_about(&entries[i], fact) &&
		    read_entry(&entries[i], &known) &&
		    !memcmp(&known.host, &fact->host, sizeof(known.host)))
			return &entries[i];
	return NULL;
}

/* Whoever is faster has it; then the next one is the oldest. */
static struct entry *claim_oldest(uint64_t ticket)
{
	for (size_t tries = 0; tries < HOSTS_MAX; tries++) {
		struct entry *oldest = &entries[0];
		uint64_t least = load(&oldest->ticket);

		for (size_t i = 1; i < HOSTS_MAX && least > 0; i++) {
			uint64_t other = load(&entries[i].ticket);

			if (other < least)
				oldest = &entries[i], least = other;
		}
		if (__atomic_compare_exchange_n(&oldest->ticket, &least, ticket,
						false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return oldest;
	}
	return NULL;
}

void hosts_remember(const struct addr *addr, const char *host)
{
	struct entry *entry;
	struct fact fact;
	uint64_t ticket;

	if (!is_ip(addr) || !set_host(&fact, host))
		return;
	set_ip(&fact, addr);
	ticket = __atomic_add_fetch(&last_ticket, 1, __ATOMIC_RELAXED);
	entry = find_same(&fact);
	if (entry) {
		store(&entry->ticket, ticket);
		return;
	}
	entry = claim_oldest(ticket);
	if (entry)
		write_entry(entry, &fact);
}

bool hosts_find(const struct addr *addr, char host[REPORT_HOST_MAX])
{
	struct fact wanted, known;
	uint64_t latest = 0;

	if (!is_ip(addr))
		return false;
	set_ip(&wanted, addr);
	for (size_t i = 0; i < HOSTS_MAX; i++) {
		uint64_t ticket = load(&entries[i].ticket);

		/* It may have come to be about another one meanwhile. */
		if (ticket <= latest || !is_about(&entries[i], &wanted) ||
		    !read_entry(&entries[i], &known) ||
		    memcmp(known.ip, wanted.ip, sizeof(known.ip)) != 0)
			continue;
		latest = ticket;
		memcpy(host, known.host.text, REPORT_HOST_MAX);
	}
	return latest != 0;
}

void hosts_name(const struct gate *gate, char host[REPORT_HOST_MAX])
{
	struct fact fact;

	memset(host, 0, REPORT_HOST_MAX);
	if (gate->op != OP_RESOLVE)
		hosts_find(&gate->addr, host);
	else if (set_host(&fact, gate->host))
		memcpy(host, fact.host.text, REPORT_HOST_MAX);
}
