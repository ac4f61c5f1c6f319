/* SPDX-License-Identifier: MIT */
/* race_dgram.c - a message changes between the check and the sending. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "race.h"
#include "raw.h"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

#define SLOT 51

/* What the kernel and the checker read, shared with the other party. */
static struct {
	struct sockaddr_un name;
	struct sockaddr_un image[2]; /* harmless, denied */
	struct iovec vectors[8];
	struct msghdr head;
	struct mmsghdr many[3];
	_Alignas(8) char control[256];
	char bytes[1 << 20];
} * live;

static socklen_t lens[2];
static int sock, choices[2];
static char link_a[160], link_b[160];

static void prepare(const char *harmless, const char *denied)
{
	live = race_memory(sizeof(*live));
	lens[0] = unix_addr(&live->image[0], at(harmless));
	lens[1] = unix_addr(&live->image[1], at(denied));
	live->name = live->image[0];
	live->vectors[0].iov_base = live->bytes;
	live->vectors[0].iov_len = strlen(scene.token);
	memcpy(live->bytes, scene.token, strlen(scene.token));
	live->head.msg_name = &live->name;
	live->head.msg_namelen = sizeof(live->name);
	live->head.msg_iov = live->vectors;
	live->head.msg_iovlen = 1;
	for (int i = 0; i < 3; i++)
		live->many[i].msg_hdr = live->head;
	sock = unix_socket(SOCK_DGRAM);
}

static void usual(void)
{
	prepare("granted/dgram.sock", "denied/no.dgram");
}

static void attempt_message(void)
{
	raw_call(SYS_sendmsg, sock, (long)&live->head,
		 MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0, 0);
}

static void attempt_sendto(void)
{
	raw_call(SYS_sendto, sock, (long)live->bytes, (long)strlen(scene.token),
		 MSG_DONTWAIT, (long)&live->name, sizeof(live->name));
}

static void attempt_many(void)
{
	raw_call(SYS_sendmmsg, sock, (long)live->many, 3, MSG_DONTWAIT, 0, 0);
}

static void attempt_slot(void)
{
	raw_call(SYS_sendmsg, SLOT, (long)&live->head,
		 MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0, 0);
}

static void run(void (*flip)(unsigned int), void (*attempt)(void),
		enum race_by by)
{
	race_run(&(const struct race){by, flip, attempt});
}

/* ---- the name ----------------------------------------------------------- */

static void flip_name(unsigned int turn)
{
	memcpy(&live->name, &live->image[turn & 1], sizeof(live->name));
}

static void name_sendmsg(void)
{
	usual();
	run(flip_name, attempt_message, RACE_THREAD);
}

static void name_sendto(void)
{
	usual();
	run(flip_name, attempt_sendto, RACE_THREAD);
}

static void name_sendmmsg(void)
{
	usual();
	run(flip_name, attempt_many, RACE_THREAD);
}

static void name_process(void)
{
	usual();
	run(flip_name, attempt_message, RACE_PROCESS);
}

static void name_clone_vm(void)
{
	usual();
	run(flip_name, attempt_message, RACE_CLONE_VM);
}

static void name_missing(void)
{
	prepare("granted/none", "denied/no.dgram");
	run(flip_name, attempt_message, RACE_THREAD);
}

/* The path is denied throughout; its family says something else. */
static void flip_family(unsigned int turn)
{
	*(volatile sa_family_t *)&live->name.sun_family = turn & 1 ? AF_UNIX
							  : turn & 2
								  ? AF_INET
								  : AF_UNSPEC;
}

static void family(void)
{
	prepare("denied/no.dgram", "denied/no.dgram");
	run(flip_family, attempt_message, RACE_THREAD);
}

static void flip_first_byte(unsigned int turn)
{
	*(volatile char *)&live->name.sun_path[0] = turn & 1 ? '/' : '\0';
}

static void abstract(void)
{
	prepare("denied/no.dgram", "denied/no.dgram");
	run(flip_first_byte, attempt_message, RACE_THREAD);
}

/* ---- the header --------------------------------------------------------- */

static void flip_pointer(unsigned int turn)
{
	*(void *volatile *)&live->head.msg_name = &live->image[turn & 1];
}

static void pointer(void)
{
	usual();
	run(flip_pointer, attempt_message, RACE_THREAD);
}

static void flip_null(unsigned int turn)
{
	*(void *volatile *)&live->head.msg_name =
		turn & 1 ? &live->image[1] : NULL;
}

static void null_pointer(void)
{
	usual();
	run(flip_null, attempt_message, RACE_THREAD);
}

static void flip_length(unsigned int turn)
{
	*(volatile socklen_t *)&live->head.msg_namelen =
		turn & 1   ? sizeof(live->name)
		: turn & 2 ? 0
			   : 2;
}

static void length(void)
{
	prepare("denied/no.dgram", "denied/no.dgram");
	run(flip_length, attempt_message, RACE_THREAD);
}

