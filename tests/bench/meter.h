/* SPDX-License-Identifier: MIT */
/* meter.h - the operations that a meter can time.  */
#ifndef SBX_BENCH_METER_H
#define SBX_BENCH_METER_H

#include <stdint.h>

#define METER_MANY 512 /* sockets in the directory "many" */

/* Where things are, given on the command line. */
struct meter_places {
	const char *granted; /* a directory: sockets accept, echo */
	/* The same, but not granted to those inside; and many/0, many/1 ... */
	const char *refused;
	const char *nop; /* a static program that exits at once */
};

struct meter_op {
	const char *name;
	/* Does it once.  Return: 0, or -1 with errno. */
	int (*once)(void);
	/* Nanoseconds spent so far in the part that counts; NULL: all of
	 * once() counts. */
	uint64_t (*spent)(void);
	/* What once() needs, done before each batch; NULL: nothing. */
	int (*prepare)(void);
};

extern struct meter_places places;

/* Each table ends with an entry without a name. */
extern const struct meter_op connect_ops[];
extern const struct meter_op stream_ops[];
extern const struct meter_op inet_ops[];
extern const struct meter_op file_ops[];
extern const struct meter_op spawn_ops[];

/* Monotonic, in nanoseconds. */
uint64_t meter_now(void);

/* A connected stream to DIR/NAME.  Return: descriptor, or -1 with errno. */
int meter_connect(const char *dir, const char *name);

#endif /* SBX_BENCH_METER_H */
