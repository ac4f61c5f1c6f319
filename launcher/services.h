/* SPDX-License-Identifier: MIT */
/* services.h - the names of ports. */
#ifndef SBX_SERVICES_H
#define SBX_SERVICES_H

#include <stdint.h>

/**
 * services_port() - Look a TCP or UDP service up in /etc/services.
 *
 * Not getservbyname(3): a static program would load libraries for it.
 *
 * Return: the port, or 0 if there is no such name
 */
uint16_t services_port(const char *name);

/** services_find() - The same in another file of that form (services(5)). */
uint16_t services_find(const char *path, const char *name);

#endif /* SBX_SERVICES_H */
