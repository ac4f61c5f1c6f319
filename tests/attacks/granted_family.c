/* SPDX-License-Identifier: MIT */
/* granted_family.c - sockets of other kinds, where TCP and UDP are granted. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ip.h"

#ifndef TCP_REPAIR
#define TCP_REPAIR 19
#endif

/* An IPv4 packet with a datagram that holds the token. */
struct packet {
	struct iphdr ip;
	struct udphdr udp;
	char text[24];
} __attribute__((packed));

static uint16_t checksum(const void *bytes, size_t len)
{
	const uint16_t *words = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < len / 2; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t fill_in(struct packet *p, const char *from, const char *to,
		      long port)
{
	const size_t len = strlen(scene.token);
	const size_t total = offsetof(struct packet, text) + len;

	memset(p, 0, sizeof(*p));
	p->ip.version = 4;
	p->ip.ihl = 5;
	p->ip.ttl = 64;
	p->ip.protocol = IPPROTO_UDP;
	p->ip.tot_len = htons((uint16_t)total);
	inet_pton(AF_INET, from, &p->ip.saddr);
	inet_pton(AF_INET, to, &p->ip.daddr);
	p->ip.check = checksum(&p->ip, sizeof(p->ip));
	p->udp.source = htons(9);
	p->udp.dest = htons((uint16_t)port);
	p->udp.len = htons((uint16_t)(sizeof(p->udp) + len));
	memcpy(p->text, scene.token, len);
	return total;
}

static void raw_udp(void)
{
	struct packet p;
	size_t len = fill_in(&p, "127.0.0.1", "127.0.0.1", scene.udp4);
	int fd = odd_socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	union address addr;
	socklen_t size = v4(&addr, 0);

	sendto(fd, &p, len, 0, &addr.any, size);
	fd = odd_socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	sendto(fd, &p.udp, len - sizeof(p.ip), 0, &addr.any, size);
}

static void packet_socket(int type)
{
	struct packet p;
	size_t len = fill_in(&p, "192.0.2.1", "192.0.2.2", scene.udp4);
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(0x0800),
		.sll_ifindex = (int)device_index("wire0"),
		.sll_halen = 6,
	};
	int fd = odd_socket(AF_PACKET, type, htons(0x0800));
	char frame[14 + sizeof(p)] = {[12] = 8};

	memcpy(frame + 14, &p, len);
	if (type == SOCK_DGRAM)
		sendto(fd, &p, len, 0, (struct sockaddr *)&addr, sizeof(addr));
	else
		sendto(fd, frame, len + 14, 0, (struct sockaddr *)&addr,
		       sizeof(addr));
	bind(fd, (struct sockaddr *)&addr, sizeof(addr));
	if (type == SOCK_DGRAM)
		send(fd, &p, len, 0);
	else
		write(fd, frame, len + 14);
}

static void packet_dgram(void)
{
	packet_socket(SOCK_DGRAM);
}

static void packet_raw(void)
{
	packet_socket(SOCK_RAW);
}

/* It has its address already. */
static void inherited_packet(void)
{
	struct packet p;
	size_t len = fill_in(&p, "192.0.2.1", "192.0.2.2", scene.udp4);
	char frame[14 + sizeof(p)] = {[12] = 8};

	memcpy(frame + 14, &p, len);
	write(INHERITED_PACKET, frame, len + 14);
}

/* Whoever has the other end of an interface is a neighbour. */
static void tun(void)
{
	struct packet p;
	size_t len = fill_in(&p, "198.51.100.2", "192.0.2.1", scene.udp4_wire);
	struct ifreq request = {.ifr_name = "tun7"};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	int control = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in addr = {.sin_family = AF_INET};

	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request))
		barred("no tun device");
	inet_pton(AF_INET, "198.51.100.1", &addr.sin_addr);
	memcpy(&request.ifr_addr, &addr, sizeof(addr));
	ioctl(control, SIOCSIFADDR, &request);
	inet_pton(AF_INET, "255.255.255.0", &addr.sin_addr);
	memcpy(&request.ifr_addr, &addr, sizeof(addr));
	ioctl(control, SIOCSIFNETMASK, &request);
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	ioctl(control, SIOCSIFFLAGS, &request);
	write(fd, &p, len);
}

/* One that is there, and stays without anybody at its other end. */
static void tun_persistent(void)
{
	struct packet p;
	size_t len = fill_in(&p, "198.51.100.2", "192.0.2.1", scene.udp4_wire);
	struct ifreq request = {.ifr_name = "tun0"};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	device_index("tun0");
	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request))
		barred("no tun device");
	write(fd, &p, len);
}

#ifndef BPF_F_TEST_XDP_LIVE_FRAMES
#define BPF_F_TEST_XDP_LIVE_FRAMES 2 /* Linux 5.18 */
#endif

