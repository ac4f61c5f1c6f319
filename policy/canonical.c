/* SPDX-License-Identifier: MIT */
/* canonical.c - makes the paths of grants canonical, once, at start.
 *
 * What exists is opened, and the kernel is asked for its name: so symbolic
 * links, "..", mounts and magic links mean what they mean to the kernel.
 * Only what is missing needs a walk: it goes on until a component does not
 * exist, and there a symbolic link is replaced by its target.
 *
 * Only the launcher uses this; it may need some 20 KiB of stack.
 */
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

#define LINKS_MAX    40	 /* MAXSYMLINKS, path_resolution(7) */
#define ABSTRACT_MAX 107 /* sun_path without the leading NUL */

/* The directory that is reached, and what is left to look up in it. */
struct walk {
	int dir;
	int links;
	size_t start; /* of the rest in text */
	char text[PATH_TEXT_MAX];
};

static size_t parent_len(const char *name, size_t len)
{
	while (len > 1 && name[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : 1;
}

/* Closes @fd. */
static int describe_existing(int fd, struct path_name *out)
{
	struct stat st;
	int len = path_of_fd(fd, out->text, sizeof(out->text));
	int error = errno;

	if (len >= 0 && fstat(fd, &st) < 0) {
		len = -1;
		error = errno;
	}
	close(fd);
	if (len < 0)
		return error;
	out->len = (size_t)len;
	out->exists = true;
	out->directory = S_ISDIR(st.st_mode);
	out->pin_len =
		out->directory ? out->len : parent_len(out->text, out->len);
	return 0;
}

static int set_rest(struct walk *walk, const char *target, size_t target_len,
		    const char *rest)
{
	char joined[PATH_TEXT_MAX];
	struct text text;

	text_open(&text, joined, sizeof(joined));
	text_bytes(&text, target, target_len);
	text_string(&text, rest);
	if (text_length(&text) < 0)
		return ENAMETOOLONG;
	memcpy(walk->text, joined, text.len + 1);
	walk->start = 0;
	return 0;
}

static int enter(struct walk *walk, int dir)
{
	if (dir < 0)
		return errno;
	close(walk->dir);
	walk->dir = dir;
	return 0;
}

static int enter_root(struct walk *walk)
{
	if (walk->text[walk->start] != '/')
		return 0;
	return enter(walk, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

static void skip_slashes(struct walk *walk)
{
	walk->start += strspn(walk->text + walk->start, "/");
}

/* The component at the start of the rest is missing, perhaps only because it
 * is a symbolic link to something missing: then go on with its target. */
static int follow(struct walk *walk, const char *component, size_t len)
{
	char target[PATH_TEXT_MAX];
	ssize_t size = readlinkat(walk->dir, component, target, sizeof(target));
	int error;

	if (size < 0)
		return ENOENT;
	if (++walk->links > LINKS_MAX)
		return ELOOP;
	if (size == sizeof(target))
		return ENAMETOOLONG;
	error = set_rest(walk, target, (size_t)size,
			 walk->text + walk->start + len);
	return error ? error : enter_root(walk);
}

/*
 * One component.  Return: 0 to go on, ENOENT if it is missing (it stays in
 * the rest), or another error.
 */
static int step(struct walk *walk)
{
	const char *rest = walk->text + walk->start;
	size_t len = strcspn(rest, "/");
	char component[NAME_MAX + 1];
	int fd;

	if (len > NAME_MAX)
		return ENAMETOOLONG;
	memcpy(component, rest, len);
	component[len] = '\0';
	fd = openat(walk->dir, component, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? follow(walk, component, len) : errno;
	walk->start += len;
	return enter(walk, fd);
}

/* Appends the components that are missing.  "." among them means nothing,
 * ".." cannot be resolved, and a slash after them asks for a directory. */
static int append_missing(struct text *text, const char *rest)
{
	bool wants_directory = false;

	while (*rest != '\0') {
		size_t len = strcspn(rest, "/");
		bool dot = len == 1 && rest[0] == '.';

		if (len > NAME_MAX)
			return ENAMETOOLONG;
		if (len == 2 && rest[0] == '.' && rest[1] == '.')
			return ENOENT;
		if (len > 0 && !dot) {
			text_string(text, text->len > 1 ? "/" : "");
			text_bytes(text, rest, len);
		}
		wants_directory = dot || rest[len] == '/';
		rest += len;
		rest += strspn(rest, "/");
	}
	if (wants_directory)
		return ENOENT;
	return text->full ? ENAMETOOLONG : 0;
}

static int describe_missing(const struct walk *walk, struct path_name *out)
{
	char dir[PATH_TEXT_MAX];
	struct text text;
	int len = path_of_fd(walk->dir, dir, sizeof(dir));
	int error;

	if (len < 0)
		return errno;
	text_open(&text, out->text, sizeof(out->text));
	text_bytes(&text, dir, (size_t)len);
	error = append_missing(&text, walk->text + walk->start);
	out->len = text.len;
	out->pin_len = (size_t)len;
	return error;
}

static int walk_path(struct walk *walk, struct path_name *out)
{
	int error = enter_root(walk);

	while (error == 0) {
		skip_slashes(walk);
		if (walk->text[walk->start] == '\0') {
			/* It has come into being meanwhile. */
			int fd = walk->dir;

			walk->dir = -1;
			return describe_existing(fd, out);
		}
		error = step(walk);
	}
	return error == ENOENT ? describe_missing(walk, out) : error;
}

static int canonical(const char *given, struct path_name *out)
{
	struct walk walk = {.dir = -1};
	int error;
	int fd = open(given, O_PATH | O_CLOEXEC);

	if (fd >= 0)
		return describe_existing(fd, out);
	if (errno != ENOENT || given[0] == '\0')
		return errno;
	error = set_rest(&walk, given, strlen(given), "");
	if (error)
		return error;
	walk.dir = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (walk.dir < 0)
		return errno;
	error = walk_path(&walk, out);
	if (walk.dir >= 0)
		close(walk.dir);
	return error;
}

int path_canonical(const char *given, struct path_name *out)
{
	int error;

	memset(out, 0, sizeof(*out));
	error = canonical(given, out);
	if (error)
		memset(out, 0, sizeof(*out));
	return error;
}

static int add(struct policy *policy, const struct policy_rule *rule,
	       const char *name, size_t len, const char *given,
	       const char **why)
{
	enum policy_error error = policy_add(policy, rule, name, len, given);

	if (error == POLICY_OK)
		return 0;
	*why = policy_error_text(error);
	return -1;
}

static int add_abstract(struct policy *policy, struct policy_rule *rule,
			const char *given, const char **why)
{
	const char *name = given + 1;
	size_t len = strlen(name);

	if (len == 0) {
		*why = "the abstract name is empty";
		return -1;
	}
	rule->kind = RULE_ABSTRACT;
	if (name[len - 1] == '*') {
		rule->kind = RULE_ABSTRACT_PREFIX;
		len--;
	}
	if (len > ABSTRACT_MAX) {
		*why = "an abstract name has at most 107 bytes";
		return -1;
	}
	return add(policy, rule, name, len, given, why);
}

int path_add_rule(struct policy *policy, enum policy_effect effect,
		  unsigned int ops, const char *given, const char **why)
{
	struct policy_rule rule = {
		.effect = (uint8_t)effect,
		.ops = (uint8_t)ops,
	};
	struct path_name name;
	int error;

	if (given[0] == '@')
		return add_abstract(policy, &rule, given, why);
	if (given[0] == '\0') {
		*why = policy_error_text(POLICY_EMPTY);
		return -1;
	}
	error = path_canonical(given, &name);
	if (error) {
		*why = strerror(error);
		return -1;
	}
	rule.kind = name.directory ? RULE_TREE : RULE_NODE;
	rule.pin_len = (uint32_t)name.pin_len;
	return add(policy, &rule, name.text, name.len, given, why);
}
