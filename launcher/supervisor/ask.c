/* SPDX-License-Identifier: MIT */
/* ask.c - ask a person, at the terminal, and wait.
 *
 * Theory of operation
 *
 * The terminal is held since before the command ran (tty.c).  A program inside
 * cannot type into it: the filter refuses TIOCSTI and TIOCLINUX.  It may still
 * read what is typed, and print whatever it likes: a question says who asks it,
 * and what was typed before the question is thrown away.
 *
 * Who waits for a question of somebody else, or for an answer, looks up now and
 * then: its client may be gone, or signalled, or the command have ended.
 */
#include "ask.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../policy/quote.h"
#include "../../policy/risk.h"
#include "../diag.h"
#include "answers.h"
#include "call.h"
#include "tty.h"
#include "worker.h"

#define LOOK_MS	      100
#define TRIES	      3
#define HEARD_MAX     16
#define TARGET_SIZE   (4 * PATH_TEXT_MAX + 64)
#define QUESTION_SIZE (9 * PATH_TEXT_MAX)

/* The host that a thread is about to connect to, says the shim. */
struct hearsay {
	pid_t tid;
	struct addr addr;
	char host[REPORT_HOST_MAX];
};

struct ask {
	int tty;
	atomic_bool ended;
	pthread_mutex_t lock; /* of the terminal, and of what follows */
	struct answers answers;
	unsigned int next; /* of what is heard to be forgotten */
	struct hearsay heard[HEARD_MAX];
};

struct ask *ask_open(void)
{
	struct ask *ask;
	const int tty = tty_open();

	if (tty < 0) {
		notice("notice: there is no terminal to --ask at; what is not "
		       "granted is refused");
		return NULL;
	}
	ask = calloc(1, sizeof(*ask));
	if (!ask)
		die_errno("cannot prepare to ask");
	ask->tty = tty;
	pthread_mutex_init(&ask->lock, NULL);
	return ask;
}

size_t ask_keep(const struct ask *ask, int *keep)
{
	if (!ask)
		return 0;
	keep[0] = ask->tty;
	return 1;
}

void ask_end(struct ask *ask)
{
	if (ask)
		atomic_store(&ask->ended, true);
}

/* ---- waiting ------------------------------------------------------------ */

/* What a person or an operator sends to end a program.  Others, as timers, have
 * to wait for the answer like the client itself. */
static bool is_told_to_end(const struct call *call)
{
	static const int signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
	struct client_status status;

	if (client_status(call->sup, call->client.tid, &status) != 0)
		return false;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (status.pending & 1ULL << (signals[i] - 1))
			return true;
	return false;
}

#define REFUSED (-1) /* nobody is asked any more */

/* What the call ends with if it does not wait any more: an errno value,
 * REFUSED, or 0. */
static int given_up(const struct ask *ask, const struct call *call)
{
	if (atomic_load(&ask->ended))
		return REFUSED;
	if (!client_alive(&call->client))
		return ESRCH;
	if (worker_interruption(call->worker) == INTERRUPT_OVERLOAD)
		return EAGAIN;
	return is_told_to_end(call) ? ERESTARTSYS : 0;
}

/* Takes the lock; returns as given_up(). */
static int wait_for_turn(struct ask *ask, const struct call *call)
{
	struct timespec until;
	int error;

	for (;;) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		if (pthread_mutex_timedlock(&ask->lock, &until) == 0)
			return 0;
		error = given_up(ask, call);
		if (error)
			return error;
	}
}

/* ---- the question ------------------------------------------------------- */

/* A line without its end.  Return: its length; 0: the end of the file; -1:
 * nobody wants it any more, or the terminal is gone. */
