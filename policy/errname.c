/* SPDX-License-Identifier: MIT */
/* errname.c - error numbers by their symbolic names.  */
#include "errname.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* The names are stored inline, so that the table needs no relocation in a
 * shared object.  All of errno(3) that a socket or a path can give. */
static const struct errname {
	int value;
	char name[20];
} names[] = {
#define NAME(error)                                                            \
	{                                                                      \
		error, #error                                                  \
	}
	NAME(E2BIG),	       NAME(EACCES),	   NAME(EADDRINUSE),
	NAME(EADDRNOTAVAIL),   NAME(EAFNOSUPPORT), NAME(EAGAIN),
	NAME(EALREADY),	       NAME(EBADF),	   NAME(EBADMSG),
	NAME(EBUSY),	       NAME(ECANCELED),	   NAME(ECHILD),
	NAME(ECONNABORTED),    NAME(ECONNREFUSED), NAME(ECONNRESET),
	NAME(EDEADLK),	       NAME(EDESTADDRREQ), NAME(EDOM),
	NAME(EDQUOT),	       NAME(EEXIST),	   NAME(EFAULT),
	NAME(EFBIG),	       NAME(EHOSTDOWN),	   NAME(EHOSTUNREACH),
	NAME(EILSEQ),	       NAME(EINPROGRESS),  NAME(EINTR),
	NAME(EINVAL),	       NAME(EIO),	   NAME(EISCONN),
	NAME(EISDIR),	       NAME(ELOOP),	   NAME(EMFILE),
	NAME(EMLINK),	       NAME(EMSGSIZE),	   NAME(ENAMETOOLONG),
	NAME(ENETDOWN),	       NAME(ENETRESET),	   NAME(ENETUNREACH),
	NAME(ENFILE),	       NAME(ENOBUFS),	   NAME(ENODATA),
	NAME(ENODEV),	       NAME(ENOENT),	   NAME(ENOEXEC),
	NAME(ENOLCK),	       NAME(ENOMEM),	   NAME(ENOPROTOOPT),
	NAME(ENOSPC),	       NAME(ENOSYS),	   NAME(ENOTBLK),
	NAME(ENOTCONN),	       NAME(ENOTDIR),	   NAME(ENOTEMPTY),
	NAME(ENOTSOCK),	       NAME(ENOTTY),	   NAME(ENXIO),
	NAME(EOPNOTSUPP),      NAME(EOVERFLOW),	   NAME(EPERM),
	NAME(EPFNOSUPPORT),    NAME(EPIPE),	   NAME(EPROTO),
	NAME(EPROTONOSUPPORT), NAME(EPROTOTYPE),   NAME(ERANGE),
	NAME(EREMOTE),	       NAME(EROFS),	   NAME(ESHUTDOWN),
	NAME(ESOCKTNOSUPPORT), NAME(ESPIPE),	   NAME(ESRCH),
	NAME(ESTALE),	       NAME(ETIME),	   NAME(ETIMEDOUT),
	NAME(ETOOMANYREFS),    NAME(ETXTBSY),	   NAME(EUSERS),
	NAME(EXDEV),
#undef NAME
};

const char *errname_text(int error)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].value == error)
			return names[i].name;
	return NULL;
}

int errname_value(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].value;
	return 0;
}
