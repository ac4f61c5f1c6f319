/* SPDX-License-Identifier: MIT */
/* plain.c - the smallest client: plain PATH TOKEN [socketcall].  Built static,
 * for musl and for i386; no shim is in some of them. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#if defined(__i386__)
/* connect(2) and send(2) were one call once. */
static long socketcall(long number, long *args)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(102), "b"(number), "c"(args)
			 : "memory");
	return ret;
}

static int old_connect(int fd, const void *addr, socklen_t len)
{
	long args[] = {fd, (long)addr, (long)len};

	return (int)socketcall(3, args);
}
#else
static int old_connect(int fd, const void *addr, socklen_t len)
{
	return connect(fd, addr, len);
}
#endif

int main(int argc, char **argv)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int failed;

	if (argc < 3 || strlen(argv[1]) >= sizeof(addr.sun_path))
		return 2;
	strcpy(addr.sun_path, argv[1]);
	if (argc > 3)
		failed = old_connect(fd, &addr, sizeof(addr));
	else
		failed = connect(fd, (struct sockaddr *)&addr, sizeof(addr));
	if (failed)
		return 1;
	send(fd, argv[2], strlen(argv[2]), 0);
	close(fd);
	return 0;
}
