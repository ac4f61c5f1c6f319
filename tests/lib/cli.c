/* SPDX-License-Identifier: MIT */
/* cli.c - the plainest AF_UNIX client, for glibc, musl and without libc.so.
 *
 *	cli [-t stream|seqpacket] [-n TIMES] [-w] PATH|@NAME [TEXT]
 *
 * Sends TEXT ("ping") and prints the answer.  A failure is one line on
 * standard error, "CALL: ERRNO", and exit code 1.  -n repeats; -w waits for a
 * line on standard input before it connects.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const struct {
	int number;
	const char *name;
} names[] = {
	{EACCES, "EACCES"},	    {EPERM, "EPERM"},
	{ENOENT, "ENOENT"},	    {ECONNREFUSED, "ECONNREFUSED"},
	{EPROTOTYPE, "EPROTOTYPE"}, {EINVAL, "EINVAL"},
	{EAGAIN, "EAGAIN"},	    {EAFNOSUPPORT, "EAFNOSUPPORT"},
	{ENOSYS, "ENOSYS"},	    {EPIPE, "EPIPE"},
	{ECONNRESET, "ECONNRESET"},
};

static int fail(const char *call)
{
	int error = errno;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].number == error) {
			fprintf(stderr, "%s: %s\n", call, names[i].name);
			return 1;
		}
	}
	fprintf(stderr, "%s: errno %d\n", call, error);
	return 1;
}

static int talk(int type, const char *name, const char *text)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char answer[256];
	ssize_t n;
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail("socket");
	if (len > sizeof(addr.sun_path)) {
		errno = EINVAL;
		return fail("name");
	}
	memcpy(addr.sun_path, name, len);
	if (name[0] == '@')
		addr.sun_path[0] = '\0';
	len += offsetof(struct sockaddr_un, sun_path);
	if (connect(fd, (struct sockaddr *)&addr, (socklen_t)len))
		return fail("connect");
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		return fail("send");
	n = read(fd, answer, sizeof(answer));
	if (n < 0)
		return fail("read");
	close(fd);
	return fwrite(answer, 1, (size_t)n, stdout) != (size_t)n;
}

int main(int argc, char **argv)
{
	int type = SOCK_STREAM, times = 1, failed = 0, opt;
	const char *text = "ping";

	while ((opt = getopt(argc, argv, "t:n:w")) != -1) {
		if (opt == 't' && !strcmp(optarg, "seqpacket"))
			type = SOCK_SEQPACKET;
		else if (opt == 'n')
			times = atoi(optarg);
		else if (opt == 'w')
			(void)getchar();
		else if (opt != 't')
			return 2;
	}
	if (optind >= argc)
		return 2;
	if (optind + 1 < argc)
		text = argv[optind + 1];
	while (times-- > 0 && !failed)
		failed = talk(type, argv[optind], text);
	return failed;
}
