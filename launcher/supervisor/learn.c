/* SPDX-License-Identifier: MIT */
/* learn.c - write the configuration that allows what was recorded.  */
#include "learn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../policy/errname.h"
#include "../../policy/inet.h"
#include "../../policy/quote.h"
#include "../clean.h"
#include "../diag.h"
#include "../variables.h"
#include "lesson.h"
#include "place.h"

#define TEMPORARY ".sbx-learn"

/* ---- what was granted already ------------------------------------------- */

static const char *option_of(const struct policy *policy,
			     const struct policy_rule *rule)
{
	if (rule->kind == RULE_UDP)
		return "allow-udp";
	if (rule->kind == RULE_TCP)
		return rule->ops & OPS_LISTEN ? "allow-listen"
					      : "allow-connect";
	if (rule->ops == OPS_BIND)
		return policy->unix_private && rule->kind == RULE_TREE
			       ? "private-sockets"
			       : "allow-unix-bind";
	return rule->ops == OPS_CONNECT ? "allow-unix-connect"
					: "allow-unix-socket";
}

static void append_range(struct text *text, const struct inet_range *range)
{
	char buf[128];
	struct text word;

	text_open(&word, buf, sizeof(buf));
	inet_range_text(&word, range);
	quote_shell(text, buf, word.len);
}

static void append_name(struct text *text, const struct policy *policy,
			const struct policy_rule *rule)
{
	const char *name = policy_rule_name(policy, rule);
	struct inet_range range;

	/* What was given for a proxy is no address. */
	if (rule->ops & OPS_LISTEN) {
		quote_shell(text, policy->arena + rule->given, rule->given_len);
		return;
	}
	switch (rule->kind) {
	case RULE_TCP:
	case RULE_UDP:
		if (inet_range_get(&range, name, rule->name_len))
			append_range(text, &range);
		break;
	case RULE_ABSTRACT:
	case RULE_ABSTRACT_PREFIX:
		quote_shell(text, policy->arena + rule->given, rule->given_len);
		break;
	default:
		variables_shorten(text, name);
		break;
	}
}

static void print_rules(FILE *out, const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->rule_count; i++) {
		char buf[LESSON_SIZE];
		struct text text;

		text_open(&text, buf, sizeof(buf));
		append_name(&text, policy, &policy->rules[i]);
		/* Half a name would grant something else. */
		if (text_length(&text) < 0)
			fprintf(out, "# a name is too long to be written\n");
		else
			fprintf(out, "%s %s\n",
				option_of(policy, &policy->rules[i]), buf);
	}
}

static void print_given(FILE *out, const struct policy *policy)
{
	if (policy->network != NETWORK_NONE)
		fprintf(out, "network %s\n",
			policy_network_name(
				(enum network_mode)policy->network));
	if (policy->network == NETWORK_FULL && !policy->unix_all)
		fputs("unix-sockets allowlist\n", out);
	if (policy->network != NETWORK_FULL && policy->unix_all)
		fputs("allow-all-unix-sockets\n", out);
	if (policy->unix_dgram && !policy->unix_all)
		fputs("allow-unix-dgram\n", out);
	if (policy->deny_errno != EACCES)
		fprintf(out, "deny-errno %s\n",
			errname_text(policy->deny_errno));
	print_rules(out, policy);
}

/* ---- what was done beyond ----------------------------------------------- */

/* The same line of an entry before? */
static bool is_repeated(const struct tally *tally, size_t index,
			const struct lesson *lesson)
{
	static struct lesson other;

	for (size_t i = 0; i < index; i++) {
		lesson_of(tally, i, &other);
		if (strcmp(other.line, lesson->line) == 0)
			return true;
	}
	return false;
}

static void print_comment(FILE *out, const struct tally_entry *entry,
			  const struct lesson *lesson)
{
	char buf[256];
	struct text text;

	text_open(&text, buf, sizeof(buf));
	quote_terminal(&text, entry->comm,
		       strnlen(entry->comm, sizeof(entry->comm)));
	fprintf(out, "\t# %s: %s", risk_text(lesson->risk), buf);
	if (entry->count > 1)
		fprintf(out, ", %llu times", (unsigned long long)entry->count);
	if (lesson->remark)
		fprintf(out, "; %s", lesson->remark);
	fputc('\n', out);
}

