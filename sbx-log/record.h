/* SPDX-License-Identifier: MIT */
/* record.h - a line of the log, read back. */
#ifndef SBX_LOG_RECORD_H
#define SBX_LOG_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "../policy/event.h"

enum record_kind {
	RECORD_EVENT,
	RECORD_LOST,	 /* events that could not be written */
	RECORD_MALFORMED /* see record.why */
};

enum record_verdict { VERDICT_DENY, VERDICT_AUDIT, VERDICT_ALLOW, VERDICTS };

/* Large: there is one, which is used again for each line. */
struct record {
	enum record_kind kind;
	enum record_verdict verdict;
	struct event event; /* but its stack, see below */
	uint64_t lost;	    /* RECORD_LOST */
	const char *why;    /* RECORD_MALFORMED: a clause, static storage */
	char ts[40];	    /* as it was written */
	char run[128];
	char rule[PATH_TEXT_MAX];
	char note[512];
	char tier[32];
	char error[32]; /* what the call failed with, "" if it did not */
	/* Of the call: a line for each frame, safe for a terminal, or "". */
	char stack[4 * STACK_MAX * (FRAME_MODULE_MAX + FRAME_SYMBOL_MAX + 64)];
	bool advisory; /* the program could have forged it */
};

/**
 * record_read() - What a line says.
 * @record:	result
 * @line:	JSON text; is changed
 * @len:	bytes in @line, which is NUL-terminated
 *
 * Members that are not known are passed over: another version may write them.
 */
void record_read(struct record *record, char *line, size_t len);

/** record_verdict_name() - "denied", "audit" or "allowed". */
const char *record_verdict_name(enum record_verdict verdict);

#endif /* SBX_LOG_RECORD_H */
