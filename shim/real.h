/* SPDX-License-Identifier: MIT */
/* real.h - the functions behind the wrapped ones. */
#ifndef SBX_REAL_H
#define SBX_REAL_H

#include <netdb.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "raw.h"

/* NOLINTBEGIN(bugprone-macro-parentheses): types, and a list of parameters */

/* What is in the list is visible, and nothing else is. */
#define HOOK(name, result, params)                                             \
	__attribute__((visibility("default"))) result name params;
#include "hooks.def"

struct real {
#define HOOK(name, result, params) result(*name) params;
#include "hooks.def"
};

/* NOLINTEND(bugprone-macro-parentheses) */

extern struct real real;

/**
 * real_resolve() - Look all of them up; dlsym(3) is called here only.
 */
void real_resolve(void);

/* What was found of that name, NULL as long as nothing was. */
#define real_pointer(name)                                                     \
	(init_policy(), __atomic_load_n(&real.name, __ATOMIC_RELAXED))

/* The real function, or the system call of that name as long as it is not
 * known: somebody was faster than our initialisation. */
#define real_call(name, ...)                                                   \
	(__atomic_load_n(&real.name, __ATOMIC_RELAXED)                         \
		 ? real.name(__VA_ARGS__)                                      \
		 : (__typeof__(real.name(__VA_ARGS__)))raw_result(             \
			   raw(SYS_##name, __VA_ARGS__)))

#endif /* SBX_REAL_H */
