/* SPDX-License-Identifier: MIT */
/* tty.c - the terminal, for a question.
 *
 * Theory of operation
 *
 * It is opened before the command runs, and looked at: a device called /dev/tty
 * may be put there by root inside, later.
 *
 * A shell inside moves its jobs to process groups of their own; only the one
 * in the foreground may read.  So a question takes the foreground, and the
 * usual modes of a terminal, and gives both back.  Our signals are blocked, so
 * the kernel does not stop us for that (tty_check_change()).
 *
 * Nothing here waits: a terminal may be stopped, and what was typed may be read
 * by somebody else between poll(2) and read(2).
 */
#include "tty.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "client.h"

#define TTY_MAJOR 5 /* of /dev/tty: Documentation/admin-guide/devices.txt */

static bool is_terminal(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(TTY_MAJOR, 0);
}

int tty_open(void)
{
	const int tty =
		open("/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (tty < 0 || is_terminal(tty))
		return tty;
	close(tty);
	return -1;
}

/* Is that group one of jobs inside?  All of them descend from us.  Its leader
 * may have ended, as the first of a pipeline. */
static bool is_inside(const struct supervisor *sup, pid_t group, pid_t client)
{
	struct client_status status = {.ppid = group};

	if (getpgid(client) == group)
		return true;
	while (status.ppid > 1 && status.ppid != sup->pid)
		if (client_status(sup, status.ppid, &status) != 0)
			return false;
	return status.ppid == sup->pid;
}

bool tty_take(const struct supervisor *sup, int tty, pid_t client,
	      struct tty_manners *before)
{
	struct termios usual;

	before->foreground = tcgetpgrp(tty);
	if (before->foreground != getpgrp() &&
	    (!is_inside(sup, before->foreground, client) ||
	     tcsetpgrp(tty, getpgrp()) != 0))
		return false;
	before->known = tcgetattr(tty, &before->modes) == 0;
	if (!before->known)
		return true;
	usual = before->modes;
	usual.c_cc[VSUSP] = _POSIX_VDISABLE;
	usual.c_iflag |= ICRNL;
	usual.c_oflag |= OPOST | ONLCR;
	usual.c_lflag |= ICANON | ECHO | ECHOE | ISIG;
	/* Not TCSAFLUSH, which waits for output that may be stopped. */
	tcsetattr(tty, TCSANOW, &usual);
	tcflush(tty, TCIFLUSH);
	return true;
}

/* If the command was stopped meanwhile, a shell outside has the terminal. */
void tty_give_back(int tty, const struct tty_manners *before)
{
	if (tcgetpgrp(tty) != getpgrp())
		return;
	if (before->known)
		tcsetattr(tty, TCSANOW, &before->modes);
	if (before->foreground != getpgrp())
		tcsetpgrp(tty, before->foreground);
}
