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
 */
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
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
	const int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty < 0 || is_terminal(tty))
		return tty;
	close(tty);
	return -1;
}

/* Is that group one of jobs inside?  All of them descend from us. */
static bool is_inside(const struct supervisor *sup, pid_t group)
{
	struct client_status status = {.ppid = group};

	while (status.ppid > 1 && status.ppid != sup->pid)
		if (client_status(sup, status.ppid, &status) != 0)
			return false;
	return status.ppid == sup->pid;
}

bool tty_take(const struct supervisor *sup, int tty, struct tty_manners *before)
{
	struct termios usual;

	before->foreground = tcgetpgrp(tty);
	if (before->foreground != getpgrp() &&
	    (!is_inside(sup, before->foreground) ||
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
	tcsetattr(tty, TCSAFLUSH, &usual);
	return true;
}

void tty_give_back(int tty, const struct tty_manners *before)
{
	if (before->known)
		tcsetattr(tty, TCSADRAIN, &before->modes);
	if (before->foreground != getpgrp())
		tcsetpgrp(tty, before->foreground);
}

void tty_show(int tty, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		const ssize_t n = write(tty, text, len);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
}
