/* SPDX-License-Identifier: MIT */
/* test_who.c - which process an event is about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "launcher/supervisor/who.h"

static void a_name_that_says_more(void **state)
{
	static const struct {
		const char *argv0, *exe, *comm;
		bool more;
	} rows[] = {
		{"psql", "/usr/bin/psql", "psql", false},
		{"/usr/bin/psql", "/usr/bin/psql", "psql", false},
		{"./psql", "/usr/bin/psql", "a thread", false},
		{"", "/usr/bin/psql", "psql", false},
		{"", "", "", false},
		/* One binary of many names, which comm has. */
		{"/bin/wget", "/usr/bin/busybox", "wget", false},
		{"/bin/wget", "/usr/bin/busybox", "a thread", true},
		/* comm is cut. */
		{"systemd-networkd-wait-online", "/lib/other",
		 "systemd-network", false},
		{"systemd-netlogd", "/lib/other", "systemd-network", true},
		/* A login shell, an interpreter, a title. */
		{"-bash", "/usr/bin/bash", "bash", true},
		{"/usr/bin/python3", "/usr/bin/python3.11", "job.py", true},
		{"postgres: alice shop [local]", "/usr/lib/postgresql/postgres",
		 "postgres", true},
		{"/", "/usr/bin/bash", "bash", true},
		{"\n", "/usr/bin/bash", "", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (who_says_more(rows[i].argv0, rows[i].exe, rows[i].comm) !=
		    rows[i].more)
			fail_msg("\"%s\"", rows[i].argv0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_that_says_more),
	};

	return cmocka_run_group_tests_name("who", tests, NULL, NULL);
}
