/* SPDX-License-Identifier: MIT */
/* target.h - what an event was about, read back: socket, name and address. */
#ifndef SBX_LOG_TARGET_H
#define SBX_LOG_TARGET_H

#include <json-c/json.h>

#include "../policy/event.h"

/**
 * target_read() - Set domain, type, addr and has_addr.
 *
 * event_target() then writes what sbx-run wrote.
 *
 * Return: NULL, or what is wrong
 */
const char *target_read(struct event *event, struct json_object *object);

#endif /* SBX_LOG_TARGET_H */
