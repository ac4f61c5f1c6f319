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

#include "../clean.h"
#include "../diag.h"
#include "answers.h"
#include "call.h"
#include "question.h"
#include "tty.h"
#include "worker.h"

#define LOOK_MS	      100
#define WRITE_MS      20
#define TRIES	      3
#define HEARD_MAX     16
#define END_MS	      1000
#define TARGET_SIZE   (4 * PATH_TEXT_MAX + 64)
#define QUESTION_SIZE (TARGET_SIZE + 4096)

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

/* ---- waiting ------------------------------------------------------------ */

static bool lock_within(struct ask *ask, long ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += ms * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	return pthread_mutex_timedlock(&ask->lock, &until) == 0;
}

/* The terminal shall be as it was when whoever waits for us goes on. */
void ask_end(struct ask *ask)
{
	if (!ask)
		return;
	atomic_store(&ask->ended, true);
	if (lock_within(ask, END_MS))
		pthread_mutex_unlock(&ask->lock);
}

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

/* Takes the lock, if it returns 0; else it returns as given_up(). */
static int wait_for_turn(struct ask *ask, const struct call *call)
{
	for (;;) {
		const bool locked = lock_within(ask, LOOK_MS);
		const int error = given_up(ask, call);

		if (locked && error)
			pthread_mutex_unlock(&ask->lock);
		if (locked || error)
			return error;
	}
}

/* ---- the question ------------------------------------------------------- */

/* All of it, unless nobody wants it any more: a terminal may be stopped
 * (Ctrl-S, tcflow(3)) for as long as it likes. */
static bool show(const struct ask *ask, const struct call *call,
		 const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		const ssize_t n = write(ask->tty, text, len);

		if (n > 0) {
			text += n;
			len -= (size_t)n;
			continue;
		}
		if ((n < 0 && errno != EINTR && errno != EAGAIN) ||
		    given_up(ask, call))
			return false;
		poll(NULL, 0, WRITE_MS);
	}
	return true;
}

/* A line with its end.  Return: its length; 0: the end of the file; -1:
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
		/* EAGAIN: a program inside was faster. */
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		line[n > 0 ? n : 0] = '\0';
		return n;
	}
}

static void hear(struct ask *ask, const struct event *event)
{
	struct hearsay *heard = &ask->heard[ask->next++ % HEARD_MAX];

	heard->tid = event->tid;
	heard->addr = event->addr;
	memcpy(heard->host, event->host, sizeof(heard->host));
	heard->host[sizeof(heard->host) - 1] = '\0';
}

/* It may lie, so this is said to be its word. */
static const char *heard_host(const struct ask *ask, const struct event *event)
{
	for (unsigned int i = 0; i < HEARD_MAX; i++) {
		const struct hearsay *heard = &ask->heard[i];

		if (heard->tid == event->tid && heard->host[0] != '\0' &&
		    heard->addr.port == event->addr.port &&
		    memcmp(heard->addr.ip, event->addr.ip,
			   sizeof(heard->addr.ip)) == 0)
			return heard->host;
	}
	return NULL;
}

static enum answer_kind ask_at(const struct ask *ask, const struct call *call,
			       const char *question)
{
	static const char choice[] =
		"sbx: allow it [o]nce, [a]lways in this run, [n]ever, or "
		"[s]top asking? ";
	char line[256];

	if (!show(ask, call, question))
		return ANSWER_NONE;
	for (int i = 0; i < TRIES; i++) {
		if (!show(ask, call, choice) ||
		    read_line(ask, call, line, sizeof(line)) <= 0)
			break;
		if (answers_read(line) != ANSWER_NONE)
			return answers_read(line);
	}
	show(ask, call, "\nsbx: no answer; it is refused\n");
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
	question_put(&text, event, heard_host(ask, event));
	if (!tty_take(call->sup, ask->tty, call->client.tid, &before))
		return ANSWER_NONE;
	answer = ask_at(ask, call, question);
	tty_give_back(ask->tty, &before);
	return answer;
}

static enum answer_kind find(struct ask *ask, const struct call *call,
			     const struct event *event,
			     const struct asked *asked)
{
	enum answer_kind answer = answers_find(&ask->answers, asked);

	if (call->report && event->host[0])
		hear(ask, event);
	if (answer != ANSWER_NONE || call->report)
		return answer;
	answer = put_to_person(ask, call, event);
	if (answer == ANSWER_ALWAYS || answer == ANSWER_NEVER)
		answers_add(&ask->answers, asked, answer);
	if (answer == ANSWER_STOP)
		atomic_store(&ask->ended, true);
	return answer;
}

bool ask_person(struct ask *ask, struct call *call, const struct event *event,
		int dir, int *error)
{
	char target[TARGET_SIZE];
	const struct asked asked = {
		.op = event->op,
		.target = target,
		.is_path = event->resolved[0] != '\0',
		.dir = dir,
	};
	enum answer_kind answer;
	struct text text;

	*error = 0;
	if (atomic_load(&ask->ended))
		return false;
	text_open(&text, target, sizeof(target));
	question_target(&text, event);
	*error = wait_for_turn(ask, call);
	if (*error) {
		*error = *error == REFUSED ? 0 : *error;
		return false;
	}
	answer = find(ask, call, event, &asked);
	pthread_mutex_unlock(&ask->lock);
	if (call->report)
		return answer != ANSWER_NEVER;
	if (answer == ANSWER_NONE && !atomic_load(&ask->ended))
		*error = given_up(ask, call);
	return answer == ANSWER_ONCE || answer == ANSWER_ALWAYS;
}
