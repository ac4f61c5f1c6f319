/* SPDX-License-Identifier: MIT */
/* device.h - which network device packets leave by. */
#ifndef SBX_SUPERVISOR_DEVICE_H
#define SBX_SUPERVISOR_DEVICE_H

#include <sys/socket.h>

#include "call.h"

/** device_is_chosen() - Would control data choose a device that leads away
 *			 from a loopback that is granted in part? */
bool device_is_chosen(const struct call *call, const struct cmsghdr *c);

/** device_is_bound() - Would a bind to the call's address choose one, or free a
 *			socket that is bound to none? */
bool device_is_bound(struct call *call);

/* What a connect or a message has to do with devices, where the loopback is
 * granted in part.  On one socket the last two exclude each other: a connect to
 * an address of one link binds to its device. */
enum device_use { DEVICE_OF_NOTHING, DEVICE_OF_LOOPBACK, DEVICE_OF_LINK };

/** device_use() - Which is it, by the call's address? */
enum device_use device_use(const struct call *call);

/** device_leads_away() - Would it lead a packet to the loopback away? */
bool device_leads_away(const struct call *call, enum device_use use);

#endif /* SBX_SUPERVISOR_DEVICE_H */
