/* SPDX-License-Identifier: MIT */
/* file_ops.c - read, write and open of ordinary files.  */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "meter.h"

#define SIZE 64

static int file = -1;

static int name_file(char *path, size_t size)
{
	return snprintf(path, size, "%s/file.%d", places.granted,
			(int)getpid()) < (int)size
		       ? 0
		       : -1;
}

static int make_file(void)
{
	const char data[SIZE] = {0};
	char path[256];

	if (file >= 0)
		return 0;
	if (name_file(path, sizeof(path)))
		return -1;
	file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return file < 0 || write(file, data, SIZE) != SIZE ? -1 : 0;
}

static int complete(ssize_t n)
{
	if (n >= 0 && n != SIZE)
		errno = EIO;
	return n == SIZE ? 0 : -1;
}

static int once_read(void)
{
	char data[SIZE];

	return complete(pread(file, data, SIZE, 0));
}

static int once_write(void)
{
	const char data[SIZE] = {0};

	return complete(pwrite(file, data, SIZE, 0));
}

static int once_open(void)
{
	char path[256];
	int fd;

	if (name_file(path, sizeof(path)))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 || close(fd) ? -1 : 0;
}

const struct meter_op file_ops[] = {
	{"read", once_read, NULL, make_file},
	{"write", once_write, NULL, make_file},
	{"open-close", once_open, NULL, make_file},
	{NULL, NULL, NULL, NULL},
};
