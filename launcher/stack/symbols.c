/* SPDX-License-Identifier: MIT */
/* symbols.c - the name of a function, from the dynamic symbols.
 *
 * They are in memory with everything that runs, and no file need be opened,
 * which another one could have replaced.  How many there are is only said by
 * the hash table: those that it holds come last, and the last one ends a
 * chain.
 */
#include "symbols.h"

#include <elf.h>
#include <string.h>

#define DYNAMIC_MAX 96
#define BUCKETS_MAX (1U << 16)
#define SYMBOLS_MAX (1U << 15)
#define CHAIN_MAX   256 /* symbols of one hash: a few, mostly */
#define CHUNK	    4096
#define PAGE	    4096

struct table {
	uint64_t symbols, strings, strings_size;
	uint64_t hash, gnu_hash;
};

/* glibc makes these addresses absolute when it loads a file, musl does not,
 * and nobody does in what cannot be written. */
static uint64_t place(const struct image *image, uint64_t value)
{
	return value < image->bias ? value + image->bias : value;
}

static bool find_tables(const struct memory *memory, const struct image *image,
			struct table *table)
{
	Elf64_Dyn entries[DYNAMIC_MAX];
	size_t count = image->dynamic_size / sizeof(*entries);

	if (count > DYNAMIC_MAX)
		count = DYNAMIC_MAX;
	if (count == 0 || !memory_get(memory, image->dynamic, entries,
				      count * sizeof(*entries)))
		return false;
	memset(table, 0, sizeof(*table));
	for (size_t i = 0; i < count && entries[i].d_tag != DT_NULL; i++) {
		const uint64_t value = entries[i].d_un.d_val;

		if (entries[i].d_tag == DT_SYMTAB)
			table->symbols = place(image, value);
		else if (entries[i].d_tag == DT_STRTAB)
			table->strings = place(image, value);
		else if (entries[i].d_tag == DT_STRSZ)
			table->strings_size = value;
		else if (entries[i].d_tag == DT_HASH)
			table->hash = place(image, value);
		else if (entries[i].d_tag == DT_GNU_HASH)
			table->gnu_hash = place(image, value);
	}
	return table->symbols != 0 && table->strings != 0;
}

/* The largest of @count numbers. */
static bool find_largest(const struct memory *memory, uint64_t from,
			 uint32_t count, uint32_t *largest)
{
	uint32_t part[CHUNK / sizeof(uint32_t)];

	*largest = 0;
	while (count > 0) {
		const uint32_t n = count < sizeof(part) / sizeof(*part)
					   ? count
					   : sizeof(part) / sizeof(*part);

		if (!memory_get(memory, from, part, n * sizeof(*part)))
			return false;
		for (uint32_t i = 0; i < n; i++)
			if (part[i] > *largest)
				*largest = part[i];
		from += n * sizeof(*part);
		count -= n;
	}
	return true;
}

/* The chain of the last bucket ends with the last symbol. */
static uint32_t count_gnu(const struct memory *memory, uint64_t at)
{
	uint32_t head[4]; /* buckets, first symbol, words of the filter, - */
	uint32_t last, end, hash = 0;
	uint64_t buckets;

	if (!memory_get(memory, at, head, sizeof(head)) || head[0] == 0 ||
	    head[0] > BUCKETS_MAX)
		return 0;
	buckets = at + sizeof(head) + 8 * (uint64_t)head[2];
	if (!find_largest(memory, buckets, head[0], &last))
		return 0;
	if (last < head[1])
		return head[1] < SYMBOLS_MAX ? head[1] : 0;
	end = last < SYMBOLS_MAX ? last + CHAIN_MAX : last;
	for (; last < end && !(hash & 1); last++)
		if (!memory_get(
			    memory,
			    buckets + 4 * ((uint64_t)head[0] + last - head[1]),
			    &hash, sizeof(hash)))
			return 0;
	return hash & 1 ? last : 0;
}

static uint32_t count_symbols(const struct memory *memory,
			      const struct table *table)
{
	uint32_t head[2]; /* buckets, symbols */

	if (table->gnu_hash)
		return count_gnu(memory, table->gnu_hash);
	if (!table->hash || !memory_get(memory, table->hash, head, 8) ||
	    head[1] > SYMBOLS_MAX)
		return 0;
	return head[1];
}

static bool covers(const Elf64_Sym *symbol, uint64_t at)
{
	const unsigned int type = ELF64_ST_TYPE(symbol->st_info);

	return symbol->st_shndx != SHN_UNDEF &&
	       (type == STT_FUNC || type == STT_GNU_IFUNC) &&
	       at >= symbol->st_value &&
	       at - symbol->st_value < symbol->st_size;
}

/* Of several names the first global one. */
static bool better(const Elf64_Sym *symbol, const Elf64_Sym *than)
{
	return than->st_name == 0 ||
	       (ELF64_ST_BIND(than->st_info) != STB_GLOBAL &&
		ELF64_ST_BIND(symbol->st_info) == STB_GLOBAL);
}

/* @at: address in the file */
static Elf64_Sym search(const struct memory *memory, uint64_t from,
			uint32_t count, uint64_t at)
{
	Elf64_Sym part[CHUNK / sizeof(Elf64_Sym)];
	Elf64_Sym found = {0};

	while (count > 0) {
		const uint32_t n = count < sizeof(part) / sizeof(*part)
					   ? count
					   : sizeof(part) / sizeof(*part);

		if (!memory_get(memory, from, part, n * sizeof(*part)))
			break;
		for (uint32_t i = 0; i < n; i++)
			if (covers(&part[i], at) && better(&part[i], &found))
				found = part[i];
		from += n * sizeof(*part);
		count -= n;
	}
	return found;
}

/* What follows the string need not be readable, so page by page. */
static void read_name(const struct memory *memory, uint64_t from, char *name,
		      size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t part = PAGE - (from + done) % PAGE;

		if (part > size - done)
			part = size - done;
		if (!memory_get(memory, from + done, name + done, part))
			break;
		if (memchr(name + done, '\0', part))
			return;
		done += part;
	}
	name[0] = '\0';
}

uint64_t symbols_name(const struct memory *memory, const struct image *image,
		      uint64_t at, char *name, size_t size)
{
	struct table table;
	Elf64_Sym found;

	name[0] = '\0';
	if (!find_tables(memory, image, &table))
		return 0;
	found = search(memory, table.symbols, count_symbols(memory, &table),
		       at - image->bias);
	if (found.st_name == 0 || found.st_name >= table.strings_size)
		return 0;
	read_name(memory, table.strings + found.st_name, name, size);
	return image->bias + found.st_value;
}
