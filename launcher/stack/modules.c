/* SPDX-License-Identifier: MIT */
/* modules.c - the files that a process executes, from /proc/PID/maps.
 *
 * The kernel writes the rows, in order of addresses; only the path in them is
 * of the process's choosing, and a newline in it is written as \012.
 */
#include "modules.h"

#include <stdlib.h>
#include <string.h>

void modules_start(struct modules *modules)
{
	modules->count = 0;
	modules->image[0] = modules->image[1] = 0;
	modules->file[0] = '\0';
}

static void copy_name(char name[MODULES_NAME_MAX], const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const size_t len = strlen(base);

	name[0] = '\0';
	if (len < MODULES_NAME_MAX)
		memcpy(name, base, len + 1);
}

/* What is between two words of a row, which has six: start-end, permissions,
 * offset, device, inode, path.  Returns the rest, NULL: malformed. */
static char *next_word(char *at, char **word)
{
	char *end;

	*word = at;
	end = at ? strchr(at, ' ') : NULL;
	if (!end)
		return NULL;
	*end = '\0';
	return end + 1;
}

static void note_image(struct modules *modules, const char *file,
		       const struct module *module)
{
	if (module->offset != 0)
		return;
	modules->image[1] =
		strcmp(file, modules->file) == 0 ? modules->image[0] : 0;
	modules->image[0] = module->start;
	strcpy(modules->file, file);
}

/* "start-end" */
static bool read_range(const char *range, struct module *module)
{
	char *end;

	module->start = strtoull(range, &end, 16);
	if (*end != '-')
		return false;
	module->end = strtoull(end + 1, &end, 16);
	return module->start < module->end;
}

void modules_add(struct modules *modules, char *row)
{
	char *range, *mode, *offset, *device, *inode, *path;
	struct module module = {0};
	char file[sizeof(modules->file)];

	path = next_word(row, &range);
	path = next_word(path, &mode);
	path = next_word(path, &offset);
	path = next_word(path, &device);
	path = next_word(path, &inode);
	if (!path || !read_range(range, &module) ||
	    strlen(device) + strlen(inode) + 2 > sizeof(file))
		return;
	strcpy(file, device);
	strcat(file, " ");
	strcat(file, inode);
	module.offset = strtoull(offset, NULL, 16);
	copy_name(module.name, path + strspn(path, " "));
	if (module.name[0] != '\0') {
		note_image(modules, file, &module);
		if (strcmp(file, modules->file) == 0)
			memcpy(module.image, modules->image,
			       sizeof(module.image));
	}
	if (strchr(mode, 'x') && modules->count < MODULES_MAX)
		modules->all[modules->count++] = module;
}

const struct module *modules_find(const struct modules *modules, uint64_t at)
{
	for (size_t i = 0; i < modules->count; i++)
		if (at >= modules->all[i].start && at < modules->all[i].end)
			return &modules->all[i];
	return NULL;
}
