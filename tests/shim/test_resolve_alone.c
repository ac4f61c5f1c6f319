/* SPDX-License-Identifier: MIT */
/* test_resolve_alone.c - hosts and lookups in the log that the shim writes
 * where there is no supervisor, for glibc and musl programs. */
#include "harness.h"

#include "stand_in.h"

/* Looks argv[1] up and connects to 127.1.2.3, port 443. */
static const char client[] =
	"#include <arpa/inet.h>\n"
	"#include <errno.h>\n"
	"#include <netdb.h>\n"
	"#include <stdio.h>\n"
	"#include <sys/socket.h>\n"
	"int main(int argc, char *argv[])\n"
	"{\n"
	"	struct sockaddr_in in = {.sin_family = AF_INET,\n"
	"		.sin_port = htons(443)};\n"
	"	struct addrinfo *r;\n"
	"	int fd = socket(AF_INET, SOCK_STREAM, 0);\n"
	"	inet_aton(\"127.1.2.3\", &in.sin_addr);\n"
	"	printf(\"%d \", getaddrinfo(argv[1], NULL, NULL, &r));\n"
	"	printf(\"%d\\n\", connect(fd, (void *)&in, sizeof(in)) ?\n"
	"		errno : 0);\n"
	"	return 0;\n"
	"}\n";

static bool log_has(const char *text)
{
	static char line[16384];
	FILE *file = fopen(in_dir("log"), "r");
	bool has = false;

	while (file && fgets(line, sizeof(line), file))
		has |= strstr(line, text) != NULL;
	if (file)
		fclose(file);
	return has;
}

static void run_client(const char *name, const char *host, const char *want)
{
	char *const argv[] = {(char *)in_dir(name), (char *)host, NULL};
	struct result result;

	unlink(in_dir("log"));
	run_program(&result, argv, NULL);
	assert_string_equal(result.output, want);
}

static void check_client(const char *compiler, const char *name,
			 const char *library)
{
	char flags[64];

	snprintf(flags, sizeof(flags), "%s -w -shared -fPIC", compiler);
	assert_true(compile(compiler, client, name, "-w"));
	assert_true(compile(flags, resolver, library, ""));
	preload(library);
	run_client(name, "127-1-2-3.example", "0 13\n");
	assert_true(log_has("\"port\":443,\"host\":\"127-1-2-3.example\""));
	/* The shim cannot refuse what libc does by itself. */
	run_client(name, "fail-3", "-3 13\n");
	assert_false(log_has("resolve"));
	setenv("SBX_TIER", "landlock-only", 1);
	run_client(name, "fail-3", "-3 111\n");
	setenv("SBX_TIER", "none", 1);
	assert_true(log_has("\"op\":\"resolve\",\"host\":\"fail-3\""));
	preload("libresolver.so");
}

static void glibc_program(void **state)
{
	(void)state;
	check_client("cc", "client", "libresolver.glibc.so");
}

static void musl_program(void **state)
{
	(void)state;
	if (!has_program("musl-gcc"))
		skip_or_fail("no musl-gcc");
	check_client("musl-gcc", "client.musl", "libresolver.musl.so");
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(glibc_program),
		cmocka_unit_test(musl_program),
	};

	return cmocka_run_group_tests_name("shim: resolve alone", tests,
					   make_resolver, NULL);
}

int main(int argc, char *argv[])
{
	return harness(argc, argv, run, NULL);
}
