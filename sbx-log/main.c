/* SPDX-License-Identifier: MIT */
/* main.c - sbx-log: what the events of sbx-run say. */
#include <stdio.h>

#include "../launcher/diag.h"
#include "../launcher/options.h"
#include "arguments.h"
#include "follow.h"
#include "html.h"
#include "read.h"
#include "suggest.h"
#include "summary.h"

static struct store store;

static void read_log(const struct arguments *arguments)
{
	store.keep_moments = arguments->command == COMMAND_HTML;
	read_files(&store, arguments->files);
	if (!store_select(&store, arguments->run))
		die("there is no run \"%s\" in the log; \"sbx-log summary\" "
		    "names them",
		    arguments->run);
}

static void suggest(const struct arguments *arguments)
{
	struct suggestions suggestions;

	suggest_collect(&suggestions, &store, arguments->all, arguments->wide);
	if (arguments->config)
		suggest_config(stdout, &suggestions, &store);
	else
		suggest_options(stdout, stderr, &suggestions, &store);
	summary_bad(stderr, &store, arguments->all);
	suggest_free(&suggestions);
}

static void follow(const struct arguments *arguments)
{
	const struct follow how = {
		.file = arguments->files[0],
		.run = arguments->run,
		.all = arguments->all,
		.fresh = arguments->fresh,
	};

	follow_file(stdout, &how);
}

static void run(const struct arguments *arguments)
{
	switch (arguments->command) {
	case COMMAND_SUMMARY:
		read_log(arguments);
		summary_print(stdout, &store, arguments->all);
		break;
	case COMMAND_SUGGEST:
		read_log(arguments);
		suggest(arguments);
		break;
	case COMMAND_FOLLOW:
		follow(arguments);
		break;
	case COMMAND_HTML:
		read_log(arguments);
		html_print(stdout, &store, arguments->files);
		break;
	case COMMAND_VERSION:
		printf("sbx-log %s\n", SBX_VERSION);
		break;
	case COMMAND_MAN_OPTIONS:
		arguments_man(stdout);
		break;
	case COMMAND_HELP:
	case COMMAND_NONE:
		arguments_help(stdout);
		break;
	}
}

int main(int argc, char **argv)
{
	struct arguments arguments;

	(void)argc;
	diag_program("sbx-log");
	arguments_parse(&arguments, argv);
	run(&arguments);
	if (fflush(stdout) != 0 || ferror(stdout))
		die_errno("cannot write to standard output");
	store_free(&store);
	return 0;
}
