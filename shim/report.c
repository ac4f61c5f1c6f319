/* SPDX-License-Identifier: MIT */
/* report.c - tell the supervisor, and hear what a refused call shall return.
 */
#include "report.h"

#include <stdbool.h>
#include <string.h>

#include "../policy/report.h"
#include "hosts.h"
#include "log.h"
#include "oracle.h"
#include "raw.h"
#include "registers.h"
#include "watched.h"

_Static_assert(sizeof(((struct report *)0)->addr) == GATE_ADDRESS_MAX,
	       "every address fits into a report");

/* There is no supervisor, and none will come before the next execve(2).  A
 * program's own filter may kill it for a prctl(2) that it does not know. */
static bool alone;

static long send_report(enum report_kind kind, const void *report, size_t size)
{
	long answer = -EINVAL;

	if (!report_alone())
		answer = raw(SYS_prctl, REPORT_PRCTL, kind, report, size, 0);
	if (answer == -EINVAL)
		__atomic_store_n(&alone, true, __ATOMIC_RELAXED);
	return answer;
}

static void fill(struct report *report, const struct gate *gate, uint32_t count)
{
	memset(report, 0, sizeof(*report));
	report->version = REPORT_VERSION;
	report->op = (uint32_t)gate->op;
	report->fd = gate->fd;
	report->domain = gate->domain;
	report->type = gate->type;
	report->protocol = gate->protocol;
	report->count = count;
	report->addr_len = gate->len;
	memcpy(report->addr, gate->bytes, gate->len);
	hosts_name(gate, report->host);
}

bool report_alone(void)
{
	return __atomic_load_n(&alone, __ATOMIC_RELAXED);
}

void report_hello(void)
{
	send_report(REPORT_HELLO, NULL, 0);
}

/* Only what would have worked is a refusal of ours, and worth a line.  A
 * supervisor that died (ENOSYS) had a log of its own. */
static int refuse_alone(const struct gate *gate,
			const struct policy_verdict *verdict, uint32_t count)
{
	int error = oracle_ask(gate);

	if (error != 0)
		return error;
	if (report_alone())
		log_refusal(gate, verdict, count);
	return verdict->error;
}

int report_refused(const struct gate *gate,
		   const struct policy_verdict *verdict, uint32_t count)
{
	struct report report;
	long answer;

	fill(&report, gate, count);
	registers_take(report.registers);
	answer = send_report(REPORT_REFUSED, &report, sizeof(report));
	if (answer < 0)
		return refuse_alone(gate, verdict, count);
	if (answer > 0)
		watched_refused(gate);
	return answer > RAW_ERRNO_MAX ? verdict->error : (int)answer;
}

void report_repeated(const struct gate *gate, uint32_t count)
{
	struct report report;

	fill(&report, gate, count);
	registers_take(report.registers);
	send_report(REPORT_REPEATED, &report, sizeof(report));
}

bool report_lookup(bool begins)
{
	return send_report(REPORT_LOOKUP, (void *)(uintptr_t)begins, 0) == 0;
}

int report_publish(const struct report_publish *ask)
{
	long answer = send_report(REPORT_PUBLISH, ask, sizeof(*ask));

	return answer < 0 || answer > RAW_ERRNO_MAX ? EACCES : (int)answer;
}
