/* SPDX-License-Identifier: MIT */
/* option_set.c - what each option of sbx-run does.  */
#include <cap-ng.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../policy/errname.h"
#include "../policy/path.h"
#include "../policy/text.h"
#include "config.h"
#include "diag.h"
#include "option_table.h"
#include "proc.h"
#include "target.h"

const char *option_word_list(const struct option_spec *spec, char *buf,
			     size_t size)
{
	const char *word = spec->words;
	struct text list;

	text_open(&list, buf, size);
	while (*word) {
		size_t len = strcspn(word, "|");

		text_bytes(&list, word, len);
		word += len;
		if (*word == '|')
			text_string(&list, strchr(++word, '|') ? ", " : " or ");
	}
	return buf;
}

/* The position of @value among the words of an option. */
static unsigned int word_index(const struct option_spec *spec,
			       const char *value)
{
	char list[OPTION_WORDS_MAX];
	const char *word = spec->words;

	for (unsigned int index = 0;; index++) {
		size_t len = strcspn(word, "|");

		if (strlen(value) == len && !memcmp(word, value, len))
			return index;
		word += len;
		if (!*word++)
			break;
	}
	die("unknown value \"%s\" for --%s; use %s", value, spec->name,
	    option_word_list(spec, list, sizeof(list)));
}

static void add_rule(struct parse *parse, const struct option_spec *spec,
		     enum policy_effect effect, const char *value)
{
	const char *why = "";

	if (path_add_rule(&parse->options->policy, effect, spec->value, value,
			  &why) == 0)
		return;
	proc_require(); /* names are read there */
	die("invalid path \"%s\": %s", value, why);
}

void option_allow(struct parse *parse, const struct option_spec *spec,
		  const char *value)
{
	add_rule(parse, spec, EFFECT_ALLOW, value);
	if (!parse->allow)
		parse->allow = spec->name;
}

void option_deny(struct parse *parse, const struct option_spec *spec,
		 const char *value)
{
	add_rule(parse, spec, EFFECT_DENY, value);
	if (!parse->deny)
		parse->deny = spec->name;
}

/* Where programs make their temporary files. */
static const char *temporary_directory(void)
{
	const char *dir = getenv("TMPDIR");

	if (dir && *dir)
		return dir;
	if (dir)
		notice("notice: TMPDIR is empty; --private-sockets means /tmp");
	return "/tmp";
}

void option_private(struct parse *parse, const struct option_spec *spec,
		    const char *value)
{
	struct policy *policy = &parse->options->policy;
	const char *dir = value ? value : temporary_directory();
	const char *remedy = value ? "" : "; use --private-sockets=DIR";
	const char *why = "";
	struct stat st;

	if (dir[0] == '@')
		die("invalid path \"%s\": an abstract name is no directory; "
		    "write \"./%s\" for a directory",
		    dir, dir);
	if (path_add_rule(policy, EFFECT_ALLOW, spec->value, dir, &why))
		die("invalid path \"%s\" for --%s: %s%s", dir, spec->name, why,
		    remedy);
	if (policy->rules[policy->rule_count - 1].kind != RULE_TREE)
		die("invalid path \"%s\" for --%s: %s%s", dir, spec->name,
		    strerror(stat(dir, &st) == 0 ? ENOTDIR : errno), remedy);
	policy->unix_private = true;
	if (!parse->allow)
		parse->allow = spec->name;
}

void option_allow_dgram(struct parse *parse, const struct option_spec *spec,
			const char *value)
{
	(void)value;
	parse->options->policy.unix_dgram = true;
	if (!parse->allow)
		parse->allow = spec->name;
}

void option_allow_all(struct parse *parse, const struct option_spec *spec,
		      const char *value)
{
	(void)spec;
	(void)value;
	parse->allow_all = true;
}

void option_unix_sockets(struct parse *parse, const struct option_spec *spec,
			 const char *value)
{
	parse->options->unix_allowlist = word_index(spec, value) == 0;
}

void option_network(struct parse *parse, const struct option_spec *spec,
		    const char *value)
{
	static const enum network_mode modes[] = {
		NETWORK_NONE, NETWORK_ISOLATED, NETWORK_LOOPBACK, NETWORK_FULL};

	parse->options->policy.network = modes[word_index(spec, value)];
}

void option_backstop(struct parse *parse, const struct option_spec *spec,
		     const char *value)
{
	static const enum backstop_choice choices[] = {
		BACKSTOP_AUTO, BACKSTOP_LANDLOCK, BACKSTOP_LANDLOCK_ONLY,
		BACKSTOP_SUPERVISED, BACKSTOP_NONE};

	parse->options->backstop = choices[word_index(spec, value)];
}

void option_no_shim(struct parse *parse, const struct option_spec *spec,
		    const char *value)
{
	(void)spec;
	(void)value;
	parse->options->no_shim = true;
}

void option_deny_errno(struct parse *parse, const struct option_spec *spec,
		       const char *value)
{
	word_index(spec, value);
	parse->options->policy.deny_errno = errname_value(value);
}

