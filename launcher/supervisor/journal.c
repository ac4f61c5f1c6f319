/* SPDX-License-Identifier: MIT */
/* journal.c - events to systemd's journal and to the system log.
 *
 * Each datagram names its receiver, so that one that was started anew is found
 * again.
 */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../clean.h"

#define FIELDS_MAX 512
#define NAME	   "sbx-run"
#define DENIED	   "4" /* LOG_WARNING */
#define ALLOWED	   "6" /* LOG_INFO */
#define FACILITY   8   /* LOG_USER */

static const struct sockaddr_un receivers[] = {
	[LOG_JOURNAL] = {AF_UNIX, "/run/systemd/journal/socket"},
	[LOG_SYSLOG] = {AF_UNIX, "/dev/log"},
};

static bool send_parts(int fd, enum log_target target, struct iovec *parts,
		       size_t count)
{
	const struct msghdr message = {
		.msg_name = (void *)&receivers[target],
		.msg_namelen = sizeof(receivers[target]),
		.msg_iov = parts,
		.msg_iovlen = count,
	};

	return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* Too long for a datagram: the message is a descriptor of a file that nobody
 * can change. */
static bool send_file(int fd, struct iovec *parts, size_t count)
{
	autoclose int file =
		memfd_create("sbx-event", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {.bytes = ""};
	const struct msghdr message = {
		.msg_name = (void *)&receivers[LOG_JOURNAL],
		.msg_namelen = sizeof(receivers[LOG_JOURNAL]),
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	if (file < 0 || writev(file, parts, (int)count) < 0 ||
	    fcntl(file, F_ADD_SEALS,
		  F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE))
		return false;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &file, sizeof(int));
	return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

int journal_open(enum log_target target)
{
	const struct sockaddr_un *to = &receivers[target];
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)to, sizeof(*to)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* No field may hold a newline, so the text is without its stack, which is in
 * the JSON line. */
bool journal_send(int fd, const struct event *event, char *line)
{
	static const char message[] = "MESSAGE=", json[] = "SBX_EVENT=";
	char fields[FIELDS_MAX];
	char text[EVENT_TEXT_MAX];
	const int whole = event_text(event, text, sizeof(text));
	const int line_len = event_json(event, line, EVENT_JSON_MAX);
	const int len = snprintf(fields, sizeof(fields),
				 "PRIORITY=%s\nSYSLOG_IDENTIFIER=" NAME
				 "\nSBX_RUN=%s\nSBX_OP=%s\nSBX_VERDICT=%s\n",
				 event->verdict.allow ? ALLOWED : DENIED,
				 event->run, policy_op_name(event->op),
				 event->verdict.allow ? "allow" : "deny");
	const size_t text_len = whole > 0 ? strcspn(text, "\n") + 1 : 0;
	struct iovec parts[] = {
		{(void *)message, sizeof(message) - 1},
		{text, text_len},
		{fields, (size_t)len},
		{(void *)json, sizeof(json) - 1},
		{line, (size_t)line_len},
	};
	const size_t count = sizeof(parts) / sizeof(*parts);

	if (text_len == 0 || line_len < 0 || len < 0 ||
	    (size_t)len >= sizeof(fields))
		return false;
	return send_parts(fd, LOG_JOURNAL, parts, count) ||
	       ((errno == EMSGSIZE || errno == ENOBUFS) &&
		send_file(fd, parts, count));
}

static bool send_syslog(int fd, const char *line, size_t len)
{
	const time_t now = time(NULL);
	struct tm tm;
	char date[32] = "", head[96];
	struct iovec parts[2] = {{head, 0}, {(void *)line, len}};

	if (localtime_r(&now, &tm))
		strftime(date, sizeof(date), "%b %e %H:%M:%S", &tm);
	snprintf(head, sizeof(head),
		 "<%d>%s " NAME "[%d]: ", FACILITY | (DENIED[0] - '0'), date,
		 (int)getpid());
	parts[0].iov_len = strlen(head);
	return send_parts(fd, LOG_SYSLOG, parts, 2);
}

/* A message is one line; a stack is more of them. */
bool journal_send_syslog(int fd, const char *line, size_t len)
{
	const char *const end = line + len;
	bool sent = true;

	while (line < end && sent) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *next = newline ? newline : end;

		sent = send_syslog(fd, line, (size_t)(next - line));
		line = next + 1;
	}
	return sent;
}

bool journal_send_lost(int fd, enum log_target target, uint64_t lost)
{
	static const char head[] = "MESSAGE=";
	static const char tail[] =
		"\nPRIORITY=" DENIED "\nSYSLOG_IDENTIFIER=" NAME "\n";
	char line[64];
	struct iovec parts[] = {
		{(void *)head, sizeof(head) - 1},
		{line, 0},
		{(void *)tail, sizeof(tail) - 1},
	};

	snprintf(line, sizeof(line), "%llu events were lost",
		 (unsigned long long)lost);
	parts[1].iov_len = strlen(line);
	return target == LOG_JOURNAL
		       ? send_parts(fd, target, parts, 3)
		       : journal_send_syslog(fd, line, strlen(line));
}
