/* SPDX-License-Identifier: MIT */
/* sink.h - where --log sends events: a file, a descriptor, stderr, the journal
 * or the system log.
 *
 * Writing never waits.  What cannot be written is lost, and counted.
 */
#ifndef SBX_SINK_H
#define SBX_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../policy/event.h"
#include "../options.h"

struct sink {
	enum log_target target;
	bool json;
	int fd;		  /* -1: nothing is written */
	const char *path; /* LOG_FILE */
	int dir;	  /* LOG_FILE: the directory of path, O_PATH */
	int64_t looked;	  /* LOG_FILE, ms: when it was last looked for */
	bool written;	  /* ... and whether anything was written since */
	bool torn;	  /* the last line was written in part */
	uint64_t lost;	  /* events since the last one that was written */
	uint64_t lost_all;
};

/**
 * sink_open() - Open what --log named, or die.
 *
 * A file is opened to append.  If it is renamed or removed while we run, as by
 * logrotate(8), a new one is made within a second.
 */
void sink_open(struct sink *sink, const struct log_options *options);

/** sink_keep() - Add its descriptors to @keep; returns how many. */
size_t sink_keep(const struct sink *sink, int *keep);

/**
 * sink_write() - Write one event; ts, seq, run and tier are set.
 * @line:	EVENT_JSON_MAX bytes to work in
 *
 * Lost ones are told before the next that can be written.
 */
void sink_write(struct sink *sink, const struct event *event, char *line);

/**
 * sink_tick() - Look whether the file still has its name.
 *
 * Only in a thread that never acts as a client.
 *
 * Return: whether to call again in a second
 */
bool sink_tick(struct sink *sink);

/**
 * sink_put() - Write, but do not wait for a reader of a socket.
 *
 * Return: as write(2)
 */
ssize_t sink_put(int fd, const char *line, size_t len);

/** sink_close() - Tell what was lost, if that can be written now. */
void sink_close(struct sink *sink, const struct event *last, char *line);

#endif /* SBX_SINK_H */
