/* SPDX-License-Identifier: MIT */
/* gen_filter.c - build-time program: the seccomp filters as C arrays.
 *
 * libseccomp compiles the rules here, on the build host, so that sbx-run pays
 * neither for linking libseccomp nor for compiling at each start.
 *
 * Theory of operation
 *
 * A filter sees registers only.  So it decides alone what registers decide
 * (which sockets may exist, foreign system calls), and hands to the supervisor
 * (NOTIFY) whatever lies behind a pointer or a descriptor: connect, bind,
 * listen.  Everything else keeps a constant verdict, which the kernel caches
 * in a bitmap (Linux 5.11): read, write, open and friends cost nothing.
 *
 * sendto and sendmsg are not notified: their address cannot be seen, but only
 * a datagram socket uses it, and no datagram socket can come into being.  With
 * FILTER_DGRAM they can, so each call that may carry an address is notified;
 * send and write, which cannot, stay free.
 *
 * NOTIFY ranks below ERRNO (seccomp(2)), so a call must never match both a
 * refusal that matters and a notification.  The supervisor refuses sockets
 * itself, because a refusal should be logged.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../policy/report.h"
#include "filter.h"
#include "refused_calls.h"
#include "withheld_options.h"

#ifndef MSG_FASTOPEN
#define MSG_FASTOPEN 0x20000000
#endif

#define SOCKADDR_NL_SIZE 12 /* sizeof(struct sockaddr_nl) */

/* The calls that send, and the register of their flags. */
static const struct send_call {
	int call;
	unsigned int flags;
} sends[] = {
	{SCMP_SYS(sendto), 3},
	{SCMP_SYS(sendmsg), 2},
	{SCMP_SYS(sendmmsg), 3},
};

#define SENDS (sizeof(sends) / sizeof(*sends))

static void check(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "gen_filter: %s: error %d\n", what, -rc);
	exit(1);
}

static void add(scmp_filter_ctx ctx, uint32_t action, int call,
		unsigned int argc, const struct scmp_arg_cmp *argv)
{
	check(seccomp_rule_add_array(ctx, action, call, argc, argv), "rule");
}

/* One condition; the kernel looks at 32 bits where it takes an int. */
static struct scmp_arg_cmp low32(unsigned int arg, uint64_t value)
{
	return IS(arg, value);
}

static void add_family(scmp_filter_ctx ctx, uint32_t action, uint64_t family)
{
	const struct scmp_arg_cmp c[] = {low32(0, family)};

	add(ctx, action, SCMP_SYS(socket), 1, c);
}

/* With nobody listening, what is seen in registers must be enough. */
static uint32_t action_for(unsigned int features, int error)
{
	return features & FILTER_ALONE ? SCMP_ACT_ERRNO(error)
				       : SCMP_ACT_NOTIFY;
}

/* Every family but AF_UNIX and routing netlink goes to the supervisor, which
 * jails TCP sockets and refuses the rest.  Garbage in the upper half of the
 * register lands there too and is decided by the value that the kernel uses.
 */
static void add_families(scmp_filter_ctx ctx, unsigned int features)
{
	const uint32_t unknown = action_for(features, EAFNOSUPPORT);
	const uint32_t inet = action_for(features, EACCES);

	const struct scmp_arg_cmp above[] = {
		SCMP_A0_64(SCMP_CMP_GT, AF_NETLINK),
	};
	const struct scmp_arg_cmp netlink[] = {
		low32(0, AF_NETLINK),
		SCMP_A2_64(SCMP_CMP_NE, 0), /* NETLINK_ROUTE */
	};
	const struct scmp_arg_cmp pair[] = {
		SCMP_A0_64(SCMP_CMP_NE, AF_UNIX),
	};

	for (uint64_t family = 0; family < AF_NETLINK; family++)
		if (family == AF_INET || family == AF_INET6) {
			if (features & FILTER_IP)
				add_family(ctx, inet, family);
		} else if (family != AF_UNIX)
			add_family(ctx, unknown, family);
	add(ctx, unknown, SCMP_SYS(socket), 1, above);
	add(ctx, unknown, SCMP_SYS(socket), 2, netlink);
	add(ctx, action_for(features, EOPNOTSUPP), SCMP_SYS(socketpair), 1,
	    pair);
}

/* The supervisor makes what it will have to connect or bind; it must also be
 * told of listen, to let go of the socket. */
