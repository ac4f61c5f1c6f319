/* SPDX-License-Identifier: MIT */
/* tty.h - the terminal, for a question. */
#ifndef SBX_TTY_H
#define SBX_TTY_H

#include <stdbool.h>
#include <termios.h>

#include "supervisor.h"

/* How it was found. */
struct tty_manners {
	pid_t foreground;
	struct termios modes;
	bool known;
};

/** tty_open() - The controlling terminal: a non-blocking descriptor, or -1. */
int tty_open(void);

/**
 * tty_take() - Move to its foreground, and have it read lines.
 * @client:	process for which that is done
 * @before:	set, for tty_give_back()
 *
 * What was typed and not read is thrown away.
 *
 * Return: false if nobody inside has it: then we are in the background
 */
bool tty_take(const struct supervisor *sup, int tty, pid_t client,
	      struct tty_manners *before);

/** tty_give_back() - Undo tty_take(), unless somebody outside did. */
void tty_give_back(int tty, const struct tty_manners *before);

#endif /* SBX_TTY_H */
