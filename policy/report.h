/* SPDX-License-Identifier: MIT */
/* report.h - what the shim tells the supervisor, through one trapped call:
 *
 *	prctl(REPORT_PRCTL, kind, struct, sizeof(struct), 0)
 *
 * It needs no descriptor, so it survives closefrom(2) and works in a signal
 * handler.  Without a supervisor the kernel answers EINVAL and nothing
 * happens.  All of it is the program's word, which can forge every byte.
 */
#ifndef SBX_REPORT_H
#define SBX_REPORT_H

#include <stdint.h>

/* Not a prctl(2) option of any kernel: those are small numbers, PR_SET_VMA
 * and friends excepted, which are other four-letter codes. */
#define REPORT_PRCTL 0x53425831 /* "SBX1" */

#define REPORT_VERSION	 2
#define REPORT_HOST_MAX	 256
#define REPORT_REGISTERS 16

enum report_kind {
	/* The shim is in this process.  No struct.  Returns 0. */
	REPORT_HELLO = 1,
	/* A call that the shim is about to refuse.  Returns the errno that
	 * the kernel layer would answer (so the shim answers the same), or 0
	 * if the call must be made after all. */
	REPORT_REFUSED = 2,
	/* The same refusal again, @count times; nothing is asked. Returns 0. */
	REPORT_REPEATED = 3,
	/* The kernel layer refused to link or rename a socket: do it, if it
	 * was bound inside.  With a struct report_publish.  Returns 0 if it is
	 * done, or the errno value that the call fails with. */
	REPORT_PUBLISH = 4,
	/* This thread begins to look up a host name (1 in place of the
	 * struct), or has ended (0).  What the kernel layer refuses to it in
	 * between is told to a person by one line that names the host, if a
	 * REPORT_REFUSED with OP_RESOLVE follows.  Returns 0. */
	REPORT_LOOKUP = 5,
};

struct report {
	uint32_t version; /* REPORT_VERSION */
	uint32_t op;	  /* enum policy_op */
	int32_t fd;	  /* the socket, -1: none */
	int32_t domain;	  /* OP_SOCKET: as asked for */
	int32_t type;	  /* SO_TYPE, or as asked for */
	int32_t protocol;
	uint32_t count; /* how often, since the last report of it */
	uint32_t addr_len;
	uint8_t addr[128];	    /* the address as given to the call */
	char host[REPORT_HOST_MAX]; /* host name asked for, or "" */
	/* Where the call comes from, for who walks the stack meanwhile: the
	 * registers that a call preserves, at one instruction of the shim.
	 * x86-64: rbx rbp rsp r12 r13 r14 r15 rip; arm64: x19 to x30, sp, pc;
	 * the rest 0. */
	uint64_t registers[REPORT_REGISTERS];
};

enum publish_call { PUBLISH_LINK, PUBLISH_RENAME };

/* The arguments of linkat(2) or renameat2(2). */
struct report_publish {
	uint32_t version; /* REPORT_VERSION */
	uint32_t call;	  /* enum publish_call */
	int32_t old_dir;  /* or AT_FDCWD */
	int32_t new_dir;
	uint64_t old_path; /* where they are in the program */
	uint64_t new_path;
	uint32_t flags;
	uint32_t unused; /* no byte of the struct is undefined */
};

#endif /* SBX_REPORT_H */
