/* SPDX-License-Identifier: MIT */
/* test_identity.c - what a process may say of itself in SCM_CREDENTIALS, as
 * the kernel has it.  */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launcher/supervisor/client.h"
#include "launcher/supervisor/identity.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define CAP(name)	(1ULL << CAP_##name)

/* Process 100, which counts as 7 in its own namespace; users 10 11 12, groups
 * 20 21 22. */
static const struct client_status inner = {
	.tgid = 100,
	.inner_tgid = 7,
	.uid = {10, 11, 12},
	.gid = {20, 21, 22},
	.fsuid = 13,
	.fsgid = 23,
};

static const struct {
	const char *what;
	struct ucred claim;
	uint64_t caps;
	bool allowed;
} rows[] = {
	{"real", {7, 10, 20}, 0, true},
	{"effective", {7, 11, 21}, 0, true},
	{"saved", {7, 12, 22}, 0, true},
	{"mixed", {7, 10, 22}, 0, true},
	{"of the file system", {7, 13, 20}, 0, false},
	{"group of the file system", {7, 10, 23}, 0, false},
	{"root", {7, 0, 20}, 0, false},
	{"root's group", {7, 10, 0}, 0, false},
	{"our number", {100, 10, 20}, 0, false},
	{"another process", {8, 10, 20}, 0, false},
	{"process 0", {0, 10, 20}, 0, false},
	{"another process, admin", {8, 10, 20}, CAP(SYS_ADMIN), true},
	{"root, admin", {7, 0, 20}, CAP(SYS_ADMIN), false},
	{"root, setuid", {7, 0, 20}, CAP(SETUID), true},
	{"root's group, setuid", {7, 10, 0}, CAP(SETUID), false},
	{"root's group, setgid", {7, 10, 0}, CAP(SETGID), true},
	{"root, setgid", {7, 0, 20}, CAP(SETGID), false},
	{"everything", {1, 0, 0}, CAP(SETGID) | CAP(SETUID), false},
	{"everything, allowed", {1, 0, 0}, ~0ULL, true},
};

static void claims_are_checked_as_the_kernel_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (identity_allows(&inner, rows[i].caps, &rows[i].claim) !=
		    rows[i].allowed)
			fail_msg("%s", rows[i].what);
}

/* The rows of /proc that it rests on, read for ourselves. */
static void a_status_names_users_and_processes(void **state)
{
	struct supervisor sup = {.proc = open("/proc", O_PATH | O_DIRECTORY)};
	struct client_status status;
	uid_t uid[3];
	gid_t gid[3];

	(void)state;
	assert_true(sup.proc >= 0);
	assert_int_equal(client_status(&sup, getpid(), &status), 0);
	getresuid(&uid[0], &uid[1], &uid[2]);
	getresgid(&gid[0], &gid[1], &gid[2]);
	assert_int_equal(status.tgid, getpid());
	assert_int_equal(status.inner_tgid, getpid());
	assert_memory_equal(status.uid, uid, sizeof(uid));
	assert_memory_equal(status.gid, gid, sizeof(gid));
	close(sup.proc);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_checked_as_the_kernel_does),
		cmocka_unit_test(a_status_names_users_and_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
