/* SPDX-License-Identifier: MIT */
/* test_services.c - the names of ports, in /etc/services and in worse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/services.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static char path[] = "/tmp/sbx-services-XXXXXX";

static uint16_t find(const char *bytes, size_t len, const char *name)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return services_find(path, name);
}

#define FIND(literal, name) find(literal, sizeof(literal) - 1, name)

static void real_names(void **state)
{
	static const struct {
		const char *name;
		uint16_t port;
	} rows[] = {
		{"http", 80},
		{"www", 80}, /* an alias */
		{"https", 443},
		{"domain", 53},
		{"ssh", 22},
		{"ftp-data", 20},
		{"netbios-ns", 137},
		{"ntp", 123},
		{"postgresql", 5432},
		{"nosuchname", 0},
		{"", 0},
		{"HTTPS", 0},
		{"443", 0},
		{"443/tcp", 0},
		{"#", 0},
	};

	(void)state;
	if (!getservbyname("postgresql", "tcp"))
		fail_msg("no /etc/services: install netbase");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (services_port(rows[i].name) != rows[i].port)
			fail_msg("%s: %d", rows[i].name,
				 services_port(rows[i].name));
}

static int port_by_glibc(const char *name, const char *protocol)
{
	const struct servent *entry = getservbyname(name, protocol);

	return entry ? ntohs((uint16_t)entry->s_port) : 0;
}

/* A name may be there twice, as "dicom" is: the first one counts. */
static void as_glibc_says(void **state)
{
	char line[256], name[64];
	FILE *file = fopen("/etc/services", "r");
	int seen = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		int port;

		if (sscanf(line, "%63[^# \t\n]", name) != 1)
			continue;
		port = services_port(name);
		if (port != port_by_glibc(name, "tcp") &&
		    port != port_by_glibc(name, "udp"))
			fail_msg("%s: %d", name, port);
		seen += port > 0;
	}
	fclose(file);
	assert_true(seen > 100);
}

static void lines_of_that_form(void **state)
{
	(void)state;
	assert_int_equal(FIND("web 80/tcp www # http\n", "web"), 80);
	assert_int_equal(FIND("web 80/tcp www # http\n", "www"), 80);
	assert_int_equal(FIND("web 80/tcp www # http\n", "http"), 0);
	assert_int_equal(FIND("web\t\t80/udp\t\ta b c\n", "c"), 80);
	assert_int_equal(FIND("  web 80/tcp\n", "web"), 80);
	assert_int_equal(FIND("\n\n# web 1/tcp\nweb 80/tcp", "web"), 80);
	assert_int_equal(FIND("web 80/tcp\r\n", "web"), 80);
	assert_int_equal(FIND("web 80/tcp www\r\n", "www"), 80);
	assert_int_equal(FIND("web 65535/tcp\n", "web"), 65535);
	/* The first that can be granted. */
	assert_int_equal(
		FIND("web 1/sctp\nweb 2/ddp\nweb 3/tcp\nweb 4/tcp\n", "web"),
		3);
}

static void hostile_lines(void **state)
{
	static const char *const ports[] = {"0/tcp",
					    "65536/tcp",
					    "000080/tcp",
					    "-1/tcp",
					    "+80/tcp",
					    "0x50/tcp",
					    "80",
					    "80/",
					    "80/TCP",
					    "80/tcpx",
					    "80/tcp/udp",
					    "/tcp",
					    "tcp",
					    "80,tcp",
					    "80tcp",
					    "80/sctp",
					    "\xff/tcp",
					    "80\xff/tcp",
					    "4294967376/tcp",
					    "18446744073709551696/tcp"};
	char line[64];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		const int n =
			snprintf(line, sizeof(line), "web %s\n", ports[i]);

		if (find(line, (size_t)n, "web") != 0)
			fail_msg("taken: %s", ports[i]);
	}
	assert_int_equal(FIND("", "web"), 0);
	assert_int_equal(FIND("web\n", "web"), 0);
	assert_int_equal(FIND("web\n80/tcp\n", "web"), 0);
	assert_int_equal(FIND("#web 80/tcp\n", "web"), 0);
	assert_int_equal(FIND("#web 80/tcp\n", "#web"), 0);
	assert_int_equal(FIND("web #80/tcp\n", "web"), 0);
	/* The port is no name of its own. */
	assert_int_equal(FIND("web 80/tcp\n", "80/tcp"), 0);
	/* Bytes that end a string end no line. */
	assert_int_equal(FIND("a\0\nweb 80/tcp\n", "web"), 80);
	assert_int_equal(FIND("web 80/tcp\0x\n", "web"), 0);
	assert_int_equal(FIND("x\0web 80/tcp\n", "web"), 0);
}

/* Half a line is not a line, whatever its length. */
static void endless_lines(void **state)
{
	static const char tail[] = "web 80/tcp\n";
	const size_t most = 70000;
	char *bytes = malloc(most + sizeof(tail));

	(void)state;
	assert_non_null(bytes);
	for (size_t len = 1; len <= most;
	     len = len < 5000 ? len + 7 : len * 2) {
		memset(bytes, 'x', len);
		memcpy(bytes + len, tail, sizeof(tail));
		assert_int_equal(find(bytes, len + sizeof(tail) - 1, "web"), 0);
		bytes[len - 1] = '\n';
		assert_int_equal(find(bytes, len + sizeof(tail) - 1, "web"),
				 80);
		memset(bytes, ' ', len);
		assert_int_equal(find(bytes, len + sizeof(tail) - 1, "web"),
				 80);
	}
	free(bytes);
}

static void no_such_file(void **state)
{
	(void)state;
	assert_int_equal(services_find("/nonexistent", "https"), 0);
	assert_int_equal(services_find("/", "https"), 0);
	assert_int_equal(services_find("/dev/null", "https"), 0);
}

static int make_file(void **state)
{
	const int fd = mkstemp(path);

	(void)state;
	return fd < 0 || close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_names),
		cmocka_unit_test(as_glibc_says),
		cmocka_unit_test(lines_of_that_form),
		cmocka_unit_test(hostile_lines),
		cmocka_unit_test(endless_lines),
		cmocka_unit_test(no_such_file),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
