/* SPDX-License-Identifier: MIT */
/* stack.c - where in a program a call comes from: --log-stacks.
 *
 * The client waits for our answer, so its stack stands still, and we read it.
 * That cannot hang or crash the client, takes no stack of it, and needs nothing
 * of its libc; unwinding inside would take its dynamic loader's lock, or follow
 * pointers in a signal handler.  The shim adds only what is not in memory: its
 * registers.
 *
 * In return, what we read is hostile; see ../stack/memory.h.
 */
#include "stack.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clean.h"
#include "../env.h"
#include "../stack/pages.h"
#include "../stack/symbols.h"
#include "../stack/unwind.h"

#define MAPS_MAX   (1U << 20) /* bytes; more than 10000 mappings */
#define FRAMES_MAX 32	      /* with those of the shim */

/* Too large for the stack of a worker. */
struct work {
	struct pages pages;
	struct modules modules;
	struct frame frame;
	char rows[MODULES_ROW_MAX];
};

/* One is kept: its memory costs as much as the walk. */
static _Atomic(struct work *) spare;

static struct work *take_work(void)
{
	struct work *work = atomic_exchange(&spare, NULL);

	return work ? work : malloc(sizeof(*work));
}

static void return_work(struct work *work)
{
	free(atomic_exchange(&spare, work));
}

static bool read_client(void *ctx, uint64_t from, void *to, size_t len)
{
	return client_read(ctx, from, to, len) == 0;
}

static int open_maps(const struct call *call)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "%d/maps", (int)call->client.tid);
	client_act_pause(call->sup);
	fd = openat(call->sup->proc, name, O_RDONLY | O_CLOEXEC);
	client_act_resume();
	return fd;
}

/* Takes whole rows from the start of @rows; returns the length of the rest. */
static size_t take_rows(struct modules *modules, char *rows, size_t len)
{
	char *row = rows, *end;

	while ((end = memchr(row, '\n', len))) {
		*end = '\0';
		len -= (size_t)(end + 1 - row);
		modules_add(modules, row);
		row = end + 1;
	}
	memmove(rows, row, len);
	return len;
}

/* A row that does not fit is passed on in parts, none of which is a row. */
static void read_modules(int maps, struct work *work)
{
	size_t len = 0, total = 0;
	ssize_t n;

	modules_start(&work->modules);
	while (total < MAPS_MAX && (n = read(maps, work->rows + len,
					     sizeof(work->rows) - len)) > 0) {
		total += (size_t)n;
		len = take_rows(&work->modules, work->rows, len + (size_t)n);
		if (len == sizeof(work->rows))
			len = 0;
	}
}

static void name_frame(const struct frame *frame, const struct memory *memory,
		       struct stack_frame *out)
{
	const struct module *module = frame->module;
	const uint64_t pc = frame->registers.value[MACHINE_PC];

	_Static_assert(sizeof(out->module) == sizeof(module->name),
		       "every name fits");
	memcpy(out->module, module->name, sizeof(out->module));
	out->symbol[0] = '\0';
	out->beyond = 0;
	if (module->name[0] == '\0')
		out->offset = pc;
	else if (frame->image.bias_known)
		out->offset = pc - frame->image.bias;
	else
		out->offset = pc - module->start + module->offset;
	if (frame->image.dynamic)
		out->beyond = pc - symbols_name(memory, &frame->image,
						unwind_at(frame), out->symbol,
						sizeof(out->symbol));
}

static bool is_shim(const struct frame *frame)
{
	return strcmp(frame->module->name, ENV_SHIM_NAME) == 0;
}

static void walk(const struct call *call, struct work *work,
		 struct stack *stack)
{
	const struct memory memory = {pages_read, &work->pages};
	struct frame *frame = &work->frame;
	unsigned int steps = FRAMES_MAX;

	pages_start(&work->pages, read_client, (void *)&call->client);
	if (!unwind_start(frame, &memory, &work->modules,
			  call->report->registers, REPORT_REGISTERS))
		return;
	do {
		if (stack->len > 0 || !is_shim(frame))
			name_frame(frame, &memory,
				   &stack->frames[stack->len++]);
	} while (--steps > 0 && stack->len < STACK_MAX &&
		 unwind_step(frame, &memory, &work->modules));
}

static void gather(const struct call *call, struct work *work,
		   struct stack *stack)
{
	autoclose const int maps = open_maps(call);

	if (maps < 0)
		return;
	read_modules(maps, work);
	walk(call, work, stack);
	/* Or it was the memory of a stranger, see call_address(). */
	if (!client_alive(&call->client))
		stack->len = 0;
}

void stack_gather(const struct call *call, struct stack *stack)
{
	struct work *work;

	stack->len = 0;
	if (!call->report || !call->sup->log_stacks)
		return;
	work = take_work();
	if (!work)
		return;
	gather(call, work, stack);
	return_work(work);
}
