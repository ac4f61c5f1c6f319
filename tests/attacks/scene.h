/* SPDX-License-Identifier: MIT */
/* scene.h - what the judge tells the attack, as the text file DIR/scene. */
#ifndef SBX_SCENE_H
#define SBX_SCENE_H

#include <stdbool.h>

struct scene {
	char dir[64];	/* short: an address holds 108 bytes */
	char token[24]; /* unique to this run */
	long tcp4, tcp6, udp4, udp6, udplite4; /* ports; 0: no such server */
	long netlink_user, netlink_route;      /* port ids of the judge */
	long judge, victim;		       /* processes outside */
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
