/* SPDX-License-Identifier: MIT */
/* netns.h - a network of one's own: nothing in it but a loopback. */
#ifndef SBX_NETNS_H
#define SBX_NETNS_H

/**
 * netns_probe() - Can a network be made here?
 *
 * Tried in a child that exits.
 *
 * Return: 0, or an errno value
 */
int netns_probe(void);

/**
 * netns_enter() - Move this process into a network namespace whose loopback
 *		   interface is up, or die with the reason.
 *
 * Where that takes a privilege which we lack, a user namespace gives it.  Only
 * our own user and group exist in that: everybody else's files seem to belong
 * to the overflow user (user_namespaces(7)), but the rights to them are as
 * before.  The process must have one thread.  An ordinary user has no
 * capability afterwards; root has those of its user namespace.
 */
void netns_enter(void);

/**
 * netns_require_ours() - Die if our network namespace belongs to a user
 *			  namespace below ours.
 *
 * Its owner has every right there without any capability (cap_capable() in
 * security/commoncap.c), so that dropping them keeps nobody from undoing the
 * device of a jailed socket, or from changing routes.
 */
void netns_require_ours(void);

#endif /* SBX_NETNS_H */
