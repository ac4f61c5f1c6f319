/* SPDX-License-Identifier: MIT */
/* options.h - the command line of sbx-run.
 *
 * One table (option_table.c) holds every option with its argument, its help
 * text and what it does; parsing, --help and the options section of the man
 * page are derived from it.
 */
#ifndef SBX_OPTIONS_H
#define SBX_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../policy/policy.h"

#ifndef SBX_VERSION
#define SBX_VERSION "0.1.0-dev"
#endif

enum backstop_choice {
	BACKSTOP_AUTO,		/* the strongest this machine can do */
	BACKSTOP_LANDLOCK,	/* supervisor and Landlock 9, or fail */
	BACKSTOP_LANDLOCK_ONLY, /* Landlock 9 without a supervisor, or fail */
	BACKSTOP_SUPERVISED,	/* user notification, or fail */
	BACKSTOP_NONE,		/* the shim alone: asked for, and said */
};

/* Where --log sends events. */
enum log_target {
	LOG_NOWHERE,
	LOG_FILE,
	LOG_DESCRIPTOR,
	LOG_JOURNAL,
	LOG_SYSLOG,
};

enum log_format {
	LOG_FORMAT_USUAL, /* text for stderr and the system log, else JSON */
	LOG_FORMAT_TEXT,
	LOG_FORMAT_JSON,
};

/* --log-denials: a table after the command. */
enum log_denials {
	DENIALS_AS_THEY_COME, /* a line for each instead */
	DENIALS_LISTED,
	DENIALS_LISTED_ALL, /* with those that are expected */
};

struct log_options {
	enum log_target target;
	const char *path; /* LOG_FILE */
	int fd;		  /* LOG_DESCRIPTOR */
	enum log_format format;
	bool allowed; /* what is allowed, too */
	bool stacks;  /* where refused calls come from */
	enum log_denials denials;
};

enum action {
	ACTION_RUN,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_CHECK,
	ACTION_PRINT_POLICY,
	ACTION_EXPLAIN,
	ACTION_MAN_OPTIONS, /* hidden --man-options: mdoc list for the page */
};

/* Which option a rule came from, and where that stood. */
struct rule_origin {
	const char *option; /* without "--" */
	const char *where;  /* FILE:LINE, or NULL: the command line */
};

#define EXPLAIN_MAX 256 /* targets of --explain */

struct options {
	struct policy policy;
	struct rule_origin origins[POLICY_MAX_RULES];
	const char *explain[EXPLAIN_MAX];
	unsigned int explain_count;
	enum action action;
	enum backstop_choice backstop;
	bool unix_allowlist; /* --unix-sockets=allowlist was given */
	bool no_shim;
	bool quiet;
	bool ask;	   /* a person, about what would be refused */
	bool audit;	   /* refuse nothing, record everything */
	const char *learn; /* ... and write what would allow it, or NULL */
	const struct policy *strict; /* policy without what audit adds */
	struct log_options log;
	uint64_t keep_caps; /* --keep-caps: bit per capability number */
	char **words;	    /* the whole command line */
	char **command;	    /* argv of the command, NULL-terminated; empty
			     * if the action needs none */
};

/**
 * options_parse() - Parse and check the command line, or die.
 * @options:	result
 * @argc, @argv: of main()
 *
 * Parsing stops at "--" or at the first word that is not an option.  Every
 * failure is one sentence that quotes the input and names the remedy, exit
 * 125.  A grant that can have no effect (--network full without
 * --unix-sockets=allowlist) is a notice(), a deny without effect is a failure.
 * --help and --version end parsing at once.
 */
void options_parse(struct options *options, int argc, char **argv);

/** options_version() - Write "sbx-run VERSION" and a newline. */
void options_version(FILE *out);

/** options_help() - Write the help text from the table. */
void options_help(FILE *out);

/** options_man() - Write the mdoc(7) list of options from the table. */
void options_man(FILE *out);

/** options_print_policy() - The resolved policy, a rule a line. */
void options_print_policy(const struct options *options, FILE *out);

#endif /* SBX_OPTIONS_H */
