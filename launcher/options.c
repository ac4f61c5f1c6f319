/* SPDX-License-Identifier: MIT */
/* options.c - parse and check the command line of sbx-run.
 *
 * A parser of our own rather than getopt_long(3): no abbreviations (an option
 * added later must not change what a script means), one message style, and
 * input quoted so that it cannot speak to the terminal.
 */
#include <string.h>

#include "audit.h"
#include "config.h"
#include "diag.h"
#include "option_table.h"

/* The option that @word names; @len: bytes before "=". */
static const struct option_spec *find_option(const char *word, size_t len)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *spec = &option_table[i];

		if (len == 2 && spec->letter && word[1] == spec->letter)
			return spec;
		if (len == strlen(spec->name) + 2 && word[1] == '-' &&
		    !memcmp(word + 2, spec->name, len - 2))
			return spec;
	}
	return NULL;
}

static void __attribute__((noreturn))
die_without_value(const struct option_spec *spec)
{
	char list[OPTION_WORDS_MAX];

	if (spec->arg)
		die("--%s needs %s %s", spec->name,
		    strchr("AEIO", spec->arg[0]) ? "an" : "a", spec->arg);
	die("--%s needs a value; use %s", spec->name,
	    option_word_list(spec, list, sizeof(list)));
}

const struct option_spec *option_find(const char *name)
{
	for (size_t i = 0; i < option_count; i++)
		if (strcmp(option_table[i].name, name) == 0)
			return &option_table[i];
	return NULL;
}

static void note_origins(struct parse *parse, const struct option_spec *spec)
{
	struct options *options = parse->options;
	const char *where = diag_where(NULL);

	diag_where(where);
	for (; parse->origins < options->policy.rule_count; parse->origins++) {
		struct rule_origin *origin = &options->origins[parse->origins];

		origin->option = spec->name;
		origin->where = where ? config_keep(where) : NULL;
	}
}

/* An option that reads others finds their rules noted already. */
void option_apply(struct parse *parse, const struct option_spec *spec,
		  const char *value)
{
	spec->set(parse, spec, value);
	note_origins(parse, spec);
}

/* The value in the next word of the command line. */
static const char *next_value(const struct option_spec *spec, const char *word)
{
	if (!word)
		die_without_value(spec);
	/* Rather a forgotten value than one that starts so. */
	if (!strncmp(word, "--", 2))
		die("--%s needs a value, not \"%s\"; write --%s=%s if it is "
		    "one",
		    spec->name, word, spec->name, word);
	return word;
}

/* Handles the option at @word; returns the first word after it. */
static char **parse_option(struct parse *parse, char **word)
{
	const char *equals =
		strncmp(*word, "--", 2) ? NULL : strchr(*word, '=');
	size_t len = equals ? (size_t)(equals - *word) : strlen(*word);
	const struct option_spec *spec = find_option(*word, len);
	const char *value = equals ? equals + 1 : NULL;

	if (!spec)
		die("unknown option \"%.*s\"; see sbx-run --help", (int)len,
		    *word);
	if (!option_has_value(spec) && value)
		die("--%s takes no value", spec->name);
	if (option_has_value(spec) && !spec->optional && !value)
		value = next_value(spec, *++word);
	option_apply(parse, spec, value);
	return word + 1;
}

static void check_stacks(const struct options *options)
{
	if (!options->log.stacks)
		return;
	if (options->backstop == BACKSTOP_NONE)
		die("--log-stacks needs the supervisor, which reads them; drop "
		    "--backstop=none");
	if (options->no_shim)
		die("--log-stacks needs the shim, which tells where they are; "
		    "drop --no-shim");
}

static void check_conflicts(const struct parse *parse)
{
	const struct options *options = parse->options;

	if (parse->allow_all && options->unix_allowlist)
		die("--allow-all-unix-sockets and --unix-sockets=allowlist "
		    "exclude each other; drop one of them");
	if (options->backstop == BACKSTOP_NONE && options->policy.unix_private)
		die("--private-sockets needs the supervisor, which knows whose "
		    "socket is whose; drop --backstop=none");
	if (options->backstop == BACKSTOP_NONE &&
	    options->policy.network == NETWORK_ISOLATED)
		die("--network isolated is enforced by the kernel; drop "
		    "--backstop=none");
	if (options->ask && (options->backstop == BACKSTOP_NONE ||
			     options->backstop == BACKSTOP_LANDLOCK_ONLY))
		die("--ask needs the supervisor, which lets a call wait; drop "
		    "--backstop");
	if (options->ask && options->audit)
		die("--ask and --audit exclude each other: nothing is refused; "
		    "drop one of them");
	if (options->backstop == BACKSTOP_NONE && options->no_shim)
		die("--backstop=none and --no-shim together enforce nothing; "
		    "drop one of them");
}

