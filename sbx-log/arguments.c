/* SPDX-License-Identifier: MIT */
/* arguments.c - the command line of sbx-log: its tables, and who reads them. */
#include "arguments.h"

#include <string.h>

#include "../launcher/diag.h"
#include "../launcher/option_text.h"

#define FOR(command) (1U << (command))
#define FOR_ALL                                                                \
	(FOR(COMMAND_SUMMARY) | FOR(COMMAND_SUGGEST) | FOR(COMMAND_FOLLOW) |   \
	 FOR(COMMAND_HTML))

static const struct command {
	const char *name;
	const char *files;
	const char *help;
	enum log_command command;
} commands[] = {
	{"summary", "[FILE...]",
	 "what was refused and allowed, most frequent first", COMMAND_SUMMARY},
	{"suggest", "[FILE...]",
	 "the least options that would allow what was refused",
	 COMMAND_SUGGEST},
	{"follow", "FILE", "events as they come, a line each", COMMAND_FOLLOW},
	{"html", "[FILE...]", "a page for a browser, on standard output",
	 COMMAND_HTML},
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

enum which { ALL, CONFIG, WIDE, RUN, FRESH, HELP, VERSION, MAN_OPTIONS };

/* Which commands know the option. */
static const unsigned int known_to[] = {
	[ALL] = FOR_ALL & ~FOR(COMMAND_HTML), [CONFIG] = FOR(COMMAND_SUGGEST),
	[WIDE] = FOR(COMMAND_SUGGEST),	      [RUN] = FOR_ALL,
	[FRESH] = FOR(COMMAND_FOLLOW),
};

#define READ	"What is read"
#define WRITTEN "What is written"
#define INSTEAD "Instead"

static const struct option_spec table[] = {
	{
		.name = "run",
		.arg = "NAME",
		.group = READ,
		.help = "only that run of sbx-run; \"last\" is the one that "
			"wrote last",
		.more = "For\n"
			".Cm follow\n"
			"it must be a name.\n",
		.value = RUN,
	},
	{
		.name = "new",
		.group = READ,
		.help = "follow: leave out what is in the file already",
		.value = FRESH,
	},
	{
		.name = "all",
		.letter = 'a',
		.group = WRITTEN,
		.help = "summary, suggest, follow: leave out nothing, not even "
			"refusals that programs expect",
		.more = "Otherwise long lists are cut short, too.\n",
		.value = ALL,
	},
	{
		.name = "config",
		.group = WRITTEN,
		.help = "suggest: write a file for sbx-run --config",
		.more = "Paths are written in terms of the variables that "
			"they come from, as\n"
			".Nm sbx-run Fl -learn\n"
			"does.\n",
		.value = CONFIG,
	},
	{
		.name = "wide",
		.group = WRITTEN,
		.help = "suggest: open the whole network if nothing less would "
			"do",
		.more = "Otherwise what needs\n"
			".Fl -network Cm full\n"
			"is only named.\n",
		.value = WIDE,
	},
	{
		.name = "help",
		.letter = 'h',
		.group = INSTEAD,
		.help = "show this help",
		.value = HELP,
	},
	{
		.name = "version",
		.group = INSTEAD,
		.help = "show the version",
		.value = VERSION,
	},
	{
		.name = "man-options",
		.value = MAN_OPTIONS,
	},
};

#define SPECS (sizeof(table) / sizeof(*table))

static const struct option_spec *find_option(const char *word, size_t len)
{
	for (size_t i = 0; i < SPECS; i++) {
		if (len == 2 && table[i].letter && word[1] == table[i].letter)
			return &table[i];
		if (len == strlen(table[i].name) + 2 && word[1] == '-' &&
		    memcmp(word + 2, table[i].name, len - 2) == 0)
			return &table[i];
	}
	die("unknown option \"%.*s\"; see sbx-log --help", (int)len, word);
}

static enum log_command find_command(const char *word)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, word) == 0)
			return commands[i].command;
	die("unknown command \"%s\"; use summary, suggest, follow or html",
	    word);
}

static void set_option(struct arguments *arguments, enum which which,
		       const char *value)
{
	static const enum log_command answers[] = {
		[HELP] = COMMAND_HELP,
		[VERSION] = COMMAND_VERSION,
		[MAN_OPTIONS] = COMMAND_MAN_OPTIONS,
	};

	arguments->all |= which == ALL;
	arguments->config |= which == CONFIG;
	arguments->wide |= which == WIDE;
	arguments->fresh |= which == FRESH;
	if (which == RUN)
		arguments->run = value;
	if (which >= HELP)
		arguments->command = answers[which];
}

/* Handles the option at @word; returns the last word of it. */
static char **parse_option(struct arguments *arguments, char **word,
			   unsigned int *seen)
{
	const char *equals = (*word)[1] == '-' ? strchr(*word, '=') : NULL;
	const size_t len = equals ? (size_t)(equals - *word) : strlen(*word);
	const struct option_spec *spec = find_option(*word, len);
	const char *value = equals ? equals + 1 : NULL;

	if (!option_has_value(spec) && value)
		die("--%s takes no value", spec->name);
	if (option_has_value(spec) && !value)
		value = *++word;
	if (option_has_value(spec) && (!value || !*value))
		die("--%s needs a %s; see sbx-log --help", spec->name,
		    spec->arg);
	*seen |= 1U << spec->value;
	set_option(arguments, (enum which)spec->value, value);
	return word;
}

static void check(const struct arguments *arguments, unsigned int seen)
{
	const char *name = NULL;

	if (arguments->command == COMMAND_NONE)
		die("no command given; usage: sbx-log "
		    "summary|suggest|follow|html [options] [FILE...]");
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].command == arguments->command)
			name = commands[i].name;
	for (size_t i = 0; i < SPECS; i++)
		if ((seen & 1U << table[i].value) && name &&
		    !(known_to[table[i].value] & FOR(arguments->command)))
			die("--%s is not for %s; see sbx-log --help",
			    table[i].name, name);
	if (arguments->command == COMMAND_FOLLOW &&
	    (!arguments->files[0] || arguments->files[1]))
		die("follow needs one FILE; \"-\" is standard input");
}

void arguments_parse(struct arguments *arguments, char **argv)
{
	bool options = true;
	char **kept = argv;
	unsigned int seen = 0;

	*arguments = (struct arguments){.files = argv};
	for (char **word = argv + (*argv != NULL); *word; word++) {
		if (options && strcmp(*word, "--") == 0) {
			options = false;
			continue;
		}
		if (!options || (*word)[0] != '-' || !(*word)[1]) {
			if (arguments->command == COMMAND_NONE)
				arguments->command = find_command(*word);
			else
				*kept++ = *word;
			continue;
		}
		word = parse_option(arguments, word, &seen);
		if (arguments->command >= COMMAND_HELP)
			return;
	}
	*kept = NULL;
	check(arguments, seen);
}

void arguments_help(FILE *out)
{
	fputs("Usage: sbx-log COMMAND [options] [FILE...]\n"
	      "Read the events that sbx-run --log wrote to FILE, or on "
	      "standard "
	      "input.\n\nCommands:\n",
	      out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-8s%-20s %s\n", commands[i].name,
			commands[i].files, commands[i].help);
	option_text_help(out, table, SPECS);
	fputs("\nThe exit status is 0, or 125 if it failed.\n"
	      "\nExample:\n"
	      "  sbx-run --log events -- make test; sbx-log summary events\n",
	      out);
}

void arguments_man(FILE *out)
{
	option_text_man(out, table, SPECS);
}