static void add_making(scmp_filter_ctx ctx, unsigned int features)
{
	if (features & FILTER_UNIX)
		add_family(ctx, SCMP_ACT_NOTIFY, AF_UNIX);
	add_family(ctx, SCMP_ACT_NOTIFY, AF_NETLINK);
	if (features & FILTER_IP)
		return;
	add_family(ctx, SCMP_ACT_NOTIFY, AF_INET);
	add_family(ctx, SCMP_ACT_NOTIFY, AF_INET6);
	add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(listen), 0, NULL);
}

/* An unconnected datagram socket reaches any path by sendmsg; SOCK_RAW is
 * SOCK_DGRAM in AF_UNIX (unix_create in net/unix/af_unix.c). */
static void add_datagrams(scmp_filter_ctx ctx, unsigned int features)
{
	const uint32_t action = action_for(features, EACCES);
	static const int kinds[] = {SOCK_DGRAM, SOCK_RAW};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct scmp_arg_cmp c[] = {
			low32(0, AF_UNIX),
			SCMP_CMP64(1, SCMP_CMP_MASKED_EQ, 0xf,
				   (uint64_t)kinds[i]),
		};

		add(ctx, action, SCMP_SYS(socket), 2, c);
		add(ctx, action, SCMP_SYS(socketpair), 2, c);
	}
}

static struct scmp_arg_cmp fastopen(const struct send_call *send, bool wanted)
{
	return SCMP_CMP64(send->flags, SCMP_CMP_MASKED_EQ, MSG_FASTOPEN,
			  wanted ? MSG_FASTOPEN : 0);
}

/* TCP Fast Open connects without connect(2). */
static void add_fastopen(scmp_filter_ctx ctx)
{
	for (size_t i = 0; i < SENDS; i++) {
		const struct scmp_arg_cmp c[] = {fastopen(&sends[i], true)};

		add(ctx, SCMP_ACT_ERRNO(EOPNOTSUPP), sends[i].call, 1, c);
	}
}

static void add_withheld_options(scmp_filter_ctx ctx, unsigned int features)
{
	const size_t n = sizeof(withheld_options) / sizeof(*withheld_options);

	for (size_t i = 0; i < n; i++) {
		const struct withheld_option *option = &withheld_options[i];
		const struct scmp_arg_cmp c[] = {
			low32(1, option->level),
			low32(2, option->name),
		};

		if (option->features && !(option->features & features))
			continue;
		if (option->error)
			add(ctx, SCMP_ACT_ERRNO((uint16_t)option->error),
			    SCMP_SYS(setsockopt), 2, c);
		else if (!(features & FILTER_ALONE))
			add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(setsockopt), 2, c);
	}
}

/* What may carry an address.  libseccomp takes the shortest of two rules that
 * overlap, so this one leaves out what add_fastopen() refuses. */
static void add_sends(scmp_filter_ctx ctx, unsigned int features)
{
	for (size_t i = 0; i < SENDS; i++) {
		struct scmp_arg_cmp c[2];
		unsigned int n = 0;

		if (sends[i].call == SCMP_SYS(sendto))
			c[n++] = SCMP_A4_64(SCMP_CMP_NE, 0);
		if (features & FILTER_IP)
			c[n++] = fastopen(&sends[i], false);
		add(ctx, SCMP_ACT_NOTIFY, sends[i].call, n, c);
	}
}

/* Refused whoever listens. */
static void add_refused(scmp_filter_ctx ctx, unsigned int features)
{
	const size_t n = sizeof(refused_calls) / sizeof(*refused_calls);

	for (size_t i = 0; i < n; i++) {
		const struct refused_call *refused = &refused_calls[i];

		if (!refused->features || (refused->features & features))
			add(ctx, SCMP_ACT_ERRNO((uint16_t)refused->error),
			    refused->call, refused->conditions,
			    refused->condition);
	}
}

static void add_mediated(scmp_filter_ctx ctx, unsigned int features)
{
	/* The supervisor must be able to look at its clients: a program that
	 * asks to be undumpable is told that it is. */
	const struct scmp_arg_cmp dumpable[] = {
		low32(0, PR_SET_DUMPABLE),
		SCMP_A1_64(SCMP_CMP_EQ, 0),
	};
	const struct scmp_arg_cmp report[] = {low32(0, REPORT_PRCTL)};
	/* There is room for one listener.  Should the supervisor die, the
	 * place is free, and of two filters that notify the newer one is
	 * asked: it would answer for ours, which has nobody to ask. */
	const struct scmp_arg_cmp listener[] = {
		SCMP_A1_64(SCMP_CMP_MASKED_EQ, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			   SECCOMP_FILTER_FLAG_NEW_LISTENER),
	};

	add(ctx, SCMP_ACT_ERRNO(EBUSY), SCMP_SYS(seccomp), 1, listener);
	add(ctx, SCMP_ACT_ERRNO(0), SCMP_SYS(prctl), 2, dumpable);
	add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(prctl), 1, report);
	/* Whose address it is cannot be seen. */
	if (features & (FILTER_IP | FILTER_UNIX)) {
		add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(connect), 0, NULL);
		add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(bind), 0, NULL);
	}
	if (features & FILTER_IP)
		add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(listen), 0, NULL);
}

