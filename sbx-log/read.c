/* SPDX-License-Identifier: MIT */
/* read.c - files of events, read from one end to the other. */
#include "read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../launcher/clean.h"
#include "../launcher/diag.h"
#include "lines.h"

#define CHUNK 65536

struct reader {
	struct store *store;
	const char *name;
	struct lines lines;
};

static void take(void *context, char *line, size_t len, bool whole)
{
	struct reader *reader = context;

	store_line(reader->store, reader->name, reader->lines.number, line, len,
		   whole);
}

int read_open(const char *name)
{
	const int fd = strcmp(name, "-") == 0
			       ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
			       : open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		die_errno("cannot open the log \"%s\"", name);
	return fd;
}

static void read_file(struct store *store, const char *name)
{
	struct reader reader = {.store = store, .name = name};
	autoclose int fd = read_open(name);
	char chunk[CHUNK];
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n == 0)
			break;
		if (n > 0)
			lines_feed(&reader.lines, chunk, (size_t)n, take,
				   &reader);
		else if (errno != EINTR)
			die_errno("cannot read the log \"%s\"", name);
	}
	lines_end(&reader.lines, take, &reader);
	lines_free(&reader.lines);
}

void read_files(struct store *store, char *const *files)
{
	if (!*files && isatty(STDIN_FILENO))
		die("no FILE given, and standard input is a terminal; name "
		    "what sbx-run --log wrote, or \"-\" to type it");
	if (!*files)
		read_file(store, "-");
	for (; *files; files++)
		read_file(store, *files);
}