static void flip_entry(unsigned int turn)
{
	*(void *volatile *)&live->many[1].msg_hdr.msg_name =
		&live->image[turn & 1];
}

static void entry(void)
{
	usual();
	run(flip_entry, attempt_many, RACE_THREAD);
}

/* Whoever copies it must not believe a length that it has not copied. */
static void flip_sizes(unsigned int turn)
{
	*(volatile size_t *)&live->vectors[0].iov_len =
		turn & 1 ? sizeof(live->bytes) : 1;
	*(volatile size_t *)&live->head.msg_iovlen = turn & 2 ? 8 : 1;
	*(volatile size_t *)&live->head.msg_controllen =
		turn & 4 ? sizeof(live->control) : 16;
	*(volatile size_t *)live->control = turn & 8 ? 16 : (size_t)-1;
	flip_name(turn);
}

static void sizes(void)
{
	struct cmsghdr *c;

	usual();
	live->head.msg_control = live->control;
	live->head.msg_controllen = sizeof(live->control);
	c = (struct cmsghdr *)live->control;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(0);
	for (int i = 1; i < 8; i++)
		live->vectors[i] = (struct iovec){live->bytes, 1000};
	run(flip_sizes, attempt_message, RACE_THREAD);
	live->head.msg_controllen = 0;
}

/* ---- the descriptor ----------------------------------------------------- */

static void flip_slot(unsigned int turn)
{
	dup3(choices[turn & 1], SLOT, O_CLOEXEC);
}

/* The name is denied throughout: one of the two sockets does not use it. */
static void slot(int other, enum race_by by)
{
	prepare("denied/no.dgram", "denied/no.dgram");
	choices[0] = other;
	choices[1] = sock;
	run(flip_slot, attempt_slot, by);
}

static int half_of(int type)
{
	int pair[2] = {-1, -1};

	socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair);
	return pair[0];
}

static void fd_stream(void)
{
	slot(half_of(SOCK_STREAM), RACE_THREAD);
}

static void fd_seqpacket(void)
{
	slot(half_of(SOCK_SEQPACKET), RACE_THREAD);
}

static void fd_tcp(void)
{
	slot(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), RACE_THREAD);
}

static void fd_file(void)
{
	slot(open("/dev/null", O_RDWR | O_CLOEXEC), RACE_THREAD);
}

static void fd_clone_files(void)
{
	slot(half_of(SOCK_STREAM), RACE_CLONE_FILES);
}

/* ---- the path ----------------------------------------------------------- */

static void flip_links(unsigned int turn)
{
	(void)turn;
	syscall(SYS_renameat2, AT_FDCWD, link_a, AT_FDCWD, link_b,
		RENAME_EXCHANGE);
}

static void links(void)
{
	snprintf(link_a, sizeof(link_a), "%s", at("flip"));
	snprintf(link_b, sizeof(link_b), "%s", at("flop"));
	symlink("granted/dgram.sock", link_a);
	symlink("denied/no.dgram", link_b);
	prepare("flip", "flip");
	run(flip_links, attempt_message, RACE_THREAD);
}

#define RACE(name, run, what)                                                  \
	{                                                                      \
		name, "datagrams", run, GRANT_DGRAM,                           \
			NEEDS_TRIES | WORKS_AFTER, what                        \
	}

const struct attack race_dgram_attacks[] = {
	RACE("dg-race-sendmsg", name_sendmsg, "the name, sendmsg(2)"),
	RACE("dg-race-sendto", name_sendto, "the name, sendto(2)"),
	RACE("dg-race-sendmmsg", name_sendmmsg, "the name, sendmmsg(2)"),
	RACE("dg-race-process", name_process, "the name, by a process"),
	RACE("dg-race-clone-vm", name_clone_vm, "the name, by a clone"),
	RACE("dg-race-missing", name_missing, "a name that leads nowhere"),
	RACE("dg-race-family", family, "the family"),
	RACE("dg-race-abstract", abstract, "an abstract name"),
	RACE("dg-race-pointer", pointer, "where the name is"),
	RACE("dg-race-null", null_pointer, "whether there is a name"),
	RACE("dg-race-length", length, "the length of the name"),
	RACE("dg-race-entry", entry, "the second of three messages"),
	RACE("dg-race-sizes", sizes, "all lengths at once"),
	RACE("dg-race-stream", fd_stream, "the socket and a stream"),
	RACE("dg-race-seqpacket", fd_seqpacket, "the socket and a seqpacket"),
	RACE("dg-race-tcp", fd_tcp, "the socket and a TCP socket"),
	RACE("dg-race-file", fd_file, "the socket and a file"),
	RACE("dg-race-clone-files", fd_clone_files,
	     "the socket, by a process that shares descriptors"),
	RACE("dg-race-links", links, "the link that the name is"),
	{0},
};
