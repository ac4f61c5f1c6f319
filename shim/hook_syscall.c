/* SPDX-License-Identifier: MIT */
/* hook_syscall.c - syscall(), for programs that call by number.
 *
 * Everything passes with all six arguments: Node, .NET and GLib use calls that
 * no list would name.  Only the numbers of what is wrapped elsewhere are asked
 * about, as they would be there.
 */
#include <stdarg.h>

#include "gate.h"
#include "real.h"

#define ARGUMENTS 6

/* A register; where the kernel takes an int, it looks at 32 bits. */
union argument {
	long word;
	int number;
	unsigned int length;
	const void *pointer;
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the low half of a register is its first");

static int ask_messages(union argument *arg)
{
	unsigned int count = arg[2].length;
	int error = gate_messages(arg[0].number, arg[1].pointer, &count);

	arg[2].word = count;
	return error;
}

static int ask_pair(int domain, int type, int protocol)
{
	return domain == AF_UNIX ? gate_socket(domain, type, protocol) : 0;
}

static int ask(long sysno, union argument *arg)
{
	int first = arg[0].number;

	switch (sysno) {
	case SYS_socket:
		return gate_socket(first, arg[1].number, arg[2].number);
	case SYS_socketpair:
		return ask_pair(first, arg[1].number, arg[2].number);
	case SYS_connect:
		return gate_address(OP_CONNECT, first, arg[1].pointer,
				    arg[2].length);
	case SYS_bind:
		return gate_address(OP_BIND, first, arg[1].pointer,
				    arg[2].length);
	case SYS_sendto:
		return arg[4].pointer
			       ? gate_address(OP_SEND, first, arg[4].pointer,
					      arg[5].length)
			       : 0;
	case SYS_sendmsg:
		return gate_message(first, arg[1].pointer);
	case SYS_sendmmsg:
		return ask_messages(arg);
	default:
		return 0;
	}
}

long syscall(long sysno, ...)
{
	__typeof__(syscall) *next;
	union argument arg[ARGUMENTS];
	va_list rest;
	int error;

	/* Reading more than was given finds what libc's own would find there:
	 * registers, and the caller's stack. */
	va_start(rest, sysno);
	for (int i = 0; i < ARGUMENTS; i++)
		arg[i].word = va_arg(rest, long);
	va_end(rest);

	error = ask(sysno, arg);
	if (error)
		return gate_refuse(error);
	next = __atomic_load_n(&real.syscall, __ATOMIC_RELAXED);
	if (!next)
		return raw_result(raw(sysno, arg[0].word, arg[1].word,
				      arg[2].word, arg[3].word, arg[4].word,
				      arg[5].word));
	return next(sysno, arg[0].word, arg[1].word, arg[2].word, arg[3].word,
		    arg[4].word, arg[5].word);
}
