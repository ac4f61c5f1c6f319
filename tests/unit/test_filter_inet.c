/* SPDX-License-Identifier: MIT */
/* test_filter_inet.c - what the filters say to IP: options of sockets, UDP, a
 * network of one's own; and how often the supervisor is asked. */
#include <linux/ppp-ioctl.h>
#include <linux/vhost.h>

#include "filter.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#define PLAIN	      FILTER_UNIX
#define IP	      (FILTER_UNIX | FILTER_IP)
#define UDP	      (IP | FILTER_UDP)
#define ISOLATED      (FILTER_UNIX | FILTER_ISOLATED)
#define REFUSE(error) (SECCOMP_RET_ERRNO | (error))

static uint32_t said(unsigned int features, int nr, const uint64_t args[6])
{
	struct seccomp_data data = {.nr = nr, .arch = ARCH};

	memcpy(data.args, args, sizeof(data.args));
	assert_non_null(filters[features].filter);
	return verdict(&filters[features], &data);
}

/* ---- options of sockets ------------------------------------------------- */

struct option {
	const char *what;
	unsigned int level, name;
};

/* Numbers as in linux/in.h, linux/in6.h and linux/tcp.h. */
static const struct option withheld[] = {
	{"IP_OPTIONS", 0, 4},
	{"IP_ADD_MEMBERSHIP", 0, 35},
	{"IP_ADD_SOURCE_MEMBERSHIP", 0, 39},
	{"IP_MSFILTER", 0, 41},
	{"MCAST_JOIN_GROUP", 0, 42},
	{"MCAST_JOIN_SOURCE_GROUP", 0, 46},
	{"MCAST_MSFILTER", 0, 48},
	{"IP_UNICAST_IF", 0, 50},
	{"IPV6_2292PKTOPTIONS", 41, 6},
	{"IPV6_JOIN_GROUP", 41, 20},
	{"IPV6_JOIN_ANYCAST", 41, 27},
	{"IPV6_FLOWLABEL_MGR", 41, 32},
	{"MCAST_JOIN_GROUP, IPv6", 41, 42},
	{"MCAST_JOIN_SOURCE_GROUP, IPv6", 41, 46},
	{"MCAST_MSFILTER, IPv6", 41, 48},
	{"IPV6_PKTINFO", 41, 50},
	{"IPV6_HOPOPTS", 41, 54},
	{"IPV6_RTHDRDSTOPTS", 41, 55},
	{"IPV6_RTHDR", 41, 57},
	{"IPV6_DSTOPTS", 41, 59},
	{"IPV6_UNICAST_IF", 41, 76},
};