static ssize_t read_line(const struct ask *ask, const struct call *call,
			 char *line, size_t size)
{
	struct pollfd p = {.fd = ask->tty, .events = POLLIN};
	ssize_t n;

	for (;;) {
		if (given_up(ask, call))
			return -1;
		if (poll(&p, 1, LOOK_MS) <= 0)
			continue;
		n = read(ask->tty, line, size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		line[n > 0 ? n : 0] = '\0';
		return n;
	}
}

static void put_risk(struct text *text, const struct event *event)
{
	enum risk risk = RISK_BENIGN;

	if (event->resolved[0])
		risk = risk_of_path(event->resolved, strlen(event->resolved));
	else if (event->has_addr && event->addr.kind == ADDR_ABSTRACT)
		risk = risk_of_abstract(event->addr.name, event->addr.name_len);
	if (risk == RISK_BENIGN)
		return;
	text_string(text, "sbx: risk: ");
	text_string(text, risk_text(risk));
	text_string(text, "\n");
}

/* The canonical path, where there is one, else the address. */
static void put_target(struct text *text, const struct event *event)
{
	char target[ADDR_TEXT_MAX];

	if (event->resolved[0]) {
		text_string(text, "unix:");
		quote_terminal(text, event->resolved, strlen(event->resolved));
		return;
	}
	if (event->domain != AF_UNIX)
		text_string(text, event->type == SOCK_DGRAM ? "udp " : "tcp ");
	text_string(text, addr_text(&event->addr, target, sizeof(target)));
}

static void hear(struct ask *ask, const struct event *event)
{
	struct hearsay *heard = &ask->heard[ask->next++ % HEARD_MAX];

	heard->tid = event->tid;
	heard->addr = event->addr;
	memcpy(heard->host, event->host, sizeof(heard->host));
}

/* It may lie, so this is said to be its word. */
static void put_host(struct text *text, const struct ask *ask,
		     const struct event *event)
{
	for (unsigned int i = 0; i < HEARD_MAX; i++) {
		const struct hearsay *heard = &ask->heard[i];

		if (heard->tid != event->tid || heard->host[0] == '\0' ||
		    heard->addr.port != event->addr.port ||
		    memcmp(heard->addr.ip, event->addr.ip,
			   sizeof(heard->addr.ip)) != 0)
			continue;
		text_string(text, ", which it calls \"");
		quote_terminal(text, heard->host,
			       strnlen(heard->host, sizeof(heard->host)));
		text_string(text, "\"");
		return;
	}
}

static void put_question(struct text *text, const struct ask *ask,
			 const struct event *event)
{
	text_string(text, "\nsbx: ");
	quote_terminal(text, event->comm,
		       strnlen(event->comm, sizeof(event->comm)));
	text_string(text, "[");
	text_number(text, (uint64_t)event->pid);
	text_string(text, "] (");
	quote_terminal(text, event->exe, strlen(event->exe));
	text_string(text, ") wants to ");
	text_string(text, policy_op_name(event->op));
	text_string(text, " ");
	put_target(text, event);
	put_host(text, ask, event);
	text_string(text, "\n");
	put_risk(text, event);
}

static enum answer_kind ask_at(const struct ask *ask, const struct call *call,
			       const char *question)
{
	char line[256];

	tty_show(ask->tty, question);
	for (int i = 0; i < TRIES; i++) {
		ssize_t n;

		tty_show(ask->tty,
			 "sbx: allow it [o]nce, [a]lways in this run, "
			 "[n]ever, or [s]top asking? ");
		n = read_line(ask, call, line, sizeof(line));
		if (n <= 0)
			break;
		if (answers_read(line) != ANSWER_NONE)
			return answers_read(line);
	}
	tty_show(ask->tty, "\nsbx: no answer; it is refused\n");
	return ANSWER_NONE;
}

static enum answer_kind put_to_person(struct ask *ask, const struct call *call,
				      const struct event *event)
{
	static char question[QUESTION_SIZE]; /* the lock is held */
	struct tty_manners before;
	enum answer_kind answer;
	struct text text;

	text_open(&text, question, sizeof(question));
	put_question(&text, ask, event);
	if (!tty_take(call->sup, ask->tty, &before))
		return ANSWER_NONE;
	answer = ask_at(ask, call, question);
	tty_give_back(ask->tty, &before);
	return answer;
}

static enum answer_kind find(struct ask *ask, const struct call *call,
			     const struct event *event, const char *target)
{
	enum answer_kind answer =
		answers_find(&ask->answers, event->op, target);

	if (call->report && event->host[0])
		hear(ask, event);
	if (answer != ANSWER_NONE || call->report)
		return answer;
	answer = put_to_person(ask, call, event);
	if (answer == ANSWER_ALWAYS || answer == ANSWER_NEVER)
		answers_add(&ask->answers, event->op, target, answer);
	if (answer == ANSWER_STOP)
		ask_end(ask);
	return answer;
}

bool ask_person(struct ask *ask, struct call *call, const struct event *event,
		int *error)
{
	char target[TARGET_SIZE];
	enum answer_kind answer;
	struct text text;

	*error = 0;
	if (atomic_load(&ask->ended))
		return false;
	text_open(&text, target, sizeof(target));
	put_target(&text, event);
	*error = wait_for_turn(ask, call);
	if (*error) {
		*error = *error == REFUSED ? 0 : *error;
		return false;
	}
	answer = find(ask, call, event, target);
	pthread_mutex_unlock(&ask->lock);
	if (call->report)
		return answer != ANSWER_NEVER;
	if (answer == ANSWER_NONE && !atomic_load(&ask->ended))
		*error = given_up(ask, call);
	return answer == ANSWER_ONCE || answer == ANSWER_ALWAYS;
}
