/* SPDX-License-Identifier: MIT */
/* attack.h - what an attack is, and what the attacks share.
 *
 * `attack NAME DIR` runs inside the sandbox and performs one attack against
 * what the judge put in DIR.  It never says whether it won: the judge, which
 * runs outside, looks at what reached its servers.  So an attack goes on after
 * every error, and ends by returning.
 */
#ifndef SBX_ATTACK_H
#define SBX_ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "scene.h"

/* What the sandbox is told to allow; DIR/granted/ok.sock always is. */
enum grant {
	GRANT_FILE,	     /* exactly DIR/granted/ok.sock */
	GRANT_DIRECTORY,     /* everything beneath DIR/granted */
	GRANT_EXCEPT,	     /* ... but DIR/granted/except.sock */
	GRANT_EXCEPT_TREE,   /* ... but DIR/granted/secret and beneath */
	GRANT_EXCEPT_DEEP,   /* ... but DIR/granted/room/except.sock, and
			      * DIR/granted/room/none/later.sock: no DIR/.../none
			      * is there yet */
	GRANT_NEAR,	     /* ... and DIR/near.sock, not there yet */
	GRANT_SPLIT,	     /* ... and bind beneath DIR/lure */
	GRANT_MISSING,	     /* and DIR/empty/later.sock, not there yet */
	GRANT_MISSING_TREE,  /* and DIR/none/later.sock, nor is DIR/none */
	GRANT_MISSING_DEEP,  /* and DIR/room/none/later.sock, DIR/room is */
	GRANT_BIND_ONLY,     /* and bind at DIR/lure/ok.sock */
	GRANT_CONNECT_ONLY,  /* and connect beneath DIR/open */
	GRANT_ABSTRACT,	     /* and @sbx-TOKEN-ok */
	GRANT_ABSTRACT_BIND, /* ... and bind at @sbx-TOKEN-mine */
	GRANT_DGRAM,	     /* ... and datagrams, to DIR/granted/dgram.sock */
	GRANT_TCP,	     /* and TCP: connect to tcp4_ok, tcp6_ok; connect
			      * to and listen at 127.0.0.1:listen_ok */
	GRANT_INET,	     /* ... and UDP, to udp4_ok and udp6_ok */
	GRANT_INET_UNIX,     /* ... and all of AF_UNIX */
	GRANT_TCP_UNIX,	     /* TCP as above, and all of AF_UNIX */
	GRANT_LOOPBACK,	     /* and TCP on the loopback */
	GRANT_UNIX,	     /* all of AF_UNIX */
	GRANT_ISOLATED,	     /* and a network of one's own */
	GRANT_ISOLATED_UNIX  /* ... and all paths of AF_UNIX */
};

/* Facts that the judge or the runner has to know. */
enum {
	NEEDS_ROOT = 1 << 0,	  /* no control for other users */
	NEEDS_PTY = 1 << 1,	  /* runs under its own terminal */
	NEEDS_HARD_LINK = 1 << 2, /* outsider's DIR/granted/hard.sock */
	NEEDS_NAMESPACE = 1 << 3, /* victim has its own mount namespace */
	NEEDS_STREAM = 1 << 4,	/* an unconnected AF_UNIX stream from outside */
	NEEDS_TRIES = 1 << 5,	/* a race: RACE_TRIES or it does not count */
	WORKS_AFTER = 1 << 6,	/* the granted socket still works after */
	MAY_NOT_START = 1 << 7, /* the sandbox may refuse to start */
	NEEDS_LUCK = 1 << 8,	/* few kernels can do it at all */
	KNOWN_LIMIT = 1 << 9,	/* stated, not hidden: expected to get out */
	GIVES_UP = 1 << 10,	/* gives rights up first: see give_up() */
	NEEDS_DGRAM = 1 << 12,	/* an AF_UNIX datagram socket from outside */
	NEEDS_LOG = 1 << 11,	/* --log DIR/log/json, which has to be true */
	NEEDS_SCOPES = 1 << 13, /* a limit before Linux 6.12 */
	NEEDS_WIRE = 1 << 14,	/* a network of its own: see wire.c */
	NEEDS_LISTENER = 1 << 15,  /* has to listen where that is granted */
	NEEDS_TCP = 1 << 16,	   /* unconnected TCP from outside */
	NEEDS_CONNECTED = 1 << 17, /* a TCP connection from outside */
	NEEDS_PACKET = 1 << 18, /* a packet socket from outside, on the wire */
	NEEDS_UDP = 1 << 19,	/* unconnected UDP from outside */
	NEEDS_MPTCP = 1 << 20,	/* unconnected MPTCP from outside */
	MAY_HANG = 1 << 21,	/* may stop itself for good before Linux 6.12 */
	NEEDS_OWNED = 1 << 22,	/* victim has its own user and network
				 * namespace, DIR/network is a handle of it */
	NEEDS_PINNED = 1 << 23, /* a BPF program, pinned: see wire.c */
	NEEDS_MOUNT = 1 << 24, /* something on DIR/granted/app: stage_mount() */
	NEEDS_MOUNT_OUT = 1 << 25,  /* DIR/granted/app on DIR/box/app */
	NEEDS_MOUNT_SELF = 1 << 26, /* DIR/granted/app on itself */
	LIMIT_ALONE = 1 << 27	    /* a limit of --backstop=landlock-only */
};

#define NEEDS_MOUNTS (NEEDS_MOUNT | NEEDS_MOUNT_OUT | NEEDS_MOUNT_SELF)

/* Descriptors that those put in place, each alone: a sandbox that does not
 * start because of one has not been asked about the others. */
enum {
	INHERITED_DGRAM = 100,
	INHERITED_UDP,
	INHERITED_STREAM,
	INHERITED_TCP,
	INHERITED_MPTCP,
	INHERITED_CONNECTED,
	INHERITED_PACKET
};

