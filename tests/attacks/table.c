/* SPDX-License-Identifier: MIT */
/* table.c - all attacks, topic by topic. */
#include <string.h>

#include "attack.h"

static const struct attack *const topics[] = {
	naming_attacks,		link_attacks,	      mount_attacks,
	severed_attacks,	race_memory_attacks,  race_path_attacks,
	race_task_attacks,	race_bind_attacks,    descriptor_attacks,
	call_attacks,		uring_attacks,	      filter_attacks,
	trace_attacks,		process_attacks,      namespace_attacks,
	neighbour_attacks,	network_attacks,      stray_attacks,
	abstract_attacks,	taken_attacks,	      binding_attacks,
	tamper_attacks,		credential_attacks,   peer_attacks,
	launcher_attacks,	nesting_attacks,      log_attacks,
	exhaustion_attacks,	datagram_attacks,     race_dgram_attacks,
	publishing_attacks,	forged_attacks,	      granted_tcp_attacks,
	granted_udp_attacks,	granted_hear_attacks, granted_family_attacks,
	granted_listen_attacks, granted_wire_attacks, granted_route_attacks,
	granted_beyond_attacks, race_inet_attacks,    race_swap_attacks,
	race_listen_attacks,	isolated_attacks,     way_attacks,
};

#define TOPICS (sizeof(topics) / sizeof(topics[0]))

const struct attack *attack_find(const char *name)
{
	for (size_t i = 0; i < TOPICS; i++)
		for (const struct attack *a = topics[i]; a->name; a++)
			if (!strcmp(a->name, name))
				return a;
	return NULL;
}

void attack_each(void (*fn)(const struct attack *))
{
	for (size_t i = 0; i < TOPICS; i++)
		for (const struct attack *a = topics[i]; a->name; a++)
			fn(a);
}
