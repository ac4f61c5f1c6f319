/* SPDX-License-Identifier: MIT */
/* resolver.c - what libc's resolver asks: /etc/resolv.conf and /etc/hosts.
 *
 * Read anew each time, as they change when a laptop does its network.  Both
 * serve advice only: the command may well see other ones.
 */
#include "resolver.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../policy/inet.h"
#include "clean.h"

#define FILE_MAX   32768 /* what is beyond is not looked at */
#define SEPARATORS " \t\r"
#define DNS_PORT   53

/* The beginning of a file; "" if there is none, or it is no file. */
static void read_text(const char *path, char *text, size_t size)
{
	autoclose int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		while (n > 0 && len < size - 1) {
			n = read(fd, text + len, size - 1 - len);
			len += n > 0 ? (size_t)n : 0;
		}
	text[len] = '\0';
}

/* ---- resolv.conf -------------------------------------------------------- */

static bool decode_ip(const char *word, struct addr *addr)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	in.sin_port = in6.sin6_port = htons(DNS_PORT);
	if (inet_aton(word, &in.sin_addr))
		addr_decode(addr, &in, sizeof(in));
	else if (inet_pton(AF_INET6, word, &in6.sin6_addr) == 1 &&
		 !IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr))
		addr_decode(addr, &in6, sizeof(in6));
	else
		return false;
	return true;
}

static void parse_line(struct resolver *resolver, char *line)
{
	char *state;
	const char *word = strtok_r(line, SEPARATORS, &state);
	struct addr *next = &resolver->servers[resolver->count];

	if (word && !strcmp(word, "nameserver") &&
	    resolver->count < RESOLVER_SERVERS_MAX) {
		word = strtok_r(NULL, SEPARATORS, &state);
		resolver->count += word && decode_ip(word, next);
	} else if (word && !strcmp(word, "options")) {
		while ((word = strtok_r(NULL, SEPARATORS, &state)))
			resolver->tcp |= !strcmp(word, "use-vc");
	}
}

void resolver_parse(struct resolver *resolver, char *text)
{
	char *line;

	memset(resolver, 0, sizeof(*resolver));
	while ((line = strsep(&text, "\n")))
		parse_line(resolver, line);
}

static bool is_granted(const struct policy *policy,
		       const struct resolver *resolver, unsigned int server)
{
	const struct policy_request request = {
		.op = OP_CONNECT,
		.kind = TARGET_INET,
		.inet = &resolver->servers[server],
		.type = resolver->tcp ? SOCK_STREAM : SOCK_DGRAM,
	};

	/* Of a network of its own, only the loopback would answer. */
	return policy->network != NETWORK_ISOLATED &&
	       policy_decide(policy, &request, NULL, NULL).allow;
}

bool resolver_granted(const struct resolver *resolver,
		      const struct policy *policy)
{
	for (unsigned int i = 0; i < resolver->count; i++)
		if (is_granted(policy, resolver, i))
			return true;
	return false;
}

void resolver_advise(const struct resolver *resolver,
		     const struct policy *policy, char *buf, size_t size)
{
	static const struct policy_verdict refusal = {.rule = -1};
	const bool useful =
		resolver->count > 0 && policy->network != NETWORK_ISOLATED;
	const struct policy_request request = {
		.op = OP_CONNECT,
		.kind = useful ? TARGET_INET : TARGET_OTHER,
		.inet = &resolver->servers[0],
		.type = resolver->tcp ? SOCK_STREAM : SOCK_DGRAM,
	};

	policy_hint(policy, &request, &refusal, buf, size);
}

static void read_conf(struct resolver *resolver)
{
	char text[FILE_MAX];

	read_text("/etc/resolv.conf", text, sizeof(text));
	resolver_parse(resolver, text);
}

bool resolver_may_answer(const struct policy *policy)
{
	struct resolver resolver;

	read_conf(&resolver);
	return resolver_granted(&resolver, policy);
}

void resolver_hint(const struct policy *policy, char *buf, size_t size)
{
	struct resolver resolver;

	read_conf(&resolver);
	resolver_advise(&resolver, policy, buf, size);
}

/* ---- hosts -------------------------------------------------------------- */

static bool is_on_line(char *line, const char *host)
{
	char *state;
	const char *word;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, SEPARATORS, &state); /* the address */
	while (word && (word = strtok_r(NULL, SEPARATORS, &state)))
		if (strcasecmp(word, host) == 0)
			return true;
	return false;
}

bool resolver_lists(char *text, const char *host)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		if (is_on_line(line, host))
			return true;
	return false;
}

bool resolver_knows(const char *host)
{
	char text[FILE_MAX];

	read_text("/etc/hosts", text, sizeof(text));
	return resolver_lists(text, host);
}
