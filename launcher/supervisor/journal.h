/* SPDX-License-Identifier: MIT */
/* journal.h - events to systemd's journal and to the system log. */
#ifndef SBX_JOURNAL_H
#define SBX_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../policy/event.h"
#include "../options.h"

/**
 * journal_open() - A datagram socket for LOG_JOURNAL or LOG_SYSLOG.
 *
 * Return: descriptor, or -1 with errno if nobody is there
 */
int journal_open(enum log_target target);

/**
 * journal_send() - One event by the journal's native protocol
 *		    (systemd.io/JOURNAL_NATIVE_PROTOCOL).
 * @line:	EVENT_JSON_MAX bytes to work in
 *
 * MESSAGE is the line for people, SBX_EVENT the JSON object; SBX_RUN, SBX_OP
 * and SBX_VERDICT can be searched for.  What does not fit into a datagram goes
 * as a sealed file.
 */
bool journal_send(int fd, const struct event *event, char *line);

/** journal_send_syslog() - Each line to the system log (RFC 3164). */
bool journal_send_syslog(int fd, const char *line, size_t len);

/** journal_send_lost() - How many were lost. */
bool journal_send_lost(int fd, enum log_target target, uint64_t lost);

#endif /* SBX_JOURNAL_H */
