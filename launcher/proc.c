/* SPDX-License-Identifier: MIT */
/* proc.c - is /proc there, and does it show our processes? */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "clean.h"
#include "diag.h"

/* The row NSpid has our number in the namespace of this /proc and in each
 * below it: one, unless it shows other processes by our clients' numbers. */
int proc_probe(void)
{
	autoclose int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	char text[4096];
	const char *row;
	ssize_t n;

	if (fd < 0)
		return errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return EIO;
	text[n] = '\0';
	row = strstr(text, "\nNSpid:\t");
	if (!row)
		return 0;
	row += strlen("\nNSpid:\t");
	return row[strspn(row, "0123456789")] == '\n' ? 0 : EXDEV;
}

void proc_require(void)
{
	const int error = proc_probe();

	if (error == EXDEV)
		die("/proc is that of another pid namespace, so clients cannot "
		    "be told apart; mount one for this namespace (unshare "
		    "--mount-proc)");
	if (error)
		die("/proc is needed to look at clients, and cannot be read "
		    "(%s); mount it: mount -t proc proc /proc",
		    strerror(error));
}
