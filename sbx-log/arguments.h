/* SPDX-License-Identifier: MIT */
/* arguments.h - the command line of sbx-log. */
#ifndef SBX_LOG_ARGUMENTS_H
#define SBX_LOG_ARGUMENTS_H

#include <stdbool.h>
#include <stdio.h>

enum log_command {
	COMMAND_NONE,
	COMMAND_SUMMARY,
	COMMAND_SUGGEST,
	COMMAND_FOLLOW,
	COMMAND_HTML,
	COMMAND_HELP,
	COMMAND_VERSION,
	COMMAND_MAN_OPTIONS, /* hidden --man-options: mdoc list for the page */
};

struct arguments {
	enum log_command command;
	bool all;
	bool config;
	bool wide;
	bool fresh;
	const char *run; /* NULL: all of them */
	char **files;	 /* NULL-terminated, in argv */
};

/**
 * arguments_parse() - Parse and check the command line, or die.
 * @argv:	of main(); is reordered
 *
 * Options and files may come in any order after the command; "--" ends options.
 */
void arguments_parse(struct arguments *arguments, char **argv);

/** arguments_help() - Write the help text from the tables. */
void arguments_help(FILE *out);

/** arguments_man() - Write the mdoc(7) list of options from the table. */
void arguments_man(FILE *out);

#endif /* SBX_LOG_ARGUMENTS_H */
