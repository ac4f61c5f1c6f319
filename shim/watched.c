/* SPDX-License-Identifier: MIT */
/* watched.c - tell valgrind what was refused, and where.
 *
 * valgrind.h is a header of instructions that valgrind knows and a processor
 * takes for nothing; without it when we are built, this is nothing.
 */
#include "watched.h"

#include <string.h>

#include "../policy/quote.h"
#include "../policy/text.h"
#include "init.h"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>

static void append_target(struct text *text, const struct gate *gate)
{
	char name[ADDR_TEXT_MAX];

	if (gate->op == OP_RESOLVE) {
		quote_terminal(text, gate->host, strnlen(gate->host, 256));
	} else if (gate->op == OP_SOCKET) {
		text_string(text, "of family ");
		text_number(text, (uint32_t)gate->domain);
	} else {
		text_string(text, addr_text(&gate->addr, name, sizeof(name)));
	}
}

/* What other programs need of their stack shall not grow by this. */
__attribute__((noinline)) static void tell(const struct gate *gate)
{
	char line[2 * ADDR_TEXT_MAX];
	struct text text;

	text_open(&text, line, sizeof(line));
	text_string(&text, "sbx: denied: ");
	text_string(&text, policy_op_name(gate->op));
	text_string(&text, " ");
	append_target(&text, gate);
	VALGRIND_PRINTF_BACKTRACE("%s\n", line);
}

void watched_refused(const struct gate *gate)
{
	if (init_settings()->stacks && RUNNING_ON_VALGRIND)
		tell(gate);
}

#else

void watched_refused(const struct gate *gate)
{
	(void)gate;
}

#endif
