/* SPDX-License-Identifier: MIT */
/* raw.h - system calls without libc: no errno, no cancellation point, and no
 * symbol that somebody (we, for one) could have wrapped.
 */
#ifndef SBX_RAW_H
#define SBX_RAW_H

#include <errno.h>
#include <sys/syscall.h>

#define RAW_ERRNO_MAX 4095 /* MAX_ERRNO in include/linux/err.h */

#if defined(__aarch64__)

#define RAW_PAGE_MAX 65536 /* the largest page that a kernel may have */

/** raw_thread() - Where libc keeps this thread, above its stack. */
static inline unsigned long raw_thread(void)
{
	unsigned long thread;

	__asm__("mrs %0, tpidr_el0" : "=r"(thread));
	return thread;
}

static inline long raw_call(long number, long a, long b, long c, long d, long e,
			    long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#else /* x86_64: its registers exist nowhere else */

#define RAW_PAGE_MAX 4096

/* The first word there is its own address (x86-64 ELF TLS ABI). */
static inline unsigned long raw_thread(void)
{
	unsigned long thread;

	__asm__("mov %%fs:0, %0" : "=r"(thread));
	return thread;
}

static inline long raw_call(long number, long a, long b, long c, long d, long e,
			    long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10),
			   "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#endif

/* raw(SYS_name, up to six arguments): the result, or -errno. */
#define raw(...) RAW_PAD(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define RAW_PAD(number, a, b, c, d, e, f, ...)                                 \
	raw_call((number), (long)(a), (long)(b), (long)(c), (long)(d),         \
		 (long)(e), (long)(f))

/** raw_result() - What libc makes of it: the result, or -1 and errno. */
static inline long raw_result(long result)
{
	if (result < 0 && result >= -RAW_ERRNO_MAX) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

#endif /* SBX_RAW_H */
