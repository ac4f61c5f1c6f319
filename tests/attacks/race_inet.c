/* SPDX-License-Identifier: MIT */
/* race_inet.c - an IP address changes after it was judged.
 *
 * The other party puts what is not granted into the memory that both look at.
 */
#include <net/if.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "race_ip.h"
#include "raw.h"

struct race_ip *race_ip;
socklen_t race_ip_length;
static int sock;

static void prepare(void)
{
	race_ip = race_memory(sizeof(*race_ip));
	strcpy(race_ip->token, scene.token);
	race_ip->iov.iov_base = race_ip->token;
	race_ip->iov.iov_len = strlen(scene.token);
	race_ip->head.msg_name = &race_ip->name;
	race_ip->head.msg_iov = &race_ip->iov;
	race_ip->head.msg_iovlen = 1;
}

/* As long as the longer one: the kernel takes what follows an address. */
static void measure(socklen_t first, socklen_t second)
{
	race_ip_length = first > second ? first : second;
	race_ip->name = race_ip->image[0];
	race_ip->head.msg_namelen = race_ip_length;
	for (int i = 0; i < 3; i++)
		race_ip->many[i].msg_hdr = race_ip->head;
}

void race_ip_v4(const char *ip, long granted, const char *bad, long denied)
{
	need(denied, "such");
	prepare();
	measure(v4_at(&race_ip->image[0].ip, ip, granted),
		v4_at(&race_ip->image[1].ip, bad, denied));
}

static void names6(const char *bad, long denied)
{
	need(denied, "such");
	prepare();
	measure(v6(&race_ip->image[0].ip, scene.tcp6_ok),
		v6_at(&race_ip->image[1].ip, bad, denied));
}

void race_ip_path(const char *name, long denied)
{
	need(denied, "such");
	prepare();
	measure(unix_addr(&race_ip->image[0].path, at(name)),
		v4(&race_ip->image[1].ip, denied));
}

void race_ip_flip(unsigned int turn)
{
	memcpy(&race_ip->name, &race_ip->image[turn & 1], race_ip_length);
}

static void flip_pointer(unsigned int turn)
{
	race_ip->head.msg_name = &race_ip->image[turn & 1];
}

void race_ip_run(void (*flip)(unsigned int), void (*attempt)(void))
{
	race_run(&(const struct race){RACE_THREAD, flip, attempt});
}

/* ---- connect ------------------------------------------------------------ */

static void attempt_tcp(int domain)
{
	const int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!raw_call(SYS_connect, fd, (long)&race_ip->name, race_ip_length, 0,
		      0, 0))
		deliver(fd);
	close(fd);
}

static void attempt_tcp4(void)
{
	attempt_tcp(AF_INET);
}

static void attempt_tcp6(void)
{
	attempt_tcp(AF_INET6);
}

static void attempt_udp(void)
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	raw_call(SYS_connect, fd, (long)&race_ip->name, race_ip_length, 0, 0,
		 0);
	/* Only the first of both may be where it leads. */
	deliver(fd);
	close(fd);
}

static void tcp_port(void)
{
	race_ip_v4("127.0.0.1", scene.tcp4_ok, "127.0.0.1", scene.tcp4);
	race_ip_run(race_ip_flip, attempt_tcp4);
}

static void tcp_address(void)
{
	race_ip_v4("127.0.0.1", scene.tcp4_ok, "127.0.0.2", scene.tcp4_alias);
	race_ip_run(race_ip_flip, attempt_tcp4);
}

static void tcp_port6(void)
{
	names6("::1", scene.tcp6);
	race_ip_run(race_ip_flip, attempt_tcp6);
}

static void tcp_mapped(void)
{
	names6("::ffff:127.0.0.1", scene.tcp4);
	race_ip_run(race_ip_flip, attempt_tcp6);
}

/* Without a family it is judged as nothing at all. */
static void tcp_family(void)
{
	race_ip_v4("127.0.0.1", scene.tcp4, "127.0.0.1", scene.tcp4);
	race_ip->image[0].ip.any.sa_family = AF_UNSPEC;
	race_ip_run(race_ip_flip, attempt_tcp4);
}

static void udp_port(void)
{
	race_ip_v4("127.0.0.1", scene.udp4_ok, "127.0.0.1", scene.udp4);
	race_ip_run(race_ip_flip, attempt_udp);
}

/* ---- send --------------------------------------------------------------- */

static void udp_names(void)
{
	race_ip_v4("127.0.0.1", scene.udp4_ok, "127.0.0.1", scene.udp4);
	sock = ip_socket(AF_INET, SOCK_DGRAM, 0);
}

static void attempt_sendto(void)
{
	raw_call(SYS_sendto, sock, (long)race_ip->token,
		 (long)race_ip->iov.iov_len, MSG_DONTWAIT, (long)&race_ip->name,
		 race_ip_length);
}

static void attempt_message(void)
{
	raw_call(SYS_sendmsg, sock, (long)&race_ip->head, MSG_DONTWAIT, 0, 0,
		 0);
}

static void attempt_many(void)
{
	raw_call(SYS_sendmmsg, sock, (long)race_ip->many, 3, MSG_DONTWAIT, 0,
		 0);
}

