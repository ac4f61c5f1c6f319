/* SPDX-License-Identifier: MIT */
/* command.c - what the judge runs: the sandbox, its grants, the attack. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

#define MAX_WORDS 64

static char *words[MAX_WORDS + 1];
static int word_count;

static void add_word(const char *word)
{
	if (word_count < MAX_WORDS)
		words[word_count++] = strdup(word);
}

static void add_option(const char *option, const char *value)
{
	add_word(option);
	add_word(value);
}

/* What a grant adds on the command line of sbx-run. */
static const struct {
	enum grant grant;
	const char *option, *name;
} further[] = {
	{GRANT_EXCEPT, "--deny-unix-socket", "granted/except.sock"},
	{GRANT_EXCEPT_TREE, "--deny-unix-socket", "granted/secret"},
	{GRANT_EXCEPT_DEEP, "--deny-unix-socket", "granted/room/except.sock"},
	{GRANT_EXCEPT_DEEP, "--deny-unix-socket",
	 "granted/room/none/later.sock"},
	{GRANT_NEAR, "--allow-unix-socket", "near.sock"},
	{GRANT_SPLIT, "--allow-unix-bind", "lure"},
	{GRANT_MISSING, "--allow-unix-socket", "empty/later.sock"},
	{GRANT_MISSING_TREE, "--allow-unix-socket", "none/later.sock"},
	{GRANT_MISSING_DEEP, "--allow-unix-socket", "room/none/later.sock"},
	{GRANT_BIND_ONLY, "--allow-unix-bind", "lure/ok.sock"},
	{GRANT_CONNECT_ONLY, "--allow-unix-connect", "open"},
};

/* ---- IP ----------------------------------------------------------------- */

static void add_port(const char *option, const char *address, long port)
{
	char text[64];

	snprintf(text, sizeof(text), "%s:%ld", address, port);
	if (port)
		add_option(option, text);
}

static void add_tcp(void)
{
	add_port("--allow-connect", "127.0.0.1", scene.tcp4_ok);
	add_port("--allow-connect", "[::1]", scene.tcp6_ok);
	add_port("--allow-listen", "127.0.0.1", scene.listen_ok);
	add_port("--allow-connect", "127.0.0.1", scene.listen_ok);
}

static void add_udp(void)
{
	add_port("--allow-udp", "127.0.0.1", scene.udp4_ok);
	add_port("--allow-udp", "[::1]", scene.udp6_ok);
	/* Beyond this machine, and nobody's. */
	add_port("--allow-udp", "[fe80::2]", scene.udp6_ok);
}

static void add_inet(enum grant grant)
{
	if (grant == GRANT_LOOPBACK)
		add_option("--network", "host-loopback");
	if (grant == GRANT_ISOLATED || grant == GRANT_ISOLATED_UNIX)
		add_option("--network", "isolated");
	if (grant >= GRANT_TCP && grant <= GRANT_TCP_UNIX)
		add_tcp();
	if (grant == GRANT_INET || grant == GRANT_INET_UNIX)
		add_udp();
	if (grant_all_unix(grant))
		add_word("--allow-all-unix-sockets");
}

/* ---- AF_UNIX ------------------------------------------------------------ */

bool is_alone(const char *tier)
{
	return tier && !strcmp(tier, "landlock-only");
}

/* Without a supervisor no single name can be granted for binding. */
static const char *option_for(bool directory, const char *tier)
{
	return !directory && is_alone(tier) ? "--allow-unix-connect"
					    : "--allow-unix-socket";
}

static void add_grants(enum grant grant, const char *tier)
{
	const bool all = grant >= GRANT_DIRECTORY && grant <= GRANT_SPLIT;
	char name[64];

	if (grant_all_unix(grant))
		return;
	add_option(option_for(all, tier),
		   at(all ? "granted" : "granted/ok.sock"));
	for (size_t i = 0; i < sizeof(further) / sizeof(further[0]); i++)
		if (further[i].grant == grant)
			add_option(further[i].option, at(further[i].name));
	if (grant == GRANT_ABSTRACT) {
		snprintf(name, sizeof(name), "@sbx-%s-ok", scene.token);
		add_option("--allow-unix-socket", name);
	}
	/* Names of its own network, not those of the servers. */
	if (grant == GRANT_ISOLATED) {
		snprintf(name, sizeof(name), "@sbx-%s-no*", scene.token);
		add_option("--allow-unix-socket", name);
	}
	if (grant == GRANT_DGRAM) {
		add_option(option_for(false, tier), at("granted/dgram.sock"));
		add_word("--allow-unix-dgram");
	}
	if (grant == GRANT_DGRAM || grant == GRANT_ABSTRACT_BIND) {
		snprintf(name, sizeof(name), "@sbx-%s-mine", scene.token);
		add_option("--allow-unix-bind", name);
	}
	if (grant == GRANT_ABSTRACT_BIND)
		add_option("--allow-unix-bind", at("granted"));
}

static void add_prefix(const char *prefix)
{
	char *copy = strdup(prefix), *rest = copy, *word, *dir;
	char text[512];

	while ((word = strsep(&rest, " "))) {
		dir = strstr(word, "DIR/");
		if (dir)
			snprintf(text, sizeof(text), "%.*s%s%s",
				 (int)(dir - word), word, scene.dir, dir + 3);
		else
			snprintf(text, sizeof(text), "%s", word);
		if (*text)
			add_word(text);
	}
	free(copy);
}

char **command_words(const struct attack *attack, const char *sbx,
		     const char *prefix, const char *tier, bool no_shim,
		     const char *self)
{
	const char *slash = strrchr(self, '/');
	char program[512];

	if (sbx) {
		add_word(sbx);
		if (tier)
			add_option("--backstop", tier);
		if (attack->needs & NEEDS_LOG)
			add_option("--log", at("log/json"));
		if (no_shim)
			add_word("--no-shim");
		add_inet(attack->grant);
		add_grants(attack->grant, tier);
		add_word("--");
	} else if (prefix) {
		add_prefix(prefix);
	}
	snprintf(program, sizeof(program), "%.*sattack",
		 slash ? (int)(slash - self + 1) : 0, self);
	add_word(program);
	add_word(attack->name);
	add_word(scene.dir);
	return words;
}
