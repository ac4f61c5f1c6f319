/* SPDX-License-Identifier: MIT */
/* ip.h - what attacks by IP share. */
#ifndef SBX_IP_H
#define SBX_IP_H

#include <netinet/in.h>

#include "attack.h"

#ifndef TCP_FASTOPEN_CONNECT
#define TCP_FASTOPEN_CONNECT 30
#endif
#ifndef MSG_FASTOPEN
#define MSG_FASTOPEN 0x20000000
#endif
#define PROTO_DCCP    33
#define PROTO_MPTCP   262
#define PROTO_SCTP    132
#define PROTO_UDPLITE 136

/* Long enough for each family, and for what is longer than its family. */
union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage most;
};

/** v4() - 127.0.0.1 and a port; returns the address's length. */
socklen_t v4(union address *addr, long port);

/** v4_at() - The same for another address, as text. */
socklen_t v4_at(union address *addr, const char *ip, long port);

/** v6() - [::1] and a port. */
socklen_t v6(union address *addr, long port);

/** v6_at() - The same for another address, as text. */
socklen_t v6_at(union address *addr, const char *ip, long port);

/** need() - Skip the attack if the judge has no such server. */
void need(long server, const char *what);

/** ip_socket() - A socket that is there inside, too, or the attack is skipped.
 */
int ip_socket(int domain, int type, int protocol);

/** odd_socket() - A socket that the sandbox may withhold, or the attack ends.
 */
int odd_socket(int domain, int type, int protocol);

/** udp_socket() - One of UDP. */
int udp_socket(int domain);

/** tcp_socket() - One of TCP that does not wait: where packets lead away from
 *		   this machine, nobody answers. */
int tcp_socket(int domain);

/** set_option() - setsockopt(2), whatever comes of it. */
void set_option(int fd, int level, int name, const void *value, size_t size);

/**
 * device_index() - The number of a network device, or the attack is skipped.
 *
 * if_nametoindex(3) wants a datagram socket, and is 0 where those are withheld.
 */
unsigned int device_index(const char *name);

/**
 * link_socket() - A TCP socket that asked to be bound to wire0, by an address
 *		   of that link: that counts, whatever it was bound to before.
 */
int link_socket(int flags);

/** token_to() - The token by sendto(2). */
void token_to(int fd, const union address *addr, socklen_t len, int flags);

/** send_granted4() - The token to what is granted for UDP. */
void send_granted4(int fd);

/** send_granted6() - The same over IPv6. */
void send_granted6(int fd);

/** connect_granted4() - Connect to what is granted for TCP. */
void connect_granted4(int fd);

/** connect_granted6() - The same over IPv6. */
void connect_granted6(int fd);

/** message_to() - The token by sendmsg(2) and sendmmsg(2). */
void message_to(int fd, const union address *addr, socklen_t len, int flags);

/** message_with() - The token by sendmsg(2) with one item of control data. */
void message_with(int fd, const union address *addr, socklen_t len, int level,
		  int type, const void *data, size_t size);

/** port_of() - The port that a socket is bound to, or 0. */
int port_of(int fd);

/** greet_ip() - Tell the granted servers of TCP, and of UDP if @udp, a word. */
void greet_ip(const char *word, bool udp);

#endif /* SBX_IP_H */
