/* SPDX-License-Identifier: MIT */
/* follow.c - a line for people of each event, as they come.
 *
 * sbx-run notices within a second that its log was renamed, and writes to the
 * old file until then: the old one is left when it has been quiet for longer.
 * Looking ten times a second works on every file system, inotify(7) does not.
 */
#include "follow.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../launcher/clean.h"
#include "../launcher/diag.h"
#include "../policy/quote.h"
#include "grant.h"
#include "lines.h"
#include "read.h"

#define CHUNK	    65536
#define LOOK_MS	    100
#define LEAVE_LOOKS 20 /* sink.c looks each second */
#define EXCERPT_MAX 120

struct following {
	const struct follow *follow;
	FILE *out;
	int fd;
	bool regular; /* ... and not standard input */
	int quiet;    /* looks since anything was read */
	struct lines lines;
	char run[128]; /* of the line before */
	struct record record;
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* ---- lines -------------------------------------------------------------- */

static void show_bad(const struct following *f, const char *line, size_t len)
{
	char buf[4 * EXCERPT_MAX + 8];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	quote_terminal(&text, line, len < EXCERPT_MAX ? len : EXCERPT_MAX);
	text_string(&text, len > EXCERPT_MAX ? "..." : "");
	fprintf(f->out,
		"sbx-log: line %" PRIu64 " cannot be read: %s: \"%s\"\n",
		f->lines.number, f->record.why, buf);
}

/* Several runs may write to one file. */
static void show_run(struct following *f)
{
	char buf[4 * sizeof(f->run)];
	struct text text;

	if (strcmp(f->run, f->record.run) == 0)
		return;
	memcpy(f->run, f->record.run, sizeof(f->run));
	text_open(&text, buf, sizeof(buf));
	quote_terminal(&text, f->run, strlen(f->run));
	fprintf(f->out, "run %s\n", buf);
}

/* What is shown as a hint is copied: it must be one. */
static void check_hint(struct event *event)
{
	static struct grant grants[GRANTS_MAX];

	if (grant_read(grants, event->hint) == 0 &&
	    !grant_read_removal(event->hint, grants[0].value))
		event->hint[0] = '\0';
}

static int format(struct record *record, char *line, size_t size)
{
	if (record->kind == RECORD_LOST)
		return event_lost(&record->event, record->lost, false, line,
				  size);
	check_hint(&record->event);
	return event_text(&record->event, line, size);
}

static void show_stack(FILE *out, const char *stack)
{
	while (*stack) {
		const size_t len = strcspn(stack, "\n");

		fprintf(out, "    at %.*s\n", (int)len, stack);
		stack += len + (stack[len] == '\n');
	}
}

static void show(struct following *f)
{
	static char line[EVENT_TEXT_MAX];
	struct record *record = &f->record;

	if (record->kind == RECORD_EVENT && record->event.expected &&
	    !f->follow->all)
		return;
	if (format(record, line, sizeof(line)) < 0)
		return;
	show_run(f);
	fprintf(f->out, "%.15s %s", record->ts + 11, line);
	if (record->kind == RECORD_EVENT)
		show_stack(f->out, record->stack);
}

static void take(void *context, char *line, size_t len, bool whole)
{
	struct following *f = context;
	char start[EXCERPT_MAX + 1];
	const size_t kept = len < sizeof(start) ? len : sizeof(start);

	if (len == 0)
		return;
	memcpy(start, line, kept);
	f->record.kind = RECORD_MALFORMED;
	f->record.why = whole ? "" : "it is not whole";
	if (whole)
		record_read(&f->record, line, len);
	if (f->record.kind == RECORD_MALFORMED)
		show_bad(f, start, kept);
	else if (!f->follow->run || strcmp(f->follow->run, f->record.run) == 0)
		show(f);
}

static void pass_over(void *context, char *line, size_t len, bool whole)
{
	(void)context;
	(void)line;
	(void)len;
	(void)whole;
}

/* ---- the file ----------------------------------------------------------- */

/* Return: whether there was anything */
static bool read_some(struct following *f, lines_take *each)
{
	char chunk[CHUNK];
	const ssize_t n = read(f->fd, chunk, sizeof(chunk));

	if (n < 0 && errno != EINTR && errno != EAGAIN)
		die_errno("cannot read the log \"%s\"", f->follow->file);
	if (n == 0 && !f->regular)
		stopped = 1; /* the end of a pipe */
	if (n <= 0)
		return false;
	lines_feed(&f->lines, chunk, (size_t)n, each, f);
	return true;
}

static void start_over(struct following *f)
{
	lines_end(&f->lines, take, f);
	f->lines.number = 0;
}

static void look_whether_cut(struct following *f)
{
	struct stat st;
	const off_t at = lseek(f->fd, 0, SEEK_CUR);

	if (fstat(f->fd, &st) != 0 || st.st_size >= at)
		return;
	start_over(f);
	lseek(f->fd, 0, SEEK_SET);
}

static void look_whether_renamed(struct following *f)
{
	struct stat held, named;
	int fd;

	if (f->quiet < LEAVE_LOOKS || fstat(f->fd, &held) != 0 ||
	    stat(f->follow->file, &named) != 0 ||
	    (held.st_dev == named.st_dev && held.st_ino == named.st_ino))
		return;
	fd = open(f->follow->file,
		  O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return; /* it may be readable later */
	start_over(f);
	close(f->fd);
	f->fd = fd;
}

static void wait_for_more(const struct following *f)
{
	struct pollfd in = {.fd = f->fd, .events = POLLIN};

	if (f->regular)
		poll(NULL, 0, LOOK_MS);
	else
		poll(&in, 1, -1);
}

static void open_file(struct following *f)
{
	struct stat st;

	f->fd = read_open(f->follow->file);
	if (fstat(f->fd, &st) != 0)
		die_errno("cannot read the log \"%s\"", f->follow->file);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		die_errno("cannot read the log \"%s\"", f->follow->file);
	}
	f->regular = S_ISREG(st.st_mode) && strcmp(f->follow->file, "-") != 0;
	while (f->regular && f->follow->fresh && read_some(f, pass_over))
		continue;
}

void follow_file(FILE *out, const struct follow *follow)
{
	static struct following f;
	const struct sigaction action = {.sa_handler = stop};

	f = (struct following){.follow = follow, .out = out};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	open_file(&f);
	while (!stopped) {
		if (read_some(&f, take)) {
			f.quiet = 0;
			continue;
		}
		if (fflush(out) != 0)
			die_errno("cannot write what is in the log");
		if (stopped)
			break;
		wait_for_more(&f);
		f.quiet++;
		if (f.regular) {
			look_whether_cut(&f);
			look_whether_renamed(&f);
		}
	}
	lines_end(&f.lines, take, &f);
	lines_free(&f.lines);
	close(f.fd);
}
