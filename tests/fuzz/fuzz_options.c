/* SPDX-License-Identifier: MIT */
/* fuzz_options.c - hostile command lines.
 *
 * The input is a command line, its words separated by newlines.  What is
 * refused must be refused by one sentence that is safe on a terminal, what is
 * accepted must be a policy that the shim accepts and that can be printed.
 * The launcher ends by exit(3) after a write(2): both are caught here.
 */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/wire.h"
#include "shown.h"

/* Who leaves by longjmp(3) where a launcher would have ended frees nothing. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static jmp_buf ended;
static char said[1 << 16];
static size_t said_len;

static _Noreturn void caught_exit(int code)
{
	longjmp(ended, code);
}

static ssize_t caught_write(int fd, const void *bytes, size_t len)
{
	require(fd == STDERR_FILENO && said_len + len < sizeof(said));
	memcpy(said + said_len, bytes, len);
	said_len += len;
	said[said_len] = '\0';
	return (ssize_t)len;
}

#define exit  caught_exit
#define write caught_write
#include "launcher/diag.c"
#undef exit
#undef write

#include "launcher/options.h"

#define WORDS_MAX 64

static struct options options;
static struct policy decoded;
static char encoded[WIRE_TEXT_MAX];

static char top[PATH_MAX];

static void clean_up(void)
{
	static const char *const names[] = {"dir/file", "dir", "link", "loop"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		remove(names[i]);
	rmdir(top);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	setenv("HTTP_PROXY", "http://me:secret@localhost:3128", 1);
	fuzz_own_directory(top);
	require(mkdir("dir", 0700) == 0 && symlink("dir/x", "link") == 0 &&
		symlink("loop", "loop") == 0);
	close(open("dir/file", O_CREAT | O_CLOEXEC, 0600));
	atexit(clean_up);
	return 0;
}

/* Every line is one of ours and safe, and there is none without an end. */
static void check_said(void)
{
	const char *line = said;

	while (*line) {
		const char *end = strchr(line, '\n');

		require(end && !strncmp(line, "sbx-run: ", 9));
		require(end - line > 9 &&
			shown_safe(line, (size_t)(end - line)));
		line = end + 1;
	}
}

/* One sentence, the last; there may be notices before it. */
static void check_refused(int code)
{
	static const char start[] = "sbx-run: notice: ";
	const char *line = said;

	require(code == EXIT_SBX);
	while (!strncmp(line, start, sizeof(start) - 1))
		line = strchr(line, '\n') + 1;
	require(strchr(line, '\n') && strchr(line, '\n')[1] == '\0');
}

static void check_printed(void)
{
	char *printed = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);

	require(out != NULL);
	options_print_policy(&options, out);
	fclose(out);
	for (size_t i = 0; i < size; i++)
		if (printed[i] == '\n')
			printed[i] = ' ';
	require(size > 0 && shown_safe(printed, size));
	free(printed);
}

/* Addresses are granted by options that say so, and the proxies' are on the
 * loopback, as the environment of LLVMFuzzerInitialize() has it.  What --audit
 * adds is known. */
static void check_inet(char **words, size_t count)
{
	const struct policy *policy =
		options.audit ? options.strict : &options.policy;
	size_t asked = 0, rules = 0, proxies = 0, secrets = 0;

	for (size_t i = 1; i < count; i++) {
		secrets += strstr(words[i], "secret") != NULL;
		asked += !strncmp(words[i], "--allow-connect", 15) ||
			 !strncmp(words[i], "--allow-listen", 14) ||
			 !strncmp(words[i], "--allow-udp", 11);
		proxies |= !strcmp(words[i], "--allow-proxy");
	}
	for (uint32_t i = 0; i < policy->rule_count; i++)
		rules += policy->rules[i].kind >= RULE_TCP;
	require(rules <= asked + 2 * proxies);
	require(!asked || policy->network != NETWORK_ISOLATED || !rules);
	require(!memmem(policy->arena, policy->arena_used, "secret", 6) ||
		!proxies || secrets);
}

static void check_accepted(char **words, size_t count)
{
	const struct policy *policy = &options.policy;
	size_t left = 0;

	require(wire_encode(policy, encoded, sizeof(encoded)) > 0);
	require(wire_decode(encoded, &decoded) == 0);
	require(decoded.rule_count == policy->rule_count &&
		decoded.unix_all == policy->unix_all &&
		decoded.network == policy->network &&
		decoded.deny_errno == policy->deny_errno &&
		!memcmp(decoded.rules, policy->rules,
			policy->rule_count * sizeof(policy->rules[0])));
	check_printed();
	/* The command is the end of what was given, untouched. */
	while (options.command[left])
		left++;
	require(left <= count && options.command == words + count - left);
	require(options.action != ACTION_RUN || left > 0);
	/* These two end parsing before anything is compared with another. */
	if (options.action == ACTION_HELP || options.action == ACTION_VERSION)
		return;
	check_inet(words, count - left);
	/* Nothing is opened but by an option that says so. */
	if (policy->network == NETWORK_FULL || policy->unix_all) {
		bool asked = false;

		for (size_t i = 1; i < count - left; i++)
			asked |= strstr(words[i], "full") != NULL ||
				 strstr(words[i], "--allow-all") != NULL;
		require(asked);
	}
}

static size_t split(char *text, char **words)
{
	size_t count = 0;

	words[count++] = (char *)"sbx-run";
	while (text && count < WORDS_MAX)
		words[count++] = strsep(&text, "\n");
	words[count] = NULL;
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = input_open(data, size);
	char *words[WORDS_MAX + 1];
	volatile size_t count;
	char *volatile text = strndup((const char *)in.at, in.left);
	int code;

	count = split(text, words);
	said_len = 0;
	said[0] = '\0';
	quiet = false;
	code = setjmp(ended);
	if (code == 0)
		options_parse(&options, (int)count, words);
	check_said();
	if (code != 0)
		check_refused(code);
	else
		check_accepted(words, count);
	free(text);
	return 0;
}