/* What it lets pass has arrived. */
static void run_pinned(void)
{
	struct packet p;
	size_t len = fill_in(&p, "192.0.2.2", "192.0.2.1", scene.udp4_wire);
	unsigned char frame[14 + sizeof(p)] = {255, 255, 255,	  255,
					       255, 255, [12] = 8};
	struct xdp_md context = {.data_end = (uint32_t)len + 14,
				 .ingress_ifindex = device_index("wire0")};
	union bpf_attr get = {.pathname = (uintptr_t)PINNED}, run;
	int fd = (int)syscall(SYS_bpf, BPF_OBJ_GET, &get, sizeof(get));

	if (fd < 0)
		barred("no program: %s", strerror(errno));
	memcpy(frame + 14, &p, len);
	memset(&run, 0, sizeof(run));
	run.test.prog_fd = (uint32_t)fd;
	run.test.data_in = (uintptr_t)frame;
	run.test.data_size_in = (uint32_t)len + 14;
	run.test.ctx_in = (uintptr_t)&context;
	run.test.ctx_size_in = sizeof(context);
	run.test.repeat = 1;
	run.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
	syscall(SYS_bpf, BPF_PROG_TEST_RUN, &run, sizeof(run));
}

/* A connection that was never made. */
static void repair(void)
{
	union address addr;
	socklen_t len = v4_at(&addr, "192.0.2.2", scene.tcp4_ok);
	int fd = ip_socket(AF_INET, SOCK_STREAM, 0), on = 1, off = 0;

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)))
		return;
	connect(fd, &addr.any, len);
	setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off));
	deliver(fd);
}

static void by_protocol(int type, int protocol, long port)
{
	union address addr;
	socklen_t len = v4(&addr, port);
	int fd = odd_socket(AF_INET, type, protocol);

	connect_and_deliver(fd, &addr, len);
	message_to(fd, &addr, len, MSG_NOSIGNAL);
}

static void sctp(void)
{
	by_protocol(SOCK_STREAM, PROTO_SCTP, scene.tcp4);
	by_protocol(SOCK_SEQPACKET, PROTO_SCTP, scene.tcp4);
}

static void dccp(void)
{
	by_protocol(SOCK_DCCP, PROTO_DCCP, scene.tcp4);
}

/* An echo request needs no rights where the group may send some. */
static void ping(void)
{
	union address addr;
	socklen_t len = v4_at(&addr, "192.0.2.2", 0);
	char echo[40] = {8};
	int fd = odd_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);

	memcpy(echo + 8, scene.token, strlen(scene.token));
	sendto(fd, echo, sizeof(echo), 0, &addr.any, len);
	connect(fd, &addr.any, len);
	send(fd, echo, sizeof(echo), 0);
}

#define FAMILY(name, run, needs, what)                                         \
	{                                                                      \
		name, "granted-families", run, GRANT_INET,                     \
			(needs) | WORKS_AFTER, what                            \
	}

const struct attack granted_family_attacks[] = {
	FAMILY("gf-raw", raw_udp, NEEDS_ROOT, "a raw socket makes UDP"),
	FAMILY("gf-packet", packet_dgram, NEEDS_ROOT | NEEDS_WIRE,
	       "a packet socket puts IP onto the wire"),
	FAMILY("gf-packet-raw", packet_raw, NEEDS_ROOT | NEEDS_WIRE,
	       "... in frames"),
	{"gf-inherited-packet", "granted-families", inherited_packet,
	 GRANT_INET, NEEDS_WIRE | NEEDS_PACKET | MAY_NOT_START,
	 "a packet socket from outside"},
	FAMILY("gf-tun", tun, NEEDS_ROOT | NEEDS_WIRE | NEEDS_LUCK,
	       "packets from an interface of its own"),
	FAMILY("gf-tun-persistent", tun_persistent,
	       NEEDS_ROOT | NEEDS_WIRE | NEEDS_LUCK,
	       "... from one that stays, to which whoever may attaches"),
	FAMILY("gf-pinned", run_pinned,
	       NEEDS_ROOT | NEEDS_WIRE | NEEDS_PINNED | NEEDS_LUCK,
	       "a BPF program that root has pinned"),
	FAMILY("gf-repair", repair, NEEDS_ROOT | NEEDS_WIRE,
	       "TCP_REPAIR instead of a handshake"),
	FAMILY("gf-ping", ping, NEEDS_WIRE, "the token in an echo request"),
	FAMILY("gf-sctp", sctp, NEEDS_LUCK, "SCTP"),
	FAMILY("gf-dccp", dccp, NEEDS_LUCK, "DCCP"),
	{0},
};
