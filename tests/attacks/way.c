/* SPDX-License-Identifier: MIT */
/* way.c - the directories on the way to a name are moved, or closed.
 *
 * A rule about a name is judged from a directory that was there at start.
 * Where others came later, or where the command may move it, the way to the
 * name tells nothing.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "race.h"

static char target[108]; /* at() is not for two threads */
static char here[108], away[108];

static void set_names(const char *path, const char *a, const char *b)
{
	snprintf(target, sizeof(target), "%s", at(path));
	snprintf(here, sizeof(here), "%s", at(a));
	snprintf(away, sizeof(away), "%s", at(b));
}

static void attempt(void)
{
	hit_path(target);
}

static void flip_place(unsigned int turn)
{
	rename(turn & 1 ? away : here, turn & 1 ? here : away);
}

static void flip_mode(unsigned int turn)
{
	chmod(here, turn & 1 ? 0700 : 0);
}

/* ---- a grant ------------------------------------------------------------ */

/* Who cannot be found is not writable. */
static void missing_moved(void)
{
	rename(at("lure"), at("room/none"));
	set_names("room/none/later.sock", "room", "aside");
	race_run(&(const struct race){RACE_THREAD, flip_place, attempt});
}

/* ---- an exception ------------------------------------------------------- */

/* A server comes to a directory that was not there, which moves. */
static void serve_where_none_was(void)
{
	mkdir(at("granted/room/none"), 0700);
	announce("serve-at granted/room/none/later.sock");
	rename(at("granted/room/none"), at("granted/hall"));
}

static void exception_missing(void)
{
	serve_where_none_was();
	rename(at("granted/room"), at("granted/aside"));
	hit_path(at("granted/hall/later.sock"));
}

static void exception_missing_race(void)
{
	serve_where_none_was();
	set_names("granted/hall/later.sock", "granted/room", "granted/aside");
	race_run(&(const struct race){RACE_THREAD, flip_place, attempt});
}

/* It was made anew by the command: the server finds a directory. */
static void serve_where_anew(void)
{
	rename(at("granted/room"), at("granted/aside"));
	mkdir(at("granted/room"), 0700);
	announce("serve-at granted/room/except.sock");
	rename(at("granted/room"), at("granted/hall"));
}

static void exception_replaced(void)
{
	serve_where_anew();
	hit_path(at("granted/hall/except.sock"));
}

/* ... and the first one is back. */
static void exception_put_back(void)
{
	serve_where_anew();
	rename(at("granted/aside"), at("granted/room"));
	hit_path(at("granted/hall/except.sock"));
}

/* Nobody can look into it at the right moment. */
static void exception_closed(void)
{
	announce("serve-at granted/room/except.sock");
	rename(at("granted/room"), at("granted/hall"));
	set_names("granted/hall/except.sock", "granted/hall", "");
	race_run(&(const struct race){RACE_THREAD, flip_mode, attempt});
	flip_mode(1);
}

#define WAY(name, run, grant, needs, what)                                     \
	{                                                                      \
		name, "links", run, grant, needs, what                         \
	}

const struct attack way_attacks[] = {
	WAY("missing-way-race", missing_moved, GRANT_MISSING_DEEP, NEEDS_TRIES,
	    "what is above the missing parent comes and goes"),
	WAY("exception-missing", exception_missing, GRANT_EXCEPT_DEEP, 0,
	    "out of a denied name's missing parent, and away what is above"),
	WAY("exception-missing-race", exception_missing_race, GRANT_EXCEPT_DEEP,
	    NEEDS_TRIES, "... what is above comes and goes"),
	WAY("exception-replaced", exception_replaced, GRANT_EXCEPT_DEEP, 0,
	    "a denied name's parent made anew before its server comes"),
	WAY("exception-put-back", exception_put_back, GRANT_EXCEPT_DEEP, 0,
	    "... and the first parent moved back"),
	WAY("exception-closed", exception_closed, GRANT_EXCEPT_DEEP,
	    NEEDS_TRIES, "a denied name's parent, moved, opens and closes"),
	{0},
};
