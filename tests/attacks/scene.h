/* SPDX-License-Identifier: MIT */
/* scene.h - what the judge tells the attack, as the text file DIR/scene. */
#ifndef SBX_SCENE_H
#define SBX_SCENE_H

#include <stdbool.h>

struct scene {
	char dir[64];	/* short: an address holds 108 bytes */
	char token[24]; /* unique to this run */
	long tcp4, tcp6, udp4, udp6, udplite4; /* ports; 0: no such server */
	/* Those that are granted, and others with the port of one of them. */
	long tcp4_ok, tcp6_ok, udp4_ok, udp6_ok, listen_ok;
	long tcp4_alias, tcp6_alias, tcp_as_udp; /* 127.0.0.2, ::1 */
	long udp4_alias, udp6_alias, udp_as_tcp, udplite_alias;
	long tcp4_wire, tcp6_wire, udp4_wire; /* not of the loopback */
	long netlink_user, netlink_route;     /* port ids of the judge */
	long judge, victim;		      /* processes outside */
	long canary;	    /* address of a word in the victim */
	long victim_stream; /* its descriptor of a denied connection */
	long victim_dir;    /* its O_PATH descriptor of DIR/denied */
	long keep;	    /* the control: give no rights up */
};

/** scene_save() - Write DIR/scene; false with errno set on failure. */
bool scene_save(const struct scene *scene);

/** scene_load() - Read it back; @dir names the directory. */
bool scene_load(struct scene *scene, const char *dir);

#endif /* SBX_SCENE_H */
