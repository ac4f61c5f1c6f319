/* SPDX-License-Identifier: MIT */
/* nop.c - the smallest program to start: static, and over at once.  */
#include <unistd.h>

int main(void)
{
	_exit(0);
}
