/* SPDX-License-Identifier: MIT */
/* attack.c - run one attack of the table, inside the sandbox. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ip.h"

/* Nothing may hang; the judge is the second net. */
#define ATTACK_SECONDS 18

static void hello(const struct attack *attack, const char *word)
{
	const enum grant grant = attack->grant;

	if (grant == GRANT_DGRAM)
		greet_dgram(word);
	else
		greet(word);
	if (grant >= GRANT_TCP && grant <= GRANT_LOOPBACK)
		greet_ip(word, grant == GRANT_INET || grant == GRANT_INET_UNIX);
}

int main(int argc, char **argv)
{
	const struct attack *attack;

	if (argc != 3) {
		fprintf(stderr, "usage: attack NAME DIR\n");
		return 2;
	}
	attack_self = argv[0];
	attack = attack_find(argv[1]);
	if (!attack || !scene_load(&scene, argv[2])) {
		fprintf(stderr, "attack: no such attack or scene\n");
		return 2;
	}
	setrlimit(RLIMIT_CORE, &(const struct rlimit){0, 0});
	signal(SIGPIPE, SIG_IGN);
	alarm(ATTACK_SECONDS * slowness());
	hello(attack, "before");
	attack->run();
	if (attack->needs & WORKS_AFTER)
		hello(attack, "after");
	return 0;
}
