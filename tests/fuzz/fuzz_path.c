/* SPDX-License-Identifier: MIT */
/* fuzz_path.c - canonical paths against the kernel, in a real directory tree.
 *
 * The input plants directories, files and symbolic links, and then asks for
 * paths.  What the kernel opens, path_canonical() must name, and the name must
 * lead there without symbolic links.  For what is missing, it must name the
 * place where it has to be made so that the given path leads to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"
#include "policy/path.h"

#define PLANTS_MAX 16
#define ASKED_MAX  6

static char top[PATH_MAX];

static int remove_entry(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	(void)st;
	(void)type;
	/* The top itself stays: it is the current directory. */
	return ftw->level == 0 ? 0 : remove(path);
}

static void clean(void)
{
	nftw(top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void clean_up(void)
{
	clean();
	rmdir(top);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_own_directory(top);
	atexit(clean_up);
	return 0;
}

/* A path of few components; a byte each. */
static void make_path(struct input *in, char *path)
{
	static const char n255[256] = {[0 ... 254] = 'n'};
	static const char n256[257] = {[0 ... 255] = 'n'};
	static const char *const words[] = {
		"a",  "b",  "c",	   "d",	 "e", "..",
		".",  "",   "f (deleted)", "\n", top, "/proc/self/cwd",
		n255, n256,
	};
	unsigned int count = 1 + input_below(in, 8);

	path[0] = '\0';
	while (count--) {
		const unsigned int byte = input_byte(in);
		/* The rare ones less often. */
		const unsigned int word =
			byte < 224 ? byte % 8 : byte % COUNT_OF(words);

		strcat(path, words[word]);
		if (count || byte & 16)
			strcat(path, "/");
	}
}

static void plant(struct input *in)
{
	unsigned int count = input_below(in, PLANTS_MAX + 1);
	char path[8 * 300], target[8 * 300];

	while (count--) {
		const unsigned int kind = input_below(in, 4);

		make_path(in, path);
		/* Nothing is made outside: neither by ".." nor by a link. */
		if (strstr(path, "..") || path[0] == '/')
			path[0] = '\0';
		if (kind < 2) {
			mkdir(path, 0700);
		} else if (kind == 2) {
			close(open(path, O_CREAT | O_EXCL | O_CLOEXEC, 0600));
		} else {
			make_path(in, target);
			if (symlink(target, path) != 0)
				continue;
		}
	}
}

static int open_plainly(const char *path)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

static bool same_node(int a, int b)
{
	struct stat one, other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static void check_form(const struct path_name *name)
{
	require(name->text[0] == '/' && strlen(name->text) == name->len);
	require(name->len == 1 || name->text[name->len - 1] != '/');
	require(!strstr(name->text, "//"));
	require(name->pin_len > 0 && name->pin_len <= name->len);
	require(name->pin_len < 2 || strchr("/", name->text[name->pin_len]));
}

/* The pin is a directory, and there is none between it and the name. */
static void check_pin(const struct path_name *name)
{
	char pin[PATH_TEXT_MAX];
	struct stat st;
	int fd;

	memcpy(pin, name->text, name->pin_len);
	pin[name->pin_len] = '\0';
	fd = open_plainly(pin);
	require(fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode));
	close(fd);
}

/* @kernel: what open(2) of the given path reached. */
static void check_existing(const struct path_name *name, int kernel,
			   const char *given)
{
	char real[PATH_MAX], back[PATH_TEXT_MAX];
	const int fd = open_plainly(name->text);
	struct stat st;

	require(name->exists && fd >= 0 && same_node(fd, kernel));
	require(fstat(fd, &st) == 0 &&
		name->directory == (S_ISDIR(st.st_mode) != 0));
	require(realpath(given, real) && !strcmp(real, name->text));
	require(path_of_fd(kernel, back, sizeof(back)) == (int)name->len &&
		!strcmp(back, name->text));
	require(path_of_fd(kernel, back, name->len) == -1 &&
		errno == ENAMETOOLONG && back[0] == '\0');
	require((name->pin_len == name->len) ==
		(name->directory || name->len == 1));
	close(fd);
}

static void make_parents(const struct path_name *name)
{
	char path[PATH_TEXT_MAX];

	strcpy(path, name->text);
	for (size_t i = name->pin_len + 1; i < name->len; i++) {
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		require(mkdir(path, 0700) == 0);
		path[i] = '/';
	}
}

/* Make it where it is said to belong: then the given path leads there. */
static void check_missing(const struct path_name *name, const char *given)
{
	struct path_name again;
	int made, found;

	require(!name->exists && !name->directory);
	require(access(name->text, F_OK) != 0 && errno == ENOENT);
	if (strncmp(name->text, top, strlen(top)) != 0 ||
	    name->text[strlen(top)] != '/')
		return; /* not ours to make */
	make_parents(name);
	made = open(name->text, O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	found = open(given, O_PATH | O_CLOEXEC);
	require(made >= 0 && found >= 0 && same_node(made, found));
	require(path_canonical(given, &again) == 0 && again.exists &&
		!strcmp(again.text, name->text));
	unlink(name->text);
	/* What is gone has no name any more. */
	require(path_of_fd(made, again.text, sizeof(again.text)) == -1);
	close(made);
	close(found);
}

/* Missing for good: the kernel could not make it either. */
static void check_refused(int error, int kernel_error, const char *given)
{
	int fd;

	if (kernel_error != ENOENT) {
		require(error == kernel_error);
		return;
	}
	require(error == ENOENT || error == ENAMETOOLONG || error == ELOOP ||
		error == ENOTDIR);
	if (!strncmp(given, "/proc", 5) || strstr(given, ".."))
		return;
	fd = open(given, O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlink(given);
	require(fd < 0);
}

static void ask(const char *given)
{
	struct path_name name;
	const int kernel = open(given, O_PATH | O_CLOEXEC);
	const int kernel_error = errno;
	const int error = path_canonical(given, &name);

	if (error) {
		require(kernel < 0 && name.len == 0 && name.text[0] == '\0');
		check_refused(error, kernel_error, given);
		return;
	}
	check_form(&name);
	check_pin(&name);
	if (kernel < 0) {
		require(kernel_error == ENOENT);
		check_missing(&name, given);
		return;
	}
	check_existing(&name, kernel, given);
	close(kernel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = input_open(data, size);
	char path[8 * 300];

	plant(&in);
	for (int i = 0; i < ASKED_MAX && in.left > 0; i++) {
		make_path(&in, path);
		ask(path);
	}
	clean();
	return 0;
}
