/* SPDX-License-Identifier: MIT */
/* calls.c - connect(2) by other instructions, numbers, libraries, ABIs. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "attack.h"
#include "raw.h"

#define STREAM_TYPE (SOCK_STREAM | SOCK_CLOEXEC)

static void raw_hit(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));
	long fd = raw_call(SYS_socket, AF_UNIX, STREAM_TYPE, 0, 0, 0, 0);

	if (!raw_call(SYS_connect, fd, (long)&addr, (long)len, 0, 0, 0))
		raw_call(SYS_write, fd, (long)scene.token,
			 (long)strlen(scene.token), 0, 0, 0);
	raw_call(SYS_close, fd, 0, 0, 0, 0, 0);
}

static void libc_syscall(void)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));
	long fd = syscall(SYS_socket, AF_UNIX, STREAM_TYPE, 0);

	if (!syscall(SYS_connect, fd, &addr, len))
		deliver((int)fd);
}

static void plain_variant(const char *program, const char *how)
{
	const char *const args[] = {at("denied/no.sock"), scene.token, how,
				    NULL};

	run_variant(program, args);
}

static void static_glibc(void)
{
	plain_variant("plain-static", NULL);
}

static void musl(void)
{
	plain_variant("plain-musl", NULL);
}

static void static_musl(void)
{
	plain_variant("plain-musl-static", NULL);
}

static void i386_program(void)
{
	plain_variant("plain-i386", NULL);
}

static void i386_socketcall(void)
{
	plain_variant("plain-i386", "socketcall");
}

static void static_race(void)
{
	const char *const args[] = {"race-path", scene.dir, NULL};

	run_variant("attack-static", args);
}

#if defined(__x86_64__)
/* What an i386 call may point to. */
struct low {
	struct sockaddr_un addr;
	socklen_t len;
	uint32_t args[6];
	char token[32];
};

static struct low *low_memory(const char *path)
{
	struct low *low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (low == MAP_FAILED)
		skip("no memory below 4 GiB");
	low->len = unix_addr(&low->addr, path);
	strcpy(low->token, scene.token);
	return low;
}

static uint32_t low_pointer(const void *p)
{
	return (uint32_t)(uintptr_t)p;
}

static void int80_connect(void)
{
	struct low *low = low_memory(at("denied/no.sock"));
	int fd = unix_socket(SOCK_STREAM);

	if (!raw_int80(362, fd, (long)&low->addr, (long)low->len, 0, 0))
		deliver(fd);
}

static void int80_socketcall(void)
{
	struct low *low = low_memory(at("denied/no.sock"));
	int fd = unix_socket(SOCK_STREAM);

	low->args[0] = (uint32_t)fd;
	low->args[1] = low_pointer(&low->addr);
	low->args[2] = low->len;
	if (!raw_int80(102, 3 /* SYS_CONNECT */, (long)low->args, 0, 0, 0))
		deliver(fd);
}

static void int80_sendto(long fd)
{
	struct low *low = low_memory(at("denied/no.dgram"));

	low->args[0] = (uint32_t)fd;
	low->args[1] = low_pointer(low->token);
	low->args[2] = (uint32_t)strlen(low->token);
	low->args[3] = 0;
	low->args[4] = low_pointer(&low->addr);
	low->args[5] = low->len;
	raw_int80(102, 11 /* SYS_SENDTO */, (long)low->args, 0, 0, 0);
}

/* socket(2) and sendto(2), both by the i386 entry. */
static void int80_dgram(void)
{
	int80_sendto(raw_int80(359, AF_UNIX, SOCK_DGRAM, 0, 0, 0));
}

/* Where such a socket may exist, it is made in the usual way. */
static void int80_granted(void)
{
	int80_sendto(unix_socket(SOCK_DGRAM));
}

static void int80_tcp(void)
{
	struct low *low = low_memory("");
	/* struct sockaddr_in, by hand */
	unsigned char *bytes = (unsigned char *)&low->addr;
	long fd = raw_int80(359, AF_INET, SOCK_STREAM, 0, 0, 0);

	memset(bytes, 0, 16);
	bytes[0] = AF_INET;
	bytes[2] = (unsigned char)(scene.tcp4 >> 8);
	bytes[3] = (unsigned char)scene.tcp4;
	bytes[4] = 127;
	bytes[7] = 1;
	if (!raw_int80(362, fd, (long)&low->addr, 16, 0, 0))
		deliver((int)fd);
}

