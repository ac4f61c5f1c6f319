/* SPDX-License-Identifier: MIT */
/* elf.h - what kind of program a file is: can a preloaded library reach it? */
#ifndef SBX_ELF_H
#define SBX_ELF_H

#include <limits.h>
#include <stdbool.h>

enum elf_kind {
	ELF_UNKNOWN, /* unreadable, or no format known here */
	ELF_DYNAMIC, /* has an interpreter: the shim applies */
	ELF_STATIC,  /* no interpreter: the shim cannot apply */
	ELF_FOREIGN, /* another class or machine: the shim cannot apply */
};

struct elf_info {
	enum elf_kind kind;
	bool go;   /* built by Go: makes its own system calls */
	bool asan; /* needs libasan.so: must stay first in LD_PRELOAD */
	char asan_name[64];  /* its DT_NEEDED name, e.g. "libasan.so.8" */
	char path[PATH_MAX]; /* the file looked at, after "#!" lines */
};

/**
 * elf_probe() - Look at the file that execve(2) would run.
 * @path:	the program; "#!" interpreters are followed like the kernel
 * @info:	result
 *
 * The file may be hostile: every offset is checked, all work is bounded.
 */
void elf_probe(const char *path, struct elf_info *info);

/**
 * elf_check_library() - Could ld.so load this file into a program like us?
 * @path:	a file
 *
 * Return: NULL, or one clause that says why not (static storage)
 */
const char *elf_check_library(const char *path);

#endif /* SBX_ELF_H */
