/* SPDX-License-Identifier: MIT */
/* init.c - start the shim: once, early, and never in anybody's way.
 *
 * Theory of operation
 *
 * libsbxshim.so is in every process of a sandbox that has a dynamic loader.
 * It tells a program early and cheaply what the kernel layer would tell it
 * anyway, and the supervisor why.  It is no boundary: whoever wants can go
 * round it, and then meets the kernel layer.
 *
 *	hook_*.c   the wrapped functions: ask the gate, then call through
 *	gate.c	   reads the arguments, asks the policy, remembers refusals
 *	report.c   asks the supervisor what a refused call shall return
 *	oracle.c   ... or, where there is none, the kernel
 *	log.c	   ... and then writes the event itself
 *	lookup.c   watches host names being looked up
 *	hosts.c	   ... and remembers them, to name what is refused
 *
 * A wrapped function may run before our constructor (in a constructor of
 * another library), in a signal handler, in a child of vfork(2), in several
 * threads at once.  So no wrapper allocates, locks, or keeps a descriptor,
 * and all of its state is what this file sets once:
 *
 *	NEW	   nobody was here; the constructor or the first call starts
 *	RUNNING	   somebody initialises.  Nobody waits, since the one who waits
 *		   may be a signal handler that interrupted him.  Such a call
 *		   takes the strictest answer for AF_UNIX; a supervisor corrects
 *		   it, so only --backstop=none refuses too much, for
 *		   microseconds.
 *	READY	   everything here is constant
 *
 * A child that a thread forks off while another one initialises stays RUNNING
 * until it executes something: strict, never open.
 *
 * The policy comes in the environment and is copied, because programs rewrite
 * their environment.  It is read in place of libc's getenv(3), which some
 * programs replace.  -z initfirst is not used: it would run us before libc,
 * when there is no environment yet.
 */
#include "init.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../policy/wire.h"
#include "real.h"
#include "report.h"

enum state { NEW, RUNNING, READY };

static int state; /* enum state */
static struct policy policy;
static struct settings settings;

static const char *find_variable(const char *name)
{
	size_t len = strlen(name);

	for (char **entry = environ; entry && *entry; entry++)
		if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
			return *entry + len + 1;
	return NULL;
}

static void copy_variable(const char *name, char *to, size_t size)
{
	const char *value = find_variable(name);
	size_t len = value ? strnlen(value, size) : 0;

	/* A cut name would be somebody else's. */
	if (len == size)
		len = 0;
	if (len > 0)
		memcpy(to, value, len);
	to[len] = '\0';
}

static void read_environment(void)
{
	const char *text = find_variable(WIRE_VARIABLE);
	const char *tier;

	if (wire_decode(text, &policy) < 0)
		settings.note = text ? WIRE_VARIABLE " is damaged"
				     : WIRE_VARIABLE " is missing";
	copy_variable("SBX_LOG", settings.log, sizeof(settings.log));
	copy_variable("SBX_RUN", settings.run, sizeof(settings.run));
	settings.quiet = find_variable("SBX_QUIET") != NULL;
	settings.stacks = find_variable("SBX_STACKS") != NULL;
	tier = find_variable("SBX_TIER");
	settings.enforced = tier && strcmp(tier, "landlock-only") == 0;
}

static const struct policy *initialise(void)
{
	int expected = NEW;
	int saved = errno;

	if (!__atomic_compare_exchange_n(&state, &expected, RUNNING, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
		return expected == READY ? &policy : NULL;
	real_resolve();
	read_environment();
	report_hello();
	__atomic_store_n(&state, READY, __ATOMIC_RELEASE);
	errno = saved;
	return &policy;
}

const struct policy *init_policy(void)
{
	if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == READY)
		return &policy;
	return initialise();
}

const struct settings *init_settings(void)
{
	return &settings;
}

__attribute__((constructor)) static void start(void)
{
	init_policy();
}
