/* SPDX-License-Identifier: MIT */
/* services.c - the names of ports, from /etc/services (services(5)).  */
#include "services.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"

#define SEPARATORS " \t\r\n"
#define DIGITS_MAX 5

/* "80/tcp"; other protocols have no ports that can be granted. */
static uint16_t read_port(const char *word)
{
	const size_t digits = strspn(word, "0123456789");
	const char *end = word + digits;
	const unsigned long port = strtoul(word, NULL, 10);

	if (digits == 0 || digits > DIGITS_MAX || port > UINT16_MAX ||
	    (strcmp(end, "/tcp") != 0 && strcmp(end, "/udp") != 0))
		return 0;
	return (uint16_t)port;
}

/* Is one of the names on this line the one; "http 80/tcp www" */
static uint16_t port_on_line(char *line, const char *name)
{
	char *state;
	const char *word, *port;
	bool found;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, SEPARATORS, &state);
	port = strtok_r(NULL, SEPARATORS, &state);
	if (!word || !port)
		return 0;
	found = strcmp(word, name) == 0;
	while (!found && (word = strtok_r(NULL, SEPARATORS, &state)))
		found = strcmp(word, name) == 0;
	return found ? read_port(port) : 0;
}

uint16_t services_find(const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	autofree char *line = NULL;
	size_t size = 0;
	ssize_t len;
	uint16_t port = 0;

	if (!file)
		return 0;
	/* Whole lines only, and text: half a name may be another one. */
	while (port == 0 && (len = getline(&line, &size, file)) > 0)
		if (strlen(line) == (size_t)len)
			port = port_on_line(line, name);
	fclose(file);
	return port;
}

uint16_t services_port(const char *name)
{
	return services_find("/etc/services", name);
}
