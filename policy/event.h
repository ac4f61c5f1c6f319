/* SPDX-License-Identifier: MIT */
/* event.h - one mediated decision, as a JSON line and as a human line.
 *
 * Pure formatting into caller's memory.  Whatever came from the client (names,
 * comm, exe, host) may hold any byte: JSON output is always valid UTF-8 JSON,
 * text output never carries a control byte to a terminal.
 */
#ifndef SBX_EVENT_H
#define SBX_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "addr.h"
#include "frame.h"
#include "path.h"
#include "policy.h"
#include "report.h"
#include "risk.h"

enum event_layer { LAYER_SHIM, LAYER_SUPERVISOR, LAYER_KERNEL };

#define EVENT_ARGV0_MAX 256

/* An event as JSON: exe, resolved, rule and hint of 4095 bytes each, a stack of
 * 3040, every byte escaped sixfold, and the rest. */
#define EVENT_JSON_MAX 131072
#define EVENT_TEXT_MAX 36864

struct event {
	struct timespec ts; /* CLOCK_REALTIME */
	uint64_t seq;	    /* 1, 2, 3 ... within a run */
	const char *run;    /* identifies one sbx-run */
	pid_t pid;	    /* process (thread group) */
	pid_t tid;
	pid_t ppid; /* 0 unknown */
	char comm[16];
	char exe[PATH_TEXT_MAX];     /* "" unknown */
	char argv0[EVENT_ARGV0_MAX]; /* "" unknown, or says nothing new */
	enum policy_op op;
	int domain;	  /* of the socket: AF_UNIX, AF_INET ... */
	int type;	  /* SOCK_STREAM ..., flags removed; 0 unknown */
	int protocol;	  /* OP_SOCKET, else 0 */
	struct addr addr; /* as the client gave it */
	bool has_addr;	  /* false for OP_SOCKET, OP_LISTEN */
	char resolved[PATH_TEXT_MAX]; /* canonical path, "" if none */
	size_t settled; /* as in struct policy_request, for --learn */
	bool scratch;
	char host[REPORT_HOST_MAX]; /* what the program asked for, "" */
	struct policy_verdict verdict;
	const char *rule; /* the deciding rule as the user typed it, or NULL */
	const char *tier; /* "supervised", "none" */
	enum event_layer layer;
	const char *note; /* a reason that is not the policy, or NULL: "hard
			   * link", "client not inspectable" */
	char hint[PATH_TEXT_MAX]; /* policy_hint(), "" if none */
	bool expected;		  /* expected_probe() */
	bool audit;		  /* --audit: it would have been refused */
	struct stack stack;	  /* of the call, its len 0: unknown */
	uint32_t count;		  /* times, >= 1 */
};

/**
 * event_json() - One JSON object, with a newline.
 *
 * Members, in order: ts (RFC 3339, UTC, microseconds) seq run pid ppid tid
 * comm exe argv0 op family type protocol path resolved addr port address (as
 * addr_text(), if it is neither a path nor an IP address) host verdict
 * ("allow", "deny", "audit": allowed, but only by --audit) errno (symbolic
 * name) rule tier layer advisory (true if layer is shim) note expected (true,
 * or left out) hint stack count. docs/event.schema.json describes them.  Absent
 * facts are left out. In strings, a byte that is not part of valid UTF-8
 * becomes U+DC80 + (byte - 0x80) written as \udcXX (as Python's
 * surrogateescape), so that nothing is lost; an abstract path is "@name" with
 * NUL as \u0000, and a path that starts with "@" "./@...". The stack is an
 * array of strings as frame_append() makes them, innermost first.
 *
 * Return: length, or -1 if @size is too small [signal-safe] [no-alloc]
 */
int event_json(const struct event *event, char *buf, size_t size);

/**
 * event_text() - The line a person reads, with a newline:
 *
 * sbx: denied: psql[4711] connect unix:/run/x -- allow with
 * --allow-unix-socket /run/x
 *
 * all on one line, and beneath it "    at FRAME" for each frame of the stack;
 * "resolve HOST" for OP_RESOLVE; " (3 times)" before " -- " if
 * count > 1; " (host)" after an IP address; ": note" where there is one.  A
 * hint "without OPTION" reads "-- allow without OPTION"; without hint and note
 * the line ends in event_no_option.  "sbx: allowed: ..." has neither, "sbx:
 * audit: ..." is as a refusal.
 *
 * Return: length, or -1 if @size is too small [signal-safe] [no-alloc]
 */
int event_text(const struct event *event, char *buf, size_t size);

/* What is said of what no option can allow. */
extern const char event_no_option[];

/**
 * event_target() - What it was about, as in the line for people:
 *		    "unix:/run/x", "tcp 1.2.3.4:443 (host)".
 *
 * Return: @buf [signal-safe] [no-alloc]
 */
const char *event_target(const struct event *event, char *buf, size_t size);

/**
 * event_lost() - A line that stands for events that could not be written.
 * @event:	the next event: ts and run count
 * @lost:	how many
 * @json:	{"ts":...,"run":...,"lost":5}, or a line for people
 *
 * Return: as the others [signal-safe] [no-alloc]
 */
int event_lost(const struct event *event, uint64_t lost, bool json, char *buf,
	       size_t size);

/** event_verdict() - "allow", "deny" or "audit". [signal-safe] [no-alloc] */
const char *event_verdict(const struct event *event);

/** event_risk() - What it means to reach the target, by its canonical name.
 *		   [signal-safe] [no-alloc] */
enum risk event_risk(const struct event *event);

#endif /* SBX_EVENT_H */