/* It lets packets pass. */
#define PINNED "/sys/fs/bpf/sbx-pass"

/* The group that alone may reach DIR/granted/group.sock. */
#define PROTECTED_GROUP 4

/* A line for the log, and a name that would write it. */
#define FORGED	     "\",\"forged\":1}"
#define HOSTILE_NAME "\033[2J\n{\"ts\":\"0" FORGED "\n"

struct attack {
	const char *name;
	const char *class;
	void (*run)(void);
	enum grant grant;
	unsigned int needs;
	const char *what; /* one line: how it tries to get out */
};

/* Each topic is an array that ends with an empty element. */
extern const struct attack naming_attacks[], link_attacks[], way_attacks[],
	mount_attacks[], race_memory_attacks[], race_path_attacks[],
	race_task_attacks[], race_bind_attacks[], descriptor_attacks[],
	call_attacks[], uring_attacks[], filter_attacks[], trace_attacks[],
	process_attacks[], namespace_attacks[], neighbour_attacks[],
	network_attacks[], stray_attacks[], abstract_attacks[],
	binding_attacks[], taken_attacks[], tamper_attacks[],
	credential_attacks[], peer_attacks[], launcher_attacks[],
	nesting_attacks[], log_attacks[], exhaustion_attacks[],
	datagram_attacks[], race_dgram_attacks[], severed_attacks[],
	publishing_attacks[], forged_attacks[], granted_tcp_attacks[],
	granted_udp_attacks[], granted_hear_attacks[], granted_family_attacks[],
	granted_listen_attacks[], granted_wire_attacks[],
	granted_route_attacks[], granted_beyond_attacks[], race_inet_attacks[],
	race_swap_attacks[], race_listen_attacks[], isolated_attacks[];

/** attack_find() - The attack of that name, or NULL. */
const struct attack *attack_find(const char *name);

/** attack_each() - Call @fn for every attack, in the order of the table. */
void attack_each(void (*fn)(const struct attack *));

/* What the attack was told about its surroundings. */
extern struct scene scene;

/* Where this program lies; its variants lie beside it. */
extern char *attack_self;

/* Exit statuses of an attack that could not begin. */
enum { EXIT_BARRED = 76, EXIT_SKIP };

/**
 * skip() - The machine cannot do this attack: say why and exit.
 *
 * Inside sbx, where the control got further, that is no refusal, but an attack
 * that has done nothing.
 */
_Noreturn void skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * barred() - The same if it may well be the sandbox that cannot: what it
 *	      withholds is all that the attack is about.
 */
_Noreturn void barred(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

/** at() - "DIR/name", in one of several static buffers. */
const char *at(const char *name);

/** unix_addr() - Fill in an address of a path; returns its length. */
socklen_t unix_addr(struct sockaddr_un *addr, const char *path);

/** abstract_addr() - The same for the judge's abstract name "...-suffix". */
socklen_t abstract_addr(struct sockaddr_un *addr, const char *suffix);

/** unix_socket() - A new AF_UNIX socket of @type, or -1. */
int unix_socket(int type);

/** deliver() - Send the token on a connected socket. */
void deliver(int fd);

/** connect_and_deliver() - Connect @fd by the C library, send the token. */
bool connect_and_deliver(int fd, const void *addr, socklen_t len);

/** hit() - One delivery to an address, by a new socket. */
bool hit(int domain, int type, const void *addr, socklen_t len);

/**
 * give_up() - May rights be given up now?
 *
 * An attack that GIVES_UP has two controls without a sandbox: with the rights
 * that it is started with it must get through, and without it must not, so
 * that permissions alone are what a sandbox might override.
 */
bool give_up(void);

/**
 * confess() - Tell the judge of a success that no server of his can see.
 *
 * For what the sandbox alone has, so that nobody outside watches it.
 */
void confess(const char *what);

/** hit_denied() - One delivery to the denied server. */
void hit_denied(void);

/** wait_for_pid() - waitpid(2) whatever signals arrive. */
void wait_for_pid(pid_t pid);

/** become_other() - Be user and group 65534 without other groups. */
void become_other(void);

/** open_to_others() - Let every user reach what lies in DIR. */
void open_to_others(void);

/** ancestors() - Parent, its parent ... up to the judge, who is spared. */
int ancestors(pid_t *list, int max);

/** proc() - "/proc/PID/name", in a static buffer. */
const char *proc(pid_t pid, const char *name);

/** hit_path() - One delivery to a stream socket at @path. */
bool hit_path(const char *path);

/** greet() - Tell the granted server "before" or "after". */
bool greet(const char *word);

/** greet_dgram() - The same by a datagram, to the granted server of those. */
bool greet_dgram(const char *word);

/** announce() - Ask the judge to act; waits until it did, 2 s at most. */
void announce(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** offer() - Listen on @fd, and have the judge connect to where it is bound. */
void offer(int fd, const struct sockaddr_un *addr, socklen_t len);

/** write_text() - Replace a file's contents. */
bool write_text(const char *path, const char *text);

/** in_child() - Run @fn in a forked child and wait for it. */
void in_child(void (*fn)(void));

/** run_variant() - Replace this program by another build of it. */
void run_variant(const char *program, const char *const args[]);

/** new_namespaces() - unshare(2), with a user namespace if it takes one. */
bool new_namespaces(int flags);

/** number_in() - The positive number in an environment variable, or 0. */
unsigned int number_in(const char *variable);

/** slowness() - How much longer all takes here than usual: SBX_SLOW. */
unsigned int slowness(void);

/** pause_ms() - Sleep, longer where others are slow. */
void pause_ms(long ms);

#endif /* SBX_ATTACK_H */
