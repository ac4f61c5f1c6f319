/* SPDX-License-Identifier: MIT */
/* meter.c - times batches of one operation, as told on standard input.
 *
 *	meter GRANTED REFUSED NOP
 *
 * Reads lines "OPERATION COUNT", and answers each with the nanoseconds that
 * the batch took, or with "error OPERATION: ERRNO".  Meters inside and outside
 * a sandbox live side by side and are asked in turns, so that whatever slows
 * the machine down slows both.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "meter.h"

struct meter_places places;

static const struct meter_op *const tables[] = {
	connect_ops, stream_ops, inet_ops, file_ops, spawn_ops,
};

uint64_t meter_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

static const struct meter_op *find(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct meter_op *op = tables[i]; op->name; op++)
			if (!strcmp(op->name, name))
				return op;
	return NULL;
}

/* Return: 0 or -1 with errno */
static int batch(const struct meter_op *op, unsigned long count,
		 uint64_t *elapsed)
{
	uint64_t before;

	if (op->prepare && op->prepare())
		return -1;
	before = op->spent ? op->spent() : meter_now();
	while (count--)
		if (op->once())
			return -1;
	*elapsed = (op->spent ? op->spent() : meter_now()) - before;
	return 0;
}

static void obey(const char *name, unsigned long count)
{
	const struct meter_op *op = find(name);
	uint64_t elapsed;

	if (!op)
		printf("error %s: no such operation\n", name);
	else if (batch(op, count, &elapsed))
		printf("error %s: %s\n", name, strerror(errno));
	else
		printf("%llu\n", (unsigned long long)elapsed);
}

int main(int argc, char **argv)
{
	unsigned long count;
	char name[32];

	if (argc != 4) {
		fputs("usage: meter GRANTED REFUSED NOP\n", stderr);
		return 2;
	}
	places = (struct meter_places){argv[1], argv[2], argv[3]};
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (scanf("%31s %lu", name, &count) == 2)
		obey(name, count);
	return 0;
}
