/* SPDX-License-Identifier: MIT */
/* supervisor.h - the process that answers for everything sandboxed. */
#ifndef SBX_SUPERVISOR_H
#define SBX_SUPERVISOR_H

#include <stdbool.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <time.h>

#include "../../policy/policy.h"
#include "../backstop/landlock.h"
#include "../options.h"

struct around;
struct ask;
struct log;
struct bound;
struct made;
struct names;

#define CLIENT_GROUPS_MAX 256 /* of a process; one with more is refused */

/* What every part of the supervisor shares; constant once threads run, but
 * for what the pointers lead to, which locks itself. */
struct supervisor {
	const struct policy *policy;
	/* The same but for what --audit adds at the end. */
	const struct policy *strict;
	struct pins *pins;
	/* What the kernel enforces by itself; NULL: tier supervised. */
	const struct landlock_grants *grants;
	bool shim_expected;	/* the command should load it */
	atomic_bool *shim_seen; /* ... and said so */
	struct bound *bound;	/* what sandboxed processes bound: files */
	struct names *names;	/* ... and abstract names */
	struct made *made;	/* sockets made for clients; NULL: fetched */
	/* Where abstract names are those that were bound inside, or NULL. */
	struct around *around;
	struct log *log;
	struct ask *ask; /* NULL: nobody is asked */
	/* IP sockets may exist that are not jailed ... */
	bool mediates_inet;
	/* The client's own connect() and bind() of one, jailed or not, is
	 * refused by Landlock. */
	bool inet_locked;
	int listener;	  /* seccomp notifications; -1: --explain */
	bool log_allowed; /* events of what is allowed are wanted */
	bool log_stacks;  /* ... and where refused calls come from */
	bool restarts;	  /* a call that was answered may be made again */
	bool privileged;  /* we have capabilities: act as the client */
	uid_t uid;	  /* our own identity, effective */
	gid_t gid;
	uint64_t effective; /* capabilities */
	uint64_t spare;	    /* permitted beside these, see creds.c */
	int group_count;
	gid_t groups[CLIENT_GROUPS_MAX];
	struct stat root;     /* our root directory */
	ino_t user_namespace; /* ours */
	uint64_t network;     /* our network_cookie() */
	pid_t pid;
	struct timespec started; /* settled_now(), before the command */
	int proc;		 /* O_PATH descriptor of /proc */
};

/* Channel between launcher and supervisor: one message, one datagram. */
enum message_kind {
	MESSAGE_STOPPED, /* to launcher: the command stopped; value: signal */
	MESSAGE_EXITED,	 /* to launcher: value: wait status */
	MESSAGE_FAILED,	 /* to launcher: could not start; value: exit code */
	MESSAGE_SIGNAL,	 /* to supervisor: send value to the command */
	MESSAGE_AWAKE,	 /* to supervisor: back from MESSAGE_STOPPED */
};

struct message {
	int kind;
	int value;
	bool last; /* MESSAGE_EXITED: nothing sandboxed is left */
};

struct supervisor_config {
	const struct policy *policy;
	const struct policy *strict; /* without what --audit adds */
	struct pins *pins;
	const char *run;  /* identifier of this run */
	const char *tier; /* who enforces, for events */
	const struct log_options *log;
	const char *learn; /* where to write what would allow it, or NULL */
	bool quiet;
	bool ask;	    /* a person, about refusals */
	bool shim_expected; /* a dynamic program, and no --no-shim */
	int ruleset;	    /* Landlock domain of the command */
	const struct landlock_grants *grants; /* of tier landlock, or NULL */
	bool foreign_inet;		      /* IP sockets came from outside */
	bool inet_locked;    /* it refuses IP, jailed or not, or foreign */
	unsigned int filter; /* seccomp filter of the command: FILTER_* */
	uint64_t keep_caps;
	sigset_t mask;		/* signal mask of the command */
	bool ignores_children;	/* SIGCHLD is ignored by the command */
	int channel;		/* to the launcher */
	_Atomic pid_t *command; /* its process id, for the launcher */
	const char *program;	/* path to execute */
	char **argv;
	char **words; /* the whole command line of ours, of which argv is a part
		       */
};

/** supervisor_init() - Fill in @sup, but for the listener; or die. */
void supervisor_init(struct supervisor *sup,
		     const struct supervisor_config *config);

/**
 * supervisor_run() - Start the command and answer for it until nothing
 *		      sandboxed is left.
 *
 * Called in a process of its own, all signals blocked; does not return.
 */
_Noreturn void supervisor_run(const struct supervisor_config *config);

#endif /* SBX_SUPERVISOR_H */
