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
 * Another thread may unmap the memory in between.  Then the program crashes
 * here instead of getting an EFAULT that it could not rely on either.
 */
#include "memory.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
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
	/* The copy is there, and what is on the caller's stack is near it. */
	if (!same_page(first, ours) && !is_readable(first))
		return false;
	if (!same_page(first, last) && !same_page(last, ours) &&
	    !is_readable(last))
		return false;
	memcpy(to, from, len);
	return true;
}
