/* SPDX-License-Identifier: MIT */
/* real.c - the functions behind the wrapped ones.  */
#include "real.h"

#include <dlfcn.h>

struct real real;

/* __connect is glibc's other name for connect, which serves both; renameat2 is
 * nothing but a system call.  They are not looked up: in musl that fails, and
 * a failing dlsym(3) allocates and leaves its message to the program's next
 * dlerror(3). */
#define IS_ALIAS(name)                                                         \
	(#name[0] == '_' || !__builtin_strcmp(#name, "renameat2"))

void real_resolve(void)
{
#define HOOK(name, result, params)                                             \
	if (!IS_ALIAS(name))                                                   \
		__atomic_store_n(                                              \
			&real.name,                                            \
			(__typeof__(real.name))dlsym(RTLD_NEXT, #name),        \
			__ATOMIC_RELAXED);
#include "hooks.def"
}
