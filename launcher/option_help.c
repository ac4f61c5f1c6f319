/* SPDX-License-Identifier: MIT */
/* option_help.c - the texts of sbx-run: help, version, man page.  */
#include "option_text.h"

void options_version(FILE *out)
{
	fprintf(out, "sbx-run %s\n", SBX_VERSION);
}

void options_help(FILE *out)
{
	fputs("Usage: sbx-run [options] -- command [argument...]\n"
	      "Run a command that reaches only the local sockets that were "
	      "granted.\n",
	      out);
	option_text_help(out, option_table, option_count);
	fputs("\nThe exit status is the command's, or\n"
	      "  125  sbx-run itself failed; the command did not run\n"
	      "  126  the command was found, but cannot be executed\n"
	      "  127  the command was not found\n"
	      "\nExample:\n"
	      "  sbx-run --allow-unix-socket /run/postgresql -- psql\n",
	      out);
}

void options_man(FILE *out)
{
	option_text_man(out, option_table, option_count);
}
