/* SPDX-License-Identifier: MIT */
/* race_bind.c - races about making servers: the judge looks for sockets where
 * none may be, and knocks at the ports that the attack says it listens on. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "race.h"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

#define SLOT		  50
#define SO_BINDTOIFINDEX_ 62 /* Linux 5.0 */

static struct sockaddr_un *live;
static struct sockaddr_un image[2];
static char harmless[160], other[160];
static int places[2];
static int tcp = -1;

static void flip_path(unsigned int turn)
{
	memcpy(live, &image[turn & 1], sizeof(*live));
}

static void flip_cwd(unsigned int turn)
{
	fchdir(places[turn & 1]);
}

static void flip_exchange(unsigned int turn)
{
	(void)turn;
	syscall(SYS_renameat2, AT_FDCWD, harmless, AT_FDCWD, other,
		RENAME_EXCHANGE);
}

/* Only the harmless result is removed: what was planted stays. */
static void attempt_bind(void)
{
	int fd = unix_socket(SOCK_STREAM);

	bind(fd, (const struct sockaddr *)live, sizeof(*live));
	close(fd);
	unlink(at("granted/mine.sock"));
}

static void prepare(const char *a, const char *b)
{
	live = race_memory(sizeof(*live));
	unix_addr(&image[0], a);
	unix_addr(&image[1], b);
	*live = image[0];
}

static void bind_path(void)
{
	prepare(at("granted/mine.sock"), at("denied/planted.sock"));
	race_run(&(const struct race){RACE_THREAD, flip_path, attempt_bind});
}

static void bind_cwd(void)
{
	prepare("mine.sock", "mine.sock");
	places[0] = open(at("granted"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	places[1] = open(at("denied"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	race_run(&(const struct race){RACE_THREAD, flip_cwd, attempt_bind});
}

static void bind_symlink(void)
{
	symlink("granted", at("flip"));
	symlink("denied", at("flop"));
	strcpy(harmless, at("flip"));
	strcpy(other, at("flop"));
	prepare(at("flip/mine.sock"), at("flip/mine.sock"));
	race_run(&(const struct race){RACE_PROCESS, flip_exchange,
				      attempt_bind});
}

/* Where directories do not move into the grant, links to them do. */
static bool directories_move(void)
{
	for (int i = 0; i < 2; i++)
		if (syscall(SYS_renameat2, AT_FDCWD, harmless, AT_FDCWD, other,
			    RENAME_EXCHANGE))
			return false;
	return true;
}

static void attempt_bind_inner(void)
{
	attempt_bind();
	unlinkat(places[0], "mine.sock", 0);
}

static void bind_rename(void)
{
	mkdir(at("granted/inner"), 0700);
	places[0] = open(at("granted/inner"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	strcpy(harmless, at("granted/inner"));
	strcpy(other, at("denied"));
	if (!directories_move()) {
		symlink("../denied", at("granted/outer"));
		strcpy(other, at("granted/outer"));
	}
	prepare(at("granted/inner/mine.sock"), at("granted/inner/mine.sock"));
	race_run(&(const struct race){RACE_PROCESS, flip_exchange,
				      attempt_bind_inner});
	/* What was planted is looked for where the directory belongs. */
	if (access(at("denied/no.sock"), F_OK))
		flip_exchange(0);
}

/* A grant of one name, not of the directories beneath its own. */
static void attempt_bind_later(void)
{
	int fd = unix_socket(SOCK_STREAM);

	bind(fd, (const struct sockaddr *)live, sizeof(*live));
	close(fd);
	unlink(at("empty/later.sock"));
}

static void beneath(const char *inner)
{
	mkdir(at(inner), 0700);
	symlink("empty", at("flip"));
	symlink(inner, at("flop"));
	strcpy(harmless, at("flip"));
	strcpy(other, at("flop"));
	prepare(at("flip/later.sock"), at("flip/later.sock"));
	race_run(&(const struct race){RACE_PROCESS, flip_exchange,
				      attempt_bind_later});
}

static void beneath_symlink(void)
{
	beneath("empty/inner");
}

/* Nor of one that ls(1) does not show. */
static void beneath_hidden(void)
{
	beneath("empty/.inner");
}

static void beneath_cwd(void)
{
	mkdir(at("empty/inner"), 0700);
	prepare("later.sock", "later.sock");
	places[0] = open(at("empty"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	places[1] = open(at("empty/inner"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	race_run(&(const struct race){RACE_THREAD, flip_cwd,
				      attempt_bind_later});
}

static void flip_slot(unsigned int turn)
{
	dup3(turn & 1 ? tcp : places[0], SLOT, O_CLOEXEC);
}

/* While the checker sees a UNIX socket, a TCP socket listens. */
static void attempt_listen(void)
{
	listen(SLOT, 8);
}

static void listen_swap(void)
{
	struct sockaddr_un addr;
	struct sockaddr_in bound = {0};
	socklen_t len = unix_addr(&addr, at("granted/mine.sock"));

	places[0] = unix_socket(SOCK_STREAM);
	bind(places[0], (struct sockaddr *)&addr, len);
	tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (tcp < 0)
		skip("no TCP sockets");
	/* Should it be tied to something: untie it. */
	setsockopt(tcp, SOL_SOCKET, SO_BINDTODEVICE, "", 0);
	setsockopt(tcp, SOL_SOCKET, SO_BINDTOIFINDEX_, &(int){0}, sizeof(int));
	setsockopt(tcp, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
	race_run(&(const struct race){RACE_THREAD, flip_slot, attempt_listen});
	len = sizeof(bound);
	getsockname(tcp, (struct sockaddr *)&bound, &len);
	announce("tcp4 %d", ntohs(bound.sin_port));
}

#define RACE(name, run, what)                                                  \
	{                                                                      \
		name, "races", run, GRANT_DIRECTORY, NEEDS_TRIES, what         \
	}

const struct attack race_bind_attacks[] = {
	RACE("race-bind-path", bind_path, "a thread rewrites the bound path"),
	RACE("race-bind-cwd", bind_cwd, "the cwd flips during bind(2)"),
	RACE("race-bind-symlink", bind_symlink,
	     "a directory link flips during bind(2)"),
	RACE("race-bind-rename", bind_rename,
	     "the directories change places during bind(2)"),
	{"race-bind-beneath", "races", beneath_symlink, GRANT_MISSING,
	 NEEDS_TRIES, "a link flips to a directory beneath the granted one"},
	{"race-bind-beneath-hidden", "races", beneath_hidden, GRANT_MISSING,
	 NEEDS_TRIES, "... to a hidden directory there"},
	{"race-bind-beneath-cwd", "races", beneath_cwd, GRANT_MISSING,
	 NEEDS_TRIES, "the cwd flips to a directory beneath the granted one"},
	RACE("race-listen", listen_swap,
	     "listen(2) while the descriptor becomes TCP"),
	{0},
};
