/* SPDX-License-Identifier: MIT */
/* judge.h - the parts of the judge: servers outside, and what reached them. */
#ifndef SBX_JUDGE_H
#define SBX_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "attack.h"

#define BIT(grant) (1u << (grant))
/* The grants with all of DIR/granted. */
#define DIRECTORY                                                              \
	(BIT(GRANT_DIRECTORY) | BIT(GRANT_EXCEPT) | BIT(GRANT_EXCEPT_TREE) |   \
	 BIT(GRANT_EXCEPT_DEEP) | BIT(GRANT_NEAR) | BIT(GRANT_SPLIT))

/* The grants with some of UDP, of TCP. */
#define GRANTS_UDP (BIT(GRANT_INET) | BIT(GRANT_INET_UNIX))
#define GRANTS_TCP                                                             \
	(GRANTS_UDP | BIT(GRANT_TCP) | BIT(GRANT_TCP_UNIX) |                   \
	 BIT(GRANT_LOOPBACK))

static inline bool grant_all_unix(enum grant grant)
{
	return grant == GRANT_INET_UNIX || grant == GRANT_TCP_UNIX ||
	       grant == GRANT_UNIX || grant == GRANT_ISOLATED_UNIX;
}

/* targets.c: the servers */

/** targets_open() - Make DIR's directories and all servers. */
bool targets_open(struct scene *to, const struct attack *attack);

/** targets_serve() - Accept, receive and count, waiting for @timeout_ms at
 * most; returns how much there was, 0: nothing. */
int targets_serve(int timeout_ms);

/** targets_serve_abstract() - From now on serve a denied abstract name. */
void targets_serve_abstract(const char *suffix);

/** targets_serve_at() - From now on there is a denied server at DIR/name. */
void targets_serve_at(const char *name);

/** targets_watch() - Bytes that arrive at @fd are a hit, named @label. */
void targets_watch(int fd, const char *label);

/** targets_hit() - What got through first, or NULL. */
const char *targets_hit(void);

/** targets_report() - Something else got through: say what. */
void targets_report(const char *label);

/* Kinds of granted servers. */
enum { HEARD_UNIX = 1 << 0, HEARD_TCP = 1 << 1, HEARD_UDP = 1 << 2 };

/** targets_heard() - Did granted servers of all kinds in @wanted get this
 * word? */
bool targets_heard(const char *word, unsigned int wanted);

/** targets_tries() - How often did a race try? */
unsigned int targets_tries(void);

/** targets_own() - Is this the inode of one of the judge's sockets? */
bool targets_own(ino_t inode);

/** targets_add_own() - One more socket of the judge's. */
void targets_add_own(ino_t inode);

/** targets_log() - Denied connections are no hits from now on, but lines that
 * are written to @fd as they come. */
void targets_log(int fd);

/* wire.c: the network, if the judge has one of its own */

/** wire_open() - Enter a network namespace with an interface that leads
 * nowhere, and watch what leaves by it; a reason if that cannot be. */
const char *wire_open(void);

/** wire_pin() - Pin PINNED, of the type XDP; NULL or why it cannot be. */
const char *wire_pin(void);

/** wire_watch() - What leaves is a hit from now on. */
void wire_watch(void);

/** wire_inherit() - A packet socket at the near end, as descriptor @number. */
void wire_inherit(int number);

/* knock.c: outside clients */

/** knock() - Be the outside client that the attack asks for; returns whether
 * that was a word for it. */
bool knock(const char *word, const char *what);

/** knock_was_answered() - Was the granted address listened at? */
bool knock_was_answered(void);

/* covet.c: who wants a name */

/** covet_begin() - Take a name whenever it is free, if that is asked for;
 * returns whether that was a word for it. */
bool covet_begin(const char *word, const char *what);

/* command.c: what is run */

/** is_alone() - Does nobody look at names in this tier? */
bool is_alone(const char *tier);

/** command_words() - The command, ending with NULL. */
char **command_words(const struct attack *attack, const char *sbx,
		     const char *prefix, const char *tier, bool no_shim,
		     const char *self);

/* planted.c: what appeared */

/** targets_planted() - Look for socket files where none may be. */
void targets_planted(enum grant grant);

/* peers.c: who the clients are */

/** peers_pid() - Process id of a connection's other end. */
pid_t peers_pid(int fd);

/** peers_watch() - Have the kernel tell who sends. */
void peers_watch(int fd);

/** peers_receive() - recv(2), and compare what clients say they are with what
 * the kernel says. */
ssize_t peers_receive(int fd, char *text, size_t size);

/* evidence.c: the log */

/**
 * evidence_examine() - Report what is not true about the log.
 * @events:	sbx wrote it, so each line has to be an event
 */
void evidence_examine(const char *path, bool events);

/* stage.c: the processes */

/** stage_mount() - Mount DIR/box/app on DIR/granted/app, or as @needs says, or
 *		    what is denied of DIR/granted, for the judge and what it
 *		    starts; stage_unmount() undoes it. */
bool stage_mount(enum grant grant, unsigned int needs);
void stage_unmount(void);

/** stage_victim() - Start the process outside that attacks may abuse. */
bool stage_victim(struct scene *to, unsigned int needs);

/** stage_start() - Start the command; its output goes to DIR/output. */
pid_t stage_start(const struct scene *to, char **argv, unsigned int needs);

/** stage_act() - Do what the attack announced, look at the terminal. */
void stage_act(const struct scene *to, pid_t command);

/** stage_others() - Is a descendant left, the victim excepted? */
bool stage_others(const struct scene *to);

/** stage_clear_command() - Kill every descendant but the victim. */
void stage_clear_command(const struct scene *to);

/** stage_clear() - Kill and reap every descendant, and nobody else. */
void stage_clear(void);

#endif /* SBX_JUDGE_H */
