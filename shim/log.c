/* SPDX-License-Identifier: MIT */
/* log.c - events where no supervisor writes them: --backstop=none and
 * --backstop=landlock-only.
 *
 * A line needs 80 KiB, which a signal handler's stack has not got.  So there
 * is one place to make it, and a flag that says who uses it.  Whoever finds it
 * taken goes on without a line: waiting could be waiting for oneself.  The log
 * is opened for each line, because a descriptor that stays open is soon
 * closed, or replaced, by a program that cleans up.
 */
#include "log.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "../policy/event.h"
#include "../policy/text.h"
#include "hosts.h"
#include "init.h"
#include "now.h"
#include "place.h"
#include "raw.h"

_Static_assert(EVENT_JSON_MAX >= EVENT_TEXT_MAX, "one buffer for both");

/* A child that another thread forked off meanwhile finds the flag set for good,
 * so that it lapses. */
#define LAPSE_MS 1000

static uint64_t busy;	 /* ms: since when; 0: free */
static uint32_t dropped; /* refusals that found it busy */
static uint64_t seq;

static struct event event; /* these belong to who made it busy */
static char line[EVENT_JSON_MAX];
static char name[PLACE_TEXT_MAX];
static char note[64];

static bool acquire(void)
{
	uint64_t since = __atomic_load_n(&busy, __ATOMIC_RELAXED);
	uint64_t now = now_ms();

	return (since == 0 || now - since > LAPSE_MS) &&
	       __atomic_compare_exchange_n(&busy, &since, now, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static void release(void)
{
	__atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
}

static const char *make_note(const struct gate *gate)
{
	uint32_t lost = __atomic_exchange_n(&dropped, 0, __ATOMIC_RELAXED);
	struct text text;

	if (lost == 0 && gate->op == OP_SOCKET && gate->domain == AF_UNIX)
		return "datagram sockets are withheld";
	if (lost == 0)
		return init_settings()->note;
	text_open(&text, note, sizeof(note));
	text_number(&text, lost);
	text_string(&text, " other refusals were not logged");
	return note;
}

static void fill_process(void)
{
	long len;

	event.pid = (pid_t)raw(SYS_getpid);
	event.ppid = (pid_t)raw(SYS_getppid);
	event.tid = (pid_t)raw(SYS_gettid);
	raw(SYS_prctl, PR_GET_NAME, event.comm);
	len = raw(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", event.exe,
		  sizeof(event.exe) - 1);
	event.exe[len > 0 ? len : 0] = '\0';
}

/* The canonical name, which the gate had but did not keep. */
static void fill_resolved(const struct gate *gate)
{
	struct place place;
	struct stat st;
	size_t len;
	int fd;

	if (gate->addr.kind != ADDR_PATH || !place_of(gate, &place))
		return;
	fd = path_pin(place.path, &st);
	if (fd < 0)
		return;
	len = place_name(&place, fd, name, sizeof(name));
	raw(SYS_close, fd);
	if (len < sizeof(event.resolved))
		memcpy(event.resolved, name, len);
}

static void fill_policy(const struct gate *gate)
{
	const struct policy *policy = init_policy();
	const bool named = gate->addr.kind == ADDR_PATH;
	struct policy_request request;

	if (!policy)
		return;
	gate_request(gate, named ? event.resolved : gate->addr.name,
		     named ? strlen(event.resolved) : gate->addr.name_len,
		     &request);
	policy_hint(policy, &request, &event.verdict, event.hint,
		    sizeof(event.hint));
	if (event.verdict.rule >= 0)
		event.rule =
			policy->arena + policy->rules[event.verdict.rule].given;
}

static void fill(const struct gate *gate, const struct policy_verdict *verdict,
		 uint32_t count)
{
	memset(&event, 0, sizeof(event));
	clock_gettime(CLOCK_REALTIME, &event.ts);
	event.seq = ++seq;
	event.run = init_settings()->run;
	event.op = gate->op;
	event.domain = gate->domain;
	event.type = gate->type;
	event.protocol = gate->protocol;
	event.addr = gate->addr;
	event.has_addr = gate->op != OP_SOCKET && gate->op != OP_RESOLVE;
	hosts_name(gate, event.host);
	event.verdict = *verdict;
	event.tier = init_settings()->enforced ? "landlock-only" : "none";
	event.layer = LAYER_SHIM;
	event.note = make_note(gate);
	event.count = count;
	fill_process();
	fill_resolved(gate);
	fill_policy(gate);
}

/* A pipe that nobody reads would kill the program with SIGPIPE. */
static bool is_safe(int fd)
{
	struct pollfd end = {.fd = fd, .events = POLLOUT};
	struct timespec now = {0};

	return raw(SYS_ppoll, &end, 1, &now, NULL, 0) == 1 &&
	       !(end.revents & (POLLERR | POLLHUP | POLLNVAL));
}

static void write_line(int fd, int len)
{
	if (len > 0 && is_safe(fd))
		raw(SYS_write, fd, line, len);
}

static void append_to(const char *path)
{
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
		    O_NONBLOCK;
	long fd = raw(SYS_openat, AT_FDCWD, path, flags, 0600);

	if (fd < 0)
		return;
	write_line((int)fd, event_json(&event, line, sizeof(line)));
	raw(SYS_close, fd);
}

void log_refusal(const struct gate *gate, const struct policy_verdict *verdict,
		 uint32_t count)
{
	const struct settings *settings = init_settings();

	if (settings->log[0] == '\0' && settings->quiet)
		return;
	if (!acquire()) {
		__atomic_fetch_add(&dropped, count, __ATOMIC_RELAXED);
		return;
	}
	fill(gate, verdict, count);
	if (settings->log[0] != '\0')
		append_to(settings->log);
	else
		write_line(2, event_text(&event, line, sizeof(line)));
	release();
}
