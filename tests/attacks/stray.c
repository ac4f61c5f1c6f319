/* SPDX-License-Identifier: MIT */
/* stray.c - socket families that one forgets: they carry bytes, too. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#include "attack.h"
#include "ip.h"

/* A UDP datagram to the judge, made by hand. */
struct frame {
	struct ethhdr ether;
	struct iphdr ip;
	struct udphdr udp;
	char data[24];
} __attribute__((packed));

static uint16_t ip_sum(const void *header)
{
	const unsigned char *bytes = header;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(struct iphdr); i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void make_frame(struct frame *frame)
{
	const size_t ip_len = sizeof(*frame) - sizeof(frame->ether);

	memset(frame, 0, sizeof(*frame));
	frame->ether.h_proto = htons(ETH_P_IP);
	frame->ip.version = 4;
	frame->ip.ihl = 5;
	frame->ip.ttl = 64;
	frame->ip.protocol = IPPROTO_UDP;
	frame->ip.tot_len = htons((uint16_t)ip_len);
	frame->ip.saddr = htonl(INADDR_LOOPBACK);
	frame->ip.daddr = htonl(INADDR_LOOPBACK);
	frame->ip.check = ip_sum(&frame->ip);
	frame->udp.source = htons(9);
	frame->udp.dest = htons((uint16_t)scene.udp4);
	frame->udp.len = htons((uint16_t)(ip_len - sizeof(frame->ip)));
	memcpy(frame->data, scene.token, sizeof(frame->data));
}

static void raw_ip(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	struct frame frame;

	if (fd < 0)
		barred("raw sockets: %s", strerror(errno));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	make_frame(&frame);
	sendto(fd, &frame.ip, sizeof(frame) - sizeof(frame.ether), 0,
	       (struct sockaddr *)&to, sizeof(to));
}

static void raw_udp(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	struct frame frame;

	if (fd < 0)
		barred("raw sockets: %s", strerror(errno));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	make_frame(&frame);
	sendto(fd, &frame.udp, sizeof(frame.udp) + sizeof(frame.data), 0,
	       (struct sockaddr *)&to, sizeof(to));
}

/* The machine believes "from 127.0.0.1" only of itself, but "from ::1" of
 * whatever comes in at lo. */
struct frame6 {
	struct ethhdr ether;
	struct ip6_hdr ip;
	struct udphdr udp;
	char data[24];
} __attribute__((packed));

static void make_frame6(struct frame6 *frame)
{
	const uint16_t len = sizeof(frame->udp) + sizeof(frame->data);
	const unsigned char *bytes = (const unsigned char *)&frame->ip.ip6_src;
	const size_t summed = 2 * sizeof(struct in6_addr) + len;
	uint32_t sum = len + IPPROTO_UDP;

	memset(frame, 0, sizeof(*frame));
	frame->ether.h_proto = htons(ETH_P_IPV6);
	frame->ip.ip6_vfc = 6 << 4;
	frame->ip.ip6_plen = htons(len);
	frame->ip.ip6_nxt = IPPROTO_UDP;
	frame->ip.ip6_hlim = 64;
	frame->ip.ip6_src.s6_addr[15] = 1;
	frame->ip.ip6_dst.s6_addr[15] = 1;
	frame->udp.source = htons(9);
	frame->udp.dest = htons((uint16_t)scene.udp6);
	frame->udp.len = htons(len);
	memcpy(frame->data, scene.token, sizeof(frame->data));
	for (size_t i = 0; i < summed; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	frame->udp.check = htons((uint16_t)~sum);
}

static void send_packet(int type, const void *data, size_t len)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_IPV6),
				 .sll_halen = 6};
	int fd = socket(AF_PACKET, type, htons(ETH_P_IPV6));

	if (fd < 0)
		barred("packet sockets: %s", strerror(errno));
	to.sll_ifindex = (int)device_index("lo");
	sendto(fd, data, len, 0, (struct sockaddr *)&to, sizeof(to));
}

static void packet_raw(void)
{
	struct frame6 frame;

	make_frame6(&frame);
	send_packet(SOCK_RAW, &frame, sizeof(frame));
}

static void packet_dgram(void)
{
	struct frame6 frame;

	make_frame6(&frame);
	send_packet(SOCK_DGRAM, &frame.ip, sizeof(frame) - sizeof(frame.ether));
}

static void netlink_to(int protocol, long port)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK,
				 .nl_pid = (uint32_t)port};
	int fd = socket(AF_NETLINK, SOCK_RAW, protocol);
	struct {
		struct nlmsghdr head;
		char data[24];
	} msg = {.head = {.nlmsg_len = sizeof(msg)}};

	if (fd < 0 || !port)
		barred("no such netlink");
	memcpy(msg.data, scene.token, sizeof(msg.data));
	sendto(fd, &msg, sizeof(msg), 0, (struct sockaddr *)&to, sizeof(to));
}

static void netlink_user(void)
{
	netlink_to(NETLINK_USERSOCK, scene.netlink_user);
}

static void netlink_route(void)
{
	netlink_to(NETLINK_ROUTE, scene.netlink_route);
}

#define STRAY(name, run, needs, what)                                          \
	{                                                                      \
		name, "families", run, GRANT_FILE, needs, what                 \
	}

const struct attack stray_attacks[] = {
	STRAY("raw-ip", raw_ip, NEEDS_ROOT, "a raw IP socket, with header"),
	STRAY("raw-udp", raw_udp, NEEDS_ROOT, "a raw UDP socket"),
	STRAY("packet-raw", packet_raw, NEEDS_ROOT, "AF_PACKET, SOCK_RAW"),
	STRAY("packet-dgram", packet_dgram, NEEDS_ROOT,
	      "AF_PACKET, SOCK_DGRAM"),
	STRAY("netlink-user", netlink_user, 0,
	      "NETLINK_USERSOCK to another process"),
	STRAY("netlink-route", netlink_route, NEEDS_ROOT,
	      "NETLINK_ROUTE to another process"),
	{0},
};