/* The supervisor judges these; where there is none, the domain does. */
static const struct option judged[] = {
	{"SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE},
	{"SO_BINDTOIFINDEX", SOL_SOCKET, 62},
};

/* ... and these where UDP sockets may exist. */
static const struct option shared[] = {
	{"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR},
	{"SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT},
};

static const struct option range = {"IP_LOCAL_PORT_RANGE", 0, 51};

static const struct option free_options[] = {
	{"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE},
	{"SO_SNDTIMEO", SOL_SOCKET, SO_SNDTIMEO},
	{"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY},
	{"TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN},
	{"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE},
	{"TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT},
	{"IP_TOS", IPPROTO_IP, IP_TOS},
	{"IP_TTL", IPPROTO_IP, IP_TTL},
	{"IP_RECVERR", IPPROTO_IP, IP_RECVERR},
	{"IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER},
	{"IP_PKTINFO", IPPROTO_IP, IP_PKTINFO},
	{"IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY},
	{"IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS},
	{"IPV6_RECVPKTINFO", IPPROTO_IPV6, IPV6_RECVPKTINFO},
	{"IPV6_RECVERR", IPPROTO_IPV6, IPV6_RECVERR},
};

static void expect_option(const struct option *option, unsigned int features,
			  uint32_t want)
{
	static const uint64_t garbage[] = {0, HIGH};

	for (size_t i = 0; i < COUNT_OF(garbage); i++)
		for (size_t j = 0; j < COUNT_OF(garbage); j++) {
			const uint64_t args[6] = {3, garbage[i] | option->level,
						  garbage[j] | option->name,
						  POINTER, 4};
			const uint32_t got =
				said(features, SYS_setsockopt, args);

			if (got != want)
				fail_msg("%s, features %#x: %#x, not %#x",
					 option->what, features, got, want);
		}
}

static void options_that_lead_elsewhere(void **state)
{
	static const struct option fast = {"TCP_FASTOPEN_CONNECT", 6, 30};
	static const struct option ulp = {"TCP_ULP", 6, 31};

	(void)state;
	for (unsigned int f = 0; f < FILTER_MIXTURES; f++) {
		const bool ip = f & FILTER_IP, udp = f & FILTER_UDP;

		if (!filters[f].filter)
			continue;
		for (size_t i = 0; i < COUNT_OF(withheld); i++)
			expect_option(&withheld[i], f,
				      ip ? REFUSE(EPERM) : ALLOW);
		expect_option(&fast, f, ip ? REFUSE(EOPNOTSUPP) : ALLOW);
		expect_option(&ulp, f, ip ? REFUSE(ENOENT) : ALLOW);
		for (size_t i = 0; i < COUNT_OF(judged); i++)
			expect_option(&judged[i], f,
				      ip && !(f & FILTER_ALONE) ? NOTIFY
								: ALLOW);
		for (size_t i = 0; i < COUNT_OF(shared); i++)
			expect_option(&shared[i], f, udp ? NOTIFY : ALLOW);
		expect_option(&range, f, udp ? REFUSE(ENOPROTOOPT) : ALLOW);
		for (size_t i = 0; i < COUNT_OF(free_options); i++)
			expect_option(&free_options[i], f, ALLOW);
	}
}

static bool is_one_of(const struct option *options, size_t n,
		      const struct option *option)
{
	for (size_t i = 0; i < n; i++)
		if (options[i].level == option->level &&
		    options[i].name == option->name)
			return true;
	return false;
}

static uint32_t with_udp(const struct option *option, uint32_t without)
{
	if (is_one_of(shared, COUNT_OF(shared), option))
		return NOTIFY;
	return is_one_of(&range, 1, option) ? REFUSE(ENOPROTOOPT) : without;
}

/* The same number at another level is something else. */
static void levels_are_told_apart(void **state)
{
	static const unsigned int levels[] = {0, 1, 6, 17, 41, 58, 255, 263};

	(void)state;
	for (size_t l = 0; l < COUNT_OF(levels); l++)
		for (unsigned int name = 0; name < 80; name++) {
			struct option option = {"any", levels[l], name};
			uint32_t want = ALLOW;

			if (is_one_of(withheld, COUNT_OF(withheld), &option))
				want = REFUSE(EPERM);
			if (is_one_of(judged, COUNT_OF(judged), &option))
				want = NOTIFY;
			if (levels[l] == 6 && name == 30)
				want = REFUSE(EOPNOTSUPP);
			if (levels[l] == 6 && name == 31)
				want = REFUSE(ENOENT);
			expect_option(&option, IP, want);
			expect_option(&option, UDP, with_udp(&option, want));
			expect_option(&option, ISOLATED, ALLOW);
		}
}

/* ---- calls -------------------------------------------------------------- */

struct row {
	const char *what;
	int nr;
	uint64_t args[6];
	uint32_t plain, ip, udp, isolated;
};

static const struct row rows[] = {
	{"TCP",
	 SYS_socket,
	 {AF_INET, SOCK_STREAM},
	 ALLOW,
	 NOTIFY,
	 NOTIFY,
	 ALLOW},
	{"TCP, IPv6",
	 SYS_socket,
	 {AF_INET6, SOCK_STREAM},
	 ALLOW,
	 NOTIFY,
	 NOTIFY,
	 ALLOW},
	{"UDP",
	 SYS_socket,
	 {AF_INET, SOCK_DGRAM | SOCK_CLOEXEC},
	 ALLOW,
	 NOTIFY,
	 NOTIFY,
	 ALLOW},
	{"raw",
	 SYS_socket,
	 {AF_INET, SOCK_RAW, 1},
	 ALLOW,
	 NOTIFY,
	 NOTIFY,
	 ALLOW},
	{"packet",
	 SYS_socket,
	 {AF_PACKET, SOCK_RAW},
	 ALLOW,
	 NOTIFY,
	 NOTIFY,
	 NOTIFY},
	{"vsock", SYS_socket, {40, SOCK_STREAM}, ALLOW, NOTIFY, NOTIFY, NOTIFY},
	{"unknown",
	 SYS_socket,
	 {99, SOCK_STREAM},
	 ALLOW,
	 NOTIFY,
	 NOTIFY,
	 NOTIFY},
	{"high",
	 SYS_socket,
	 {HIGH | AF_INET, SOCK_STREAM},
	 ALLOW,
	 NOTIFY,
	 NOTIFY,
	 NOTIFY},
	{"routes",
	 SYS_socket,
	 {AF_NETLINK, SOCK_RAW, 0},
	 ALLOW,
	 ALLOW,
	 ALLOW,
	 ALLOW},
	{"netfilter",
	 SYS_socket,
	 {AF_NETLINK, SOCK_RAW, 12},
	 ALLOW,
	 NOTIFY,
	 NOTIFY,
	 NOTIFY},
	{"pair",
	 SYS_socketpair,
	 {AF_INET, SOCK_STREAM},
	 ALLOW,
	 NOTIFY,
	 NOTIFY,
	 NOTIFY},
	{"unix dgram",
	 SYS_socket,
	 {AF_UNIX, SOCK_DGRAM},
	 NOTIFY,
	 NOTIFY,
	 NOTIFY,
	 NOTIFY},
	{"connect",
	 SYS_connect,
	 {3, POINTER, 16},
	 NOTIFY,
	 NOTIFY,
	 NOTIFY,
	 NOTIFY},
	{"bind", SYS_bind, {3, POINTER, 16}, NOTIFY, NOTIFY, NOTIFY, NOTIFY},
	{"listen", SYS_listen, {3, 5}, ALLOW, NOTIFY, NOTIFY, ALLOW},
	{"accept", SYS_accept4, {3, POINTER}, ALLOW, ALLOW, ALLOW, ALLOW},
	{"shutdown", SYS_shutdown, {3, 2}, ALLOW, ALLOW, ALLOW, ALLOW},
	{"getpeername",
	 SYS_getpeername,
	 {3, POINTER},
	 ALLOW,
	 ALLOW,
	 ALLOW,
	 ALLOW},
	{"send", SYS_sendto, {3, POINTER, 1}, ALLOW, ALLOW, ALLOW, ALLOW},
	{"sendto",
	 SYS_sendto,
	 {3, POINTER, 1, 0, POINTER, 16},
	 ALLOW,
	 ALLOW,
	 NOTIFY,
	 ALLOW},
	{"sendmsg", SYS_sendmsg, {3, POINTER}, ALLOW, ALLOW, NOTIFY, ALLOW},
	{"sendmmsg",
	 SYS_sendmmsg,
	 {3, POINTER, 2},
	 ALLOW,
	 ALLOW,
	 NOTIFY,
	 ALLOW},
	{"fast sendto",
	 SYS_sendto,
	 {3, POINTER, 1, FASTOPEN, POINTER, 16},
	 ALLOW,
	 REFUSE(EOPNOTSUPP),
	 REFUSE(EOPNOTSUPP),
	 ALLOW},
	{"fast sendmsg",
	 SYS_sendmsg,
	 {3, POINTER, FASTOPEN},
	 ALLOW,
	 REFUSE(EOPNOTSUPP),
	 REFUSE(EOPNOTSUPP),
	 ALLOW},
	{"bpf",
	 SYS_bpf,
	 {7, POINTER, 120},
	 ALLOW,
	 REFUSE(EPERM),
	 REFUSE(EPERM),
	 REFUSE(EPERM)},
	{"ppp",
	 SYS_ioctl,
	 {3, HIGH | PPPIOCATTACH, POINTER},
	 ALLOW,
	 REFUSE(EPERM),
	 REFUSE(EPERM),
	 ALLOW},
	{"vhost",
	 SYS_ioctl,
	 {3, HIGH | VHOST_SET_OWNER},
	 ALLOW,
	 REFUSE(EPERM),
	 REFUSE(EPERM),
	 REFUSE(EPERM)},
	{"recvfrom",
	 SYS_recvfrom,
	 {3, POINTER, 1, 0, POINTER},
	 ALLOW,
	 ALLOW,
	 ALLOW,
	 ALLOW},
	{"write", SYS_write, {3, POINTER, 1}, ALLOW, ALLOW, ALLOW, ALLOW},
	{"io_uring",
	 SYS_io_uring_setup,
	 {8, POINTER},
	 REFUSE(ENOSYS),
	 REFUSE(ENOSYS),
	 REFUSE(ENOSYS),
	 REFUSE(ENOSYS)},
};

static void expect(const struct row *row, unsigned int features, uint32_t want)
{
	const uint32_t got = said(features, row->nr, row->args);

	if (got != want)
		fail_msg("%s, features %#x: %#x, not %#x", row->what, features,
			 got, want);
}

static void calls_are_notified(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		expect(&rows[i], PLAIN, rows[i].plain);
		expect(&rows[i], IP, rows[i].ip);
		expect(&rows[i], UDP, rows[i].udp);
		expect(&rows[i], ISOLATED, rows[i].isolated);
	}
}

/* Which filter a policy asks for. */
static void features_of_policies(void **state)
{
	static const struct {
		enum network_mode network;
		bool tcp, udp, unix_all;
		unsigned int want;
	} policies[] = {
		{NETWORK_NONE, false, false, false, IP},
		{NETWORK_NONE, true, false, false, IP},
		{NETWORK_NONE, false, true, false, UDP},
		{NETWORK_NONE, true, true, true, FILTER_IP | FILTER_UDP},
		{NETWORK_LOOPBACK, false, false, false, IP},
		{NETWORK_LOOPBACK, false, true, false, UDP},
		{NETWORK_ISOLATED, false, false, false, ISOLATED},
		{NETWORK_ISOLATED, false, false, true, FILTER_ISOLATED},
		{NETWORK_FULL, false, false, false, PLAIN},
		{NETWORK_FULL, true, true, false, PLAIN},
	};
	static struct policy policy;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(policies); i++) {
		policy_init(&policy);
		policy.network = (uint8_t)policies[i].network;
		policy.unix_all = policies[i].unix_all;
		policy.rules[0].kind = RULE_TCP;
		policy.rule_count = policies[i].tcp;
		if (policies[i].udp)
			policy.rules[policy.rule_count++].kind = RULE_UDP;
		assert_int_equal(seccomp_features(&policy), policies[i].want);
		assert_non_null(filters[policies[i].want].filter);
	}
}

/* ---- counted in the kernel ---------------------------------------------- */

/* A server over TCP, and what it does before it has clients. */
static void serve(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		struct sockaddr_in name;
		socklen_t len = sizeof(name);

		if (fd < 0 ||
		    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, 4) ||
		    listen(fd, 1) ||
		    getsockname(fd, (struct sockaddr *)&name, &len) ||
		    close(fd))
			_exit(5);
	}
}

/* UDP: what names an address, and what does not. */
static void talk_by_udp(void)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(9),
				       .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (int i = 0; i < ROUNDS; i++) {
		sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof(to));
		send(fd, "x", 1, 0);
		if (write(fd, "x", 1) != 1 && errno != ECONNREFUSED &&
		    errno != EDESTADDRREQ)
			_exit(6);
	}
}

/* With --network full, or within a network of one's own, IP costs nothing. */
static void ip_costs_only_where_it_is_judged(void **state)
{
	static struct count counts[] = {
		{PLAIN, 1, 0, serve},
		{ISOLATED, 1, 0, serve},
		{IP, 2 * ROUNDS + 1, 0, serve},
		{PLAIN, 1, 0, talk_by_udp},
		{ISOLATED, 1, 0, talk_by_udp},
		{UDP, ROUNDS + 2, 0, talk_by_udp},
	};

	(void)state;
	expect_counts(counts, COUNT_OF(counts));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_that_lead_elsewhere),
		cmocka_unit_test(levels_are_told_apart),
		cmocka_unit_test(calls_are_notified),
		cmocka_unit_test(features_of_policies),
		cmocka_unit_test(ip_costs_only_where_it_is_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