static void x32_numbers(void)
{
	const long x32 = 0x40000000;
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));
	long fd = raw_call(x32 | SYS_socket, AF_UNIX, STREAM_TYPE, 0, 0, 0, 0);

	if (fd < 0)
		barred("the kernel has no x32 system calls");
	if (!raw_call(x32 | SYS_connect, fd, (long)&addr, (long)len, 0, 0, 0))
		deliver((int)fd);
}
#else
static void not_here(void)
{
	skip("x86-64 only");
}
#define int80_connect	 not_here
#define int80_socketcall not_here
#define int80_dgram	 not_here
#define int80_granted	 not_here
#define int80_tcp	 not_here
#define x32_numbers	 not_here
#endif

#if defined(__GLIBC__) && !defined(ATTACK_STATIC)
typedef int connect_fn(int, const struct sockaddr *, socklen_t);

static void hit_by(void *found)
{
	struct sockaddr_un addr;
	socklen_t len = unix_addr(&addr, at("denied/no.sock"));
	int fd = unix_socket(SOCK_STREAM);
	connect_fn *fn;

	memcpy(&fn, &found, sizeof(fn));
	if (fn && !fn(fd, (struct sockaddr *)&addr, len))
		deliver(fd);
}

/* The C library's own function, behind the back of a preloaded one. */
static void own_symbol(void)
{
	hit_by(dlsym(dlopen("libc.so.6", RTLD_LAZY), "connect"));
	hit_by(dlsym(RTLD_NEXT, "connect"));
}

static void own_library(void)
{
	void *libc = dlmopen(LM_ID_NEWLM, "libc.so.6", RTLD_LAZY);

	hit_by(libc ? dlsym(libc, "connect") : NULL);
}
#else
static void no_loader(void)
{
	skip("a static program has no loader");
}
#define own_symbol  no_loader
#define own_library no_loader
#endif

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

static volatile char dispatch;

static void on_sigsys(int number)
{
	(void)number;
	dispatch = 0;
	raw_hit();
}

/* The kernel hands the call back to us; the handler repeats it. */
static void user_dispatch(void)
{
	signal(SIGSYS, on_sigsys);
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, 0, 0, &dispatch))
		skip("no syscall user dispatch");
	dispatch = 1;
	raw_call(SYS_connect, -1, 0, 0, 0, 0, 0);
	dispatch = 0;
}

static void on_signal(int number)
{
	(void)number;
	raw_hit();
}

static void signal_handler(void)
{
	stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
	struct sigaction action = {.sa_handler = on_signal,
				   .sa_flags = SA_ONSTACK | SA_NODEFER};

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGUSR2);
}

#define CALL(name, run, what)                                                  \
	{                                                                      \
		name, "calls", run, GRANT_FILE, 0, what                        \
	}

const struct attack call_attacks[] = {
	CALL("raw-instruction", raw_hit, "the syscall instruction itself"),
	CALL("libc-syscall", libc_syscall, "syscall(2) of the C library"),
	CALL("own-symbol", own_symbol, "connect looked up in libc.so.6"),
	CALL("own-library", own_library, "a second C library by dlmopen(3)"),
	CALL("static-program", static_glibc, "a static program"),
	CALL("musl-program", musl, "a musl program"),
	CALL("musl-static", static_musl, "a static musl program"),
	CALL("i386-program", i386_program, "a 32-bit program"),
	CALL("i386-socketcall", i386_socketcall,
	     "a 32-bit program, socketcall(2)"),
	CALL("int80-connect", int80_connect, "int 0x80, connect"),
	CALL("int80-socketcall", int80_socketcall, "int 0x80, socketcall"),
	CALL("int80-dgram", int80_dgram, "int 0x80, datagram"),
	{"int80-sendto", "calls", int80_granted, GRANT_DGRAM, WORKS_AFTER,
	 "the same where datagrams are granted"},
	CALL("int80-tcp", int80_tcp, "int 0x80, TCP"),
	{"x32-numbers", "calls", x32_numbers, GRANT_FILE, NEEDS_LUCK,
	 "x32 call numbers"},
	CALL("user-dispatch", user_dispatch, "syscall user dispatch"),
	CALL("signal-handler", signal_handler, "in a signal handler"),
	{"static-race", "calls", static_race, GRANT_FILE, NEEDS_TRIES,
	 "race-path by a static program"},
	{0},
};
