/* SPDX-License-Identifier: MIT */
/* names.h - paths and addresses in the directory of a test. */
#ifndef SBX_TESTS_SHIM_NAMES_H
#define SBX_TESTS_SHIM_NAMES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define HARNESS static __attribute__((unused))
#define STAGE	"SBX_TEST_DIR"

HARNESS const char *test_dir(void)
{
	return getenv(STAGE);
}

/* A path in the test's directory; four of them live at a time. */
HARNESS const char *in_dir(const char *name)
{
	static char paths[4][256];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", test_dir(), name);
	return path;
}

HARNESS const char *shim_path(void)
{
	static char path[4096];
	const char *given = getenv("SBX_SHIM");
	char *slash;
	ssize_t len;

	if (given)
		return given;
	len = readlink("/proc/self/exe", path, sizeof(path) - 64);
	path[len > 0 ? len : 0] = '\0';
	slash = strstr(path, "/tests/shim/");
	strcpy(slash ? slash : path, "/libsbxshim.so");
	return path;
}

/* The address of a path, or of an abstract name if it starts with "@". */
HARNESS socklen_t unix_address(struct sockaddr_un *addr, const char *name)
{
	size_t len = strlen(name);

	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	assert_true(len < sizeof(addr->sun_path));
	memcpy(addr->sun_path, name, len);
	if (name[0] == '@')
		addr->sun_path[0] = '\0';
	else
		len++;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

/* "@NAME" of the granted abstract name, with @suffix appended. */
HARNESS const char *abstract_name(const char *suffix)
{
	static char name[128];

	snprintf(name, sizeof(name), "@%s%s", strrchr(test_dir(), '/') + 1,
		 suffix);
	return name;
}

#endif /* SBX_TESTS_SHIM_NAMES_H */
