/* SPDX-License-Identifier: MIT */
/* test_filter.c - what the compiled filters say to a call, and how often the
 * supervisor is asked at all.  */
#include <asm/sockios.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/if_tun.h>

#include "filter.h"

/* ---- rows --------------------------------------------------------------- */

#define REFUSED(error) (SECCOMP_RET_ERRNO | (error))
#define NO_FASTOPEN    REFUSED(EOPNOTSUPP)

#define PLAIN	 FILTER_UNIX
#define PLAIN_IP (FILTER_UNIX | FILTER_IP)
#define DGRAM	 (FILTER_UNIX | FILTER_DGRAM)
#define DGRAM_IP (DGRAM | FILTER_IP)
#define FREE	 (FILTER_UNIX | FILTER_DGRAM_FREE)
#define FREE_IP	 (FREE | FILTER_IP)

struct row {
	const char *what;
	int nr;
	uint64_t args[6];
	/* with datagram sockets withheld, mediated, free; and without and
	 * with IP */
	uint32_t plain, plain_ip, dgram, dgram_ip, free, free_ip;
};

#define SAME(v)		v, v, v, v, v, v
#define UNLESS_DGRAM(v) v, v, ALLOW, ALLOW, ALLOW, ALLOW
#define ONLY_DGRAM(v)	ALLOW, ALLOW, v, v, ALLOW, ALLOW
#define FAST(v)		ALLOW, NO_FASTOPEN, v, NO_FASTOPEN, ALLOW, NO_FASTOPEN

