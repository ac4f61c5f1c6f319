/* SPDX-License-Identifier: MIT */
/* option_text.h - the texts made from a table of options.  */
#ifndef SBX_OPTION_TEXT_H
#define SBX_OPTION_TEXT_H

#include <stdio.h>

#include "option_table.h"

/** option_text_help() - What --help says of them, group by group. */
void option_text_help(FILE *out, const struct option_spec *specs, size_t count);

/** option_text_man() - The same as mdoc(7) lists. */
void option_text_man(FILE *out, const struct option_spec *specs, size_t count);

#endif /* SBX_OPTION_TEXT_H */
