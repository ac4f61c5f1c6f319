/* SPDX-License-Identifier: MIT */
/* proc.c - is /proc there, and does it show our processes? */
#include "proc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "diag.h"

/* The row NSpid has our number in the namespace of this /proc and in each
 * below it: one, unless it shows other processes by our clients' numbers. */
int proc_probe(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	autofree char *row = NULL;
	size_t size = 0;
	int error = 0;

	if (!status)
		return errno;
	/* Many groups make it long. */
	while (getline(&row, &size, status) > 0)
		if (strncmp(row, "NSpid:\t", 7) == 0 &&
		    row[7 + strspn(row + 7, "0123456789")] != '\n')
			error = EXDEV;
	fclose(status);
	return error;
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
