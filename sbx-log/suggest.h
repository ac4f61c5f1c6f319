/* SPDX-License-Identifier: MIT */
/* suggest.h - the least options that would allow what was refused. */
#ifndef SBX_LOG_SUGGEST_H
#define SBX_LOG_SUGGEST_H

#include <stdio.h>

#include "grant.h"
#include "store.h"

/* One option. */
struct suggestion {
	struct grant grant;
	bool directory;	    /* all that is beneath it */
	bool dropped;	    /* another one covers it */
	bool advisory;	    /* only the programs themselves asked for it */
	bool others;	    /* more programs than that one */
	uint32_t order;	    /* as they came */
	uint32_t comm;	    /* text: the first program's */
	const char *remark; /* NULL, or what to know about it */
	enum risk risk;
	uint64_t count;
};

/* What no option allows. */
struct unhelped {
	uint32_t what;	 /* text */
	const char *why; /* NULL: what says it */
	uint32_t remedy; /* text, "" if none: what a person can do */
	uint64_t count;
};

struct suggestions {
	struct suggestion *items;
	struct unhelped *unhelped;
	size_t count, unhelped_count;
	size_t room, unhelped_room;
	struct strings keys, unhelped_keys;
	uint64_t others; /* refusals that were not looked at: too many */
	uint64_t looked; /* refusals that were */
	bool wide;	 /* --network full is among them */
};

/**
 * suggest_collect() - Make options of what the selected runs refused.
 * @expected:	what is expected, too
 * @wide:	also --network full, where nothing less would do
 *
 * Most dangerous first, else in the order of the log.
 */
void suggest_collect(struct suggestions *to, struct store *store, bool expected,
		     bool wide);

/** suggest_free() - Forget them. */
void suggest_free(struct suggestions *suggestions);

/** suggest_options() - One command line's options to @out, remarks to @notes.
 */
void suggest_options(FILE *out, FILE *notes, const struct suggestions *from,
		     const struct store *store);

/** suggest_config() - The same as a file for sbx-run --config. */
void suggest_config(FILE *out, const struct suggestions *from,
		    const struct store *store);

#endif /* SBX_LOG_SUGGEST_H */
