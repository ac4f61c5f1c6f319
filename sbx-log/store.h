/* SPDX-License-Identifier: MIT */
/* store.h - what logs say, as it is asked for: sums, runs and processes. */
#ifndef SBX_LOG_STORE_H
#define SBX_LOG_STORE_H

#include "../policy/risk.h"
#include "record.h"
#include "strings.h"

/* Details are kept of as many lines that could not be read. */
#define STORE_BAD_MAX 1000

/* One sbx-run.  Times are microseconds since 1970. */
struct run {
	uint32_t name;
	int64_t first, last;
	uint64_t counts[VERDICTS]; /* without expected ones */
	uint64_t expected;
	uint64_t lost;
	uint32_t first_sum, last_sum; /* index + 1, 0: none */
	bool selected;
};

/* One program that did the same thing, so and so often. */
struct sum {
	uint32_t run;	  /* index */
	uint32_t next;	  /* of the same run: index + 1, 0: none */
	uint32_t program; /* text: "psql (/usr/bin/psql)" */
	uint32_t what;	  /* text: "connect unix:/run/x: it has no name" */
	uint32_t comm, resolved, hint, note, rule, error; /* texts */
	uint32_t stack; /* text: frames, a line each, of the first time */
	enum record_verdict verdict;
	enum policy_op op;
	int domain, type;
	enum risk risk;
	bool expected;
	bool advisory; /* nobody but the program says so */
	pid_t pid;     /* of the first time */
	uint64_t count;
};

struct process {
	uint32_t run; /* index */
	uint32_t program;
	pid_t pid, ppid; /* ppid 0: not known */
};

/* One line; only if they are kept. */
struct moment {
	int64_t time;
	uint32_t sum, process; /* indices */
	uint32_t count;
	uint32_t order; /* as they came */
};

/* A line that could not be read. */
struct bad_line {
	uint32_t file; /* text */
	uint64_t number;
	uint32_t why;	  /* text */
	uint32_t excerpt; /* text, quoted for a terminal */
};

struct store {
	bool keep_moments;
	struct strings texts;
	/* Keys, numbered as the items beside them. */
	struct strings run_keys, sum_keys, process_keys;
	struct run *runs;
	struct sum *sums;
	struct process *processes;
	struct moment *moments;
	struct bad_line *bad;
	size_t run_room, sum_room, process_room, moment_room, bad_room;
	size_t moment_count, bad_kept;
	uint64_t bad_count;
	struct record record; /* the line that is being read */
};

/** store_line() - Take one line of a file; it is changed. */
void store_line(struct store *store, const char *file, uint64_t number,
		char *line, size_t len, bool whole);

/** store_process() - The index of a process; a new one if it is new. */
uint32_t store_process(struct store *store, uint32_t run, pid_t pid);

/**
 * store_select() - Choose the run that counts.
 * @run:	its name, "last", or NULL: all of them
 *
 * Return: whether there is such a run
 */
bool store_select(struct store *store, const char *run);

/** store_text() - A text by its number. */
static inline const char *store_text(const struct store *store, uint32_t text)
{
	return strings_get(&store->texts, text);
}

static inline size_t store_run_count(const struct store *store)
{
	return store->run_keys.count;
}

static inline size_t store_sum_count(const struct store *store)
{
	return store->sum_keys.count;
}

static inline size_t store_process_count(const struct store *store)
{
	return store->process_keys.count;
}

/** store_free() - Forget all of it. */
void store_free(struct store *store);

#endif /* SBX_LOG_STORE_H */
