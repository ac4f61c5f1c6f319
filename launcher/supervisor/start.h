/* SPDX-License-Identifier: MIT */
/* start.h - bring the command to life inside its sandbox, or not at all. */
#ifndef SBX_START_H
#define SBX_START_H

#include "supervisor.h"

/* The command before it runs. */
struct started {
	pid_t pid;
	int sync;     /* socket to it, until exec */
	int test;     /* listening socket of the self-test */
	int listener; /* seccomp notification descriptor */
	bool killable;
	struct around *around; /* see around_begin(), or NULL */
};

/**
 * start_confined() - Fork the command and have it confine itself.
 * @config:	what to run and how
 * @started:	result
 *
 * Return: 0, or the exit code to fail with; a message has been printed
 */
int start_confined(const struct supervisor_config *config,
		   struct started *started);

/**
 * start_go() - Judge the command's proof of its confinement, let it execute.
 *
 * The command tries to connect to an ungranted socket of ours, and has been
 * answered.  It is let go only if it was refused for the right reason and our
 * socket saw nobody.
 *
 * Return: 0, or the exit code to fail with; a message has been printed and
 *	   the process is gone
 */
int start_go(const struct supervisor_config *config,
	     const struct started *started);

/**
 * start_executed() - Wait until it executes.
 *
 * Return: as start_go()
 */
int start_executed(const struct supervisor_config *config,
		   const struct started *started);

#endif /* SBX_START_H */
