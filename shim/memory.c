/* SPDX-License-Identifier: MIT */
/* memory.c - read what the program points at, wherever it points.
 *
 * A system call answers EFAULT to a bad pointer; a wrapper that follows it
 * kills the program.  So the kernel is asked first, by a call that reads a
 * word and then always fails: rt_sigprocmask with an operation that does not
 * exist says EINVAL if it could read the mask, EFAULT if not.
 *
 * process_vm_readv on ourselves would copy in one go, but hardly any program
 * that filters its own system calls allows it, and some filters kill; each of
 * them allows rt_sigprocmask.
 *
 * Most arguments are on the caller's stack, though, and need no question: what
 * lies between our own frame and the top of the stack is there.
 *
 * Another thread may unmap the memory in between.  Then the program crashes
 * here instead of getting an EFAULT that it could not rely on either.
 */
#include "memory.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/uio.h>

#include "raw.h"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

#define PAGE	   ((uintptr_t)4096) /* the smallest of all machines */
#define WORD	   ((uintptr_t)8)    /* the kernel's sigset_t */
#define NO_SUCH_OP (-1)
#define STACK_MAX  ((uintptr_t)8 << 20) /* RLIMIT_STACK, mostly */

/* Of the first thread, whose stack execve(2) made, with the name of the
 * program at its top; elsewhere libc keeps the thread itself at the top. */
static uintptr_t stack_top(uintptr_t ours)
{
	static uintptr_t first_thread;
	uintptr_t top = __atomic_load_n(&first_thread, __ATOMIC_RELAXED);

	if (top == 0) {
		top = getauxval(AT_EXECFN);
		__atomic_store_n(&first_thread, top, __ATOMIC_RELAXED);
	}
	return ours < top && top - ours < STACK_MAX ? top : raw_thread();
}

static bool is_on_stack(uintptr_t first, uintptr_t last, uintptr_t ours)
{
	uintptr_t top = stack_top(ours);

	return first >= ours && last < top && top - ours < STACK_MAX;
}

static bool same_page(uintptr_t a, uintptr_t b)
{
	return a / PAGE == b / PAGE;
}

/* Whether the page at @at can be read; a word in line never straddles two. */
static bool is_readable(uintptr_t at)
{
	return raw(SYS_rt_sigprocmask, NO_SUCH_OP, at & ~(WORD - 1), 0, WORD) !=
	       -EFAULT;
}

/* Valgrind takes the probe for a use of bytes that nobody has set, as the end
 * of a struct sockaddr_un usually is. */
static bool read_watched(void *to, const void *from, size_t len)
{
	struct iovec local = {.iov_base = to, .iov_len = len};
	struct iovec remote = {.iov_base = (void *)from, .iov_len = len};

	return raw(SYS_process_vm_readv, raw(SYS_getpid), &local, 1, &remote,
		   1) == (long)len;
}

bool memory_read(void *to, const void *from, size_t len)
{
	uintptr_t ours = (uintptr_t)to;
	uintptr_t first = (uintptr_t)from;
	uintptr_t last = first + len - 1;

	if (len == 0)
		return true;
	/* Nothing is in the first page, and its first word would look like no
	 * mask at all. */
	if (last < first || first < PAGE)
		return false;
	if (RUNNING_ON_VALGRIND)
		return read_watched(to, from, len);
	if (!is_on_stack(first, last, ours) &&
	    (!is_readable(first) ||
	     (!same_page(first, last) && !is_readable(last))))
		return false;
	memcpy(to, from, len);
	return true;
}
