/* SPDX-License-Identifier: MIT */
/* forge.c - reports that no shim sends: what a client may say of itself.
 *
 *	forge type TYPE PATH	a refused connect of a socket of that type
 *	forge count TIMES	refused connects to TIMES ports, each of them
 *				counted so that the sum is 2^32
 *
 * Prints the answer to the last one, an errno value.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../../policy/policy.h"
#include "../../policy/report.h"

static struct report report = {
	.version = REPORT_VERSION,
	.op = OP_CONNECT,
	.fd = -1,
	.type = SOCK_STREAM,
	.count = 1,
};

static int send_report(const void *addr, size_t len)
{
	report.addr_len = (uint32_t)len;
	memcpy(report.addr, addr, len);
	return prctl(REPORT_PRCTL, REPORT_REFUSED, &report, sizeof(report), 0);
}

static int lie_about_type(const char *type, const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	report.domain = AF_UNIX;
	report.type = (int)strtol(type, NULL, 0);
	strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
	return send_report(&addr, sizeof(addr));
}

/* The first is told at once, the others are summed up. */
static int lie_about_count(int times)
{
	static const uint32_t counts[] = {1, 0x80000000, 0x80000000};
	struct sockaddr_in addr = {.sin_family = AF_INET};
	int answer = 0;

	report.domain = AF_INET;
	while (times--) {
		addr.sin_port = htons((uint16_t)times);
		for (int i = 0; i < 3; i++) {
			report.count = counts[i];
			answer = send_report(&addr, sizeof(addr));
		}
	}
	return answer;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "type"))
		printf("%d\n", lie_about_type(argv[2], argv[3]));
	else if (argc == 3 && !strcmp(argv[1], "count"))
		printf("%d\n", lie_about_count(atoi(argv[2])));
	else
		return 2;
	return 0;
}
