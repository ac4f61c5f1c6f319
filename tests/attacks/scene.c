/* SPDX-License-Identifier: MIT */
/* scene.c - what the judge tells the attack. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"

static const struct {
	const char *key;
	size_t offset;
} numbers[] = {
	{"tcp4", offsetof(struct scene, tcp4)},
	{"tcp6", offsetof(struct scene, tcp6)},
	{"udp4", offsetof(struct scene, udp4)},
	{"udp6", offsetof(struct scene, udp6)},
	{"udplite4", offsetof(struct scene, udplite4)},
	{"tcp4_ok", offsetof(struct scene, tcp4_ok)},
	{"tcp6_ok", offsetof(struct scene, tcp6_ok)},
	{"udp4_ok", offsetof(struct scene, udp4_ok)},
	{"udp6_ok", offsetof(struct scene, udp6_ok)},
	{"listen_ok", offsetof(struct scene, listen_ok)},
	{"tcp4_alias", offsetof(struct scene, tcp4_alias)},
	{"tcp6_alias", offsetof(struct scene, tcp6_alias)},
	{"tcp_as_udp", offsetof(struct scene, tcp_as_udp)},
	{"udp4_alias", offsetof(struct scene, udp4_alias)},
	{"udp6_alias", offsetof(struct scene, udp6_alias)},
	{"udp_as_tcp", offsetof(struct scene, udp_as_tcp)},
	{"udplite_alias", offsetof(struct scene, udplite_alias)},
	{"tcp4_wire", offsetof(struct scene, tcp4_wire)},
	{"tcp6_wire", offsetof(struct scene, tcp6_wire)},
	{"udp4_wire", offsetof(struct scene, udp4_wire)},
	{"netlink_user", offsetof(struct scene, netlink_user)},
	{"netlink_route", offsetof(struct scene, netlink_route)},
	{"judge", offsetof(struct scene, judge)},
	{"victim", offsetof(struct scene, victim)},
	{"canary", offsetof(struct scene, canary)},
	{"victim_stream", offsetof(struct scene, victim_stream)},
	{"victim_dir", offsetof(struct scene, victim_dir)},
	{"keep", offsetof(struct scene, keep)},
};

#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static long *number(const struct scene *scene, size_t i)
{
	return (long *)(void *)((char *)scene + numbers[i].offset);
}

static FILE *scene_open(const char *dir, const char *mode)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/scene", dir);
	return fopen(path, mode);
}

bool scene_save(const struct scene *scene)
{
	FILE *file = scene_open(scene->dir, "we");

	if (!file)
		return false;
	fprintf(file, "token %s\n", scene->token);
	for (size_t i = 0; i < NUMBERS; i++)
		fprintf(file, "%s %ld\n", numbers[i].key, *number(scene, i));
	return fclose(file) == 0;
}

bool scene_load(struct scene *scene, const char *dir)
{
	FILE *file;
	char key[32];
	bool ok;

	memset(scene, 0, sizeof(*scene));
	if (strlen(dir) >= sizeof(scene->dir))
		return false;
	strcpy(scene->dir, dir);
	file = scene_open(dir, "re");
	if (!file)
		return false;
	ok = fscanf(file, "token %23s\n", scene->token) == 1;
	for (size_t i = 0; ok && i < NUMBERS; i++)
		ok = fscanf(file, "%31s %ld\n", key, number(scene, i)) == 2;
	fclose(file);
	return ok;
}
