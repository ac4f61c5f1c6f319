/* SPDX-License-Identifier: MIT */
/* ip.c - what attacks by IP share. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ip.h"

socklen_t v4_at(union address *addr, const char *ip, long port)
{
	memset(addr, 0, sizeof(*addr));
	addr->v4.sin_family = AF_INET;
	addr->v4.sin_port = htons((uint16_t)port);
	inet_pton(AF_INET, ip, &addr->v4.sin_addr);
	return sizeof(addr->v4);
}

socklen_t v6_at(union address *addr, const char *ip, long port)
{
	memset(addr, 0, sizeof(*addr));
	addr->v6.sin6_family = AF_INET6;
	addr->v6.sin6_port = htons((uint16_t)port);
	inet_pton(AF_INET6, ip, &addr->v6.sin6_addr);
	return sizeof(addr->v6);
}

socklen_t v4(union address *addr, long port)
{
	return v4_at(addr, "127.0.0.1", port);
}

socklen_t v6(union address *addr, long port)
{
	return v6_at(addr, "::1", port);
}

void need(long server, const char *what)
{
	if (!server)
		skip("the judge has no %s server", what);
}

int ip_socket(int domain, int type, int protocol)
{
	int fd = socket(domain, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		skip("no such socket: %s", strerror(errno));
	return fd;
}

int odd_socket(int domain, int type, int protocol)
{
	int fd = socket(domain, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		barred("no such socket: %s", strerror(errno));
	return fd;
}

int udp_socket(int domain)
{
	return ip_socket(domain, SOCK_DGRAM, 0);
}

int tcp_socket(int domain)
{
	return ip_socket(domain, SOCK_STREAM | SOCK_NONBLOCK, 0);
}

void set_option(int fd, int level, int name, const void *value, size_t size)
{
	setsockopt(fd, level, name, value, (socklen_t)size);
}

unsigned int device_index(const char *name)
{
	struct ifreq request = {.ifr_ifindex = 0};
	int fd = ip_socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(fd, SIOCGIFINDEX, &request))
		skip("no device %s: %s", name, strerror(errno));
	close(fd);
	return (unsigned int)request.ifr_ifindex;
}

int link_socket(int flags)
{
	int fd = ip_socket(AF_INET6, SOCK_STREAM | flags, 0);
	union address addr;
	socklen_t len = v6_at(&addr, "fe80::1", 0);

	addr.v6.sin6_scope_id = device_index("wire0");
	bind(fd, &addr.any, len);
	return fd;
}

void token_to(int fd, const union address *addr, socklen_t len, int flags)
{
	sendto(fd, scene.token, strlen(scene.token), flags | MSG_NOSIGNAL,
	       &addr->any, len);
}

void send_granted4(int fd)
{
	union address addr;

	token_to(fd, &addr, v4(&addr, scene.udp4_ok), 0);
}

void send_granted6(int fd)
{
	union address addr;

	token_to(fd, &addr, v6(&addr, scene.udp6_ok), 0);
}

void connect_granted4(int fd)
{
	union address addr;

	connect(fd, &addr.any, v4(&addr, scene.tcp4_ok));
}

void connect_granted6(int fd)
{
	union address addr;

	connect(fd, &addr.any, v6(&addr, scene.tcp6_ok));
}

void message_to(int fd, const union address *addr, socklen_t len, int flags)
{
	struct iovec iov = {scene.token, strlen(scene.token)};
	struct mmsghdr msg = {.msg_hdr = {.msg_name = (void *)addr,
					  .msg_namelen = len,
					  .msg_iov = &iov,
					  .msg_iovlen = 1}};

	sendmsg(fd, &msg.msg_hdr, flags);
	sendmmsg(fd, &msg, 1, flags);
}

void message_with(int fd, const union address *addr, socklen_t len, int level,
		  int type, const void *data, size_t size)
{
	struct iovec iov = {scene.token, strlen(scene.token)};
	_Alignas(struct cmsghdr) char control[256] = {0};
	struct msghdr msg = {.msg_name = (void *)addr,
			     .msg_namelen = len,
			     .msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = CMSG_SPACE(size)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), data, size);
	sendmsg(fd, &msg, MSG_NOSIGNAL);
}

int port_of(int fd)
{
	union address addr = {0};
	socklen_t len = sizeof(addr);

	getsockname(fd, &addr.any, &len);
	return ntohs(addr.v4.sin_port);
}

static void greet_by(int type, long port, const char *word)
{
	union address addr;
	socklen_t len = v4(&addr, port);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (type == SOCK_DGRAM)
		sendto(fd, word, strlen(word), 0, &addr.any, len);
	else if (!connect(fd, &addr.any, len))
		send(fd, word, strlen(word), MSG_NOSIGNAL);
	close(fd);
}

void greet_ip(const char *word, bool udp)
{
	greet_by(SOCK_STREAM, scene.tcp4_ok, word);
	if (udp)
		greet_by(SOCK_DGRAM, scene.udp4_ok, word);
}