static const struct row rows[] = {
	{"read", SYS_read, {0}, SAME(ALLOW)},
	{"write", SYS_write, {0}, SAME(ALLOW)},
	{"recvmsg", SYS_recvmsg, {3, POINTER}, SAME(ALLOW)},
	{"connect", SYS_connect, {3, POINTER, 16}, SAME(NOTIFY)},
	{"bind", SYS_bind, {3, POINTER, 16}, SAME(NOTIFY)},

	{"setns", SYS_setns, {3, 0}, SAME(REFUSED(EPERM))},
	{"request_key", SYS_request_key, {POINTER, POINTER}, SAME(ALLOW)},
	{"request_key, callout",
	 SYS_request_key,
	 {POINTER, POINTER, HIGH},
	 SAME(REFUSED(ENOKEY))},
	{"prlimit, own", SYS_prlimit64, {0, 7, POINTER}, SAME(ALLOW)},
	{"prlimit, look", SYS_prlimit64, {1, 7, 0, POINTER}, SAME(ALLOW)},
	{"prlimit, other",
	 SYS_prlimit64,
	 {1, 7, POINTER},
	 SAME(REFUSED(EPERM))},
	{"sched_setattr", SYS_sched_setattr, {0, POINTER}, SAME(ALLOW)},
	{"sched_setattr, other",
	 SYS_sched_setattr,
	 {1, POINTER},
	 SAME(REFUSED(EPERM))},
	{"vhangup", SYS_vhangup, {0}, SAME(REFUSED(EPERM))},
	{"owner", SYS_fcntl, {3, F_SETOWN, 1}, SAME(ALLOW)},
	{"owner, group",
	 SYS_fcntl,
	 {3, HIGH | F_SETOWN, (uint32_t)-1},
	 SAME(REFUSED(EPERM))},
	{"owner, hidden",
	 SYS_fcntl,
	 {3, F_SETOWN_EX, POINTER},
	 SAME(REFUSED(EPERM))},
	{"owner, ioctl",
	 SYS_ioctl,
	 {3, HIGH | FIOSETOWN, POINTER},
	 SAME(REFUSED(EPERM))},
	{"snapshot",
	 SYS_ioctl,
	 {3, HIGH | BTRFS_IOC_SNAP_CREATE, POINTER},
	 SAME(REFUSED(EPERM))},
	{"subvolume",
	 SYS_ioctl,
	 {3, HIGH | BTRFS_IOC_SUBVOL_CREATE_V2, POINTER},
	 SAME(REFUSED(EPERM))},
	{"tun",
	 SYS_ioctl,
	 {3, HIGH | TUNSETIFF, POINTER},
	 ALLOW,
	 REFUSED(EPERM),
	 ALLOW,
	 REFUSED(EPERM),
	 ALLOW,
	 REFUSED(EPERM)},

	{"stream", SYS_socket, {AF_UNIX, SOCK_STREAM}, SAME(ALLOW)},
	{"seqpacket", SYS_socket, {AF_UNIX, SOCK_SEQPACKET}, SAME(ALLOW)},
	{"dgram", SYS_socket, {AF_UNIX, SOCK_DGRAM}, UNLESS_DGRAM(NOTIFY)},
	{"dgram, flags",
	 SYS_socket,
	 {AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC},
	 UNLESS_DGRAM(NOTIFY)},
	/* Garbage above the family is the supervisor's business. */
	{"dgram, high",
	 SYS_socket,
	 {HIGH | AF_UNIX, HIGH | SOCK_DGRAM},
	 NOTIFY,
	 NOTIFY,
	 ALLOW,
	 NOTIFY,
	 ALLOW,
	 NOTIFY},
	{"raw", SYS_socket, {AF_UNIX, SOCK_RAW}, UNLESS_DGRAM(NOTIFY)},
	{"pair", SYS_socketpair, {AF_UNIX, SOCK_STREAM}, SAME(ALLOW)},
	{"pair dgram",
	 SYS_socketpair,
	 {AF_UNIX, SOCK_DGRAM},
	 UNLESS_DGRAM(NOTIFY)},
	{"pair raw", SYS_socketpair, {AF_UNIX, SOCK_RAW}, UNLESS_DGRAM(NOTIFY)},

	{"send", SYS_sendto, {3, POINTER, 1, 0, 0, 0}, SAME(ALLOW)},
	{"send, length", SYS_sendto, {3, POINTER, 1, 0, 0, 16}, SAME(ALLOW)},
	{"sendto",
	 SYS_sendto,
	 {3, POINTER, 1, 0, POINTER, 16},
	 ONLY_DGRAM(NOTIFY)},
	{"sendto, low half",
	 SYS_sendto,
	 {3, POINTER, 1, 0, 0x5678, 16},
	 ONLY_DGRAM(NOTIFY)},
	{"sendto, high half",
	 SYS_sendto,
	 {3, POINTER, 1, 0, HIGH, 16},
	 ONLY_DGRAM(NOTIFY)},
	{"sendto, flags",
	 SYS_sendto,
	 {3, POINTER, 1, HIGH | MSG_DONTWAIT, POINTER, 16},
	 ONLY_DGRAM(NOTIFY)},
	{"sendmsg", SYS_sendmsg, {3, POINTER, 0}, ONLY_DGRAM(NOTIFY)},
	{"sendmsg, flags",
	 SYS_sendmsg,
	 {3, POINTER, ~(uint64_t)FASTOPEN},
	 ONLY_DGRAM(NOTIFY)},
	{"sendmmsg", SYS_sendmmsg, {3, POINTER, 2, 0}, ONLY_DGRAM(NOTIFY)},
	{"sendmmsg, flags",
	 SYS_sendmmsg,
	 {3, POINTER, 2, MSG_NOSIGNAL},
	 ONLY_DGRAM(NOTIFY)},

	{"fast send",
	 SYS_sendto,
	 {3, POINTER, 1, FASTOPEN, 0, 0},
	 ALLOW,
	 NO_FASTOPEN,
	 ALLOW,
	 NO_FASTOPEN,
	 ALLOW,
	 NO_FASTOPEN},
	{"fast sendto",
	 SYS_sendto,
	 {3, POINTER, 1, FASTOPEN, POINTER, 16},
	 FAST(NOTIFY)},
	{"fast sendto, high half",
	 SYS_sendto,
	 {3, POINTER, 1, HIGH | FASTOPEN, HIGH, 16},
	 FAST(NOTIFY)},
	{"fast sendmsg", SYS_sendmsg, {3, POINTER, FASTOPEN}, FAST(NOTIFY)},
	{"fast sendmsg, all", SYS_sendmsg, {3, POINTER, ~0ULL}, FAST(NOTIFY)},
	{"fast sendmmsg",
	 SYS_sendmmsg,
	 {3, POINTER, 2, FASTOPEN | 1},
	 FAST(NOTIFY)},
};

