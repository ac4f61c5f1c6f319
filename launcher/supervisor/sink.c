/* SPDX-License-Identifier: MIT */
/* sink.c - where --log sends events, without ever waiting.
 *
 * A pipe may be full, a disk too, and a reader may have gone: losing a line is
 * better than a supervisor that stands still.  Of a line that was written in
 * part the rest is lost, and the next one begins on a line of its own.
 */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../clean.h"
#include "../diag.h"
#include "clock.h"
#include "journal.h"
#include "place.h"

#define LOOK_MS 1000
#define APPEND	(O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* ---- files -------------------------------------------------------------- */

static void open_file(struct sink *sink, const char *path)
{
	sink->path = path;
	sink->dir = place_directory(path);
	sink->fd = open(path, APPEND | O_CREAT, 0600);
	if (sink->dir < 0 || sink->fd < 0)
		die_errno("cannot open the log \"%s\"", path);
}

/* Somebody else's file, or one that has another name too, is not written: the
 * command may be able to put one here. */
static bool is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
	       (st.st_uid == 0 || st.st_uid == geteuid());
}

static void open_anew(struct sink *sink)
{
	const char *base = place_base(sink->path);
	autoclose int fd = openat(sink->dir, base,
				  APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);

	if (fd < 0 && errno == EEXIST)
		fd = openat(sink->dir, base, APPEND | O_NOFOLLOW);
	if (fd >= 0 && is_ours(fd))
		dup3(fd, sink->fd, O_CLOEXEC);
}

bool sink_tick(struct sink *sink)
{
	struct stat held, named;

	if (sink->target != LOG_FILE || !sink->written)
		return false;
	if (clock_ms() - sink->looked < LOOK_MS)
		return true;
	sink->written = false;
	sink->looked = clock_ms();
	if (fstat(sink->fd, &held) == 0 && S_ISREG(held.st_mode) &&
	    (fstatat(sink->dir, place_base(sink->path), &named,
		     AT_SYMLINK_NOFOLLOW) != 0 ||
	     named.st_dev != held.st_dev || named.st_ino != held.st_ino))
		open_anew(sink);
	return false;
}

/* ---- descriptors -------------------------------------------------------- */

static bool is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Whoever shares the description must not find it non-blocking, so it is
 * opened anew, where there is something to open.  A file does not block, and
 * has one position for all: the command would write over what we append. */
static void open_descriptor(struct sink *sink, int number)
{
	const int flags = fcntl(number, F_GETFL);
	char name[64];

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || (flags & O_PATH))
		die("--log: descriptor %d is not open for writing; open it, "
		    "e.g. with %d>FILE in the shell",
		    number, number);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", number);
	if (!is_regular(number))
		sink->fd = open(name, APPEND);
	if (sink->fd < 0)
		sink->fd = fcntl(number, F_DUPFD_CLOEXEC, 3);
	if (sink->fd < 0)
		die_errno("cannot use descriptor %d", number);
	/* The command shall not write there. */
	if (number > STDERR_FILENO)
		fcntl(number, F_SETFD, FD_CLOEXEC);
}

/* ---- opening ------------------------------------------------------------ */

static void open_datagrams(struct sink *sink)
{
	sink->fd = journal_open(sink->target);
	if (sink->fd < 0)
		die_errno("cannot reach %s", sink->target == LOG_JOURNAL
						     ? "the journal"
						     : "the system log");
}

static bool wants_json(const struct log_options *options)
{
	if (options->format != LOG_FORMAT_USUAL)
		return options->format == LOG_FORMAT_JSON;
	return options->target != LOG_SYSLOG &&
	       !(options->target == LOG_DESCRIPTOR &&
		 options->fd == STDERR_FILENO);
}

void sink_open(struct sink *sink, const struct log_options *options)
{
	*sink = (struct sink){
		.target = options->target,
		.json = wants_json(options),
		.fd = -1,
		.dir = -1,
	};
	switch (options->target) {
	case LOG_NOWHERE:
		break;
	case LOG_FILE:
		open_file(sink, options->path);
		break;
	case LOG_DESCRIPTOR:
		open_descriptor(sink, options->fd);
		break;
	case LOG_JOURNAL:
	case LOG_SYSLOG:
		open_datagrams(sink);
		break;
	}
}

size_t sink_keep(const struct sink *sink, int *keep)
{
	size_t n = 0;

	if (sink->fd >= 0)
		keep[n++] = sink->fd;
	if (sink->dir >= 0)
		keep[n++] = sink->dir;
	return n;
}

/* ---- writing ------------------------------------------------------------ */

ssize_t sink_put(int fd, const char *line, size_t len)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return -1;
	if (S_ISSOCK(st.st_mode))
		return send(fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	do
		n = write(fd, line, len);
	while (n < 0 && errno == EINTR);
	return n;
}

/* Return: whether all of it was written */
static bool put_line(struct sink *sink, const char *line, size_t len)
{
	ssize_t n;

	if (sink->torn && sink_put(sink->fd, "\n", 1) == 1)
		sink->torn = false;
	if (sink->torn)
		return false;
	n = sink_put(sink->fd, line, len);
	sink->torn = n > 0 && (size_t)n < len;
	return n == (ssize_t)len;
}

static bool put(struct sink *sink, const struct event *event, char *line)
{
	int len;

	sink->written = true;
	if (sink->target == LOG_JOURNAL)
		return journal_send(sink->fd, event, line);
	len = sink->json ? event_json(event, line, EVENT_JSON_MAX)
			 : event_text(event, line, EVENT_JSON_MAX);
	if (len < 0)
		return false;
	if (sink->target == LOG_SYSLOG)
		return journal_send_syslog(sink->fd, line, (size_t)len);
	return put_line(sink, line, (size_t)len);
}

static bool put_lost(struct sink *sink, const struct event *event, char *line)
{
	int len;

	if (sink->target == LOG_JOURNAL || sink->target == LOG_SYSLOG)
		return journal_send_lost(sink->fd, sink->target, sink->lost);
	len = event_lost(event, sink->lost, sink->json, line, EVENT_JSON_MAX);
	return len > 0 && put_line(sink, line, (size_t)len);
}

static void tell_lost(struct sink *sink, const struct event *event, char *line)
{
	if (sink->lost > 0 && put_lost(sink, event, line))
		sink->lost = 0;
}

void sink_write(struct sink *sink, const struct event *event, char *line)
{
	if (sink->fd < 0)
		return;
	tell_lost(sink, event, line);
	if (sink->lost == 0 && put(sink, event, line))
		return;
	sink->lost++;
	sink->lost_all++;
}

void sink_close(struct sink *sink, const struct event *last, char *line)
{
	if (sink->fd >= 0)
		tell_lost(sink, last, line);
}
