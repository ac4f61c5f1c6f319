/* SPDX-License-Identifier: MIT */
/* init.c - what the supervisor is made of, before there is anybody to serve.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <unistd.h>

#include "../backstop/caps.h"
#include "../backstop/seccomp.h"
#include "../clean.h"
#include "../diag.h"
#include "ask.h"
#include "bound.h"
#include "client.h"
#include "identity.h"
#include "log.h"
#include "made.h"
#include "names.h"
#include "network.h"
#include "settled.h"

/* Looking at clients is all that the command may not do and we may; and, where
 * we send for them, saying who they are. */
static void know_self(struct supervisor *sup,
		      const struct supervisor_config *config)
{
	const uint64_t spare =
		config->filter & FILTER_DGRAM
			? (1ULL << CAP_SYS_ADMIN) & ~config->keep_caps
			: 0;

	if (caps_reduce(config->keep_caps | 1ULL << CAP_SYS_PTRACE | spare) !=
	    0)
		die_errno("cannot drop capabilities");
	if (config->filter & FILTER_DGRAM)
		identity_probe();
	client_know_self(sup, spare);
}

static uint64_t own_network(void)
{
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? 0 : network_cookie(fd);
}

void supervisor_init(struct supervisor *sup,
		     const struct supervisor_config *config)
{
	static atomic_bool shim_seen;
	struct stat ns;
	const struct log_config log = {
		.run = config->run,
		.tier = config->tier,
		.options = config->log,
		.learn = config->learn,
		.strict = config->strict,
		.quiet = config->quiet,
		.words = config->words,
		.command = config->argv,
	};

	sup->policy = config->policy;
	sup->strict = config->strict;
	sup->pins = config->pins;
	sup->grants = config->grants;
	sup->mediates_inet = config->foreign_inet ||
			     policy_mediates(config->policy, SOCK_STREAM) ||
			     policy_mediates(config->policy, SOCK_DGRAM);
	sup->inet_locked = config->inet_locked;
	sup->shim_expected = config->shim_expected;
	sup->shim_seen = &shim_seen;
	sup->log_allowed = config->log->allowed;
	sup->log_stacks = config->log->stacks;
	sup->pid = getpid();
	sup->started = settled_now();
	know_self(sup, config);
	sup->bound = bound_new();
	sup->names = names_new();
	if (config->filter & FILTER_MAKE)
		sup->made = made_new();
	sup->log = log_open(&log);
	sup->ask = config->ask ? ask_open() : NULL;
	sup->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	sup->network = own_network();
	if (!sup->bound || !sup->names || sup->network == 0 ||
	    (config->filter & FILTER_MAKE && !sup->made) ||
	    sup->group_count < 0 || stat("/", &sup->root) != 0)
		die_errno("cannot prepare the supervisor");
	if (sup->proc < 0 || fstatat(sup->proc, "self/ns/user", &ns, 0) != 0)
		die_errno("/proc is needed to look at clients");
	sup->user_namespace = ns.st_ino;
}
