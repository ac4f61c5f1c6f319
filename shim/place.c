/* SPDX-License-Identifier: MIT */
/* place.c - where in the file system a call would act.  */
#include "place.h"

#include <string.h>

#include "../policy/text.h"

static bool is_dots(const char *entry)
{
	return strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0;
}

static void copy_head(char *to, const char *from, size_t len)
{
	memcpy(to, from, len);
	to[len] = '\0';
}

bool place_of(const struct gate *gate, struct place *place)
{
	const char *name = gate->addr.name;
	const char *slash = strrchr(name, '/');

	place->entry = NULL;
	if (gate->op != OP_BIND) {
		copy_head(place->path, name, gate->addr.name_len);
		return true;
	}
	place->entry = slash ? slash + 1 : name;
	if (!slash)
		copy_head(place->path, ".", 1);
	else /* the slash stays, so that a directory is demanded */
		copy_head(place->path, name, (size_t)(slash + 1 - name));
	return place->entry[0] != '\0' && !is_dots(place->entry);
}

size_t place_name(const struct place *place, int fd, char *buf, size_t size)
{
	struct text text;
	int len = path_of_fd(fd, buf, size);

	if (len <= 0 || !place->entry)
		return len > 0 ? (size_t)len : 0;
	text_open(&text, buf + len, size - (size_t)len);
	text_string(&text, len > 1 ? "/" : "");
	text_string(&text, place->entry);
	return text.full ? 0 : (size_t)len + text.len;
}
