/* SPDX-License-Identifier: MIT */
/* option_table.h - between the parser, the table of options and its texts.  */
#ifndef SBX_OPTION_TABLE_H
#define SBX_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

struct option_spec;

/* The state of options_parse(). */
struct parse {
	struct options *options;
	const char *allow; /* name of the first option that allows a socket */
	const char *deny;  /* name of the first that denies one, or NULL */
	const char *inet;  /* name of the first that allows an IP address */
	const struct option_spec *proxy; /* --allow-proxy, or NULL */
	unsigned int origins;		 /* rules whose origin is known */
	bool allow_all; /* --allow-all-unix-sockets was given */
	bool no_config; /* --no-config was given */
	bool done;	/* the rest of the command line does not matter */
};

/* Does what the option says; @value is NULL if there is none. */
typedef void option_set(struct parse *parse, const struct option_spec *spec,
			const char *value);

struct option_spec {
	const char *name;  /* without "--" */
	char letter;	   /* 0: none */
	const char *arg;   /* placeholder of the value, NULL: see words */
	const char *words; /* the only values, as "none|full", or NULL: any;
			    * neither arg nor words: takes no value */
	bool optional;	   /* the value may be left out; "=" gives it */
	const char *group; /* heading in --help, NULL: hidden */
	bool in_config;	   /* may be in a file, see config.h */
	const char *help;  /* a clause, plain text, no full stop */
	const char *more;  /* further mdoc(7) lines for the man page, or NULL */
	option_set *set;
	unsigned int value; /* for set */
};

/* What the options do (option_set.c). */
option_set option_allow, option_deny, option_allow_dgram, option_private,
	option_allow_all, option_unix_sockets, option_network, option_backstop,
	option_no_shim, option_deny_errno, option_keep_caps, option_log,
	option_allow_connect, option_allow_listen, option_allow_udp,
	option_allow_proxy, option_log_format, option_log_allowed,
	option_log_stacks, option_log_denials, option_ask, option_audit,
	option_learn, option_config, option_no_config, option_quiet,
	option_action, option_explain, option_answer;

/** option_apply() - spec->set(), and note where its rules came from. */
void option_apply(struct parse *parse, const struct option_spec *spec,
		  const char *value);

/** option_take_proxies() - What --allow-proxy grants, if it was given: after
 *			   all options, as one may silence its notices. */
void option_take_proxies(struct parse *parse);

extern const struct option_spec option_table[];
extern const size_t option_count;

static inline bool option_has_value(const struct option_spec *spec)
{
	return spec->arg || spec->words;
}

/* Bytes that hold the words of every option. */
#define OPTION_WORDS_MAX 256

/** option_find() - The option of that long name, or NULL. */
const struct option_spec *option_find(const char *name);

/** option_word_list() - The words of an option as "a, b or c" in @buf. */
const char *option_word_list(const struct option_spec *spec, char *buf,
			     size_t size);

#endif /* SBX_OPTION_TABLE_H */
