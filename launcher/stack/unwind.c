/* SPDX-License-Identifier: MIT */
/* unwind.c - from a frame to its caller, one way or another.
 *
 * A frame that returns to rt_sigreturn(2) was started by a signal, and the
 * kernel has written all registers to the stack.  Otherwise what the compiler
 * has written down counts (cfi.c), and where there is nothing, as in code that
 * a JIT or Go's compiler made, a chain of frame pointers may go on.
 *
 * A call uses stack, so a step goes up; what was interrupted may have used none
 * yet, and a signal may have a stack of its own.  Who asks bounds the number of
 * steps.
 */
#include "unwind.h"

#include <string.h>

#include "cfi.h"

#define FRAME_MAX (8U << 20) /* RLIMIT_STACK, mostly */

uint64_t unwind_at(const struct frame *frame)
{
	const bool called = !frame->interrupted && !frame->trampoline;

	return frame->registers.value[MACHINE_PC] - called;
}

static bool is_sigreturn(const struct frame *frame, const struct memory *memory)
{
	static const uint8_t code[] = MACHINE_SIGRETURN;
	uint8_t there[sizeof(code)];

	return memory_get(memory, frame->registers.value[MACHINE_PC], there,
			  sizeof(there)) &&
	       memcmp(there, code, sizeof(code)) == 0;
}

static bool locate(struct frame *frame, const struct memory *memory,
		   const struct modules *modules)
{
	frame->trampoline = is_sigreturn(frame, memory);
	frame->module = modules_find(modules, unwind_at(frame));
	if (!frame->module)
		return false;
	memset(&frame->image, 0, sizeof(frame->image));
	for (size_t i = 0; i < 2 && !frame->image.bias_known; i++)
		if (frame->module->image[i])
			image_read(&frame->image, memory,
				   frame->module->image[i],
				   frame->module->start, frame->module->offset);
	return true;
}

bool unwind_start(struct frame *frame, const struct memory *memory,
		  const struct modules *modules, const uint64_t *reported,
		  size_t count)
{
	memset(frame, 0, sizeof(*frame));
	for (size_t i = 0; i < sizeof(machine_reported) && i < count; i++)
		frame->registers.value[machine_reported[i]] = reported[i];
	frame->interrupted = true;
	return locate(frame, memory, modules);
}

static bool leave_signal(struct registers *registers,
			 const struct memory *memory)
{
	uint64_t saved[sizeof(machine_saved)];

	if (!memory_get(memory, registers->value[MACHINE_SP] + MACHINE_SAVED_AT,
			saved, sizeof(saved)))
		return false;
	for (size_t i = 0; i < sizeof(machine_saved); i++)
		registers->value[machine_saved[i]] = saved[i];
	return true;
}

/* Both machines keep the caller's frame pointer and the return address where
 * the frame pointer points to. */
static bool follow_pointer(struct registers *registers,
			   const struct memory *memory)
{
	const uint64_t fp = registers->value[MACHINE_FP];
	uint64_t pair[2];

	if (fp % sizeof(uint64_t) != 0 ||
	    fp - registers->value[MACHINE_SP] > FRAME_MAX ||
	    !memory_get(memory, fp, pair, sizeof(pair)))
		return false;
	registers->value[MACHINE_SP] = fp + sizeof(pair);
	registers->value[MACHINE_FP] = pair[0];
	registers->value[MACHINE_PC] = pair[1] & MACHINE_CODE;
	return true;
}

/* @interrupted: set to whether the caller was interrupted */
static bool step(const struct frame *frame, const struct memory *memory,
		 struct registers *registers, bool *interrupted)
{
	enum cfi_step result = CFI_UNKNOWN;

	*interrupted = frame->trampoline;
	if (frame->trampoline)
		return leave_signal(registers, memory);
	if (frame->image.frames)
		result = cfi_step(memory, frame->image.frames,
				  frame->image.frames_size, unwind_at(frame),
				  registers);
	if (result == CFI_END)
		return false;
	if (result == CFI_UNKNOWN && !follow_pointer(registers, memory))
		return false;
	return registers->value[MACHINE_SP] >
	       frame->registers.value[MACHINE_SP] - frame->interrupted;
}

bool unwind_step(struct frame *frame, const struct memory *memory,
		 const struct modules *modules)
{
	struct registers registers = frame->registers;
	bool interrupted;

	if (!step(frame, memory, &registers, &interrupted))
		return false;
	frame->registers = registers;
	frame->interrupted = interrupted;
	return locate(frame, memory, modules);
}
