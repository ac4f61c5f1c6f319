/* SPDX-License-Identifier: MIT */
/* pins.h - the directories that path rules are about, held open from start.
 *
 * A name can be made to mean something else while it is being checked; an
 * open directory cannot.  Every path rule is judged from its pin.
 */
#ifndef SBX_PINS_H
#define SBX_PINS_H

#include <stdbool.h>

#include "../../policy/policy.h"

#define PIN_ALIASES_MAX 64

struct pins {
	int fd[POLICY_MAX_RULES]; /* O_PATH directory; -1: abstract rule */
	/* What of a denied directory is mounted elsewhere. */
	struct pin_alias {
		unsigned int rule;
		int fd;
	} alias[PIN_ALIASES_MAX];
	unsigned int aliases;
};

/**
 * pins_open() - Open the deepest existing directory of every path rule.
 *
 * Dies if a directory is no longer what it was when its rule was resolved.
 */
void pins_open(struct pins *pins, const struct policy *policy);

/**
 * pins_revive() - Follow a pinned directory that was deleted and made anew.
 * @pins:	pins; the descriptor is replaced atomically
 * @policy:	compiled policy
 * @rule:	a path rule
 *
 * A service manager removes and re-creates /run/NAME when a server restarts;
 * the grant survives that if no directory on the way is writable for us or
 * ours, and so for nobody sandboxed: who can write could have moved any
 * directory there.
 *
 * Return: 0 if the pin is alive (again), -1 otherwise
 */
int pins_revive(struct pins *pins, const struct policy *policy,
		unsigned int rule);

/**
 * pins_way_is_safe() - Can nobody sandboxed have made the way to a node?
 *
 * A rule about a node in a directory that did not exist at start is judged
 * from an ancestor.  Where the directories between are writable for us or ours,
 * any other directory could have been moved there under the right name.
 */
bool pins_way_is_safe(const struct pins *pins, const struct policy *policy,
		      unsigned int rule);

/**
 * pins_tell_node() - Is what has a rule's name always found by that name?
 *
 * Not if somebody sandboxed can move a directory on the way to it, or put
 * another one there: a server that comes later then binds in that one, which
 * may be moved on.
 */
bool pins_tell_node(const struct policy *policy, unsigned int rule);

#endif /* SBX_PINS_H */
