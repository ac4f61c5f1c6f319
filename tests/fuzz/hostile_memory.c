/* SPDX-License-Identifier: MIT */
/* hostile_memory.c - arguments that are not there, or not for long.
 *
 * Nothing here is touched by an instruction: it may be gone.  The kernel
 * copies, as process_vm_writev(2), and says EFAULT instead.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "hostile.h"

#define PAGES 8
#define PAGE  4096

static unsigned char *pages;
static int file;

void memory_init(void)
{
	/* One page: what is mapped from behind it cannot be read. */
	file = memfd_create("hostile", MFD_CLOEXEC);
	if (file < 0 || ftruncate(file, PAGE) != 0)
		_exit(3);
	/* Far from where the kernel puts anything, so that neither a hole nor
	 * the end is ever somebody else's memory. */
	pages = mmap((void *)0x100000000000, PAGES * PAGE,
		     PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (pages == MAP_FAILED)
		_exit(3);
}

bool memory_disputed(const void *at)
{
	const unsigned char *byte = at;

	return byte >= pages && byte < pages + PAGES * PAGE;
}

static void put(void *where, const void *bytes, size_t len)
{
	const struct iovec from = {(void *)bytes, len};
	const struct iovec to = {where, len};

	process_vm_writev(getpid(), &from, 1, &to, 1, 0);
}

void *memory_any(struct dice *dice, const void *bytes, size_t len)
{
	static void *const nowhere[] = {
		NULL,
		(void *)1,
		(void *)-1L,
		(void *)0xffff888000000000UL,
		(void *)0x8000000000000000UL,
		(void *)0x7ffffffff000UL,
	};
	unsigned char *at = pages + PAGE * roll_below(dice, PAGES);

	if (one_in(dice, 12))
		return PICK(dice, nowhere);
	if (one_in(dice, 4)) /* across a border, and one byte short of it */
		at += PAGE - roll_below(dice, (unsigned int)len + 2);
	else
		at += roll_below(dice, 64);
	put(at, bytes, len);
	return at;
}

void memory_disturb(struct dice *dice)
{
	static const int protections[] = {
		PROT_NONE,  PROT_READ, PROT_READ | PROT_WRITE,
		PROT_WRITE, PROT_EXEC,
	};
	unsigned char *at = pages + PAGE * roll_below(dice, PAGES);
	unsigned char bytes[256];

	switch (roll_below(dice, 8)) {
	case 0:
		munmap(at, PAGE);
		break;
	case 1:
		mprotect(at, PAGE, PICK(dice, protections));
		break;
	case 2:
		mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		     file, PAGE * (off_t)roll_below(dice, 2));
		break;
	case 3:
		madvise(at, PAGE, MADV_DONTNEED);
		break;
	case 4:
		mmap(at, PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	case 5:
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (unsigned char)roll(dice);
		put(at + roll_below(dice, PAGE - sizeof(bytes)), bytes,
		    roll_below(dice, sizeof(bytes)));
		break;
	default: /* another address where one may be being read */
		address_any(dice, bytes, one_in(dice, 2));
		put(at + roll_below(dice, 64), bytes, 112);
		break;
	}
}