static void print_lesson(FILE *out, const struct tally *tally, size_t index,
			 enum risk risk)
{
	static struct lesson lesson;

	lesson_of(tally, index, &lesson);
	if (lesson.risk != risk || !lesson.line[0] ||
	    is_repeated(tally, index, &lesson))
		return;
	fprintf(out, "%s%s", lesson.whole_line ? "# " : "", lesson.line);
	print_comment(out, &tally->entries[index], &lesson);
}

static bool sends_datagrams(const struct tally *tally)
{
	for (size_t i = 0; i < tally->count; i++)
		if (tally->entries[i].domain == AF_UNIX &&
		    tally->entries[i].type == SOCK_DGRAM)
			return true;
	return false;
}

static void print_learned(FILE *out, const struct policy *policy,
			  struct tally *tally)
{
	tally_sort(tally);
	for (int risk = RISK_ROOT; risk >= RISK_BENIGN; risk--)
		for (size_t i = 0; i < tally->count; i++)
			print_lesson(out, tally, i, (enum risk)risk);
	if (sends_datagrams(tally) && !policy->unix_dgram && !policy->unix_all)
		fputs("allow-unix-dgram\n", out);
	if (tally->others > 0)
		fprintf(out, "# %llu calls more were not kept\n",
			(unsigned long long)tally->others);
}

/* ---- the file ----------------------------------------------------------- */

static void print_head(FILE *out, char *const *command)
{
	const time_t now = time(NULL);
	char date[32] = "";
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(date, sizeof(date), "%F", &tm);
	fprintf(out, "# Learned by sbx-run on %s from:", date);
	for (; *command; command++) {
		char buf[LESSON_SIZE];
		struct text text;

		text_open(&text, buf, sizeof(buf));
		quote_shell(&text, *command, strlen(*command));
		/* No word of it may end the comment. */
		for (char *c = buf; *c; c++)
			if (*c == '\n' || *c == '\r')
				*c = ' ';
		fprintf(out, " %s", buf);
	}
	fputs("\n# It allows what the command did, whether it should or not: "
	      "read it.\n",
	      out);
}

void learn_print(FILE *out, const struct policy *policy, struct tally *tally,
		 char *const *command)
{
	print_head(out, command);
	print_given(out, policy);
	print_learned(out, policy, tally);
}

/* It will be replaced, not written to: a device, or a link that an earlier
 * command put there, must not be. */
int learn_open(const char *path)
{
	autoclose int file = open(path,
				  O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
					  O_NOCTTY | O_CLOEXEC,
				  0666);
	const int dir = place_directory(path);
	struct stat st;

	if (file < 0 && (errno == ELOOP || errno == ENXIO))
		st.st_mode = 0;
	else if (file < 0 || dir < 0 || fstat(file, &st) != 0)
		die_errno("cannot write what is learned to \"%s\"", path);
	if (!S_ISREG(st.st_mode))
		die("--learn: \"%s\" is no regular file; name one, or one that "
		    "does not exist",
		    path);
	return dir;
}

/* Return: 0, or -1 with errno */
static int write_to(int fd, const struct policy *policy, struct tally *tally,
		    char *const *command)
{
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out) {
		clean_close(&fd);
		return -1;
	}
	learn_print(out, policy, tally, command);
	return fclose(out);
}

int learn_write(int dir, const char *path, const struct policy *policy,
		struct tally *tally, char *const *command)
{
	char temporary[512];
	int fd, error;

	if (snprintf(temporary, sizeof(temporary), "%s" TEMPORARY,
		     place_base(path)) >= (int)sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	unlinkat(dir, temporary, 0);
	fd = openat(dir, temporary,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (write_to(fd, policy, tally, command) == 0 &&
	    renameat(dir, temporary, dir, place_base(path)) == 0)
		return 0;
	error = errno;
	unlinkat(dir, temporary, 0);
	errno = error;
	return -1;
}