/* The bit of the capability called @name, which is not terminated. */
static uint64_t capability_bit(const char *name, size_t len)
{
	char copy[64] = "";
	int number = -1;

	if (len < sizeof(copy)) {
		memcpy(copy, name, len);
		number = capng_name_to_capability(
			strncasecmp(copy, "cap_", 4) ? copy : copy + 4);
	}
	if (number < 0 || number > 63)
		die("unknown capability \"%.*s\" for --keep-caps; "
		    "see capabilities(7)",
		    (int)len, name);
	return UINT64_C(1) << number;
}

void option_keep_caps(struct parse *parse, const struct option_spec *spec,
		      const char *value)
{
	uint64_t *caps = &parse->options->keep_caps;

	(void)spec;
	if (!strcasecmp(value, "all")) {
		*caps = UINT64_MAX;
		return;
	}
	for (;;) {
		size_t len = strcspn(value, ",");

		*caps |= capability_bit(value, len);
		value += len;
		if (!*value++)
			return;
	}
}

static int descriptor_number(const struct option_spec *spec, const char *value)
{
	char *end;
	const unsigned long number = strtoul(value + 3, &end, 10);

	if (value[3] < '0' || value[3] > '9' || *end || number > INT_MAX)
		die("invalid value \"%s\" for --%s: a descriptor is a number, "
		    "as fd:3; write \"./%s\" for a file",
		    value, spec->name, value);
	return (int)number;
}

void option_log(struct parse *parse, const struct option_spec *spec,
		const char *value)
{
	struct log_options *log = &parse->options->log;

	if (!*value)
		die("--%s needs a %s", spec->name, spec->arg);
	log->path = NULL;
	if (!strcmp(value, "journald")) {
		log->target = LOG_JOURNAL;
	} else if (!strcmp(value, "syslog")) {
		log->target = LOG_SYSLOG;
	} else if (!strcmp(value, "stderr")) {
		log->target = LOG_DESCRIPTOR;
		log->fd = STDERR_FILENO;
	} else if (!strncmp(value, "fd:", 3)) {
		log->target = LOG_DESCRIPTOR;
		log->fd = descriptor_number(spec, value);
	} else {
		log->target = LOG_FILE;
		log->path = value;
	}
}

void option_log_format(struct parse *parse, const struct option_spec *spec,
		       const char *value)
{
	static const enum log_format formats[] = {LOG_FORMAT_TEXT,
						  LOG_FORMAT_JSON};

	parse->options->log.format = formats[word_index(spec, value)];
}

void option_log_allowed(struct parse *parse, const struct option_spec *spec,
			const char *value)
{
	(void)spec;
	(void)value;
	parse->options->log.allowed = true;
}

void option_log_stacks(struct parse *parse, const struct option_spec *spec,
		       const char *value)
{
	(void)spec;
	(void)value;
	parse->options->log.stacks = true;
}

void option_log_denials(struct parse *parse, const struct option_spec *spec,
			const char *value)
{
	if (value)
		word_index(spec, value);
	parse->options->log.denials =
		value ? DENIALS_LISTED_ALL : DENIALS_LISTED;
}

void option_ask(struct parse *parse, const struct option_spec *spec,
		const char *value)
{
	(void)spec;
	(void)value;
	parse->options->ask = true;
	parse->options->policy.asks = true;
}

void option_audit(struct parse *parse, const struct option_spec *spec,
		  const char *value)
{
	(void)spec;
	(void)value;
	parse->options->audit = true;
}

void option_learn(struct parse *parse, const struct option_spec *spec,
		  const char *value)
{
	if (!*value)
		die("--%s needs a %s", spec->name, spec->arg);
	parse->options->audit = true;
	parse->options->learn = value;
}

void option_config(struct parse *parse, const struct option_spec *spec,
		   const char *value)
{
	(void)spec;
	config_read(parse, value);
}

void option_no_config(struct parse *parse, const struct option_spec *spec,
		      const char *value)
{
	(void)spec;
	(void)value;
	parse->no_config = true;
}

void option_quiet(struct parse *parse, const struct option_spec *spec,
		  const char *value)
{
	(void)spec;
	(void)value;
	parse->options->quiet = true;
	diag_quiet();
}

/* What to do instead of running the command. */
void option_action(struct parse *parse, const struct option_spec *spec,
		   const char *value)
{
	(void)value;
	if (parse->options->action != ACTION_RUN &&
	    parse->options->action != (enum action)spec->value)
		die("--check, --print-policy and --explain exclude each other; "
		    "use one of them");
	parse->options->action = (enum action)spec->value;
}

void option_explain(struct parse *parse, const struct option_spec *spec,
		    const char *value)
{
	struct options *options = parse->options;
	struct target target;
	const char *why = target_parse(&target, value);

	if (why)
		die("invalid value \"%s\" for --%s: %s", value, spec->name,
		    why);
	if (options->explain_count == EXPLAIN_MAX)
		die("--%s takes %d targets at most; ask in several runs",
		    spec->name, EXPLAIN_MAX);
	options->explain[options->explain_count++] = value;
	option_action(parse, spec, NULL);
}

/* What ends parsing, too. */
void option_answer(struct parse *parse, const struct option_spec *spec,
		   const char *value)
{
	(void)value;
	parse->options->action = (enum action)spec->value;
	parse->done = true;
}
