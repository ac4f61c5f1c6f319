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

#endif /* SBX_SUPERVISOR_DEVICE_H */