/* Whose bind it is cannot be seen, but getifaddrs(3) binds an address of
 * netlink, which no path of that length needs: it would be 9 bytes. */
static void add_no_bind(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp c[] = {
		SCMP_A2_64(SCMP_CMP_NE, SOCKADDR_NL_SIZE),
	};

	add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(bind), 1, c);
}

static void print_array(unsigned int features, scmp_filter_ctx ctx)
{
	struct sock_filter insn;
	int fd = memfd_create("filter", 0);

	if (fd < 0)
		check(-errno, "memfd");
	check(seccomp_export_bpf(ctx, fd), "export");
	if (lseek(fd, 0, SEEK_SET) != 0)
		check(-errno, "seek");
	printf("static const struct sock_filter filter_%u[] = {\n", features);
	while (read(fd, &insn, sizeof(insn)) == (ssize_t)sizeof(insn))
		printf("\t{ 0x%02x, %u, %u, 0x%08x },\n", insn.code, insn.jt,
		       insn.jf, insn.k);
	printf("};\n\n");
	close(fd);
}

/* Mixtures that no policy asks for are left out. */
static int is_sensible(unsigned int features)
{
	const unsigned int need_unix =
		FILTER_DGRAM | FILTER_DGRAM_FREE | FILTER_NO_BIND;

	if (!(features & (FILTER_IP | FILTER_UNIX | FILTER_ISOLATED)) ||
	    (!(features & FILTER_UNIX) && (features & need_unix)) ||
	    ((features & FILTER_IP) && (features & FILTER_ISOLATED)) ||
	    ((features & FILTER_UDP) && !(features & FILTER_IP)))
		return 0;
	if (features & FILTER_ALONE)
		return !(features & (FILTER_DGRAM | FILTER_MAKE | FILTER_UDP));
	if ((features & FILTER_UDP) &&
	    (features & (FILTER_DGRAM_FREE | FILTER_MAKE)))
		return 0;
	return !(features & FILTER_NO_BIND) &&
	       !((features & FILTER_DGRAM) && (features & FILTER_DGRAM_FREE));
}

static void generate(unsigned int features)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	if (!ctx)
		check(-ENOMEM, "init");
	/* i386 and x32 calls are unknown here, so they do not exist. */
	check(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
			       SCMP_ACT_ERRNO(ENOSYS)),
	      "badarch");
	add_refused(ctx, features);
	if (!(features & FILTER_ALONE))
		add_mediated(ctx, features);
	if (features & FILTER_NO_BIND)
		add_no_bind(ctx);
	if (features & (FILTER_IP | FILTER_ISOLATED))
		add_families(ctx, features);
	if (features & FILTER_IP) {
		add_fastopen(ctx);
		add_withheld_options(ctx, features);
	}
	if ((features & FILTER_UNIX) &&
	    !(features & (FILTER_DGRAM | FILTER_DGRAM_FREE)))
		add_datagrams(ctx, features);
	if (features & (FILTER_DGRAM | FILTER_UDP))
		add_sends(ctx, features);
	if (features & FILTER_MAKE)
		add_making(ctx, features);
	print_array(features, ctx);
	seccomp_release(ctx);
}

static void print_table(void)
{
	printf("static const struct sock_fprog filters[FILTER_MIXTURES] = {\n");
	for (unsigned int f = 0; f < FILTER_MIXTURES; f++)
		if (is_sensible(f))
			printf("\t[%u] = { sizeof(filter_%u) / "
			       "sizeof(*filter_%u),\n\t\t"
			       "(struct sock_filter *)filter_%u },\n",
			       f, f, f, f);
	printf("};\n");
}

int main(void)
{
	/* The build host's kernel does not matter: the target's is probed. */
	check(seccomp_api_set(5), "libseccomp is older than 2.5");
	printf("/* Generated by gen_filter.c; do not edit. */\n\n");
	for (unsigned int f = 0; f < FILTER_MIXTURES; f++)
		if (is_sensible(f))
			generate(f);
	print_table();
	return 0;
}