static void expect(const struct row *row, unsigned int features,
		   uint32_t wanted)
{
	struct seccomp_data data = {.nr = row->nr, .arch = ARCH};
	uint32_t got;

	memcpy(data.args, row->args, sizeof(data.args));
	assert_non_null(filters[features].filter);
	got = verdict(&filters[features], &data);
	if (got != wanted)
		fail_msg("%s, features %#x: %#x, not %#x", row->what, features,
			 got, wanted);
}

static void filters_decide_by_registers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];

		expect(row, PLAIN, row->plain);
		expect(row, PLAIN_IP, row->plain_ip);
		expect(row, DGRAM, row->dgram);
		expect(row, DGRAM_IP, row->dgram_ip);
		expect(row, FREE, row->free);
		expect(row, FREE_IP, row->free_ip);
	}
}

static void foreign_calls_do_not_exist(void **state)
{
	static const uint32_t others[] = {AUDIT_ARCH_I386, AUDIT_ARCH_ARM};
	struct seccomp_data data = {.nr = SYS_sendmsg};

	(void)state;
	for (unsigned int f = 0; f < FILTER_MIXTURES; f++) {
		if (!filters[f].filter)
			continue;
		for (size_t i = 0; i < COUNT_OF(others); i++) {
			data.arch = others[i];
			assert_int_equal(verdict(&filters[f], &data),
					 SECCOMP_RET_ERRNO | ENOSYS);
		}
#if defined(__x86_64__)
		data.arch = ARCH;
		data.nr = 0x40000000 | 518; /* x32 sendmsg */
		assert_int_equal(verdict(&filters[f], &data),
				 SECCOMP_RET_ERRNO | ENOSYS);
#endif
	}
}

/* ---- counted in the kernel ---------------------------------------------- */

static void send_all_ways(int fd)
{
	struct iovec iov = {.iov_base = (char[]){"x"}, .iov_len = 1};
	struct mmsghdr messages[2] = {
		{.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}},
		{.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}},
	};

	if (send(fd, "x", 1, 0) != 1 || write(fd, "x", 1) != 1 ||
	    sendmsg(fd, &messages[0].msg_hdr, 0) != 1 ||
	    sendmmsg(fd, messages, 2, 0) != 2)
		_exit(3);
}

/* ROUNDS times every send on a connected stream. */
static void send_much(void)
{
	char drain[16];
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		_exit(2);
	for (int i = 0; i < ROUNDS; i++) {
		send_all_ways(pair[0]);
		if (read(pair[1], drain, sizeof(drain)) != 5)
			_exit(4);
	}
}

/* The hot calls of Wayland and D-Bus cost nothing while no datagram socket can
 * exist; where one can, the same are all seen. */
static void only_datagram_filters_notify_sendmsg(void **state)
{
	static struct count counts[] = {
		{PLAIN, 1, 0, send_much},
		{PLAIN_IP, 1, 0, send_much},
		{FREE_IP, 1, 0, send_much},
		{PLAIN | FILTER_ISOLATED, 1, 0, send_much},
		{DGRAM_IP, 2 * ROUNDS + 1, 0, send_much},
		{PLAIN_IP | FILTER_UDP, 2 * ROUNDS + 1, 0, send_much},
	};

	(void)state;
	expect_counts(counts, COUNT_OF(counts));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_decide_by_registers),
		cmocka_unit_test(foreign_calls_do_not_exist),
		cmocka_unit_test(only_datagram_filters_notify_sendmsg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
