/* SPDX-License-Identifier: MIT */
/* alone.c - tier landlock-only: confine ourselves and become the command.
 *
 * Before that, a self-test: a socket that was made outside the domain must be
 * out of reach, and TCP sockets must not come into being.
 */
#include "alone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backstop/caps.h"
#include "backstop/landlock.h"
#include "backstop/netns.h"
#include "backstop/seccomp.h"
#include "clean.h"
#include "diag.h"
#include "outsider.h"
#include "program.h"

/* The errno value of a connect, 0 if it worked. */
static int try_connect(const struct sockaddr_un *addr, socklen_t len)
{
	autoclose int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return errno;
	return connect(fd, (const struct sockaddr *)addr, len) == 0 ? 0 : errno;
}

static int try_tcp(void)
{
	autoclose int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : 0;
}

static void test(const struct policy *policy, const struct sockaddr_un *addr,
		 socklen_t len)
{
	/* Scopes of Landlock say EPERM. */
	if (!policy->unix_all && try_connect(addr, len) != EPERM)
		die("self-test failed: an ungranted socket was not refused as "
		    "it should be; see sbx-run --check");
	if (policy->network == NETWORK_NONE && try_tcp() != EACCES)
		die("self-test failed: a TCP socket was not refused as it "
		    "should be; see sbx-run --check");
}

/* A network of one's own is free: the abstract names in it are nobody else's.
 */
bool alone_may_bind(const struct policy *policy)
{
	if (policy->unix_all || policy->network == NETWORK_ISOLATED)
		return true;
	for (unsigned int i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].ops & OPS_BIND)
			return true;
	return false;
}

static unsigned int filter_of(const struct supervisor_config *config)
{
	const unsigned int features = config->filter | FILTER_ALONE;

	return alone_may_bind(config->policy) ? features
					      : features | FILTER_NO_BIND;
}

void alone_run(const struct supervisor_config *config)
{
	struct sockaddr_un addr;
	socklen_t len;
	int listener;

	if (config->policy->network == NETWORK_ISOLATED)
		netns_enter();
	listener = outsider_listen(&addr, &len);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die_errno("cannot set no_new_privs");
	if (caps_apply(config->keep_caps) != 0)
		die_errno("cannot drop capabilities");
	if (landlock_apply(config->ruleset) != 0)
		die_errno("cannot enter the Landlock domain");
	if (seccomp_apply_alone(filter_of(config)) != 0)
		die_errno("cannot load the seccomp filter");
	test(config->policy, &addr, len);
	close(listener);
	program_execute(config->program, config->argv);
}
