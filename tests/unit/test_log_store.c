/* SPDX-License-Identifier: MIT */
/* test_log_store.c - what sbx-log makes of many events: sums, groups, a tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sbx-log/groups.h"
#include "sbx-log/store.h"
#include "sbx-log/summary.h"
#include "sbx-log/tree.h"

static struct store store;

static int teardown(void **state)
{
	(void)state;
	store_free(&store);
	return 0;
}

static void add_line(const char *line)
{
	static uint64_t number;
	char copy[1024];

	snprintf(copy, sizeof(copy), "%s", line);
	store_line(&store, "file", ++number, copy, strlen(copy), true);
}

struct made {
	const char *run, *comm, *verdict, *path, *more;
	int pid, ppid, count;
};

static void add(const struct made *made)
{
	char line[1024], ppid[32] = "";

	if (made->ppid)
		snprintf(ppid, sizeof(ppid), ",\"ppid\":%d", made->ppid);
	snprintf(line, sizeof(line),
		 "{\"ts\":\"2026-11-28T15:14:%02d.000000Z\",\"run\":\"%s\","
		 "\"pid\":%d%s,\"comm\":\"%s\",\"op\":\"connect\","
		 "\"verdict\":\"%s\",\"path\":\"%s\",\"count\":%d%s}",
		 made->pid % 60, made->run ? made->run : "r",
		 made->pid ? made->pid : 1, ppid, made->comm ? made->comm : "c",
		 made->verdict ? made->verdict : "deny",
		 made->path ? made->path : "/x", made->count ? made->count : 1,
		 made->more ? made->more : "");
	add_line(line);
}

#define ADD(...) add(&(struct made){__VA_ARGS__})

static void the_same_is_summed_up(void **state)
{
	(void)state;
	ADD(.count = 2);
	ADD(.count = 3, .pid = 9);
	ADD(.path = "/y");
	ADD(.comm = "d");
	ADD(.verdict = "allow");
	ADD(.run = "s");
	assert_int_equal(store.bad_count, 0);
	assert_int_equal(store_sum_count(&store), 5);
	assert_int_equal(store.sums[0].count, 5);
	assert_int_equal(store.sums[0].pid, 1);
	assert_int_equal(store_run_count(&store), 2);
	assert_int_equal(store.runs[0].counts[VERDICT_DENY], 7);
	assert_int_equal(store.runs[0].counts[VERDICT_ALLOW], 1);
	assert_int_equal(store.moment_count, 0);
}

/* However a program spells it. */
static void a_socket_has_one_name(void **state)
{
	(void)state;
	ADD(.path = "x", .more = ",\"resolved\":\"/run/docker.sock\"");
	ADD(.path = "../x", .more = ",\"resolved\":\"/run/docker.sock\"");
	assert_int_equal(store_sum_count(&store), 1);
	assert_string_equal(store_text(&store, store.sums[0].what),
			    "connect unix:/run/docker.sock");
	assert_int_equal(store.sums[0].risk, RISK_ROOT);
}

static void expected_ones_are_counted_apart(void **state)
{
	(void)state;
	ADD(.more = ",\"expected\":true", .count = 4);
	ADD(.count = 1);
	assert_int_equal(store.runs[0].expected, 4);
	assert_int_equal(store.runs[0].counts[VERDICT_DENY], 1);
}

static void lost_and_bad_lines_are_counted(void **state)
{
	(void)state;
	add_line("{\"ts\":\"2026-11-28T15:14:01.000000Z\",\"run\":\"r\","
		 "\"lost\":5}");
	add_line("{\"ts\":\"2026-11-28T15:14:01.000000Z\",\"run\":\"r\","
		 "\"lost\":6}");
	add_line("x\x1b[31m");
	add_line("");
	assert_int_equal(store.runs[0].lost, 11);
	assert_int_equal(store.bad_count, 1);
	assert_string_equal(store_text(&store, store.bad[0].excerpt),
			    "x\\x1b[31m");
	for (int i = 0; i < 2 * STORE_BAD_MAX; i++)
		add_line("y");
	assert_int_equal(store.bad_count, 2 * STORE_BAD_MAX + 1);
	assert_int_equal(store.bad_kept, STORE_BAD_MAX);
}

static void runs_are_selected(void **state)
{
	(void)state;
	assert_true(store_select(&store, NULL));
	assert_false(store_select(&store, "last"));
	ADD(.run = "a", .pid = 50);
	ADD(.run = "b", .pid = 10);
	assert_true(store_select(&store, "b"));
	assert_true(!store.runs[0].selected && store.runs[1].selected);
	assert_true(store_select(&store, "last"));
	assert_true(store.runs[0].selected && !store.runs[1].selected);
	assert_false(store_select(&store, "c"));
	assert_true(store_select(&store, NULL));
	assert_true(store.runs[0].selected && store.runs[1].selected);
}

/* ---- groups ------------------------------------------------------------- */

static void assert_group(const struct group *group, const char *label,
			 uint64_t count)
{
	assert_string_equal(store_text(&store, group->label), label);
	assert_int_equal(group->count, count);
}

