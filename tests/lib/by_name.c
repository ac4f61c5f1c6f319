/* SPDX-License-Identifier: MIT */
/* by_name.c - connect to a host by name, in each way that libc has.
 *
 *	by_name [-h|-2|-r|-R|-4|-6] HOST PORT
 *
 * -h to -R are gethostbyname and its relatives, -4 and -6 getaddrinfo for one
 * family.  Says what the server says, or which call failed and how.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct hostent *find(int how, const char *name)
{
	static struct hostent host;
	static char buf[4096];
	struct hostent *result = NULL;
	int error;

	switch (how) {
	case 'h':
		return gethostbyname(name);
	case '2':
		return gethostbyname2(name, AF_INET);
	case 'r':
		gethostbyname_r(name, &host, buf, sizeof(buf), &result, &error);
		return result;
	default:
		gethostbyname2_r(name, AF_INET, &host, buf, sizeof(buf),
				 &result, &error);
		return result;
	}
}

static int visit(const struct sockaddr *addr, socklen_t len)
{
	static const char ask[] = "GET / HTTP/1.0\r\n\r\n";
	int fd = socket(addr->sa_family, SOCK_STREAM, 0);
	char buf[1024];
	ssize_t n, all = 0;

	if (fd < 0 || connect(fd, addr, len) != 0) {
		printf("connect: %s\n", strerror(errno));
		return 1;
	}
	if (write(fd, ask, sizeof(ask) - 1) < 0)
		return 1;
	while ((n = read(fd, buf + all, sizeof(buf) - 1 - all)) > 0)
		all += n;
	buf[all] = '\0';
	puts(strstr(buf, "\r\n\r\n") ? strstr(buf, "\r\n\r\n") + 4 : buf);
	return 0;
}

static int visit_host(int how, const char *name, const char *port)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	const struct hostent *host = find(how, name);

	if (!host) {
		puts("gethostbyname failed");
		return 1;
	}
	in.sin_port = htons((unsigned short)atoi(port));
	memcpy(&in.sin_addr, host->h_addr_list[0], sizeof(in.sin_addr));
	return visit((struct sockaddr *)&in, sizeof(in));
}

static int visit_info(int family, const char *name, const char *port)
{
	const struct addrinfo hints = {
		.ai_family = family,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *info;
	const int code = getaddrinfo(name, port, &hints, &info);

	if (code != 0) {
		printf("getaddrinfo: %s\n", gai_strerror(code));
		return 1;
	}
	return visit(info->ai_addr, info->ai_addrlen);
}

int main(int argc, char *argv[])
{
	const int how = argc == 4 ? argv[1][1] : 0;

	if (argc < 3)
		return 2;
	if (how && how != '4' && how != '6')
		return visit_host(how, argv[2], argv[3]);
	return visit_info(how == '4'   ? AF_INET
			  : how == '6' ? AF_INET6
				       : AF_UNSPEC,
			  argv[argc - 2], argv[argc - 1]);
}
