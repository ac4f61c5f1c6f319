/* SPDX-License-Identifier: MIT */
/* test_denials.c - the table of refusals, and the command line it offers.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "launcher/supervisor/denials.h"

static struct tally tally;
static struct event event;
static char *words[] = {"sbx-run", "-q", "--", "prog", "a b", NULL};
static char *text;

static int setup(void **state)
{
	(void)state;
	memset(&tally, 0, sizeof(tally));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	/* One piece of memory holds all texts of an entry. */
	for (size_t i = 0; i < tally.count; i++)
		free((char *)tally.entries[i].resolved);
	free(tally.entries);
	free(text);
	text = NULL;
	return 0;
}

/* Somebody was refused to connect to a host of that name. */
static void add(const char *host, uint32_t count, const char *hint,
		const char *note)
{
	memset(&event, 0, sizeof(event));
	strcpy(event.comm, "prog");
	event.op = OP_RESOLVE;
	event.verdict.rule = -1;
	event.count = count;
	event.note = note;
	strcpy(event.host, host);
	strcpy(event.hint, hint);
	tally_add(&tally, &event);
}

static void expect(bool expected, const char *want)
{
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	denials_print(out, &tally, expected, words, words + 3);
	fclose(out);
	assert_string_equal(text, want);
	free(text);
	text = NULL;
}

#define HEAD "\n=== Sandbox denials ===\n"

static void nothing_was_refused(void **state)
{
	(void)state;
	expect(true, HEAD "None found.\n");
}

static void most_frequent_first_and_each_option_once(void **state)
{
	(void)state;
	add("one", 1, "--allow-udp 10.0.0.1:53", NULL);
	add("two", 2, "--allow-unix-socket '/a b'", NULL);
	add("too", 1, "--allow-udp 10.0.0.1:53", NULL);
	expect(true,
	       HEAD "(prog) resolve two (2 times) -- allow with"
		    " --allow-unix-socket '/a b'\n"
		    "(prog) resolve one -- allow with --allow-udp 10.0.0.1:53\n"
		    "(prog) resolve too -- allow with --allow-udp 10.0.0.1:53\n"
		    "Allow all of this with:\n"
		    "  sbx-run -q --allow-unix-socket '/a b'"
		    " --allow-udp 10.0.0.1:53 -- prog 'a b'\n");
}

/* What cannot be granted says so, or why. */
static void not_everything_has_an_option(void **state)
{
	(void)state;
	add("none", 1, "", NULL);
	expect(true, HEAD "(prog) resolve none -- no option can name it\n");
	add("note", 1, "", "it has several hard links");
	add("deny", 1, "without --deny-unix-socket /x", NULL);
	add("some", 1, "--allow-unix-dgram", NULL);
	expect(true, HEAD
	       "(prog) resolve none -- no option can name it\n"
	       "(prog) resolve note: it has several hard links\n"
	       "(prog) resolve deny -- allow without --deny-unix-socket /x\n"
	       "(prog) resolve some -- allow with --allow-unix-dgram\n"
	       "Allow some of this with:\n"
	       "  sbx-run -q --allow-unix-dgram -- prog 'a b'\n");
}

/* Options that another one makes useless, or that would undo it. */
static void a_whole_network_needs_no_addresses(void **state)
{
	(void)state;
	add("a", 1, "--network full --unix-sockets=allowlist", NULL);
	add("b", 1, "--allow-connect 10.0.0.1:80", NULL);
	add("c", 1, "--network none --allow-connect 10.0.0.2:80", NULL);
	add("d", 1, "--private-sockets=/tmp", NULL);
	expect(true, HEAD
	       "(prog) resolve a -- allow with"
	       " --network full --unix-sockets=allowlist\n"
	       "(prog) resolve b -- allow with --allow-connect 10.0.0.1:80\n"
	       "(prog) resolve c -- allow with"
	       " --network none --allow-connect 10.0.0.2:80\n"
	       "(prog) resolve d -- allow with --private-sockets=/tmp\n"
	       "Allow all of this with:\n"
	       "  sbx-run -q --network full --unix-sockets=allowlist"
	       " --private-sockets=/tmp -- prog 'a b'\n");
}

static void expected_probes_are_left_out(void **state)
{
	(void)state;
	add("a", 1, "--allow-unix-dgram", NULL);
	tally.entries[0].expected = true;
	expect(false, HEAD "None found.\n");
	expect(true, HEAD "(prog) resolve a -- allow with --allow-unix-dgram\n"
			  "Allow all of this with:\n"
			  "  sbx-run -q --allow-unix-dgram -- prog 'a b'\n");
}

/* Whoever pastes it runs the whole command. */
static void words_of_any_length(void **state)
{
	static char word[100000];
	char *saved = words[4];
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	memset(word, '\'', sizeof(word) - 1);
	words[4] = word;
	add("a", 1, "--allow-unix-dgram", NULL);
	denials_print(out, &tally, true, words, words + 3);
	fclose(out);
	words[4] = saved;
	assert_true(len > 4 * (sizeof(word) - 1));
	assert_string_equal(text + len - 5, "\\'''\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(nothing_was_refused),
		TEST(most_frequent_first_and_each_option_once),
		TEST(not_everything_has_an_option),
		TEST(a_whole_network_needs_no_addresses),
		TEST(expected_probes_are_left_out),
		TEST(words_of_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
