/* SPDX-License-Identifier: MIT */
/* html.h - one page that shows all of it in a browser. */
#ifndef SBX_LOG_HTML_H
#define SBX_LOG_HTML_H

#include <stdio.h>

#include "store.h"

/**
 * html_print() - Write the page: it needs nothing else, and asks for nothing.
 * @store:	with moments; gets processes that have no events
 * @files:	names for the heading, NULL-terminated
 *
 * The script and the style are fixed and known by their hash to the policy of
 * the page (CSP), so that nothing from a log can run even if it got out of the
 * data that it is in.
 */
void html_print(FILE *out, struct store *store, char *const *files);

#endif /* SBX_LOG_HTML_H */