static void the_most_frequent_come_first(void **state)
{
	struct groups groups;

	(void)state;
	ADD(.comm = "a", .path = "/1", .count = 1);
	ADD(.comm = "a", .path = "/2", .count = 5);
	ADD(.comm = "b", .path = "/1", .count = 2);
	ADD(.comm = "b", .path = "/3", .count = 1);
	ADD(.comm = "b", .path = "/4", .more = ",\"expected\":true");
	ADD(.run = "s", .comm = "b", .path = "/1", .count = 100);
	groups_make(&groups, &store, 0, VERDICT_DENY, BY_PROGRAM, false);
	assert_int_equal(groups.outer_count, 2);
	assert_group(&groups.outer[0], "a", 6);
	assert_group(&groups.outer[1], "b", 3);
	assert_int_equal(groups.first[1] - groups.first[0], 2);
	assert_group(&groups.inner[0], "connect unix:/2", 5);
	assert_group(&groups.inner[1], "connect unix:/1", 1);
	assert_group(&groups.inner[2], "connect unix:/1", 2);
	assert_int_equal(groups.first[2], 4);
	groups_free(&groups);
	groups_make(&groups, &store, 0, VERDICT_DENY, BY_TARGET, true);
	assert_int_equal(groups.outer_count, 4);
	assert_group(&groups.outer[0], "connect unix:/2", 5);
	assert_group(&groups.outer[1], "connect unix:/1", 3);
	/* Equals stay as they came. */
	assert_group(&groups.outer[2], "connect unix:/3", 1);
	assert_group(&groups.outer[3], "connect unix:/4", 1);
	assert_group(&groups.inner[groups.first[1]], "b", 2);
	groups_free(&groups);
	groups_make(&groups, &store, 0, VERDICT_ALLOW, BY_TARGET, true);
	assert_int_equal(groups.outer_count, 0);
	groups_free(&groups);
}

/* ---- the tree ----------------------------------------------------------- */

static void parents_are_found(void **state)
{
	int32_t *parents;

	(void)state;
	ADD(.pid = 10, .ppid = 5);
	ADD(.pid = 11, .ppid = 10);
	ADD(.pid = 12, .ppid = 5);
	ADD(.run = "s", .pid = 13, .ppid = 10); /* another 10 */
	ADD(.pid = 14);
	parents = tree_make(&store);
	assert_int_equal(store_process_count(&store), 7);
	assert_int_equal(parents[1], 0);
	assert_int_equal(parents[0], parents[2]);
	assert_int_equal(store.processes[parents[0]].pid, 5);
	assert_int_equal(parents[parents[0]], -1);
	assert_int_equal(store.processes[parents[3]].pid, 10);
	assert_int_not_equal(parents[3], 0);
	assert_int_equal(parents[4], -1);
	free(parents);
}

/* Each way up ends, whatever a log says. */
static void assert_tree(const int32_t *parents)
{
	const size_t count = store_process_count(&store);

	for (size_t i = 0; i < count; i++) {
		int depth = 0;

		for (int32_t at = (int32_t)i; at >= 0; at = parents[at]) {
			assert_true((size_t)at < count);
			assert_true(++depth <= TREE_DEPTH_MAX);
		}
	}
}

static void circles_are_opened(void **state)
{
	int32_t *parents;

	(void)state;
	ADD(.pid = 1, .ppid = 1);
	ADD(.pid = 2, .ppid = 3);
	ADD(.pid = 3, .ppid = 4);
	ADD(.pid = 4, .ppid = 2);
	ADD(.pid = 5, .ppid = 3);
	parents = tree_make(&store);
	assert_tree(parents);
	assert_int_equal(parents[4], 2);
	free(parents);
}

static void depth_is_limited(void **state)
{
	int32_t *parents;

	(void)state;
	for (int pid = 2000; pid > 1; pid--)
		ADD(.pid = pid, .ppid = pid - 1);
	parents = tree_make(&store);
	assert_tree(parents);
	free(parents);
	store_free(&store);
	for (int pid = 2; pid < 2000; pid++)
		ADD(.pid = pid, .ppid = pid - 1);
	parents = tree_make(&store);
	assert_tree(parents);
	free(parents);
}

/* ---- the summary -------------------------------------------------------- */

static void the_summary_says_it_all(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	ADD(.comm = "docker", .path = "/run/docker.sock", .count = 12);
	ADD(.comm = "\\u001b[m", .path = "/run/docker.sock");
	ADD(.more = ",\"expected\":true");
	ADD(.verdict = "allow", .path = "/ok");
	add_line("{\"ts\":\"2026-11-28T15:14:01.000000Z\",\"run\":\"r\","
		 "\"lost\":5}");
	add_line("bad");
	summary_print(out, &store, false);
	fclose(out);
	assert_non_null(strstr(
		text, "run r, 2026-11-28 15:14:00 to 15:14:01 UTC\n"
		      "  13 refused; 1 allowed; 1 refused that programs "
		      "expect (--all shows them); 5 LOST: they could not be "
		      "written\n"));
	assert_non_null(strstr(text, "  refused, by target\n"
				     "    13  connect unix:/run/docker.sock  "
				     "[root-equivalent]\n"
				     "        12  docker\n"
				     "         1  \\x1b[m\n"));
	assert_non_null(strstr(text, "    1  connect unix:/ok  by c\n"));
	assert_non_null(strstr(text, "1 line could not be read:\n  file:"));
	assert_null(strstr(text, "connect unix:/x"));
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_same_is_summed_up),
		TEST(a_socket_has_one_name),
		TEST(expected_ones_are_counted_apart),
		TEST(lost_and_bad_lines_are_counted),
		TEST(runs_are_selected),
		TEST(the_most_frequent_come_first),
		TEST(parents_are_found),
		TEST(circles_are_opened),
		TEST(depth_is_limited),
		TEST(the_summary_says_it_all),
	};

	return cmocka_run_group_tests_name("log_store", tests, NULL, NULL);
}