static void send_name(void)
{
	udp_names();
	race_ip_run(race_ip_flip, attempt_sendto);
}

static void message_name(void)
{
	udp_names();
	race_ip_run(race_ip_flip, attempt_message);
}

static void message_pointer(void)
{
	udp_names();
	race_ip_run(flip_pointer, attempt_message);
}

static void many_names(void)
{
	udp_names();
	race_ip_run(race_ip_flip, attempt_many);
}

static void send_family(void)
{
	race_ip_v4("127.0.0.1", scene.udp4, "127.0.0.1", scene.udp4);
	race_ip->image[0].ip.any.sa_family = AF_UNSPEC;
	race_ip->image[1].ip.any.sa_family = AF_INET;
	sock = ip_socket(AF_INET6, SOCK_DGRAM, 0);
	race_ip_run(race_ip_flip, attempt_sendto);
}

/* A length that is no address, and one that is. */
static void flip_length(unsigned int turn)
{
	race_ip->head.msg_namelen = turn & 1 ? race_ip_length : 0;
	race_ip->head.msg_name = turn & 2 ? &race_ip->name : NULL;
}

static void message_length(void)
{
	union address addr;

	udp_names();
	race_ip->name = race_ip->image[1];
	connect(sock, &addr.any, v4(&addr, scene.udp4_ok));
	race_ip_run(flip_length, attempt_message);
}

/* A source route that is there only when nobody looks. */
static void flip_control(unsigned int turn)
{
	struct cmsghdr *c = (struct cmsghdr *)race_ip->control;

	*(volatile int *)&c->cmsg_type = turn & 1 ? IP_RETOPTS : IP_TTL;
}

static void message_control(void)
{
	static const unsigned char route[8] = {1, 131, 7, 4, 192, 0, 2, 2};
	struct cmsghdr *c;

	udp_names();
	c = (struct cmsghdr *)race_ip->control;
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_TTL;
	c->cmsg_len = CMSG_LEN(sizeof(route));
	memcpy(CMSG_DATA(c), route, sizeof(route));
	race_ip->head.msg_control = race_ip->control;
	race_ip->head.msg_controllen = CMSG_SPACE(sizeof(route));
	race_ip_run(flip_control, attempt_message);
}

/* ---- another device ----------------------------------------------------- */

static char *device;

static void flip_device(unsigned int turn)
{
	static const char *const names[2] = {"lo", "wire0"};

	memcpy(device, names[turn & 1], 3);
	memcpy(device + 2, names[turn & 1] + 2, turn & 1 ? 4 : 1);
}

static void attempt_device(void)
{
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	raw_call(SYS_setsockopt, sock, SOL_SOCKET, SO_BINDTODEVICE,
		 (long)device, 16, 0);
	attempt_sendto();
	close(sock);
}

static void device_name(void)
{
	udp_names();
	device = race_memory(16);
	race_ip_run(flip_device, attempt_device);
}

static int wire;

static void flip_info(unsigned int turn)
{
	struct in_pktinfo *info =
		(void *)CMSG_DATA((struct cmsghdr *)race_ip->control);

	*(volatile int *)&info->ipi_ifindex = turn & 1 ? wire : 1;
}

static void packet_info(void)
{
	struct cmsghdr *c;

	udp_names();
	wire = (int)device_index("wire0");
	c = (struct cmsghdr *)race_ip->control;
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
	race_ip->head.msg_control = race_ip->control;
	race_ip->head.msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo));
	race_ip_run(flip_info, attempt_message);
}

#define RACE(name, run, grant, needs, what)                                    \
	{                                                                      \
		name, "granted-races", run, grant,                             \
			NEEDS_TRIES | WORKS_AFTER | (needs), what              \
	}
#define PART(name, run, what) RACE(name, run, GRANT_INET, 0, what)

const struct attack race_inet_attacks[] = {
	PART("gr-port", tcp_port, "a thread rewrites the port"),
	PART("gr-address", tcp_address, "a thread rewrites the address"),
	PART("gr-port6", tcp_port6, "... of IPv6"),
	PART("gr-mapped", tcp_mapped, "... with an IPv4 address"),
	PART("gr-family", tcp_family, "... the family"),
	PART("gr-udp", udp_port, "... where UDP is connected"),
	PART("gr-sendto", send_name, "... where sendto(2) sends"),
	PART("gr-sendmsg", message_name, "... where sendmsg(2) does"),
	PART("gr-sendmsg-pointer", message_pointer, "... and which name it is"),
	PART("gr-sendmsg-length", message_length, "... and its length"),
	PART("gr-sendmmsg", many_names, "... where sendmmsg(2) does"),
	PART("gr-send-family", send_family, "... the family, IPv4 or none"),
	RACE("gr-control", message_control, GRANT_INET, NEEDS_WIRE | NEEDS_ROOT,
	     "control data becomes a source route"),
	RACE("gr-device", device_name, GRANT_INET, NEEDS_WIRE,
	     "the name of a network device becomes another one"),
	RACE("gr-pktinfo", packet_info, GRANT_INET, NEEDS_WIRE,
	     "... its number in a message"),
	{0},
};