/* Nothing restricts AF_UNIX: say so if it was asked for.  A grant without
 * effect is a surprise, an exception without effect is a hole. */
static void check_effects(const struct parse *parse)
{
	const char *cause = "--network full; add --unix-sockets=allowlist to "
			    "restrict AF_UNIX too";

	if (parse->allow_all)
		cause = "--allow-all-unix-sockets; drop one of them";
	if (parse->deny)
		die("--%s has no effect with %s", parse->deny, cause);
	if (parse->allow)
		notice("notice: --%s has no effect with %s", parse->allow,
		       cause);
}

static void check_abstract(const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (!policy_rule_is_abstract(rule))
			continue;
		notice("notice: with --network isolated \"%s\" is a name "
		       "inside: abstract sockets belong to a network",
		       policy->arena + rule->given);
		return;
	}
}

/* A grant that is of no use, and one that cannot be had. */
static void check_network(const struct parse *parse)
{
	const struct policy *policy = &parse->options->policy;

	if (policy->network == NETWORK_ISOLATED)
		check_abstract(policy);
	if (!parse->inet)
		return;
	if (policy->network == NETWORK_FULL)
		notice("notice: --%s has no effect with --network full",
		       parse->inet);
	if (policy->network == NETWORK_ISOLATED)
		die("--%s and --network isolated exclude each other: no "
		    "address outside can be reached from there; use --network "
		    "none or host-loopback",
		    parse->inet);
}

/* The rules that are added come after all others. */
static void start_audit(const struct parse *parse)
{
	static struct policy strict;
	struct options *options = parse->options;

	options->strict = &options->policy;
	if (!options->audit)
		return;
	if (parse->deny)
		die("--%s and --audit exclude each other: nothing is refused; "
		    "drop one of them",
		    parse->deny);
	if (options->backstop == BACKSTOP_NONE ||
	    options->backstop == BACKSTOP_LANDLOCK_ONLY)
		die("--audit needs the supervisor, which records; drop "
		    "--backstop");
	strict = options->policy;
	options->strict = &strict;
	audit_allow_all(&options->policy);
}

static bool needs_command(enum action action)
{
	return action == ACTION_RUN;
}

/* Not memset(): it would touch the 18 pages of an empty policy. */
static void set_defaults(struct options *options)
{
	policy_init(&options->policy);
	options->action = ACTION_RUN;
	options->backstop = BACKSTOP_AUTO;
	options->unix_allowlist = false;
	options->no_shim = false;
	options->quiet = false;
	options->ask = false;
	options->audit = false;
	options->learn = NULL;
	options->log = (struct log_options){.target = LOG_NOWHERE};
	options->keep_caps = 0;
	options->explain_count = 0;
	options->command = NULL;
}

/* Is --no-config, or an option that only answers, among the options? */
static bool skips_config(char **word)
{
	for (; *word && (*word)[0] == '-' && strcmp(*word, "--") != 0; word++) {
		const struct option_spec *spec =
			find_option(*word, strcspn(*word, "="));

		if (!spec || spec->set == option_no_config ||
		    spec->set == option_answer)
			return true;
		if (option_has_value(spec) && !spec->optional &&
		    !strchr(*word, '=') && word[1])
			word++;
	}
	return false;
}

void options_parse(struct options *options, int argc, char **argv)
{
	struct parse parse = {.options = options};
	char **word = argv + (argc > 0);

	set_defaults(options);
	options->words = argv;
	if (!skips_config(argv + (argc > 0)))
		config_read_default(&parse);
	while (*word && (*word)[0] == '-' && (*word)[1]) {
		if (!strcmp(*word, "--")) {
			word++;
			break;
		}
		word = parse_option(&parse, word);
		if (parse.done)
			break;
	}
	options->command = word;
	if (parse.done)
		return;

	option_take_proxies(&parse);
	if (parse.proxy)
		note_origins(&parse, parse.proxy);
	check_conflicts(&parse);
	check_stacks(options);
	check_network(&parse);
	if (parse.allow_all || (options->policy.network == NETWORK_FULL &&
				!options->unix_allowlist)) {
		options->policy.unix_all = 1;
		check_effects(&parse);
	}
	start_audit(&parse);
	if (needs_command(options->action) && !*options->command)
		die("no command given; usage: sbx-run [options] -- command "
		    "[argument...]");
}
